"""Records as JSON that other programs rely on: how one is written, read back, and described."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from auditor.atomic import NOT_JSON
from auditor.errors import DataError

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Generic[Kind]):
    """A kind of record and the file that holds it."""

    kind: type[Kind]
    version: int
    noun: str  # "audit"
    file: str
    command: str  # that makes the file
    remedy: str  # what to do about another version's file, as "audit the data again"
    description: str  # of the schema
    by_row: tuple[str, ...]  # fields that are keyed by file row
    # What is wrong with a record that has the right types.
    faults: Callable[[Kind], Iterable[str]] = lambda _: ()

    def write(self, record: Kind) -> str:
        """The record, each top-level key on a line of its own so that two can be diffed."""
        plain = msgspec.to_builtins(record)
        plain = {"schema_version": plain.pop("schema_version"), **plain}
        lines = (f"{_encode(key)}: {_encode(value)}" for key, value in plain.items())
        return "{\n" + ",\n".join(lines) + "\n}\n"

    def read(self, path: str | Path) -> Kind:
        """The record in a file; fields that it does not know are passed over.

        Raises DataError for a file that is missing, damaged, or of another schema version.
        """
        advice = f"give the {self.file} of an `{self.command}` run"
        article = "an" if self.noun[0] in "aeiou" else "a"
        try:
            plain = msgspec.json.decode(Path(path).read_bytes())
        except OSError as error:
            raise DataError(f"{path}: cannot be read ({error.strerror}); {advice}") from error
        except NOT_JSON as error:
            raise DataError(f"{path}: is not JSON ({error}); {advice}") from error
        version = plain.get("schema_version") if isinstance(plain, dict) else None
        if version is None:
            raise DataError(
                f"{path}: is not {article} {self.noun}, it has no schema_version; {advice}"
            )
        if version != self.version or isinstance(version, bool):
            raise DataError(
                f"{path}: has schema_version {version!r}, this auditor reads {self.version}; "
                f"{self.remedy} or install the auditor that wrote it"
            )
        try:
            found = msgspec.convert(plain, self.kind)
        except msgspec.ValidationError as error:
            raise DataError(f"{path}: is not a valid {self.noun} ({error}); {advice}") from error
        for fault in self.faults(found):
            raise DataError(f"{path}: is not a valid {self.noun} ({fault}); {advice}")
        return found

    def schema(self) -> dict[str, Any]:
        """JSON Schema (draft 2020-12); fields added later are valid under it."""
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
            "title": self.file,
            "description": self.description,
            "$defs": derived["$defs"],
        }


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()
