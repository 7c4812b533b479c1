"""`report.html` in a real browser. Screenshots are kept in pytest's temporary directory, or in NBV_SCREENSHOTS."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Iterator

import pytest

from browser import Browser, Page, find_browser
from harness import Attempt, code, markdown
from pages import ATTACKS, a_cell, a_page, a_report

PHONE, DESKTOP = 360, 1280

NOTEBOOK = (
    markdown("# Sales forecast\nTrains on the **daily** sales. See `data/sales.csv`.\n\n" + "longword" * 30),
    "import warnings\nimport pandas as pd\nimport numpy as np\nimport matplotlib.pyplot as plt",
    "wide = pd.DataFrame(np.arange(120).reshape(6, 20), columns=['a_rather_long_column_%d' % n for n in range(20)])\nwide",
    "fig, ax = plt.subplots(figsize=(9, 3))\nax.plot(wide.iloc[:, 0])\nplt.show()",
    "print('x' * 3000)\nprint('\\x1b[32mdone\\x1b[0m')",
    "def load_calendar(path):\n    try:\n        return pd.read_csv(path)\n    except FileNotFoundError:\n        return None\n\ncalendar = load_calendar('none.csv')",
    "!ls /nowhere",
    code("never_run()", "skip-execution"),
    "raise ValueError('units must not be missing: ' + 'u' * 200)",
    "print('not reached')",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    find_browser()
    one = Browser(tmp_path_factory.mktemp("browser"))
    yield one
    one.close()


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("NBV_SCREENSHOTS")
    return Path(named) if named else tmp_path_factory.mktemp("screenshots")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    find_browser()
    one = Attempt(*NOTEBOOK, level="staging", policy={"N1": "failure", "E7": "warning", "L2": "failure"})
    result = one.run()
    assert result.exit_code == 10, result.stderr
    kept = tmp_path_factory.mktemp("report") / "report.html"
    shutil.copy(result.artifacts / "report.html", kept)
    one.clean_up()
    return kept


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_report_fits_the_screen_and_fetches_nothing(
    browser: Browser, report: Path, screenshots: Path, width: int, dark: bool
) -> None:
    page = Page(browser, report, width, dark)
    assert page.ask("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    shot = screenshots / ("report-%d-%s.png" % (width, "dark" if dark else "light"))
    page.screenshot(shot)
    assert shot.stat().st_size > 20_000
    assert page.ask("document.documentElement.scrollWidth") <= page.ask("innerWidth") == width
    wider = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 &&"
    wider += " !e.closest('.table, .scroll, pre')).map(e => e.outerHTML.slice(0, 80))"
    assert page.ask(wider) == []
    assert page.requests() == []
    assert page.happened("Log.entryAdded") == [], "neither its own policy nor anything else was violated"
    background = page.ask("getComputedStyle(document.body).backgroundColor")
    is_dark = sum(int(part) for part in background.strip("rgba()").split(",")[:3]) < 300
    assert is_dark == dark


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_verdict_and_findings_are_seen_without_scripts(browser: Browser, report: Path, width: int) -> None:
    page = Page(browser, report, width, scripts=False)
    seen = page.ask("document.body.innerText")
    for text in ("Failed", "ValueError: units must not be missing", "Where to look", "Time per cell", "Memory after"):
        assert text in seen
    visible = "[...document.querySelectorAll('.finding .message')].map(e => [e.textContent, e.getBoundingClientRect().height > 0])"
    shown = page.ask(visible)
    assert all(is_shown for _, is_shown in shown)
    assert any("calendar" in text for text, _ in shown) and any("ls /nowhere" in text for text, _ in shown)
    assert page.ask("document.querySelector('.finding.failure details').open") is True
    assert page.ask("[...document.images].every(i => i.complete && i.naturalWidth > 0) && document.images.length") == 1


def test_colours_can_be_read(browser: Browser, report: Path) -> None:
    """Contrast of text and background as WCAG AA asks of small text."""
    contrast = """
    (() => {
      const rgb = text => text.match(/[\\d.]+/g).map(Number);
      const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
      const behind = e => {
        for (; e; e = e.parentElement) {
          const color = rgb(getComputedStyle(e).backgroundColor);
          if (color.length < 4 || color[3] === 1) return color;
        }
        return [255, 255, 255];
      };
      const bad = [];
      for (const e of document.querySelectorAll('body *')) {
        if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
        if (!e.checkVisibility() || e.closest('svg') || e.classList.contains('skip')) continue;
        const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) bad.push([e.outerHTML.slice(0, 60), ratio.toFixed(2)]);
      }
      return bad;
    })()
    """
    for dark in (False, True):
        assert Page(browser, report, DESKTOP, dark).ask(contrast) == []


def test_people_who_see_nothing_find_their_way(browser: Browser, report: Path) -> None:
    page = Page(browser, report, DESKTOP)
    assert page.ask("document.documentElement.lang") == "en"
    assert page.ask("document.title") == "Failed: work/analysis.ipynb"
    assert page.ask("['header', 'main', 'footer'].map(t => document.querySelectorAll('body > ' + t).length)") == [
        1,
        1,
        1,
    ]
    assert page.ask("document.querySelectorAll('h1').length") == 1
    levels = page.ask("[...document.querySelectorAll('h1,h2,h3,h4')].map(e => Number(e.tagName[1]))")
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:]))
    assert page.ask("[...document.images].every(i => i.alt.length > 0)")
    assert page.ask("[...document.querySelectorAll('svg')].every(s => s.ariaHidden || s.getAttribute('aria-label'))")
    broken = "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.getElementById(a.hash.slice(1)))"
    assert page.ask(broken + ".map(a => a.hash)") == []
    twice = "[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, at, all) => all.indexOf(id) !== at)"
    assert page.ask(twice) == []
    labels = "[...document.querySelectorAll('[aria-labelledby]')].every(e => document.getElementById(e.getAttribute('aria-labelledby')))"
    assert page.ask(labels)


def test_hostile_outputs_run_nothing_and_phone_nobody(browser: Browser, folder: Path) -> None:
    outputs = [{"output_type": "display_data", "data": {"text/html": attack}} for attack in ATTACKS]
    outputs += [{"output_type": "stream", "name": "stdout", "text": attack} for attack in ATTACKS]
    outputs += [{"output_type": "display_data", "data": {"image/svg+xml": SVG_ATTACK}}]
    file = folder / "hostile.html"
    file.write_text(a_page(a_report([a_cell(0)]), [outputs]))
    page = Page(browser, file, DESKTOP)
    page.ask("[...document.querySelectorAll('[onclick],[onerror],a,button')].forEach(e => e.click())")
    assert page.happened("Page.javascriptDialogOpening") == []
    assert page.requests() == []
    assert (
        page.ask("document.scripts.length + document.forms.length + document.querySelectorAll('iframe,object').length")
        == 0
    )
    assert page.ask(
        "document.querySelectorAll('main').length === 1 && document.querySelector('main #environment') !== null"
    )
    assert page.ask("location.href.endsWith('hostile.html') || location.hash.length > 0")


SVG_ATTACK = (
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)" width="9" height="9"><script>alert(1)</script>'
    '<image href="https://evil.example/x.png"/><foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" '
    'src="https://evil.example"/></foreignObject></svg>'
)
