"""An array of records that stands somewhere in a document."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.dataset.chat import holds_turns
from auditor.dataset.json.forms import is_known
from auditor.dataset.json.layouts.laid import Laid, is_table
from auditor.dataset.json.values import is_plain
from auditor.dataset.values import quoted_names
from auditor.errors import DataError, UsageError
from auditor.records.dataset import Decision

DEEPEST = 5  # objects within objects that are looked into
LONGEST_KEY = 3  # words
OBVIOUS = "data"  # where many programs write the rows, beside what describes them


def single_array(document: dict[str, Any]) -> Laid | None:
    """The document's only array of records, the one called `data`, or the only one of a form.

    Raises DataError where there are several, which name one with --table.
    """
    found = dict(_tables(document))
    obvious = found.get(OBVIOUS)
    if len(found) > 1 and obvious is not None:
        found = {OBVIOUS: obvious}
    elif len(found) > 1:
        known = {path: array for path, array in found.items() if is_known(array)}
        found = known if len(known) == 1 else found
    if not found:
        return None
    if len(found) > 1:
        longest = max(found, key=lambda path: len(found[path]))
        listed = ", ".join(f"{quoted_names([path])} ({len(a)})" for path, a in [*found.items()][:8])
        raise DataError(
            f"holds several arrays of records: {listed}; name one, such as with"
            f" --table {shlex.quote(longest)}"
        )
    [(path, array)] = found.items()
    told = Decision(what=f"its rows are the array {quoted_names([path])}", otherwise="--table")
    return Laid(records=array, decisions=() if array is obvious else (told,))


def array_called(document: Any, path: str) -> Any:
    """What stands in the document under the dotted name. Raises UsageError where nothing does."""
    value = document
    rest = path
    while rest:
        inner = value if isinstance(value, dict) else {}
        key = next((k for k in (rest, rest.partition(".")[0]) if k in inner), None)
        if key is None:
            found = [name for name, _ in _tables(document)] or list(_keys(document))
            known = f"it has {quoted_names(found)}" if found else "it has none: drop --table"
            raise UsageError(f"no array {path!r} for --table; {known}")
        value, rest = inner[key], rest[len(key) :].removeprefix(".")
    return value


def refusal(document: Any) -> str:
    """What is wrong with a document in which no layout found rows, and the nearest step."""
    if document == []:
        return "holds no rows; expected rows of text and label"
    if isinstance(document, dict):
        inside = ", ".join(f"{_key(k)} ({kind(v)})" for k, v in [*document.items()][:8])
        more = f" and {len(document) - 8} more" if len(document) > 8 else ""
        found = f"found an object of {inside}{more}" if document else "found an empty object"
    else:
        found = f"found {kind(document)}"
    return (
        f"expected an array of objects, {found}; write the rows as"
        ' [{"text": ..., "label": ...}, ...], or name the array that holds them with --table NAME'
    )


def _key(key: str) -> str:
    """A key as a message has it: one of many words may be a text of the data."""
    return quoted_names([key]) if len(key.split()) <= LONGEST_KEY else "a key of many words"


def kind(value: Any) -> str:
    """What a value is, for a message; none of its text."""
    if isinstance(value, dict):
        return f"an object of {len(value)}"
    if isinstance(value, list):
        inside = {kind(item).split()[1] for item in value[:100]}
        return f"an array of {len(value)} {' or '.join(sorted(inside))}s" if value else "an array"
    if value is None:
        return "a null"
    return "a boolean" if isinstance(value, bool) else f"a {_plain_kind(value)}"


def _plain_kind(value: Any) -> str:
    return "string" if type(value) is str else "number"


def _tables(value: Any, prefix: str = "", depth: int = DEEPEST) -> Iterator[tuple[str, list[Any]]]:
    if not isinstance(value, Mapping) or not depth:
        return
    for key, inner in value.items():
        if is_table(inner) and not holds_turns(key):
            yield f"{prefix}{key}", inner
        elif not is_plain(inner):
            yield from _tables(inner, f"{prefix}{key}.", depth - 1)


def _keys(document: Any) -> Iterator[str]:
    return iter(document if isinstance(document, dict) else ())
