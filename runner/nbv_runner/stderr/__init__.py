"""What a cell wrote to stderr, told apart: progress, banners, warnings, log records, tracebacks, and the rest."""
