// A reporter for Jest that tells of each story when it ends: the stories of one file take minutes.
export default class ProgressReporter {
  onTestCaseResult(_test, { status, duration, fullName }) {
    const mark = { passed: "✓", failed: "✗" }[status] ?? "○";
    process.stdout.write(`${mark} ${((duration ?? 0) / 1000).toFixed(1).padStart(5)} s  ${fullName}\n`);
  }
}
