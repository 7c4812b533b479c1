// How long `cdk8s synth` takes with the compiled charts, against two peers of the same run: the cdk8s command doing nothing, and
// our app alone. Prints medians in seconds and ratios.
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROUNDS = 7;
const outdir = mkdtempSync(join(tmpdir(), "nbv-bench-"));
const cdk8s = resolve("node_modules/.bin/cdk8s");
const commands = {
  "node -e 0": [process.execPath, ["-e", "0"], {}],
  "cdk8s --version": [cdk8s, ["--version", "--check-upgrade=false"], {}],
  "app alone": [process.execPath, [resolve("lib/charts/main.cjs")], { CDK8S_OUTDIR: outdir }],
  "npm run synth": [process.execPath, [resolve("scripts/synth.mjs")], {}],
  "cdk8s synth": [cdk8s, ["synth", "--check-upgrade=false"], {}],
};

const seconds = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, [command, args, env]] of Object.entries(commands)) {
    const begun = process.hrtime.bigint();
    execFileSync(command, args, { stdio: "ignore", env: { ...process.env, ...env } });
    if (round > 0) seconds[name].push(Number(process.hrtime.bigint() - begun) / 1e9);
  }
}
rmSync(outdir, { recursive: true, force: true });

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const base = median(seconds["cdk8s --version"]);
console.log(`synthesis, medians of ${ROUNDS} interleaved rounds`);
for (const [name, values] of Object.entries(seconds)) {
  console.log(
    `  ${name.padEnd(16)} ${median(values).toFixed(2)} s   ${(median(values) / base).toFixed(2)} × cdk8s --version`,
  );
}
if (process.env.NBV_BENCH_ROWS) {
  const [ours, start] = [median(seconds["npm run synth"]), median(seconds["node -e 0"])];
  const row = {
    measure: "synthesis of dist/ (npm run synth:only)",
    ours: `${ours.toFixed(2)} s`,
    peer: `node's start ${start.toFixed(2)} s, cdk8s synth ${median(seconds["cdk8s synth"]).toFixed(2)} s`,
    ratio: (ours / start).toFixed(1),
    goal: "≤ 1 s",
    isMet: ours <= 1,
  };
  appendFileSync(process.env.NBV_BENCH_ROWS, `${JSON.stringify(row)}\n`);
}
