#!/usr/bin/env bash
# The benchmarks of bench/, one after the other. Each reports ratios against a peer in the same run.
set -euo pipefail
cd "$(dirname "$0")/.."
node bench/synthesis.mjs
.venv/bin/python bench/runner-overhead.py
