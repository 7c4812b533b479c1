"""Comparison of a run with the golden notebook: what the golden one promises, and where the run keeps it or not."""
