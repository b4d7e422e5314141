"""An object whose values are splits, such as `{"train": [...], "test": [...]}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.dataset.folders.splits import split_of, training_first
from auditor.dataset.json.forms import as_objects
from auditor.dataset.json.layouts.laid import Laid
from auditor.dataset.json.values import is_plain
from auditor.dataset.values import quoted_names
from auditor.records.dataset import Decision


def inner(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The only object in a document of plain values, such as `{"data": {"train": ...}}`; else the
    document itself."""
    held = [value for value in document.values() if not is_plain(value)]
    return held[0] if len(held) == 1 and isinstance(held[0], dict) else document


def parts(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The document's splits by their keys, training first; None where a key names no split.

    Plain values beside them, such as a version, are set aside; CLINC150's `oos_train` is `train`.
    """
    held = {key: value for key, value in document.items() if isinstance(value, list | dict)}
    if not held or any(split_of(key) is None for key in held):
        return None
    return {key: held[key] for key in sorted(held, key=training_first)}


def joined(laid: Mapping[str, Laid]) -> Laid:
    """The records of all splits, each with its split."""
    records: list[Any] = []
    split: list[str] = []
    for name, part in laid.items():
        records += part.records
        split += [split_of(name) or name] * len(part.records)
    objects, decided = as_objects(records)
    told = Decision(what=f"the arrays {quoted_names(laid)} are its splits", otherwise="--table")
    inner = dict.fromkeys(decision for part in laid.values() for decision in part.decisions)
    return Laid(
        records=[
            {**record, "split": record.get("split", at)} if isinstance(record, dict) else record
            for record, at in zip(objects, split, strict=True)
        ],
        decisions=(told, *inner, *decided),
        classes={k: v for part in laid.values() for k, v in part.classes.items()},
    )
