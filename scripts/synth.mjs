// `cdk8s synth` with cdk8s.yaml, by the command's own code, without loading its other commands: that nearly halves the time.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

// By its path: the package exports no single command.
const file = fileURLToPath(new URL("../node_modules/cdk8s-cli/lib/cli/cmds/synth.js", import.meta.url));
const load = createRequire(file);
load("yargs")(["synth", ...process.argv.slice(2)])
  .command(load(file))
  .parse();
