"""What a folder of the Hugging Face hub says of itself: the head of README.md, dataset_infos.json.

configs:                              dataset_info:
- config_name: en                     - config_name: en
  data_files:                           features:
  - split: train                        - name: label
    path: en/train-*.csv                  dtype: {class_label: {names: {'0': delivery}}}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditor.dataset.intents.yaml_nodes import documents
from auditor.dataset.typed.columnar import class_names
from auditor.errors import DataError

DEFAULT = "default"  # what the hub calls the only configuration
HEAD = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)

Files = tuple[tuple[str | None, tuple[str, ...]], ...]  # split -> patterns of its files


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One of the datasets that a folder holds."""

    name: str
    files: Files
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the folder says; empty where it says nothing."""

    configurations: tuple[Configuration, ...] = ()
    classes: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)

    def classes_of(self, name: str | None) -> Mapping[str, list[str]]:
        """The names of classes by column, of a configuration; of the only one where it has none."""
        if name is not None and name in self.classes:
            return self.classes[name]
        return next(iter(self.classes.values())) if len(self.classes) == 1 else {}


def read_card(folder: Path) -> Card:
    """What the folder says of itself. Raises DataError for a head that cannot be read."""
    head = _head(folder / "README.md")
    infos = _infos(folder / "dataset_infos.json")
    old = {name: class_names(info.get("features")) for name, info in infos.items()}
    new = {name: _card_classes(info) for name, info in _listed(head, "dataset_info")}
    return Card(
        configurations=tuple(_configurations(head)),
        classes={name: found for name, found in {**old, **new}.items() if found},
    )


def _head(file: Path) -> dict[str, Any]:
    try:
        found = HEAD.match(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return {}
    try:
        nodes = list(documents(found[1])) if found else []
    except DataError as error:
        raise DataError(f"README.md, its head: {error}") from error
    return nodes[0] if nodes and isinstance(nodes[0], dict) else {}


def _infos(file: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{file.name} cannot be read; mend it or take it away") from error
    named = found.items() if isinstance(found, dict) else ()
    return {name: info for name, info in named if isinstance(info, dict)}


def _listed(head: Mapping[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The configurations under a key, where one may stand without a list."""
    found = head.get(key)
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, dict):
            yield str(item.get("config_name", DEFAULT)), item


def _configurations(head: Mapping[str, Any]) -> Iterator[Configuration]:
    for name, item in _listed(head, "configs"):
        files = tuple(_files(item.get("data_files")))
        if files:
            told = str(item.get("default", "")).lower() == "true"
            yield Configuration(name=name, files=files, is_default=told or name == DEFAULT)


def _files(given: Any) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """Patterns by split: `"*.csv"`, a list of patterns, or a list of splits with their paths."""
    listed = given if isinstance(given, list) else [given]
    plain = tuple(str(item) for item in listed if isinstance(item, str))
    if plain:
        yield None, plain
    for item in listed:
        if isinstance(item, dict) and "path" in item:
            paths = item["path"] if isinstance(item["path"], list) else [item["path"]]
            yield str(item.get("split") or "") or None, tuple(map(str, paths))


def _card_classes(info: Mapping[str, Any]) -> dict[str, list[str]]:
    features = info.get("features")
    found = {}
    for feature in features if isinstance(features, list) else ():
        names = _names(feature) if isinstance(feature, dict) else None
        if names:
            found[str(feature.get("name"))] = names
    return found


def _names(feature: Any) -> list[str] | None:
    """The names of a class label, also of one inside of a list."""
    if not isinstance(feature, dict):
        return None
    label = feature.get("class_label")
    names = label.get("names") if isinstance(label, dict) else None
    if isinstance(names, list):
        return [str(name) for name in names]
    if isinstance(names, dict) and [*names] == [str(at) for at in range(len(names))]:
        return [str(name) for name in names.values()]
    inner = (_names(feature.get(key)) for key in ("dtype", "sequence", "list"))
    return next((found for found in inner if found), None)
