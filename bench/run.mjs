// Runs one of the benchmarks written in TypeScript: node bench/run.mjs NAME [ARGUMENT…]. Their programs are bundled into .cache/.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const [name, ...rest] = process.argv.slice(2);
const programs = { reconcile: ["reconcile", "bare-loop"], latency: ["latency"], requirements: ["requirements"] };
if (!Object.hasOwn(programs, name ?? "")) {
  console.error(`usage: node bench/run.mjs ${Object.keys(programs).join("|")} [ARGUMENT…]`);
  process.exit(2);
}
await build({
  absWorkingDir: root,
  entryPoints: programs[name].map((program) => ({ in: `bench/${name}/${program}.ts`, out: program })),
  outdir: `.cache/bench/${name}`,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20.19",
  sourcemap: "inline",
  logLevel: "warning",
});
process.argv = [process.argv[0] ?? "node", `${name}.mjs`, ...rest];
process.setSourceMapsEnabled(true);
await import(`${root}.cache/bench/${name}/${name}.mjs`);
