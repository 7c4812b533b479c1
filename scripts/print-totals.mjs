// print-totals.mjs REPORT STATUS: "N passed, N failed[, N skipped]" of a run of Jest, from its JSON report and exit code.
// A run that left no report, or ended badly without a failing test, counts as one failure. Exit code: 0 = nothing failed.
import { readFileSync } from "node:fs";

const [report = "", status = "1"] = process.argv.slice(2);
const counted = { passed: 0, failed: 0, skipped: 0 };
try {
  const { testResults, ...totals } = JSON.parse(readFileSync(report, "utf8"));
  const broken = testResults.filter((suite) => suite.status === "failed" && suite.assertionResults.length === 0);
  counted.passed = totals.numPassedTests;
  counted.failed = totals.numFailedTests + broken.length;
  counted.skipped = totals.numPendingTests + totals.numTodoTests;
} catch (error) {
  console.error(String(error));
}
if (status !== "0" && counted.failed === 0) counted.failed = 1;
const skipped = counted.skipped > 0 ? `, ${counted.skipped} skipped` : "";
console.log(`${counted.passed} passed, ${counted.failed} failed${skipped}`);
process.exitCode = counted.failed === 0 ? 0 : 1;
