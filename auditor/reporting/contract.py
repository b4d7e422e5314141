"""A result as JSON that other programs rely on: how it is written, read back, and described."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from auditor.atomic import NOT_JSON
from auditor.errors import DataError
from auditor.records.kept import plain

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Generic[Kind]):
    """The format `json` of one kind of result."""

    kind: type[Kind]
    version: int
    noun: str  # "audit"
    filename: str
    command: str  # that makes the file
    remedy: str  # what to do about another version's file, as "audit the data again"
    description: str  # of the schema
    by_row: tuple[str, ...]  # fields that are keyed by file row
    # What is wrong with a result that has the right types.
    faults: Callable[[Kind], Iterable[str]] = lambda _: ()

    name = "json"

    @property
    def a_noun(self) -> str:
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"

    def render(self, result: Kind) -> str:
        """The whole result, each top-level key on a line of its own so that two can be diffed."""
        lines = (f"{_encode(key)}: {_encode(value)}" for key, value in plain(result).items())
        return "{\n" + ",\n".join(lines) + "\n}\n"

    def convert(self, decoded: dict[str, Any], path: str | Path) -> Kind:
        """The result that the JSON of a file holds; fields that it does not know are passed over.

        Raises DataError for a file that is damaged, or of another schema version.
        """
        advice = f"give the {self.filename} of an `{self.command}` run"
        version = decoded.get("schema_version")
        if version is None:
            raise DataError(f"{path}: is not {self.a_noun}, it has no schema_version; {advice}")
        if version != self.version or isinstance(version, bool):
            raise DataError(
                f"{path}: has schema_version {version!r}, this auditor reads {self.version}; "
                f"{self.remedy} or install the auditor that wrote it"
            )
        try:
            found = msgspec.convert(decoded, self.kind)
        except msgspec.ValidationError as error:
            raise DataError(f"{path}: is not a valid {self.noun} ({error}); {advice}") from error
        for fault in self.faults(found):
            raise DataError(f"{path}: is not a valid {self.noun} ({fault}); {advice}")
        return found

    def schema(self) -> dict[str, Any]:
        """JSON Schema (draft 2020-12), derived from the types; later fields are valid under it."""
        derived = msgspec.json.schema(self.kind)
        root = derived["$defs"].pop(self.kind.__name__)
        # What the types cannot say: the version is this one, and some keys are file rows.
        root["properties"]["schema_version"] = {"const": self.version}
        for name in self.by_row:
            root["properties"][name]["propertyNames"] = {"pattern": "^[0-9]+$"}
        root["required"] = ["schema_version", *root["required"]]
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:auditor:{self.noun}:{self.version}",
            **root,
            "title": self.filename,
            "description": self.description,
            "$defs": derived["$defs"],
        }


def decode(path: str | Path, advice: str) -> object:
    """The JSON of a file. Raises DataError, with the advice, where it cannot be read or is none."""
    try:
        found: object = msgspec.json.decode(Path(path).read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); {advice}") from error
    except NOT_JSON as error:
        from auditor.dataset.opening.pointers import step_to_content  # with all that reads data

        why = step_to_content(Path(path)) or f"is not JSON ({error}); {advice}"
        raise DataError(f"{path}: {why}") from error
    return found


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()
