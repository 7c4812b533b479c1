"""Regular expressions: the same as admission's, never slow, never a guess."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import pytest

from nbv_runner import re2

VECTORS: List[Dict[str, Any]] = json.loads((Path(__file__).parent / "re2_vectors.json").read_text(encoding="utf-8"))


def compiled(pattern: str) -> Any:
    try:
        return re2.compile(pattern)
    except re2.PatternError:
        return None


def test_what_admission_accepts_and_refuses_is_accepted_and_refused_here() -> None:
    wrong = [case["pattern"] for case in VECTORS if (compiled(case["pattern"]) is None) != (case["found"] is None)]
    assert wrong == []
    assert 50 < sum(case["found"] is None for case in VECTORS) < len(VECTORS) / 2


def test_matches_are_where_admissions_engine_finds_them() -> None:
    accepted = [case for case in VECTORS if case["found"] is not None]
    found = 0
    for case in accepted:
        pattern = re2.compile(case["pattern"])
        for text, spans in zip(case["texts"], case["found"]):
            assert [list(span) for span in pattern.spans(text)] == spans, (case["pattern"], text)
            assert pattern.test(text) == bool(spans), (case["pattern"], text)
            found += bool(spans)
    assert found > 1000


def test_a_text_in_pieces_is_searched_as_one() -> None:
    for case in VECTORS:
        if case["found"] is None:
            continue
        pattern = re2.compile(case["pattern"])
        for text, spans in zip(case["texts"], case["found"]):
            for cut in range(0, len(text) + 1, 3):
                scanner = pattern.scanner()
                seen = scanner.feed(text[:cut]) or scanner.feed(text[cut:]) or scanner.finish()
                assert seen == bool(spans), (case["pattern"], text, cut)


def _random_pattern(rng: random.Random, depth: int) -> Tuple[str, str]:
    """For us and for Python, whose `$` allows one more newline."""
    atoms = ["a", "b", "ab", ".", "[ab]", "[^b]", r"\d", r"\w", r"\b", "^", "c", r"[a-c\d]"]
    kind = rng.random()
    if depth == 0 or kind < 0.3:
        if rng.random() < 0.05:
            return "$", r"\Z"
        atom = rng.choice(atoms)
        return atom, atom
    first, second = (_random_pattern(rng, depth - 1) for _ in range(2))
    if kind < 0.6:
        return first[0] + second[0], first[1] + second[1]
    if kind < 0.8:
        return "(?:%s|%s)" % (first[0], second[0]), "(?:%s|%s)" % (first[1], second[1])
    # Python's own rules for repeating what can be empty differ.
    if re.compile(first[1]).search("") or re.search(r"[\\^$*?{]", first[1]):
        return first
    repeat = rng.choice(["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}"])
    return "(?:%s)%s" % (first[0], repeat), "(?:%s)%s" % (first[1], repeat)


def _spans_of_python(pattern: "re.Pattern[str]", text: str) -> Iterator[Tuple[int, int]]:
    at, last_end = 0, -1
    while at <= len(text):
        match = pattern.search(text, at)
        if match is None:
            return
        if match.end() > match.start() or match.start() != last_end:
            yield match.span()
        last_end = match.end()
        at = match.end() if match.end() > match.start() else match.end() + 1


def test_python_finds_the_same_where_it_speaks_the_same_language() -> None:
    rng = random.Random(5)
    found = 0
    for _ in range(1500):
        ours, theirs = _random_pattern(rng, 4)
        pattern, python = re2.compile(ours), re.compile(theirs, re.ASCII)
        for _ in range(3):
            text = "".join(rng.choice("aabbc1 \n") for _ in range(rng.randrange(12)))
            spans = list(_spans_of_python(python, text))
            assert list(pattern.spans(text)) == spans, (ours, text)
            found += bool(spans)
    assert found > 1000


@pytest.mark.parametrize(
    "pattern, text",
    [
        ("(a*)*b", "a" * 20_000),
        ("(x+x+)+y", "x" * 20_000),
        (r"^(\w+\s?)*$", "word " * 4_000 + "!"),
        ("(a|a)*c", "a" * 20_000),
        ("(.*)(.*)(.*)(.*)(.*)[^x]x", "abc" * 7_000),
        ("(?:a?){20}a{20}b", "a" * 20_000),
    ],
)
def test_patterns_that_make_others_hang_compute_next_to_nothing(pattern: str, text: str) -> None:
    machine = re2.compile(pattern)
    machine.test(text)
    list(machine.spans(text + "b"))
    assert machine.work.steps < 20_000


def test_the_second_megabyte_costs_as_much_as_the_first() -> None:
    pattern = re2.compile("([a-z]+)*[0-9]")
    for text in ("abc" * 1000, "abc" * 100_000):
        pattern.test(text)
        list(pattern.spans(text))
        assert pattern.work.steps < 50


def test_all_matches_of_a_pattern_that_looks_far_ahead_take_one_look() -> None:
    """`a.*z|a` makes engines that search from each match anew read to the end of the text every time."""
    pattern = re2.compile("a.*z|a")
    scanned = list(pattern.spans("a" * 30_000))
    assert len(scanned) == 30_000
    assert pattern.work.steps < 1_000


def test_too_much_work_is_an_error_and_no_answer() -> None:
    rng = random.Random(1)
    text = "".join(rng.choice("ab") for _ in range(200_000))
    pattern = re2.compile("a[ab]{900}c")
    with pytest.raises(re2.TooMuchWork, match="too much work"):
        pattern.test(text)


def test_memory_of_an_automaton_is_bounded() -> None:
    rng = random.Random(2)
    pattern = re2.compile("a[ab]{14}c")
    pattern.test("".join(rng.choice("ab") for _ in range(60_000)))
    machine = pattern._search
    remembered = sum(1 + len(state.instructions) + len(state) for state in machine._states.values())
    assert remembered <= 10_100


@pytest.mark.parametrize(
    "pattern, why",
    [
        (r"(a)\1", "no backreferences"),
        ("(?=a)", "no lookaround"),
        ("(?<!a)b", "no lookaround"),
        ("a{1001}", "more than 1000 times"),
        ("(a{100}){11}", "more than 1000"),
        ("a**", "use a group"),
        ("(", r"missing \)"),
        ("[a", "missing ]"),
        (r"\p{Nope}", "no such class"),
        (r"a\Z", r"\\z"),
        ("[z-a]", "backwards"),
        ("a" * 513, "longer than 512"),
        ("(?:%s){1000}" % ("ab" * 20), "too large"),
        ("*", "nothing to repeat"),
    ],
)
def test_a_refusal_says_why(pattern: str, why: str) -> None:
    with pytest.raises(re2.PatternError, match=why):
        re2.compile(pattern)


def test_nested_groups_do_not_exhaust_the_stack() -> None:
    for pattern in ("(" * 255 + "a" + ")" * 255, "(" * 120 + "a" + "*)" * 120 + "b", "(a|" * 120 + "b" + ")" * 120):
        assert re2.compile(pattern).test("ab")


def test_lone_surrogates_and_nul_are_characters_like_others() -> None:
    assert list(re2.compile(r"a.b").spans("a\ud800b a\x00b")) == [(0, 3), (4, 7)]
    assert re2.compile(r"\p{Cs}").test("\udfff")


def test_lines_can_be_matched_without_saying_so() -> None:
    assert re2.compile("^done$", multi_line=True).test("start\ndone\nend")
    assert not re2.compile("^done$").test("start\ndone\nend")
    assert not re2.compile("(?-m)^done$", multi_line=True).test("start\ndone\nend")


def test_replacing_takes_the_replacement_literally() -> None:
    assert re2.compile(r"\d+").replace("a1b22", r"\1<N>") == r"a\1<N>b\1<N>"
