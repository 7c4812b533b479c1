#!/usr/bin/env bash
# Fails when what is generated and committed differs from what the sources give now.
set -euo pipefail
cd "$(dirname "$0")/.."
generated=(dist docs/api.md docs/metrics.md docs/checks.md docs/troubleshooting.md docs/configuration.md docs/rbac.md docs/report.schema.json docs/runbooks runner/nbv_runner/feedback.json)
if [ -n "$(git status --porcelain -- "${generated[@]}")" ]; then
  echo "stale: these generated files differ from their sources; run 'make synth docs' and commit them" >&2
  git --no-pager diff --stat -- "${generated[@]}" >&2
  git status --porcelain -- "${generated[@]}" >&2
  exit 1
fi
echo "fresh: ${generated[*]}"
