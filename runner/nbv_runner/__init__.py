"""The notebook validator's runner: runs one notebook and reports what happened, honestly."""

__version__ = "0.1.0"
