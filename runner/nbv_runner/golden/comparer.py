"""When two outputs say the same, under one comparison's settings."""

from __future__ import annotations

from typing import Any, List, Optional, Tuple

from ..comparison_config import ComparisonConfig
from ..redaction import Redactor
from ..text import head, one_line
from .cell_outputs import MAX_ITEMS, CellOutputView, RichOutput
from .comparable_cell import Failure
from .html_text import html_text
from .json_values import first_mismatch, json_text
from .mismatch import Mismatch
from .numbers import Tolerance
from .pictures import Pictures, is_image
from .reading_budget import ReadingBudget, around_first_difference, without_cut_secret
from .sanitizers import Sanitizers
from .stored_notebook import joined
from .terminal_text import shown
from .tokens import texts_agree
from .unified_diff import difference

MAX_EXCERPT_BYTES = 2048
MAX_QUOTE_BYTES = 120
MAX_REORDERED = 20
VOLATILE = frozenset(
    ["application/javascript", "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"]
)
"""Programs and identities that are new in every run: their presence is compared."""
UNTELLING = ("<IPython.core.display.", "<Figure size ", "<pandas.io.formats.style.Styler", "<Axes", "<matplotlib.")


class Comparer:
    """Raises re2.PatternError for a custom pattern that is none."""

    def __init__(self, config: ComparisonConfig, redactor: Redactor) -> None:
        self._redactor = redactor
        self._is_exact = config.is_exact
        self._tolerance = Tolerance.of(config.absolute_tolerance, config.relative_tolerance)
        self.sanitizers = Sanitizers(config)
        self.pictures = Pictures(config.images)
        self.budget = ReadingBudget()

    def compare_outputs(self, expected: CellOutputView, actual: CellOutputView) -> List[Mismatch]:
        found: List[Mismatch] = []
        for name in sorted(expected.streams.keys() | actual.streams.keys()):
            mismatch = self._text(name, expected.streams.get(name, ""), actual.streams.get(name, ""))
            found += [mismatch] if mismatch is not None else []
        return found + self._rich_outputs(expected.rich, actual.rich)

    def compare_failures(self, expected: Optional[Failure], actual: Optional[Failure]) -> Optional[Mismatch]:
        """Names exactly, messages as texts; tracebacks never."""
        if expected is None and actual is None:
            return None
        wanted, got = self._error_text(expected), self._error_text(actual)
        if expected is None:
            return Mismatch("error", "it ended in %s, the golden one does not" % _quoted(got), actual=got)
        if actual is None:
            return Mismatch("error", "it did not end in %s, as the golden one does" % _quoted(wanted), expected=wanted)
        if expected.name == actual.name and self.agree(wanted, got):
            return None
        message = "it ended in %s, the golden one in %s" % (_quoted(got), _quoted(wanted))
        return Mismatch("error", message, "", wanted, got)

    def agree(self, expected: str, actual: str) -> bool:
        """Of two texts that `_plain` gave."""
        return expected == actual if self._is_exact else texts_agree(expected, actual, self._tolerance)

    def _texts_agree(self, expected: str, actual: str) -> bool:
        if expected == actual:
            return True
        return self.budget.take(expected, actual) and self.agree(self._plain(expected), self._plain(actual))

    def _plain(self, text: str) -> str:
        """What is compared. Redacted on both sides of the clean-up: it may put together what was apart, or cut."""
        redact = self._redactor.text
        cleaned = redact(text) if self._is_exact else redact(shown(redact(text)))
        return self.sanitizers.apply(cleaned)

    def _error_text(self, failure: Optional[Failure]) -> str:
        if failure is None:
            return ""
        return self._plain("%s: %s" % (failure.name, failure.message) if failure.message else failure.name)

    def _text(self, where: str, expected: str, actual: str) -> Optional[Mismatch]:
        if expected == actual:
            return None
        if not self.budget.take(expected, actual):
            return self._unread(where, expected, actual)
        wanted, got = self._plain(expected), self._plain(actual)
        return None if self.agree(wanted, got) else self._text_mismatch(where, wanted, got)

    def _unread(self, where: str, expected: str, actual: str) -> Mismatch:
        """Of texts that are not equal, and too long to be read: nobody can say that they agree."""
        parts = around_first_difference(expected, actual, self._redactor.longest)
        wanted, got = (self._plain(without_cut_secret(self._redactor, part)) for part in parts)
        if not self.agree(wanted, got):
            return self._text_mismatch(where, wanted, got)
        return Mismatch(where, "%s is not the same, and too long to be compared number by number" % where)

    def _text_mismatch(self, where: str, expected: str, actual: str) -> Mismatch:
        if not expected.strip() and not self._is_exact:
            return _added(where, actual)
        if not actual.strip() and not self._is_exact:
            return _missing(where, expected)
        found = difference(expected, actual, self.agree)
        quote = ""
        if found.expected is not None and found.actual is not None:
            quote = ": expected %s, got %s" % (_quoted(found.expected), _quoted(found.actual))
        elif found.expected is not None:
            quote = ": %s is missing" % _quoted(found.expected)
        elif found.actual is not None:
            quote = ": %s is new" % _quoted(found.actual)
        message = "%s differs in line %d" % (where, found.line)
        return Mismatch(where, message, quote, _excerpt(expected), _excerpt(actual), found.diff, found.line)

    def _rich_outputs(self, expected: List[RichOutput], actual: List[RichOutput]) -> List[Mismatch]:
        found: List[Mismatch] = []
        pairs, missing, added = self._matched(expected, actual)
        apart: List[Tuple[int, int]] = []
        for i, j in pairs:
            mismatch = self._rich(_place(i, len(expected)), expected[i], actual[j])
            if mismatch is not None:
                found.append(mismatch)
                apart.append((i, j))
        if self._are_reordered([expected[i] for i, _ in apart], [actual[j] for _, j in apart]):
            names = ["\n".join(map(self._description, side)) for side in (expected, actual)]
            found = [self._text_mismatch("the order of outputs", *names)]
        found += [_missing(_place(i, len(expected)), self._description(expected[i])) for i in missing]
        found += [_added(_place(j, len(actual)), self._description(actual[j])) for j in added]
        return found

    def _are_reordered(self, expected: List[RichOutput], actual: List[RichOutput]) -> bool:
        """Whether outputs that differ from their partners are the same ones in another order."""
        left = list(actual)
        for one in expected if 1 < len(expected) <= MAX_REORDERED else ():
            same = next((other for other in left if self._rich("", one, other) is None), None)
            if same is None:
                return False
            left.remove(same)
        return 1 < len(expected) <= MAX_REORDERED

    def _matched(
        self, expected: List[RichOutput], actual: List[RichOutput]
    ) -> Tuple[List[Tuple[int, int]], List[int], List[int]]:
        """Which output is compared with which, and those that have no partner."""
        shorter = min(len(expected), len(actual))
        surplus = abs(len(expected) - len(actual))
        start = 0
        if surplus > 0 and max(len(expected), len(actual)) <= MAX_ITEMS:
            while start < shorter and self._rich("", expected[start], actual[start]) is None:
                start += 1
        # What is too many stands where the two part.
        longer = [index if index < start else index + surplus for index in range(shorter)]
        extra = list(range(start, start + surplus)) if surplus else []
        if surplus and start == 0 and max(len(expected), len(actual)) > MAX_ITEMS:
            longer, extra = list(range(shorter)), list(range(shorter, shorter + surplus))
        if len(expected) > len(actual):
            return list(zip(longer, range(shorter))), extra, []
        return list(zip(range(shorter), longer)), [], extra

    def _rich(self, where: str, expected: RichOutput, actual: RichOutput) -> Optional[Mismatch]:
        if self._is_exact and expected.kind != actual.kind:
            message = "%s is %s, not %s" % (where, actual.kind, expected.kind)
            return Mismatch(where, message, "", expected.kind, actual.kind)
        images = self._images(where, expected, actual)
        if images is not None:
            return images
        compared = False
        for mime in sorted(expected.data.keys() & actual.data.keys(), key=_richness):
            if is_image(mime):
                compared = True
                continue
            mismatch = self._value("%s (%s)" % (where, mime), mime, expected.data[mime], actual.data[mime])
            if mismatch is not None:
                return mismatch
            compared = compared or not _is_untelling(mime, expected.data[mime])
        odd = sorted(expected.data.keys() ^ actual.data.keys())
        if odd and (self._is_exact or not compared):
            what = "no longer comes as" if odd[0] in expected.data else "comes as"
            mimes = [", ".join(sorted(output.data)) for output in (expected, actual)]
            return Mismatch(where, "%s %s %s" % (where, what, ", ".join(odd)), "", mimes[0], mimes[1])
        return None

    def _images(self, where: str, expected: RichOutput, actual: RichOutput) -> Optional[Mismatch]:
        wanted = sorted(mime for mime in expected.data if is_image(mime))
        got = sorted(mime for mime in actual.data if is_image(mime))
        if wanted != got:
            said = "has %s" % " and ".join(got) if got else "has no image"
            instead = "instead of %s" % " and ".join(wanted) if wanted and got else "where the golden one has %s"
            if "%s" in instead:
                instead %= " and ".join(wanted) if wanted else "none"
            return Mismatch(
                where, "%s %s %s" % (where, said, instead), "", ", ".join(wanted) or None, ", ".join(got) or None
            )
        for mime in wanted:
            problem = self.pictures.mismatch(mime, _joined_text(expected.data[mime]), _joined_text(actual.data[mime]))
            if problem is not None:
                return Mismatch(where, "%s: the image (%s) %s" % (where, mime, problem), "", mime, mime)
        return None

    def _value(self, where: str, mime: str, expected: Any, actual: Any) -> Optional[Mismatch]:
        expected, actual = joined(expected), joined(actual)
        if mime in VOLATILE and not self._is_exact:
            return None
        if not (isinstance(expected, str) and isinstance(actual, str)):
            return self._json(where, expected, actual)
        if expected == actual:
            return None
        if mime == "text/html" and not self._is_exact:
            expected, actual = html_text(expected), html_text(actual)
        elif not _is_text(mime) and not self._is_exact:
            return None  # Bytes of some format: only their presence can be compared.
        return self._text(where, expected, actual)

    def _json(self, where: str, expected: Any, actual: Any) -> Optional[Mismatch]:
        tolerance = Tolerance.of(0, 0) if self._is_exact else self._tolerance
        path = first_mismatch(expected, actual, tolerance, self._texts_agree)
        if path is None:
            return None
        wanted, got = self._plain(json_text(expected)), self._plain(json_text(actual))
        found = difference(wanted, got, self.agree)
        message = "%s differs at %s" % (where, one_line(self._redactor.text(path), MAX_QUOTE_BYTES))
        return Mismatch(where, message, "", _excerpt(wanted), _excerpt(got), found.diff, found.line)

    def _description(self, output: RichOutput) -> str:
        """What people would call the output."""
        for mime in sorted(output.data, key=_richness):
            value = joined(output.data[mime])
            if is_image(mime):
                continue
            if isinstance(value, str) and _is_text(mime):
                return self._plain(html_text(value) if mime == "text/html" else value)
        return ", ".join(sorted(output.data))


