"""JSON as it is written: one document, values one after another, or a value a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from auditor.dataset.json.objects import DECODER, Fault, fault
from auditor.dataset.opening.decoding import open_text
from auditor.errors import DataError

Line = tuple[int, Any]  # 1-based line that a value begins on, and the value or a Fault
BLANK = re.compile(r"[ \t\r\n]*")


def values_of(written: str) -> list[Line]:
    """All values of the text, in turn. Raises ValueError or RecursionError where one is broken."""
    found: list[Line] = []
    at, line, counted = _skip(written, 0), 1, 0
    while at < len(written) or not found:
        line += _line_ends(written, counted, at)
        counted = at
        value, at = DECODER.raw_decode(written, at)
        found.append((line, value))
        at = _skip(written, at)
    return found


def document_of(path: Path, encoding: str) -> list[Line]:
    """All values of a file. Raises DataError, with the place, where it is no JSON."""
    with open_text(path, encoding) as text:
        written = text.read()
    try:
        return values_of(written)
    except (ValueError, RecursionError) as error:
        place = ""
        if isinstance(error, json.JSONDecodeError):
            place = f"line {error.lineno}, column {error.colno}: "
        if written.strip() and not looks_like_json(written):
            raise DataError(
                f"{place}not valid JSON: an object or an array begins with {{ or [; name what the"
                " file is, such as with --input-format csv"
            ) from error
        raise DataError(
            f"{place}not valid JSON ({fault(error)}); mend it,"
            " or if it holds one object a line, use --input-format jsonl"
        ) from error


def lines_of(path: Path, encoding: str) -> Iterator[Line]:
    """The value of each line that is not blank; a Fault where it is none."""
    with open_text(path, encoding) as text:
        for line, written in enumerate(text, start=1):
            if written.strip():
                yield line, decoded(written)


def decoded(written: str) -> Any:
    """The value of one line; a Fault where it is none."""
    try:
        return DECODER.decode(written)
    except (ValueError, RecursionError) as error:
        return Fault(f"not valid JSON ({fault(error)})")


def holds_lines(path: Path, encoding: str) -> bool:
    """Whether the file's first lines are JSON values of their own, two of them or more."""
    with open_text(path, encoding) as text:
        first = list(islice((line for line in text if line.strip()), 2))
    return len(first) == 2 and all(isinstance(decoded(line), dict | list) for line in first)


def looks_like_json(start: str) -> bool:
    """Whether a text that begins so is JSON and no table: an object or an array is opened."""
    return re.match(r'\s*(\{\s*("|\}|$)|\[\s*([\[{"\]\d-]|[tfn]\w|$))', start) is not None


def _skip(written: str, at: int) -> int:
    blank = BLANK.match(written, at)
    return blank.end() if blank else at


def _line_ends(written: str, start: int, end: int) -> int:
    ends = written.count("\n", start, end) + written.count("\r", start, end)
    return ends - written.count("\r\n", start, end)
