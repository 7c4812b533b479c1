"""The parts of `report.html` that take in what a notebook made: HTML, source, terminal text, Markdown."""

from __future__ import annotations

import re
import time

import pytest

from nbv_runner.report.page.ansi import terminal_html
from nbv_runner.report.page.highlighted import highlighted
from nbv_runner.report.page.prose import prose_html
from nbv_runner.report.page.sanitized import sanitized
from pages import ATTACKS, assert_harmless


@pytest.mark.parametrize("attack", ATTACKS)
def test_html_of_outputs_loses_what_could_run_load_or_leave_its_place(attack: str) -> None:
    for text in (attack, "<table><tr><td>%s</td></tr></table>" % attack, attack + "<b>after</b>"):
        inspector = assert_harmless(sanitized(text), own_style=False)
        assert inspector.deepest <= 50
        for tag, attributes in inspector.tags:
            assert tag != "img" and attributes.keys() <= {"colspan", "rowspan", "scope", "class"}
            assert attributes.get("class", "heading") == "heading"


def test_tables_stay_tables() -> None:
    table = (
        "<div>\n<style scoped>\n .dataframe tbody tr th { vertical-align: top }\n</style>\n"
        '<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th colspan="2">a &lt; b</th></tr>'
        "</thead><tbody><tr><th>0</th><td>1 &amp; 2</td><td>&nbsp;é</td></tr></tbody></table><p>1 rows × 2 columns</p></div>"
    )
    assert sanitized(table) == (
        '<div>\n\n<table><thead><tr><th></th><th colspan="2">a &lt; b</th></tr></thead><tbody><tr><th>0</th>'
        "<td>1 &amp; 2</td><td>\xa0é</td></tr></tbody></table><p>1 rows × 2 columns</p></div>"
    )


@pytest.mark.parametrize("part", ["<", "<a", "<!--", "<p x='", '<p "', "&", "</", "<script", "<svg>", "<p a=\"'"])
def test_no_input_takes_more_than_linear_time(part: str) -> None:
    def cpu_seconds(text: str) -> float:
        begun = time.process_time()
        sanitized(text)
        return time.process_time() - begun

    few, many = (min(cpu_seconds(part * count) for _ in range(3)) for count in (4000, 32000))
    assert many < 0.02 + 30 * few, (
        "8 times the input may take 8 times as long, with room for noise; squared it is 64 times"
    )


def test_source_is_marked_by_token_and_by_line() -> None:
    assert highlighted("def f(x):\n    return '<b>'  # no", frozenset([2])) == (
        '<i class="k">def</i> <i class="f">f</i>(x):\n'
        '<mark class="line">    <i class="k">return</i> <i class="s">\'&lt;b&gt;\'</i>  <i class="c"># no</i></mark>'
    )
    assert highlighted('"""a\n<b>"""') == '<i class="s">"""a</i>\n<i class="s">&lt;b&gt;"""</i>'


@pytest.mark.parametrize(
    "source", ["%matplotlib inline\n!ls <x>", "'never closed", "(" * 1000, "\x00", "if x:\n  a\n b", "é = '\u2028<'"]
)
def test_source_that_is_no_python_is_shown_as_it_is(source: str) -> None:
    assert re.sub(r"</?[im][^>]*>", "", highlighted(source)) == source.replace("<", "&lt;").replace(">", "&gt;")


def test_terminal_colours_are_classes_and_everything_else_vanishes() -> None:
    assert terminal_html("\x1b[1;31m<b>\x1b[0m \x1b[2J\x1b]8;;https://evil.example\x07link\x1b]8;;\x07\x08") == (
        '<span class="bold ansi1">&lt;b&gt;</span> link'
    )
    assert terminal_html("0%\r50%\r100%\ndone") == "100%\ndone"
    assert terminal_html("\x1b[38;5;196mx\x1b[0m") == "x"
    assert terminal_html("/tmp/nbv-run-x/ipykernel_4/12.py:1: UserWarning: w") == "&lt;cell&gt;:1: UserWarning: w"


def test_markdown_is_prose_and_never_markup() -> None:
    page = prose_html(
        "# <b>T</b>\ntext with `<code>` and **bold**\n\n[x](javascript:alert(1)) ![y](https://evil.example)\n```\n<script>\n```"
    )
    assert_harmless(page, own_style=False)
    assert '<p class="heading h1">&lt;b&gt;T&lt;/b&gt;</p>' in page and "<code>&lt;code&gt;</code>" in page
    assert "href" not in page and "<img" not in page
