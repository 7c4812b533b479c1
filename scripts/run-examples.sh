#!/usr/bin/env bash
# Validates two example notebooks with `nbv run`: an honest one passes, and one that only looks green fails for its true reason.
set -uo pipefail
cd "$(dirname "$0")/.."
nbv=(node lib/src/cli/main.js)
reports=${REPORT_DIR:-nbv-report}

echo
echo "── 1/2  examples/quickstart: an honest notebook ─────────────────────────────────────────────"
"${nbv[@]}" run examples/quickstart/job.yaml --repo examples/quickstart --report-dir "$reports/quickstart"
honest=$?
echo
echo "── 2/2  examples/quickstart: a notebook that looks green in Jupyter, and is not ─────────────"
"${nbv[@]}" run examples/quickstart/silent-failure.yaml --repo examples/quickstart --report-dir "$reports/silent-failure"
silent=$?

echo
if [ "$honest" = 0 ] && [ "$silent" = 1 ]; then
  echo "Both verdicts are right: the first passed, the second failed. Open $reports/quickstart/report.html to read more."
  exit 0
fi
echo "Unexpected: the honest notebook ended with exit code $honest (0 expected), the silent failure with $silent (1 expected)." >&2
exit 1
