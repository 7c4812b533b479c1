"""A notebook with outputs as Jupyter stores them, and ways of changing one thing in it."""

from __future__ import annotations

import base64
import copy
import json
import struct
import zlib
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

from nbv_runner.comparison_config import ComparisonConfig
from nbv_runner.golden.comparison import Comparison, compare
from nbv_runner.golden.stored_notebook import read_stored
from nbv_runner.redaction import Redactor

Notebook = Dict[str, Any]
Change = Callable[[Notebook], None]


def png(colour: int = 255, size: int = 24, stripe: int = 0) -> str:
    """A grey picture with a dark stripe from column `stripe` on, six columns wide."""
    row = bytes([0] + [20 if stripe and stripe <= column < stripe + 6 else colour for column in range(size)])
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(row * size))]
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in [*chunks, (b"IEND", b"")]:
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return base64.b64encode(data).decode()


FRAME_TEXT = "        region   revenue  orders\n0        North   1250.50      12\n1        South    980.25       9"
FRAME_HTML = (
    '<div>\n<style scoped>\n  .dataframe tbody tr th { vertical-align: top; }\n</style>\n<table border="1" class="dataframe">'
    '<thead><tr style="text-align: right;"><th></th><th>region</th><th>revenue</th><th>orders</th></tr></thead>'
    "<tbody><tr><th>0</th><td>North</td><td>1250.50</td><td>12</td></tr>"
    "<tr><th>1</th><td>South</td><td>980.25</td><td>9</td></tr></tbody></table>\n</div>"
)


def stdout(text: str) -> Dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def stderr(text: str) -> Dict[str, Any]:
    return {"output_type": "stream", "name": "stderr", "text": text}


def result(count: int = 1, **data: Any) -> Dict[str, Any]:
    values = {name.replace("__", "/"): value for name, value in data.items()}
    return {"output_type": "execute_result", "data": values, "metadata": {}, "execution_count": count}


def display(**data: Any) -> Dict[str, Any]:
    values = {name.replace("__", "/"): value for name, value in data.items()}
    return {"output_type": "display_data", "data": values, "metadata": {}}


def raised(name: str, message: str) -> Dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": ["somewhere"]}


def cell(source: str, *outputs: Dict[str, Any], count: Any = 1, **metadata: Any) -> Dict[str, Any]:
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "outputs": list(outputs),
        "execution_count": count,
    }


def markdown(source: str) -> Dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def document(*cells: Dict[str, Any]) -> Notebook:
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": list(cells)}


FIGURE = "<Figure size 640x480 with 1 Axes>"


def analysis() -> Notebook:
    """Nine code cells that show everything notebooks show."""
    return document(
        markdown("# Sales"),
        cell("import pandas as pd\nimport json", count=1),
        cell("frame", result(2, text__plain=FRAME_TEXT, text__html=FRAME_HTML), count=2),
        cell(
            "train()",
            stdout("epoch 1 loss 0.5312\nepoch 2 loss 0.2750\naccuracy: 0.9433\n"),
            stderr("INFO trained\n"),
            stdout("done: True, rows 1,250, lr 1e-3, gap -0.25, best inf, worst nan\n"),
            count=3,
        ),
        markdown("The plot shows it."),
        cell("plot()", display(text__plain=FIGURE, image__png=png()), count=4),
        cell(
            "report",
            result(
                5,
                text__plain="<IPython.core.display.JSON object>",
                application__json={"model": "forest", "scores": [0.91, 0.88], "meta": {"seed": 7, "tuned": True}},
            ),
            count=5,
        ),
        cell(
            "summary",
            display(text__plain="<IPython.core.display.Markdown object>", text__markdown="**Total**: 2230.75 EUR"),
            display(text__plain="<IPython.core.display.Latex object>", text__latex="$$R^2 = 0.87$$"),
            count=6,
        ),
        cell("check()", raised("ValueError", "3 rows have no region"), count=7, tags=["raises-exception"]),
        cell("values", result(8, text__plain="array([[1.5 , 2.25],\n       [3.  , 4.125]])"), count=8),
        cell(
            "banner()",
            display(text__plain="<IPython.core.display.HTML object>", text__html="<p>Model <b>v3</b></p>"),
            count=9,
        ),
    )


def compared(folder: Path, golden: Any, run: Any, **config: Any) -> Comparison:
    """Through files, as people have them."""
    paths = []
    for name, notebook in (("golden", golden), ("run", run)):
        path = folder / ("%s.ipynb" % name)
        path.write_text(notebook if isinstance(notebook, str) else json.dumps(notebook))
        paths.append(str(path))
    redactor = Redactor()
    stored = [read_stored(path, redactor) for path in paths]
    return compare(stored[0], stored[1].cells, stored[1].total_cells, ComparisonConfig(**config), redactor)


def kinds(comparison: Comparison) -> List[Tuple[str, str, int]]:
    return [(found.kind, found.severity, found.at) for found in comparison.differences]


def changed(change: Change) -> Notebook:
    notebook = copy.deepcopy(analysis())
    change(notebook)
    return notebook


def replaced(index: int, old: str, new: str, *path: Any) -> Change:
    """Replaces a text in an output of a cell, by the path of keys below `outputs`."""

    def change(notebook: Notebook) -> None:
        place: Any = notebook["cells"][index]["outputs"]
        for key in path[:-1]:
            place = place[key]
        assert place[path[-1]].count(old) == 1, (place[path[-1]], old)
        place[path[-1]] = place[path[-1]].replace(old, new)

    return change


def outputs_match(folder: Path, one: Any, other: Any, **config: Any) -> bool:
    pair = [document(cell("f()", *(each if isinstance(each, list) else [stdout(each)]))) for each in (one, other)]
    return compared(folder, *pair, **config).result == "matched"


VOLATILE = [
    ("<Model object at 0x7f8b4c0d2e50>", "<Model object at 0x55d0c8a1>"),
    ("run 2026-11-21 16:43:07.123456 done", "run 2025-01-02 03:04:05 done"),
    ("at 2026-11-21T16:43:07Z", "at 2026-11-22T01:00:00+02:00"),
    ("Sat Nov 21 17:09:17 UTC 2026", "Sun Nov 22 01:02:03 UTC 2026"),
    ("Fri, 20 Nov 2026 10:00:00 GMT", "Sat, 21 Nov 2026 11:12:13 GMT"),
    ("on 11/21/2026", "on 1/2/2026"),
    ("id 123e4567-e89b-12d3-a456-426614174000", "id 00000000-0000-4000-8000-0123456789ab"),
    ("saved to /tmp/tmpab12/model.pkl", "saved to /var/folders/x1/y2/T/model.pkl"),
    ("took 1.25 s", "took 831 ms"),
    ("CPU times: user 3 ms, sys: 1 µs, total: 4 ms", "CPU times: user 12 ms, sys: 0 ns, total: 12 ms"),
    ("Wall time: 1min 3s", "Wall time: 2 s"),
    (
        "1.23 µs ± 45 ns per loop (mean ± std. dev. of 7 runs, 1,000,000 loops each)",
        "12.3 ms ± 0.2 ms per loop (mean ± std. dev. of 7 runs, 100 loops each)",
    ),
    ("100%|####| 10/10 [00:00<00:00, 1234.5it/s]", "100%|####| 10/10 [00:12<00:00, 1.2s/it]"),
    ("/tmp/ipykernel_12/345.py:1: UserWarning: x", "/tmp/ipykernel_9/1.py:1: UserWarning: x"),
    (FIGURE, FIGURE.replace("640x480", "1280x720")),
    ("Cell In[3], line 1", "Cell In[14], line 1"),
]
