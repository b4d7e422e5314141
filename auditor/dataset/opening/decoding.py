"""Text files: the encoding that the user names, that a byte-order mark names, UTF-8, or the one
that all bytes speak for."""

from __future__ import annotations

import codecs
import difflib
import encodings.aliases
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from auditor.dataset.opening.guessing import Guess, guessed, telling_lines
from auditor.errors import DataError, UsageError
from auditor.records.dataset import Decision

MARKS = (  # the longer ones first: UTF-32's little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
PIECE = 1 << 20  # bytes decoded at a time
ZEROS = 0.2  # share of NUL bytes at odd, or at even places, from which text is UTF-16
FLAG = "--encoding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """What turns a file's bytes into text, as Python names it; and how that was found."""

    name: str
    decisions: tuple[Decision, ...] = ()


@contextmanager
def open_text(path: Path, encoding: str | None = None) -> Iterator[TextIO]:
    """The file's text, line ends untouched; a line ends with \\n, \\r\\n or \\r.

    encoding: as `encoding_of` finds it; None: what a byte-order mark names, else UTF-8. Raises
    DataError, with line and byte offset, where bytes cannot be decoded.
    """
    name = encoding or _marked(path) or "utf-8"
    try:
        with path.open(encoding=name, newline="") as text:
            yield text
    except UnicodeDecodeError as error:
        raise DataError(_undecodable(path, name)) from error


def encoding_of(path: Path, said: str | None) -> Encoding:
    """The encoding of a text file, all of which it decodes.

    Raises UsageError for an encoding that does not exist, DataError where none is beyond doubt.
    """
    if said is not None:
        return Encoding(name=known_encoding(said))
    if marked := _marked(path):
        return Encoding(name=marked)
    if wide := _without_mark(path):
        what = f"the text is {wide.upper()} without a byte-order mark"
        return Encoding(name=wide, decisions=(Decision(what=what, otherwise=FLAG),))
    if _decodes(path, "utf-8"):
        return Encoding(name="utf-8")
    guess = guessed(telling_lines([path]))
    if guess.name is None or not _decodes(path, guess.name):
        raise DataError(_undecodable(path, "utf-8", guess))
    decision = Decision(what=guess.what, values=guess.words, otherwise=FLAG)
    return Encoding(name=guess.name, decisions=(decision,))


def known_encoding(said: str) -> str:
    """The codec that the user names. Raises UsageError where there is none."""
    try:
        b"".decode(said)
        name = codecs.lookup(said).name
    except (LookupError, ValueError, UnicodeError) as error:
        names = sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values()})
        near = difflib.get_close_matches(said.lower().replace("-", "_"), names, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(
            f"unknown {FLAG} {said!r}{hint}; known are those of Python, such as utf-8,"
            " windows-1252, windows-1251, gb18030, shift_jis"
        ) from error
    return "utf-8-sig" if name == "utf-8" else name


def _marked(path: Path) -> str | None:
    with path.open("rb") as file:
        start = file.read(4)
    return next((name for mark, name in MARKS if start.startswith(mark)), None)


def _without_mark(path: Path) -> str | None:
    """UTF-16 of which half the bytes of each line end, delimiter and Latin letter are NUL."""
    with path.open("rb") as file:
        start = file.read(PIECE)
    half = len(start) // 2
    if half < 2:
        return None
    even, odd = start[0::2].count(0) / half, start[1::2].count(0) / half
    if max(even, odd) < ZEROS or min(even, odd) > ZEROS / 4:
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    return name if _decodes(path, name) else None


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _undecodable(path: Path, encoding: str, guess: Guess | None = None) -> str:
    """Where the first bad byte is, and what to do; decodes again, as a buffered reader does not
    know."""
    line, at = _first_bad(path, encoding)
    what = f"line {line}: byte {at} is not valid {encoding.removesuffix('-sig').upper()}"
    if guess is None:
        return f"{what}; mend that byte, or name another encoding with {FLAG}"
    flags = " or ".join(f"{FLAG} {name}" for name in guess.proposals)
    if guess.damaged:
        return (
            f"{what}, where most of the file is: it is damaged, or of two encodings; mend it, or"
            " leave out what is bad with: iconv -c -f UTF-8 -t UTF-8 FILE > NEWFILE"
        )
    return f"{what}; mend it, or say which encoding all of the file is in, as with {flags}"


def _first_bad(path: Path, encoding: str) -> tuple[int, int]:
    """The 1-based line and 0-based offset of the first byte that cannot be decoded."""
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
                return line, offset + len(piece) - len(error.object) + error.start
            line += _line_ends(last, text)
            offset += len(piece)
            last = text[-1:] or last
            if not piece:
                return line, offset  # it decodes, read as a whole


def _line_ends(last: str, text: str) -> int:
    """Line ends in `text`, which follows the character `last`."""
    split_pair = last == "\r" and text.startswith("\n")
    return text.count("\n") + text.count("\r") - text.count("\r\n") - split_pair
