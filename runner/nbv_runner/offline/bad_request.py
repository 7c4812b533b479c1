"""What a command can't answer."""


class BadRequest(Exception):
    """One sentence for people."""
