"""What users can do with every result that they keep: look at it, write it, take it apart."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

_LONGEST = 60  # characters of a name on the one line that a result is shown as


class Kept:
    """An audit, a verdict or a comparison."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The result as plain dicts, lists and numbers: the content of its JSON file."""
        return plain(self)

    def save_html(self, path: str | Path, *, static: bool = False) -> Path:
        """Writes the report, one HTML page, to `path`, and returns that.

        static: without script. Raises `auditor.errors.MachineError` where writing fails.
        """
        from auditor.reporting.saving import save_html  # two layers up, so imported when asked

        result: Any = self
        return save_html(result, path, static=static)

    def show(self, path: str | Path | None = None) -> None:
        """Shows the report below the cell of a notebook, in a frame of its own.

        Anywhere else it prints the lines that the command line prints, and writes the report to
        `path`, by default in `reports/<name>`; nothing is opened. In a notebook it is written only
        where `path` is given. Raises `auditor.errors.MachineError` where writing fails.
        """
        from auditor.reporting.notebook import show

        result: Any = self
        show(result, path)

    def _repr_html_(self) -> str:
        """What a notebook shows of a result that a cell ends with: a few static lines."""
        from auditor.reporting.notebook import notebook

        result: Any = self
        return notebook(result)


def plain(result: object) -> dict[str, Any]:
    """A result as plain dicts, lists and numbers, its schema version first."""
    import msgspec

    found: dict[str, Any] = msgspec.to_builtins(result)
    return {"schema_version": found.pop("schema_version"), **found}


def quoted(name: str) -> str:
    """A name of the data on one line, as Python writes it: nothing in it acts on a terminal."""
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return repr(short).replace("##", r"#\x23")  # GitHub and Azure obey ##[ anywhere in a log


def counted(number: int, noun: str) -> str:
    """`3 rows`, `1 row`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def tally(counts: Iterable[tuple[int, str]], nothing: str) -> str:
    """`2 errors, 1 note`: those that there are; `nothing` where there are none."""
    return ", ".join(counted(n, noun) for n, noun in counts if n) or nothing
