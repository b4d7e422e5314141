"""A folder for each label, and in it a file for each text: 20 newsgroups, the film reviews of
Stanford, and whatever else scikit-learn's `load_files` reads."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from auditor.dataset.folders.shards import LOOSE, data_files, split_of_file
from auditor.dataset.folders.splits import SPLITS
from auditor.dataset.opening.decoding import MARKS, known_encoding
from auditor.dataset.opening.guessing import guessed, telling_lines
from auditor.dataset.values import quoted_names
from auditor.errors import DataError
from auditor.records.dataset import Decision, Reject
from auditor.records.reading import ReadOptions, Rows, Table

LEAST = 2  # labels, and texts of each
SAMPLED = 10  # texts that are looked into: whether they are tables
UNLABELLED = frozenset(("unsup", "unlabeled", "unlabelled", "unsupervised"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that is one text."""

    file: Path
    label: str
    split: str | None


def open_class_folders(folder: Path, options: ReadOptions, known: Collection[str]) -> Table | None:
    """The texts of the folder, each labelled with the folder that it is in; None where the folder
    is not laid out so, or has data files of the `known` suffixes. Raises DataError where their
    encoding is in doubt."""
    places = [place for place in (folder, folder / "data") if place.is_dir()]
    files = [file for place in places for file in data_files(place, known)]
    if any(file.suffix.lower() not in LOOSE for file in files):
        return None
    documents, aside = _documents(folder)
    if not documents or _are_tables(documents):
        return None
    decisions = [Decision(what="each file is a text, and its folder is the label")]
    if aside:
        decisions.append(
            Decision(what=f"folders without labels are left aside: {quoted_names(aside)}")
        )
    encodings, more = _encodings(documents, options.encoding)
    rows = partial(_rows, folder, documents, encodings)
    return Table(rows=rows, decisions=(*decisions, *more))


def _documents(folder: Path) -> tuple[list[Document], list[str]]:
    """The texts in the order of their names, and the folders that hold none with a label."""
    inside = _folders(folder)
    splits = [name for name in inside if name.lower() in SPLITS]
    if not splits:
        return _labelled(inside, None)
    found: list[Document] = []
    aside = [name for name in inside if name not in splits]
    for name in splits:
        documents, others = _labelled(_folders(inside[name]), name)
        if not documents:
            return [], []
        found += documents
        aside += [f"{name}/{other}" for other in others]
    return found, aside


def _folders(folder: Path) -> dict[str, Path]:
    return {p.name: p for p in sorted(folder.iterdir()) if p.is_dir() and p.name[0] not in "._"}


def _labelled(folders: Mapping[str, Path], split: str | None) -> tuple[list[Document], list[str]]:
    labelled = {name: place for name, place in folders.items() if name.lower() not in UNLABELLED}
    texts = {label: _texts(place) for label, place in labelled.items()}
    if len(texts) < LEAST or any(len(files) < LEAST for files in texts.values()):
        return [], []
    found = [
        Document(file=file, label=label, split=split)
        for label, files in texts.items()
        for file in files
    ]
    return found, [name for name in folders if name not in labelled]


def _texts(folder: Path) -> list[Path]:
    """Its files, where all are texts by their names, and none is named for a split."""
    files = [p for p in sorted(folder.iterdir()) if not p.name.startswith(".")]
    texts = [
        p for p in files if p.is_file() and (p.suffix in ("", ".txt") or p.suffix[1:].isdigit())
    ]
    return texts if texts == files and not any(map(split_of_file, texts)) else []


def _are_tables(documents: Sequence[Document]) -> bool:
    """Whether the sampled texts are lines of fields."""
    for document in documents[:: max(1, len(documents) // SAMPLED)]:
        with document.file.open("rb") as file:
            lines = [line for line in file.read(1 << 16).splitlines() if line.strip()]
        if len(lines) < 2 or not all(b"\t" in line.strip() for line in lines):
            return False
    return True


def _encodings(
    documents: Sequence[Document], said: str | None
) -> tuple[tuple[str, ...], tuple[Decision, ...]]:
    """The encodings to try on each text that is not marked, and what was decided of them."""
    if said is not None:
        return (known_encoding(said),), ()
    others = [d.file for d in documents if _decoded(d.file.read_bytes(), "utf-8") is None]
    if not others:
        return ("utf-8",), ()
    guess = guessed(telling_lines(others))
    if guess.name is None:
        flags = " or ".join(f"--encoding {name}" for name in guess.proposals)
        raise DataError(
            f"{others[0].relative_to(documents[0].file.parents[1])}: not valid UTF-8, as"
            f" {len(others)} of {len(documents)} texts; say which encoding they are in, as with"
            f" {flags}"
        )
    what = f"of texts that are not UTF-8 ({len(others)}), {guess.what}"
    return ("utf-8", guess.name), (Decision(what=what, values=guess.words, otherwise="--encoding"),)


def _rows(folder: Path, documents: Sequence[Document], encodings: Sequence[str]) -> Rows:
    for row, document in enumerate(documents):
        where = document.file.relative_to(folder).as_posix()
        raw = document.file.read_bytes()
        text = _decoded(raw, *encodings)
        if text is None:
            yield None, Reject(row=row, line=None, reason=f"{where}: not valid {encodings[-1]}")
            continue
        fields = {"text": text.removesuffix("\n").removesuffix("\r"), "label": document.label}
        yield None, {**fields, "id": where, **({"split": document.split} if document.split else {})}


def _decoded(raw: bytes, *encodings: str) -> str | None:
    """The text, as its mark says, else in the first of the encodings that decodes it."""
    marked = next((name for mark, name in MARKS if raw.startswith(mark)), None)
    for name in filter(None, (marked, *encodings)):
        try:
            return codecs.decode(raw, name)
        except UnicodeDecodeError:
            continue
    return None
