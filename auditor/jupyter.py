"""The notebook that Python runs in, if it does; nothing of IPython is imported to find out."""

from __future__ import annotations

import sys
from typing import Any


def in_notebook() -> bool:
    """Whether what is displayed is seen in a notebook: IPython runs, and in a kernel.

    IPython in a terminal has no kernel. https://ipython.readthedocs.io/en/stable/api/
    """
    return getattr(_shell(), "kernel", None) is not None


def display(html: str, plain: str) -> None:
    """Shows `html` below the cell that runs; `plain` where a notebook shows no HTML."""
    show: Any = sys.modules["IPython"].display.display
    # As a bundle: IPython's HTML warns of any markup that begins with a frame.
    show({"text/html": html, "text/plain": plain}, raw=True)


def _shell() -> Any:
    ipython: Any = sys.modules.get("IPython")
    return ipython.get_ipython() if hasattr(ipython, "get_ipython") else None