def _richness(mime: str) -> Tuple[int, str]:
    """What is most readable is compared, and so reported, first."""
    order = ("text/plain", "text/html", "application/json", "text/markdown", "text/latex")
    return (order.index(mime) if mime in order else len(order), mime)


def _is_text(mime: str) -> bool:
    return mime.startswith("text/") or mime in ("application/json", "application/xml") or mime.endswith("+xml")


def _is_untelling(mime: str, value: Any) -> bool:
    """Whether the text stands for something that only other representations show."""
    if mime in VOLATILE:
        return True
    return mime == "text/plain" and isinstance(joined(value), str) and joined(value).lstrip().startswith(UNTELLING)


def _place(index: int, count: int) -> str:
    return "output %d" % (index + 1) if count > 1 else "the output"


def _quoted(text: str) -> str:
    return "`%s`" % one_line(text, MAX_QUOTE_BYTES)


def _excerpt(text: str) -> str:
    return head(text, MAX_EXCERPT_BYTES)


def _added(where: str, text: str) -> Mismatch:
    return Mismatch(where, "%s is new" % where, ": %s" % _quoted(text), None, _excerpt(text), _all("+", text))


def _missing(where: str, text: str) -> Mismatch:
    return Mismatch(where, "%s is missing" % where, "", _excerpt(text), None, _all("-", text))


def _all(mark: str, text: str) -> str:
    lines = head(text, MAX_EXCERPT_BYTES).rstrip("\n").split("\n")
    ranges = ("-1,%d +0,0" if mark == "-" else "-0,0 +1,%d") % len(lines)
    return "\n".join(["@@ %s @@" % ranges, *(mark + line for line in lines)])


def _joined_text(value: Any) -> str:
    value = joined(value)
    return value if isinstance(value, str) else ""
