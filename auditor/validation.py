"""What a user set, held against types with constraints (msgspec): one line says what is wrong.

The `description` of a type's `msgspec.Meta` ends that line: the name of what was set goes before
it, and what was found follows.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from auditor.errors import UsageError

FLAG = Meta(description="must be true or false")
WORD = Meta(description="must be a string")
Finite = Annotated[float, Meta(le=sys.float_info.max)]  # to msgspec no bound is infinite
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")  # a key that TOML needs no quotes for


def expect(where: str, value: Any, hint: Any) -> Any:
    """`value` as `hint` has it. Raises UsageError, which names the innermost value that is not."""
    try:
        return msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        where, value, hint = _innermost(where, value, hint)
        wanted = next(m.description for m in hint.__metadata__ if m.description)
        raise UsageError(f"{where} {wanted}, not {value!r}") from error


def expect_fields(record: Any) -> None:
    """The same for each field of a dataclass, which all have a description. Leaves them as set."""
    for name, hint in _hints(type(record)).items():
        expect(name, getattr(record, name), hint)


def dotted(where: str, name: Any) -> str:
    """A key in a table, as TOML has it: `label_map.'Late '`."""
    key = name if isinstance(name, str) and _PLAIN.fullmatch(name) else repr(name)
    return f"{where}.{key}" if where else key


def _innermost(where: str, value: Any, hint: Any) -> tuple[str, Any, Any]:
    for name, inner, inner_hint in _parts(value, get_args(hint)[0]):
        try:
            msgspec.convert(inner, inner_hint)
        except msgspec.ValidationError:
            return _innermost(dotted(where, name), inner, inner_hint)
    return where, value, hint


def _parts(value: Any, kind: Any) -> Iterator[tuple[Any, Any, Any]]:
    """What stands in a table: name, value, and what the value must be."""
    if not isinstance(value, Mapping):
        return
    if dataclasses.is_dataclass(kind):
        yield from ((n, value[n], hint) for n, hint in _hints(kind).items() if n in value)
    elif len(of := get_args(kind)) == 2 and get_origin(of[1]) is Annotated:  # key and value
        yield from ((name, inner, of[1]) for name, inner in value.items())


def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)
