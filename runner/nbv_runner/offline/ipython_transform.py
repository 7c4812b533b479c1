"""IPython's own transformation of cells, where this Python has IPython."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence


def ipython_transform(texts: Sequence[str]) -> Optional[List[str]]:
    """None without IPython; a cell that it can't transform stays as it is."""
    try:
        from IPython.core import inputtransformer2

        manager: Any = inputtransformer2.TransformerManager()  # type: ignore[no-untyped-call,unused-ignore]
    except Exception:  # A broken installation is as good as none.
        return None
    codes = []
    for text in texts:
        try:
            codes.append(str(manager.transform_cell(text)))
        except Exception:
            codes.append(text)
    return codes
