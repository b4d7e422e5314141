"""How a command ends when it does not end by itself: the line that it says, and its exit code.

1 and 3 are verdicts of the gate, and of nothing else
2, 4, 5 are errors that the user can mend (`errors.py`)
70      a defect of ours
129, 130, 143   a signal: SIGHUP, SIGINT, SIGTERM
"""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from auditor.commands.streams import say
from auditor.errors import DEFECT, AuditorError, MachineError

# What a machine does not have enough of, in the words of torch, Python and OpenBLAS.
_LACKING = ("can't allocate memory", "not enough memory", "out of memory", "can't start new thread")
_STOPPING = [s for s in signal.Signals if s.name in ("SIGINT", "SIGTERM", "SIGHUP")]
SIGNALLED = 128  # and the signal's number: what shells have for a process that a signal ended


class Stopped(BaseException):
    """A signal asks the process to end; files are put in order on the way."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def end(error: BaseException, *, debug: bool) -> None:
    """Says what has happened, in one line, and exits with its code."""
    if debug:
        traceback.print_exception(error, file=sys.stderr)
    message, code = _outcome(error)
    say(message)
    sys.exit(code)


def _outcome(error: BaseException) -> tuple[str, int]:
    if isinstance(error, AuditorError):
        return str(error), error.exit_code
    if isinstance(error, Stopped | KeyboardInterrupt | click.Abort):
        number = error.number if isinstance(error, Stopped) else signal.SIGINT
        return f"stopped by {signal.Signals(number).name}", SIGNALLED + number
    if isinstance(error, MemoryError | OSError) or _lacks(error):
        return f"system error (memory or disk): {error}", MachineError.exit_code
    if isinstance(error, ImportError) and not (error.name or "").startswith("auditor"):
        return (
            f"a package cannot be loaded ({error}); install auditor again: "
            "pip install --force-reinstall auditor",
            MachineError.exit_code,
        )
    return f"a defect of auditor ({type(error).__name__}); please report it with --debug", DEFECT


def _lacks(error: BaseException) -> bool:
    return isinstance(error, RuntimeError) and any(what in str(error) for what in _LACKING)


@contextmanager
def every_end_has_its_code() -> Iterator[None]:
    """What no command has dealt with ends in one line too, and signals do."""
    with _signals():
        try:
            yield
        except click.ClickException as error:
            error.show(file=sys.stderr)
            sys.exit(error.exit_code)
        except (Exception, Stopped, KeyboardInterrupt) as error:  # noqa: BLE001 - whatever it is
            end(error, debug=False)


@contextmanager
def _signals() -> Iterator[None]:
    """Meanwhile a signal that would end the process raises Stopped; an ignored one stays so."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set them
        return
    usual = (signal.SIG_DFL, signal.default_int_handler)
    before = {number: signal.getsignal(number) for number in _STOPPING}
    ours = [number for number, handler in before.items() if handler in usual]

    def stop(number: int, _: FrameType | None) -> None:
        for other in ours:  # another one, as `timeout` sends two, would disturb the clearing up
            signal.signal(other, signal.SIG_IGN)
        raise Stopped(number)

    for number in ours:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])
