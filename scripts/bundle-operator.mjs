// Makes build/ (or the directory named by the argument): everything that the operator image holds: the program with all
// dependencies, in parts that are loaded when they are needed, and the runner beside it.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const { name, version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

const out = process.argv[2] ?? `${root}build`;
rmSync(out, { recursive: true, force: true });
mkdirSync(`${out}/runner`, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: { nbv: "src/cli/main.ts" },
  outdir: out,
  bundle: true,
  // What `import()` loads becomes a file of its own: fetching a source starts without the operator, and the operator works
  // without what only its start or another command needs.
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  // Node keeps the text of what it loads in memory. Names stay, for stack traces.
  minifyWhitespace: true,
  minifySyntax: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  legalComments: "linked",
  // Dependencies that are CommonJS ask for Node's own modules by require().
  banner: {
    js: 'import { createRequire as nbvCreateRequire } from "node:module";\nconst require = nbvCreateRequire(import.meta.url);',
  },
  logLevel: "warning",
});
writeFileSync(`${out}/package.json`, `${JSON.stringify({ name, version, type: "module" }, undefined, 2)}\n`);
for (const part of ["main.py", "from_image.py", "tool.py", "nbv_runner", "vendor"]) {
  if (!existsSync(`${root}runner/${part}`)) throw new Error(`runner/${part} is missing: run \`make vendor\` first`);
  cpSync(`${root}runner/${part}`, `${out}/runner/${part}`, {
    recursive: true,
    filter: (path) => !path.includes("__pycache__") && !path.endsWith(".installed"),
  });
}
cpSync(`${root}LICENSE`, `${out}/LICENSE`);
// ssh refuses to run for a user without an entry, and base images have none for the number that we run as.
const users = [
  "root:x:0:0:root:/root:/usr/sbin/nologin",
  "nonroot:x:65532:65532:nonroot:/tmp:/usr/sbin/nologin",
  "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin",
];
writeFileSync(`${out}/passwd`, `${users.join("\n")}\n`);
