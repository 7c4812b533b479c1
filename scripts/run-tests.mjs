// Runs every suite and closes with one line that holds the true totals: "N passed, N failed[, N skipped]".
// Jest first (TypeScript: unit, contract, synth, end to end), then pytest (the runner, with a real kernel).
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";

const reports = resolve("reports");
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const assets = process.env.KUBEBUILDER_ASSETS || resolve(".cache/kubebuilder");
const env = { ...process.env, ...(existsSync(`${assets}/kube-apiserver`) ? { KUBEBUILDER_ASSETS: assets } : {}) };

function run(command, args, extra = {}) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", env: { ...env, ...extra } });
  if (error) console.error(String(error));
  return status ?? 1;
}

const jestReport = `${reports}/jest.json`;
const jestStatus = run(process.execPath, [
  "--experimental-vm-modules",
  "--no-warnings=ExperimentalWarning",
  "node_modules/jest/bin/jest.js",
  // `make test-cluster` runs it.
  "--testPathIgnorePatterns=test/e2e/operator/real-node",
  "--json",
  `--outputFile=${jestReport}`,
]);

const pytestReport = `${reports}/pytest.xml`;
// Most of its time goes by while kernels start.
const pytestStatus = run(resolve(".venv/bin/python"), [
  ...["-m", "pytest", "-q", "runner"],
  ...["--numprocesses", String(availableParallelism()), `--junitxml=${pytestReport}`],
]);

/** Totals of one suite; a suite that left no report or exited badly without a failing test counts as one failure. */
function totals(status, read) {
  let counted = { passed: 0, failed: 0, skipped: 0 };
  try {
    counted = read();
  } catch (error) {
    console.error(String(error));
  }
  if (status !== 0 && counted.failed === 0) counted.failed = 1;
  return counted;
}

const jest = totals(jestStatus, () => {
  const report = JSON.parse(readFileSync(jestReport, "utf8"));
  const brokenSuites = report.testResults.filter(
    (suite) => suite.status === "failed" && suite.assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenSuites.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
});
const pytest = totals(pytestStatus, () => {
  const attribute = (name) => Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(xml)?.[1] ?? Number.NaN);
  const xml = readFileSync(pytestReport, "utf8");
  const failed = attribute("failures") + attribute("errors");
  const skipped = attribute("skipped");
  return { passed: attribute("tests") - failed - skipped, failed, skipped };
});

const sum = (key) => jest[key] + pytest[key];
console.log(`Jest: ${jest.passed} passed, ${jest.failed} failed, ${jest.skipped} skipped`);
console.log(`pytest: ${pytest.passed} passed, ${pytest.failed} failed, ${pytest.skipped} skipped`);
console.log(`${sum("passed")} passed, ${sum("failed")} failed${sum("skipped") ? `, ${sum("skipped")} skipped` : ""}`);
process.exitCode = sum("failed") === 0 ? 0 : 1;
