"""The file of `--label-names`: what labels that are numbers stand for.

delivery            {"0": "delivery", "1": "billing"}       {"id2label": {...}}
billing             {"delivery": 0, "billing": 1}           ["delivery", "billing"]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.dataset.json.text import values_of
from auditor.dataset.labels.names import UNNAMED, WHOLE
from auditor.dataset.opening.decoding import open_text
from auditor.dataset.values import Listed, Unusable, printable
from auditor.errors import DataError, UsageError
from auditor.label_spelling import is_blank
from auditor.records.dataset import Decision, Reject
from auditor.records.reading import Rows

FLAG = "--label-names"
LARGEST = 1_000_000  # bytes of a file of names
NUMBERED = re.compile(r"(\d+)\s*[\t,:; ]\s*(\S.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names in their order, or by the labels that they stand for."""

    listed: Sequence[str] = ()
    by_label: Mapping[str, str] | None = None

    @property
    def all(self) -> list[str]:
        return list(self.listed if self.by_label is None else self.by_label.values())


def named_labels(
    read: Callable[[], Rows], column: str, file: str, *, strict: bool = True
) -> tuple[Callable[[], Rows], tuple[Decision, ...]]:
    """The rows with names for the numbers in the column, and from which number they count.

    A number without a name is unusable. Raises UsageError for a file that holds no names, for
    labels of which none is a number, and where the names may count from 0 or from 1.
    """
    names = read_names(Path(file))
    labels = set(_values(read(), column))
    numbers = {match[1] for label in labels if (match := WHOLE.fullmatch(label))}
    if not numbers and names.by_label is None:
        if strict and not labels & set(names.all):
            raise UsageError(f"{FLAG} {file}: no label in column {column!r} is a whole number")
        return read, ()
    by_label, decisions = names.by_label, tuple[Decision, ...]()
    if by_label is None:
        by_label, decisions = _counted(names.listed, {int(n) for n in numbers}, file)

    def rows() -> Rows:
        known = set(names.all)
        for line, fields in read():
            if isinstance(fields, Reject) or column not in fields:
                yield line, fields
            else:
                yield line, {**fields, column: _named(fields[column], by_label, known)}

    return rows, decisions


def read_names(path: Path) -> Names:
    """Raises UsageError for a file that cannot be read, or holds no names or one twice."""
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{FLAG} {path}: too large for a file of names")
        with open_text(path) as text:
            written = text.read()
    except (OSError, DataError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(printable(f"{FLAG} {path}: cannot be read ({reason})")) from error
    names = _of_json(written) if written.lstrip()[:1] in ("[", "{") else _of_lines(written)
    if names is None or not names.all or any(is_blank(name) for name in names.all):
        raise UsageError(
            f"{FLAG} {path}: expected one name a line, a JSON list of names, or a JSON object of"
            ' labels and names such as {"0": "delivery"}'
        )
    if len(set(names.all)) < len(names.all):
        raise UsageError(f"{FLAG} {path}: two labels have the same name; map them with --map-label")
    return names


def _of_lines(written: str) -> Names:
    lines = [line.strip() for line in written.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    numbered = [match for line in lines if (match := NUMBERED.fullmatch(line))]
    if lines and len(numbered) == len(lines) == len({match[1] for match in numbered}):
        return Names(by_label={match[1]: match[2] for match in numbered})
    return Names(listed=lines)


def _of_json(written: str) -> Names | None:
    try:
        [(_, value)] = values_of(written)
    except (ValueError, RecursionError):
        return None
    for key in ("id2label", "label2id", "names"):
        if isinstance(value, dict) and key in value:
            return _names(value[key])
    return _names(value)


def _names(value: Any) -> Names | None:
    if isinstance(value, list) and all(type(name) is str for name in value):
        return Names(listed=value)
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value.values()):
        return None
    if all(map(WHOLE.fullmatch, value)):
        return Names(by_label=value)
    if all(map(WHOLE.fullmatch, value.values())) and len(set(value.values())) == len(value):
        return Names(by_label={str(number): name for name, number in value.items()})
    return Names(by_label=value)


def _counted(
    listed: Sequence[str], numbers: set[int], file: str
) -> tuple[Mapping[str, str], tuple[Decision, ...]]:
    """The names by number, from 0 or from 1 as the labels tell."""
    last = len(listed)
    if 0 not in numbers and last not in numbers and max(numbers) < last:
        raise UsageError(
            f"{FLAG} {file}: the labels {min(numbers)} to {max(numbers)} may count its {last} names"
            ' from 0 or from 1; write the file as a JSON object such as {"1": "delivery"}'
        )
    start = 0 if 0 in numbers or max(numbers) > last else 1
    said = Decision(what=f"the names of the labels count from {start}", otherwise=FLAG)
    return {str(at): name for at, name in enumerate(listed, start)}, (said,)


def _named(value: str, by_label: Mapping[str, str], known: set[str]) -> str:
    if isinstance(value, Listed):
        return Listed(_named(item, by_label, known) for item in value.items)
    if isinstance(value, Unusable) or not value or value.isspace():
        return value
    whole = WHOLE.fullmatch(value)
    name = by_label.get(value) or (by_label.get(whole[1]) if whole else None)
    return name or (value if value in known else Unusable(UNNAMED))


def _values(rows: Rows, column: str) -> Iterator[str]:
    """What the cells of the column hold."""
    for _, fields in rows:
        value = None if isinstance(fields, Reject) else fields.get(column)
        if isinstance(value, Listed):
            yield from value.items
        elif value is not None and not isinstance(value, Unusable):
            yield value
