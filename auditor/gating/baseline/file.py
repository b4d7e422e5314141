"""The file of a baseline: sorted JSON, made for diffs.

An entry stands on a line of its own. Hashes stand on a line with those that begin alike, so that
what comes or goes changes its own line and moves no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Annotated

import msgspec

from auditor.atomic import NOT_JSON, write_whole
from auditor.checks import CHECKS
from auditor.dataset.opening.pointers import step_to_content
from auditor.errors import DataError, MachineError, UsageError
from auditor.gating.baseline.entries import Baseline, KnownFinding
from auditor.gating.baseline.history import KEY_DIGITS

_PREFIX = 2  # digits that the hashes of a line share: 256 lines at most
_HASH = rf"[0-9a-f]{{{KEY_DIGITS}}}"
_Hash = Annotated[str, msgspec.Meta(pattern=rf"^{_HASH}\Z")]
_Hashes = Annotated[str, msgspec.Meta(pattern=rf"^{_HASH}( {_HASH})*\Z")]


# People edit these files: a field that is misspelled, as `expire`, must not be passed over.
class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: str
    category: str | None
    rows: tuple[_Hash, ...]
    reason: str = ""
    expires: date | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    entries: tuple[_Entry, ...]
    labels: tuple[_Hashes, ...] = ()
    rows: tuple[_Hashes, ...] | None = None  # None: of a version that did not keep them


def read(path: Path) -> Baseline:
    """Raises UsageError for a file that is not there, DataError for one that is no baseline."""
    make = f"make one with `auditor baseline create DATA --output {path}`"
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such baseline; {make}") from error
    except OSError as error:
        raise MachineError(f"{path}: cannot be read ({error.strerror})") from error
    except NOT_JSON as error:
        why = step_to_content(path) or f"is not a baseline ({error}); restore it, or {make}"
        raise DataError(f"{path}: {why}") from error
    if file.rows is None:
        raise DataError(
            f"{path}: does not say which rows there were when it was made, as an earlier version "
            f"wrote it; remove it and {make}"
        )
    codes = {check.code for check in CHECKS}
    for i, entry in enumerate(file.entries):
        if entry.code not in codes:
            raise DataError(
                f"{path}: entries[{i}].code {entry.code!r} is no check; fix it, restore the file, "
                f"or {make}"
            )
    entries = tuple(KnownFinding(**msgspec.structs.asdict(entry)) for entry in file.entries)
    rows, labels = (tuple(" ".join(lines).split()) for lines in (file.rows, file.labels))
    return Baseline(entries=entries, rows=rows, labels=labels).in_order()


def write(baseline: Baseline, path: Path) -> None:
    """Raises MachineError."""
    content = b",\n".join(
        (
            _listed("entries", baseline.entries),
            _listed("labels", _lines(baseline.labels)),
            _listed("rows", _lines(baseline.rows)),
        )
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, b"{" + content + b"}\n")
    except OSError as error:
        raise MachineError(
            f"{path}: cannot be written ({error.strerror or error}); choose another place"
        ) from error


def _lines(hashes: Iterable[str]) -> list[str]:
    return [" ".join(alike) for _, alike in groupby(hashes, key=lambda h: h[:_PREFIX])]


def _listed(name: str, items: Sequence[KnownFinding] | Sequence[str]) -> bytes:
    lines = b",\n".join(msgspec.json.encode(item) for item in items)
    return f'"{name}": ['.encode() + (b"\n" + lines + b"\n" if items else b"") + b"]"
