"""The report files: one document, and three renderings of it."""
