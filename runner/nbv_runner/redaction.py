"""Takes secrets out of everything the runner emits.

Exact values of the variables that the operator named, in the encodings in which programs print them, and well-known
shapes of tokens on top (best effort).
"""

from __future__ import annotations

import base64
import html
import json
import re
import urllib.parse
from typing import Any, FrozenSet, Iterable, Mapping, Optional, Pattern, Sequence, Set, Tuple

from .redacted_remains import Remains
from .text import without_ansi

MASK = "[redacted]"
SHORTEST = 3
"""Values shorter than this many characters are not redacted: the text would be unreadable and tell them anyway."""
WHOLE_WORD_BELOW = 6
LONGEST = 64 * 1024
MULTILINE_PART = 16

# The operator knows the same ones: src/recovery/secret-shapes.ts.
TOKEN_SHAPES: Sequence[str] = (
    r"gh[pousr]_[A-Za-z0-9]{36,255}",
    r"github_pat_[A-Za-z0-9_]{22,255}",
    r"gl(?:pat|dt|cbt|rt|ptt|ft|soat|imt|agent|oas|ffct)-[A-Za-z0-9_.\-]{16,255}",
    r"(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}",
    r"xox[abeoprs]-[A-Za-z0-9\-]{10,}",
    r"xapp-\d-A[A-Z0-9]{1,32}-[A-Za-z0-9\-]{10,255}",
    r"sk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_\-]{20,}",
    r"hf_[A-Za-z0-9]{30,}",
    r"npm_[A-Za-z0-9]{36}",
    r"pypi-AgE[A-Za-z0-9_\-]{50,}",
    r"AIza[A-Za-z0-9_\-]{35}",
    r"sha256~[A-Za-z0-9_\-]{43}",
    r"ya29\.[A-Za-z0-9_\-]{20,2048}",
    r"GOCSPX-[A-Za-z0-9_\-]{20,255}",
    r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}",
    r"dckr_pat_[A-Za-z0-9_\-]{20,255}",
    r"hv[sbr]\.[A-Za-z0-9_\-]{20,1024}",
    r"dapi[0-9a-f]{32}(?:-\d)?",
    r"nvapi-[A-Za-z0-9_\-]{20,255}",
    r"(?:gsk|r8|rpa)_[A-Za-z0-9]{20,255}",
    r"(?:xai|pplx)-[A-Za-z0-9]{30,255}",
    r"do[opr]_v1_[0-9a-f]{32,255}",
    r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    r"lsv2_(?:pt|sk)_[A-Za-z0-9_]{20,255}",
    r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{20,255}",
    r"(?:AKCp|cmVmdGtuOj)[A-Za-z0-9]{40,255}",
    r"[A-Za-z0-9_~.\-]{3}\dQ~[A-Za-z0-9_~.\-]{30,64}",
    r"AT(?:ATT|CTT)3[A-Za-z0-9_=\-]{20,512}",
    r"SG\.[A-Za-z0-9_\-]{16,64}\.[A-Za-z0-9_\-]{16,128}",
    r"eyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}",
    r"-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----[\s\S]{1,16384}?-----END [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----",
)
# At the beginning of a word, or behind an escaped line end or sign.
_BEGINS = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
_TOKENS = re.compile(_BEGINS + "(?:" + "|".join(TOKEN_SHAPES) + ")")
# As it is or with JSON's escaped slashes, and in the query of another URL.
_USERINFO = re.compile(r"(:(?:\\{0,3}/){2})[^\s/@:'\"<>]{0,256}:[^\s/@'\"<>]{1,512}@")
_ENCODED_USERINFO = re.compile(
    r"(?i)(%3A%2F%2F)(?:(?!%(?:2F|3A|40))[^\s/@:'\"<>&]){0,256}%3A(?:(?!%(?:2F|40))[^\s/@'\"<>&]){1,512}%40"
)
# Of a scheme that nobody knows it must have a digit or a sign, or be long: else it is prose.
_SCHEME = (
    r"(?:(?:basic|bearer|negotiate|digest|oauth|ntlm|dpop|hawk|ssws|splunk|(?:api|genie)-?key|(?:private-?)?token)\s{1,5}"
    r"|[a-z][\w.-]{0,40}\s{1,5}(?=[^\s'\"]{0,256}?[\d=]|[\w.~+/=-]{20}))"
)
_PARAMETER = r"[\w-]{1,64}=(?:\\{0,3}\"[^\"\r\n]{0,4096}\"|[^\s\"',]{1,4096})"
_QUOTED_AUTHORIZATION = re.compile(
    r"(?i)((?<![a-z0-9])authorization\\{0,3}['\"]?\s{0,5}(?:[:=]\s{0,5}(?:[\[(]\s{0,20})?|(?<=['\"]),\s{0,5})[bu]?"
    r"(\\{0,3}['\"])" + _SCHEME + r")(?:(?!(?<!\\)\2)[^\r\n]){6,4096}"
)
_AUTHORIZATION = re.compile(
    r"(?i)((?<![a-z0-9])authorization\\{0,3}['\"]?\s{0,5}[:=]\s{0,5}\[?" + _SCHEME + ")"
    r"(?:" + _PARAMETER + r"(?:\s{0,5},\s{0,5}" + _PARAMETER + r"){0,32}|[^\s\"',;]{6,4096})"
)

_SHAPES: Sequence[Tuple[Pattern[str], str]] = (
    (_USERINFO, r"\1%s@" % MASK),
    (_ENCODED_USERINFO, r"\1%s%%40" % MASK),
    (_QUOTED_AUTHORIZATION, r"\1" + MASK),
    (_AUTHORIZATION, r"\1" + MASK),
)

