"""How much a page may hold: one that no browser opens explains nothing."""

from __future__ import annotations

MAX_PAGE_CHARACTERS = 20 * 1024 * 1024
RESERVED_FOR_FAILURES = 4 * 1024 * 1024


class PageBudget:
    """What outputs and sources may still take. Cells that failed have a reserve of their own."""

    def __init__(self, size: int = MAX_PAGE_CHARACTERS, reserve: int = RESERVED_FOR_FAILURES) -> None:
        self._left = size
        self._reserve = reserve
        self.left_out = 0
        """Parts that were refused."""

    def take(self, size: int, is_failure: bool = False) -> bool:
        floor = 0 if is_failure else self._reserve
        if self._left - size < floor:
            self.left_out += 1
            return False
        self._left -= size
        return True
