"""`audit.json`: the contract that other programs read, and from which a report renders again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from auditor.errors import DataError
from auditor.results import SCHEMA_VERSION, Audit


class JsonRenderer:
    """The whole audit, each top-level key on a line of its own so that two audits can be diffed."""

    name = "json"
    filename = "audit.json"

    def render(self, audit: Audit) -> str:
        lines = (f"{_encode(key)}: {_encode(value)}" for key, value in audit.to_dict().items())
        return "{\n" + ",\n".join(lines) + "\n}\n"


def load(path: str | Path) -> Audit:
    """The audit that an `audit.json` holds; fields it does not know are passed over.

    Raises DataError for a file that is missing, damaged, or of another schema version.
    """
    advice = "give the audit.json of an `auditor audit` run"
    try:
        plain = msgspec.json.decode(Path(path).read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); {advice}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: is not JSON ({error}); {advice}") from error
    version = plain.get("schema_version") if isinstance(plain, dict) else None
    if version is None:
        raise DataError(f"{path}: is not an audit, it has no schema_version; {advice}")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise DataError(
            f"{path}: has schema_version {version!r}, this auditor reads {SCHEMA_VERSION}; "
            "audit the data again or install the auditor that wrote it"
        )
    try:
        return msgspec.convert(plain, Audit)
    except msgspec.ValidationError as error:
        raise DataError(f"{path}: is not a valid audit ({error}); {advice}") from error


def schema() -> dict[str, Any]:
    """The contract as JSON Schema (draft 2020-12); fields added later are valid under it."""
    derived = msgspec.json.schema(Audit)
    root = derived["$defs"].pop("Audit")
    # What the types cannot say: the version is this one, and `examples` is keyed by file row.
    root["properties"]["schema_version"] = {"const": SCHEMA_VERSION}
    root["properties"]["examples"]["propertyNames"] = {"pattern": "^[0-9]+$"}
    root["required"] = ["schema_version", *root["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:auditor:audit:{SCHEMA_VERSION}",
        **root,
        "title": "audit.json",
        "description": "What `auditor audit` found in a labelled dataset. Rows are 0-based data "
        "rows of the file, rejected ones counted; shares, accuracies and drops are fractions 0-1.",
        "$defs": derived["$defs"],
    }


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()
