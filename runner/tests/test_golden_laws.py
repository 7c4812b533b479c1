"""Laws of the comparison: of tolerances, of the longest common subsequence, of alignment, of sanitizers."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal
from typing import List

from golden_pairs import VOLATILE
from nbv_runner.comparison_config import ComparisonConfig
from nbv_runner.golden.alignment import align
from nbv_runner.golden.common_subsequence import common_subsequence
from nbv_runner.golden.comparable_cell import ComparableCell
from nbv_runner.golden.numbers import Tolerance
from nbv_runner.golden.sanitizers import Sanitizers
from nbv_runner.golden.terminal_text import shown
from nbv_runner.golden.tokens import texts_agree, tokens


class TestLaws:
    def test_a_common_subsequence_is_common_and_longest(self) -> None:
        chance = random.Random(5)
        for size in [*range(12), *[40] * 60, 300]:
            left, right = ([chance.randrange(1 + size // 3) for _ in range(chance.randrange(size + 1))] for _ in "ab")
            pairs = common_subsequence(left, right)
            assert all(left[i] == right[j] for i, j in pairs)
            assert all(a[0] < b[0] and a[1] < b[1] for a, b in zip(pairs, pairs[1:]))
            assert len(pairs) == longest(left, right)

    def test_alignment_is_symmetric_in_its_counts(self) -> None:
        chance = random.Random(7)
        words = ["load", "join", "train", "plot", "save", ""]

        def cells(ids: bool) -> List[ComparableCell]:
            count = chance.randrange(8)
            sources = [" ".join(chance.choice(words) for _ in range(chance.randrange(1, 4))) for _ in range(count)]
            names = [str(name) for name in chance.sample(range(10), count)] if ids else [None] * count
            return [
                ComparableCell(index, source, frozenset(), name, (), True)
                for index, (source, name) in enumerate(zip(sources, names))
            ]

        for round_ in range(300):
            one, other = cells(round_ % 2 == 0), cells(round_ % 2 == 0)
            there, back = align(one, other), align(other, one)
            assert len(there.pairs) == len(back.pairs)
            assert (len(there.added), len(there.removed)) == (len(back.removed), len(back.added))
            assert len(there.pairs) + len(there.removed) == len(one)
            assert len({i for i, _ in there.pairs}) == len({j for _, j in there.pairs}) == len(there.pairs)

    def test_tolerances_hold_both_ways_and_for_more_when_they_are_wider(self) -> None:
        chance = random.Random(11)
        for _ in range(3000):
            one, other = (Decimal(chance.randrange(-1000, 1000)) / chance.choice([1, 10, 1000]) for _ in "ab")
            tolerance = Tolerance.of(chance.choice([0, 0.0001, 0.1, 5]), chance.choice([0, 0.01, 0.5]))
            expected = abs(one - other) <= max(tolerance.absolute, tolerance.relative * max(abs(one), abs(other)))
            assert tolerance.holds(one, other) == tolerance.holds(other, one) == expected
            assert tolerance.holds(one, one)
            if expected:
                assert Tolerance(tolerance.absolute + 1, tolerance.relative).holds(one, other)

    def test_a_tolerance_is_met_at_its_very_edge(self) -> None:
        assert Tolerance.of(0.1, 0).holds(Decimal("1.1"), Decimal("1.0"))
        assert not Tolerance.of(0.1, 0).holds(Decimal("1.10000001"), Decimal("1.0"))
        assert Tolerance.of(0, 0.1).holds(Decimal("100"), Decimal("90"))

    def test_special_numbers_equal_themselves_only(self) -> None:
        tolerance = Tolerance.of(1000, 1)
        for one, other in itertools.product(("nan", "inf", "-inf", "0"), repeat=2):
            assert texts_agree(one, other, tolerance) == (one == other)

    def test_texts_agree_with_themselves_however_they_are_spaced(self) -> None:
        chance = random.Random(13)
        parts = ["1.5", "nan", "-2e-3", "word", "(", ")", "[", "]", ",", "\n", "  ", "0x1f", "v2", "…", "1,250"]
        tolerance = Tolerance.of(0, 0)
        for _ in range(500):
            text = " ".join(chance.choice(parts) for _ in range(12))
            spaced = text.replace(" ", chance.choice(["   ", "\n", " \t "]))
            assert texts_agree(text, spaced, tolerance)
            assert [token for token, _ in tokens(text)] == [token for token, _ in tokens(spaced)]

    def test_cleaning_twice_changes_nothing_more(self) -> None:
        sanitizers = Sanitizers(ComparisonConfig())
        for text in [one for pair in VOLATILE for one in pair]:
            once = sanitizers.apply(shown(text))
            assert sanitizers.apply(shown(once)) == once


def longest(left: List[int], right: List[int]) -> int:
    row = [0] * (len(right) + 1)
    for one in left:
        before = row
        row = [0]
        for column, other in enumerate(right):
            row.append(before[column] + 1 if one == other else max(before[column + 1], row[column]))
    return row[-1]
