"""Regular expressions with RE2's syntax and its promise: time linear in the text, whatever the pattern.

Admission compiles users' patterns with an RE2 port; this is the same language in pure Python, so that what was accepted
there means the same here.
"""

from .errors import PatternError, TooMuchWork
from .pattern import Pattern, compile
from .search import Scanner

__all__ = ["Pattern", "PatternError", "Scanner", "TooMuchWork", "compile"]