STRUCTURE: FrozenSet[str] = frozenset(
    [
        "type",
        "at",
        "verdict",
        "reason",
        "status",
        "severity",
        "check",
        "reportDigest",
        "version",
        "ended",
        "startedAt",
        "finishedAt",
        "commit",
        "cellType",
        "diffType",
        "result",
        "strategy",
    ]
)
"""Fields whose texts come from our own tables: a secret that spells `Passed` must not break the protocol."""


NOTEBOOK_KEYS: FrozenSet[str] = frozenset(
    [
        "attachments",
        "cell_type",
        "cells",
        "codemirror_mode",
        "data",
        "display_name",
        "ename",
        "evalue",
        "execution_count",
        "file_extension",
        "id",
        "kernelspec",
        "language",
        "language_info",
        "metadata",
        "mimetype",
        "name",
        "nbconvert_exporter",
        "nbformat",
        "nbformat_minor",
        "output_type",
        "outputs",
        "pygments_lexer",
        "source",
        "tags",
        "text",
        "traceback",
        "version",
    ]
)
"""Keys of the notebook format."""
NOTEBOOK_NUMBERS: FrozenSet[str] = frozenset({"execution_count", "nbformat", "nbformat_minor"})


class Redactor:
    def __init__(self, values: Iterable[str] = ()) -> None:
        plain: Set[str] = set()
        words: Set[str] = set()
        for value in values:
            for part in _parts(value):
                (words if len(part) < WHOLE_WORD_BELOW else plain).add(part)
        for part in list(plain):
            plain |= _encodings(part)
        self.longest = max((len(value) for value in plain | words), default=0)
        self._exact = _alternatives(plain, words)
        self._remains = Remains(plain)

    @classmethod
    def of_environment(cls, names: Iterable[str], environment: Mapping[str, str]) -> "Redactor":
        return cls(environment[name] for name in names if environment.get(name))

    def text(self, text: str) -> str:
        if self._exact is not None:
            text = self._exact.sub(MASK, text)
            if "\x1b" in text and self._exact.search(without_ansi(text)):
                text = self._exact.sub(MASK, without_ansi(text))  # Colours in its midst.
            text = self._remains.masked(text, MASK)
        text = _TOKENS.sub(MASK, text)
        for shape, replacement in _SHAPES:
            text = shape.sub(replacement, text)
        return text

    def tree(self, value: Any, keep: FrozenSet[str] = frozenset()) -> Any:
        """A copy of one of our documents without secrets; keys, and values of the keys in `keep`, stay as they are."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {
                key: item if key in keep and isinstance(item, str) else self.tree(item, keep)
                for key, item in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.tree(item, keep) for item in value]
        return value

    def data(self, value: Any) -> Any:
        """As `tree` for a notebook's own document: unknown keys and numbers that spell a secret go, too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and self._exact is not None:
            return MASK if self._exact.fullmatch(str(value)) else value
        if isinstance(value, Mapping):
            return {
                key if key in NOTEBOOK_KEYS else self.text(key): item if key in NOTEBOOK_NUMBERS else self.data(item)
                for key, item in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.data(item) for item in value]
        return value


def _parts(value: str) -> Set[str]:
    """The value as it is, without surrounding white space, and the long lines of a multi-line value (PEM, JSON)."""
    value = value[:LONGEST]
    parts = {value, value.strip()}
    lines = value.splitlines()
    if len(lines) > 1:
        parts |= {line.strip() for line in lines if len(line.strip()) >= MULTILINE_PART}
    return {part for part in parts if len(part) >= SHORTEST}


def _encodings(value: str) -> Set[str]:
    data = value.encode("utf-8", "surrogateescape")
    forms = {
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(value)[1:-1])[1:-1],
        repr(value)[1:-1],
        repr(data)[2:-1],
        urllib.parse.quote(data, safe=""),
        urllib.parse.quote(data),
        urllib.parse.quote_plus(data),
        urllib.parse.quote(data, safe="").lower(),
        html.escape(value),
        html.escape(value, quote=False),
        data.hex(),
        data.hex().upper(),
    }
    if len(data) >= 6:
        forms |= _base64_forms(data) | _base32_forms(data)
    return {form for form in forms if len(form) >= WHOLE_WORD_BELOW}


def _base64_forms(data: bytes) -> Set[str]:
    """Base64 of the value itself and of any longer text around it (`user:password`), at all three alignments."""
    forms: Set[str] = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        whole = encode(data).decode()
        forms |= {whole, whole.rstrip("=")}
        for shift in (0, 1, 2):
            encoded = encode(b"\x00" * shift + data).decode().rstrip("=")
            first = (shift * 8 + 5) // 6  # Characters before this one also hold bits of what stands in front.
            last = (shift + len(data)) * 8 // 6
            if last - first >= 8:
                forms.add(encoded[first:last])
    return forms


def _base32_forms(data: bytes) -> Set[str]:
    """As base64, at all five alignments and in both cases."""
    forms: Set[str] = set()
    for shift in range(5):
        encoded = base64.b32encode(b"\x00" * shift + data).decode().rstrip("=")
        first = (shift * 8 + 4) // 5
        last = (shift + len(data)) * 8 // 5
        for form in (encoded[first:last], encoded[first:]):  # With text behind, and at the end of the text.
            forms |= {form, form.lower()}
    return forms


def _alternatives(plain: Set[str], words: Set[str]) -> Optional[Pattern[str]]:
    longest_first = sorted(plain, key=lambda value: (-len(value), value))
    alternatives = [re.escape(value) for value in longest_first]
    alternatives += [r"(?<!\w)%s(?!\w)" % re.escape(value) for value in sorted(words, key=lambda v: (-len(v), v))]
    return re.compile("|".join(alternatives)) if alternatives else None
