"""Text in the columns of a terminal: a wide character takes two, a combining mark none (rich)."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells, set_cell_size

_WORD = re.compile(r"\s*\S+")  # with the spaces before it
_MORE = "…"


def cut(text: str, columns: int) -> str:
    """`text` if it fits, or as much of it as does with a sign that there is more."""
    if cell_len(text) <= columns:
        return text
    return chop_cells(text, columns - len(_MORE))[0] + _MORE


def left(text: str, columns: int) -> str:
    """`text` with spaces after it."""
    return set_cell_size(text, max(columns, cell_len(text)))


def right(text: str, columns: int) -> str:
    """`text` with spaces before it."""
    return " " * (columns - cell_len(text)) + text


def wrapped(text: str, columns: int, most: int | None = None) -> list[str]:
    """`text` in lines that fit, broken at spaces, and inside a word that is longer than a line.

    most: lines; a sign at the end of the last one says that there is more.
    """
    lines, line = [], ""
    for word in _WORD.findall(text):
        if cell_len(line + word) <= columns:
            line += word
        elif cell_len(word.strip()) <= columns:
            lines.append(line)
            line = word.lstrip()
        else:
            *full, line = chop_cells(line + word, columns)
            lines += [part.strip() for part in full]
    lines = [part for part in (*lines, line) if part]
    if most is None or len(lines) <= most:
        return lines
    return [*lines[: most - 1], _with_more(lines[most - 1], columns)]


def _with_more(line: str, columns: int) -> str:
    """The line with the sign after its last whole word, or after what fits of its only one."""
    fitting = columns - 1 - len(_MORE)
    while cell_len(line) > fitting and " " in line:
        line = line.rpartition(" ")[0].rstrip()
    return f"{chop_cells(line, fitting)[0]} {_MORE}"
