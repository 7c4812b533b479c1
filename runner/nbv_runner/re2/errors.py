"""What can go wrong with a pattern."""


class PatternError(ValueError):
    """The pattern is no RE2 expression, or too large a one. The text says why, for people."""


class TooMuchWork(Exception):
    """Matching was given up: linear in the text it may be, but pattern times text is beyond the budget."""
