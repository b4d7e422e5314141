"""Standard output and standard error, whatever they are: closed, left by their reader, or of a code
page that lacks most characters. None of it may end the work, or be taken for a result."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO, cast

import click

from auditor.errors import MachineError

_STANDARD = (0, 1, 2)


def show(text: str) -> None:
    """Prints a result. Raises MachineError where standard output cannot be written."""
    # Named, since by itself click would write UTF-8 to what says that it is ASCII.
    click.echo(text, nl=False, file=sys.stdout)


def show_also(text: str) -> None:
    """Prints what files hold already, so that it is no error where that cannot be written."""
    try:
        show(text)
    except MachineError as error:
        say(str(error))


def say(message: str) -> None:
    """A line on standard error, in which a file's name commands no terminal."""
    line = "".join(c if c.isprintable() else " " for c in message)
    click.echo(f"auditor: {' '.join(line.split())}", file=sys.stderr)


@contextmanager
def standard_streams() -> Iterator[None]:
    """Meanwhile both take any text and outlive their readers; it is said in the end if one left."""
    closed = _fill()
    before = sys.stdout, sys.stderr
    for stream in before:
        if isinstance(stream, io.TextIOWrapper):  # else it is of a program that calls us
            stream.reconfigure(errors="backslashreplace")
    results = _Left(before[0])
    sys.stdout, sys.stderr = cast(TextIO, results), cast(TextIO, _Lost(before[1]))
    try:
        yield
    finally:
        if 1 in closed:
            say("standard output is closed; nothing is shown there")
        elif results.left:
            say("whoever read standard output has gone; the rest is not shown")
        sys.stdout, sys.stderr = before


class _Left:
    """A stream whose reader may leave, as `head` does: what is written afterwards is dropped.

    Where it fails otherwise that raises MachineError, once.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.left = False

    def write(self, text: str) -> int:
        if text == "":  # click tries whether this is text, and would hide that it fails
            return 0
        try:
            return self._stream.write(text)
        except OSError as error:
            self._failed(error)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            self._failed(error)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def _failed(self, error: OSError) -> None:
        self._drop()
        if not isinstance(error, BrokenPipeError):
            reason = (error.strerror or str(error)).lower()
            raise MachineError(f"standard output cannot be written ({reason})") from error
        self.left = True

    def _drop(self) -> None:
        """What the stream still holds, and what comes, goes nowhere."""
        with suppress(OSError), Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), self._stream.fileno())


class _Lost(_Left):
    """A stream of which nobody needs all, as of progress: no fault of it matters."""

    def _failed(self, error: OSError) -> None:  # noqa: ARG002 - whichever
        self._drop()


def _fill() -> set[int]:
    """Opens what is closed of standard input, output and error; returns which that were.

    Else the next file that is opened gets the number, and all that a library prints.
    """
    closed = {number for number in _STANDARD if not _is_open(number)}
    if not closed:
        return closed
    while (number := os.open(os.devnull, os.O_RDWR)) in _STANDARD:
        pass
    os.close(number)
    # None is what Python has for a stream that was closed when it started.
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
    return closed


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
