"""How long each cell took, and how the kernel's memory grew: drawn without a script and without inline styles."""

from __future__ import annotations

from html import escape
from typing import Any, List, Mapping, Sequence, Tuple

WIDTH, HEIGHT = 1000, 160
MAX_ROWS = 60
MAX_POINTS = 1000


def duration(seconds: float) -> str:
    if seconds < 0.9995:
        return "%.0f ms" % (seconds * 1000)
    if seconds < 60:
        return "%.1f s" % seconds
    minutes, rest = divmod(int(round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return "%d h %02d min" % (hours, minutes) if hours else "%d min %02d s" % (minutes, rest)


def size(count: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if abs(count) < 1024:
            return "%.0f %s" % (count, unit)
        count /= 1024
    return "%.1f GiB" % count


def timings_html(cells: Sequence[Mapping[str, Any]]) -> str:
    """One bar per cell that ran; of many cells, the slowest."""
    ran = [cell for cell in cells if cell["ended"] != "not run"]
    if not ran:
        return ""
    longest = max(cell["seconds"] for cell in ran) or 1.0
    shown = ran
    if len(ran) > MAX_ROWS:
        slowest = {id(cell) for cell in sorted(ran, key=lambda cell: -cell["seconds"])[:MAX_ROWS]}
        shown = [cell for cell in ran if id(cell) in slowest]
    more = " (the slowest %d of %d)" % (MAX_ROWS, len(ran)) if len(ran) > len(shown) else ""
    rows = "".join(
        '<tr><th scope="row"><a href="#cell-%d">Cell %d</a></th><td class="bar"><svg viewBox="0 0 100 8" '
        'preserveAspectRatio="none" aria-hidden="true"><rect class="bar-%s" width="%.2f" height="8" rx="1"/></svg></td>'
        '<td class="number">%s</td></tr>'
        % (
            cell["cell"],
            cell["cell"],
            escape(cell["status"]),
            max(0.4, 100 * cell["seconds"] / longest),
            duration(cell["seconds"]),
        )
        for cell in shown
    )
    return '<table class="timings"><caption>Time per cell%s</caption><tbody>%s</tbody></table>' % (more, rows)


def memory_html(cells: Sequence[Mapping[str, Any]], peak: "int | None") -> str:
    """Resident memory at the end of each cell; the peak between two ends is in the caption."""
    points = [(cell["cell"], cell["memoryBytes"]) for cell in cells if cell.get("memoryBytes")]
    if len(points) < 2:
        return ""
    points = _thinned(points)
    highest = max(used for _, used in points)
    top = highest * 1.08
    steps = max(1, len(points) - 1)
    path: List[str] = []
    for number, (_, used) in enumerate(points):
        path.append("%.1f,%.1f" % (WIDTH * number / steps, HEIGHT - HEIGHT * used / top))
    where = next(cell for cell, used in points if used == highest)
    said = "from %s to %s, highest %s after cell %d" % (size(points[0][1]), size(points[-1][1]), size(highest), where)
    between = "; peak between cells %s" % size(peak) if peak is not None and peak > highest * 1.02 else ""
    line = " ".join(path)
    return (
        '<figure class="memory"><svg viewBox="0 0 %d %d" preserveAspectRatio="none" role="img" aria-label="Memory of the '
        'kernel %s"><polygon class="area" points="0,%d %s %d,%d"/><polyline class="curve" points="%s"/></svg>'
        '<p class="axis" aria-hidden="true"><span>cell %d</span><span>cell %d</span></p>'
        "<figcaption>Memory after each cell: %s%s.</figcaption></figure>"
        % (
            *(WIDTH, HEIGHT, said, HEIGHT, line, WIDTH, HEIGHT, line),
            *(points[0][0], points[-1][0], said, between),
        )
    )


def _thinned(points: List[Tuple[int, int]]) -> List[Tuple[int, int]]:
    """Of many points, the highest of each stretch: a peak must not fall between two of them."""
    if len(points) <= MAX_POINTS:
        return points
    stretch = -(-len(points) // MAX_POINTS)
    return [max(points[at : at + stretch], key=lambda point: point[1]) for at in range(0, len(points), stretch)]
