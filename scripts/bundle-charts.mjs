// Makes one file each of the compiled app and its policy: a synthesis spends more time on loading modules than on anything
// else (docs/dependencies.md, esbuild).
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

await build({
  absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
  entryPoints: ["lib/charts/main.js", "lib/charts/policy-plugin.js"],
  outdir: "lib/charts",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20.19",
  logLevel: "warning",
});
