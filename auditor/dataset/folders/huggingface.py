"""A Hugging Face dataset folder, read without their library.

    saved dataset         state.json, dataset_info.json, data-*.arrow       `save_to_disk`
    saved DatasetDict     dataset_dict.json, and such a folder for each split
    plain files           train.csv, test.jsonl, data/train-00000-of-00002.parquet, ...
    several datasets      what README.md configures (`hub_card.py`), or a folder for each

The folder of a split, or a file named for one, gives its rows the column `split`.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from auditor.dataset.folders.class_folders import open_class_folders
from auditor.dataset.folders.hub_card import Card, read_card
from auditor.dataset.folders.hub_files import Chosen, choose_files, choose_folder
from auditor.dataset.folders.shards import (
    Shard,
    decisions_of,
    in_order,
    one_format,
    plain_files,
    split_of_file,
)
from auditor.dataset.folders.splits import training_first
from auditor.dataset.labels.names import named_rows
from auditor.dataset.opening.file import open_file
from auditor.dataset.typed.arrow import ARROW, read_arrow
from auditor.dataset.typed.columnar import Classes, class_names
from auditor.dataset.values import printable
from auditor.errors import DataError, UsageError
from auditor.interfaces import Reader
from auditor.records.dataset import Reject
from auditor.records.reading import Fields, ReadOptions, Rows, Table

DESCRIPTIONS = ("state.json", "dataset_info.json", "dataset_infos.json", "dataset_dict.json")


class HuggingFaceFolder:
    """A dataset folder; its plain files are read by the readers of their formats."""

    name = "huggingface"
    suffixes: tuple[str, ...] = ()

    def __init__(self, readers: Sequence[Reader]) -> None:
        self.readers = {suffix: reader for reader in readers for suffix in reader.suffixes}
        self.files = tuple(readers)

    def open(self, path: Path, options: ReadOptions) -> Table:
        """Rows of each file, training files first. Raises DataError where there are none."""
        if not path.is_dir():
            raise DataError("expected a dataset folder, found a file")
        if (texts := open_class_folders(path, options, self.readers)) is not None:
            return texts
        shards = self._shards(path, options)
        if not shards:
            inner = choose_folder(path, options.table, self._listed)
            shards = self._plain(path, inner, read_card(path), options)
        if not shards:
            known = ", ".join(sorted(self.readers))
            raise DataError(f"the folder holds no data; expected a saved dataset, or files {known}")
        return Table(rows=partial(_rows, path, shards), decisions=decisions_of(shards))

    def open_files(self, files: Sequence[Path], options: ReadOptions) -> Table:
        """Rows of the files that a pattern finds. Raises DataError for one table in two formats."""
        one_format(files)
        shards = [self._shard(f, split_of_file(f), {}, options) for f in in_order(files)]
        rows = partial(_rows, Path(os.path.commonpath([f.parent for f in files])), shards)
        return Table(rows=rows, decisions=decisions_of(shards))

    def _shards(self, folder: Path, options: ReadOptions) -> list[Shard]:
        if (folder / "dataset_dict.json").is_file():
            splits = _description(folder / "dataset_dict.json").get("splits")
            named = [s for s in splits if isinstance(s, str)] if isinstance(splits, list) else []
            inside = [s for s in sorted(named, key=training_first) if Path(s).name == s]
            shards = [shard for split in inside for shard in _saved(folder / split, split)]
        elif (folder / "state.json").is_file():
            shards = list(_saved(folder, None))
        else:
            card = read_card(folder)
            chosen = choose_files(folder, card, options.table, self._listed)
            shards = self._plain(folder, chosen, card, options)
        return shards

    def _listed(self, folder: Path) -> list[Path]:
        return plain_files(folder, self.readers, DESCRIPTIONS)

    def _plain(self, folder: Path, chosen: Chosen, card: Card, options: ReadOptions) -> list[Shard]:
        """The files of one dataset, with the names that the folder has for its classes."""
        if chosen.name is not None:
            options = dataclasses.replace(options, table=None)  # which named the dataset
        described = folder / "dataset_info.json"
        classes = _classes(described) if described.is_file() else card.classes_of(chosen.name)
        shards = [self._shard(file, split, classes, options) for file, split in chosen.files]
        return [dataclasses.replace(s, decisions=(*chosen.decisions, *s.decisions)) for s in shards]

    def _shard(
        self, file: Path, split: str | None, classes: Classes, options: ReadOptions
    ) -> Shard:
        if file.suffix.lower() in ARROW.suffixes:
            return Shard(file=file, split=split, rows=partial(read_arrow, file, classes))
        try:
            table = open_file(file, None, self.files, options)
        except (DataError, UsageError) as error:
            raise type(error)(f"{printable(file.name)}: {error}") from error
        rows = table.rows if not classes else partial(_named, table, classes)
        return Shard(file=file, split=split, rows=rows, decisions=table.decisions)


def _named(table: Table, classes: Classes) -> Rows:
    return named_rows(table.rows(), classes)


def _rows(folder: Path, shards: Sequence[Shard]) -> Rows:
    row = 0
    for shard in shards:
        where = printable(str(shard.file.relative_to(folder)))
        try:
            for line, fields in shard.rows():
                yield line, _placed(fields, row, shard.split, where)
                row += 1
        except DataError as error:
            raise DataError(f"{where}: {error}") from error


def _saved(folder: Path, split: str | None) -> Iterator[Shard]:
    """The Arrow files of one saved dataset, in the order that its state lists them."""
    listed = _description(folder / "state.json").get("_data_files")
    files = listed if isinstance(listed, list) else []
    names = [item.get("filename") for item in files if isinstance(item, dict)]
    described = folder / "dataset_info.json"
    classes = _classes(described) if described.is_file() else {}
    for name in names:
        if not isinstance(name, str) or Path(name).name != name:  # never out of the folder
            raise DataError(
                f"{folder.name}/state.json names a file outside its folder; save it again"
            )
        if not (folder / name).is_file():
            raise DataError(f"{folder.name}/{name} is missing; save the dataset again")
        file = folder / name
        yield Shard(file=file, split=split, rows=partial(read_arrow, file, classes))


def _description(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{file.parent.name}/{file.name} cannot be read; save it again") from error
    return found if isinstance(found, dict) else {}


def _classes(described: Path) -> dict[str, list[str]]:
    return class_names(_description(described).get("features"))


def _placed(fields: Fields | Reject, row: int, split: str | None, where: str) -> Fields | Reject:
    """The row as the folder numbers it, with its split."""
    if isinstance(fields, Reject):
        return dataclasses.replace(fields, row=row, reason=f"{where}: {fields.reason}")
    return fields if split is None else {**fields, "split": split}
