"""Text files: the encoding that a byte-order mark names, else UTF-8, and nothing guessed."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from auditor.errors import DataError

MARKS = (  # the longer ones first: UTF-32's little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """The file's text, line ends untouched; a line ends with \\n, \\r\\n or \\r.

    Raises DataError, with line and byte offset, where bytes cannot be decoded.
    """
    with path.open("rb") as file:
        start = file.read(4)
    encoding = next((name for mark, name in MARKS if start.startswith(mark)), "utf-8")
    try:
        with path.open(encoding=encoding, newline="") as text:
            yield text
    except UnicodeDecodeError as error:
        raise DataError(_undecodable(path, encoding)) from error


def _undecodable(path: Path, encoding: str) -> str:
    """Where the first bad byte is; decodes again, as a buffered reader does not know."""
    decoder = codecs.getincrementaldecoder(encoding)()
    offset, line, last = 0, 1, ""
    with path.open("rb") as file:
        while True:
            piece = file.readline()  # in UTF-16 a piece may be no line, which does no harm
            state = decoder.getstate()
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                good = max(0, len(piece) - len(error.object) + error.start)
                decoder.setstate(state)
                line += _line_ends(last, decoder.decode(piece[:good]))
                at = offset + len(piece) - len(error.object) + error.start
                return (
                    f"line {line}: byte {at} is not valid {encoding.removesuffix('-sig').upper()};"
                    " convert the file to UTF-8, for example with:"
                    " iconv -f WINDOWS-1252 -t UTF-8 FILE > NEWFILE"
                )
            line += _line_ends(last, text)
            offset += len(piece)
            last = text[-1:] or last


def _line_ends(last: str, text: str) -> int:
    """Line ends in `text`, which follows the character `last`."""
    split_pair = last == "\r" and text.startswith("\n")
    return text.count("\n") + text.count("\r") - text.count("\r\n") - split_pair
