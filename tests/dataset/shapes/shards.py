"""Several files that are one table, and folders of texts."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.dataset.shapes.delimited import COMMAS, GERMAN, lines
from tests.dataset.shapes.shape import ROWS, Row, Shape

LATER: tuple[Row, ...] = tuple((f"Still, {text}", label) for text, label in ROWS)
LATER_LINES = lines(LATER, ";")
TEXTS = {f"{label}/{i}.txt": f"{text}\n" for i, (text, label) in enumerate(ROWS)}
LATER_TEXTS = {f"{label}/{i}.txt": f"{text}\n" for i, (text, label) in enumerate(LATER)}
ASIDE = {"unsup/1.txt": "No label", "unsup/2.txt": "None here", "urls.txt": "x"}


def folder(files: Mapping[str, str | bytes], inside: str = "") -> Callable[[Path], None]:
    """Writes the files into the folder, or beside a pattern that finds some of them."""

    def make(path: Path) -> None:
        root = path.parent if "*" in path.name else path
        for name, content in files.items():
            place = root / inside / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content if isinstance(content, bytes) else content.encode())

    return make


def shape(name: str, files: Mapping[str, str | bytes], *said: str, **more: object) -> Shape:
    return Shape(name=name, content=folder(files), said=said, **more)  # type: ignore[arg-type]


SHAPES = (
    shape("parts", {"a.csv": COMMAS, "b.csv": LATER_LINES, "README.md": "x"},
          "'b.csv': fields are separated by ';'", rows=ROWS + LATER),
    shape("more_columns", {"a.csv": COMMAS, "b.csv": "text,label,by\n" + "".join(
          f'"{t}",{c},me\n' for t, c in LATER)}, "'a.csv' without column 'by'", rows=ROWS + LATER),
    shape("patterns/train-*.csv", {"train-0.csv": COMMAS, "train-1.csv": LATER_LINES,
          "test.csv": COMMAS}, rows=ROWS + LATER),
    shape("all/*.csv", {"train.csv": COMMAS, "test.csv": LATER_LINES}, held_out=LATER),
    shape("none/*.tsv", {"train.csv": COMMAS}, refused="no such file or folder"),
    shape("two_formats", {"a.csv": COMMAS, "a.tsv": COMMAS}, refused="one table in two formats"),
    shape("texts_of_splits", {"train.txt": lines(ROWS, "\t", ""), "test.txt": lines(
          LATER, "\t", ""), "classes.txt": "delivery\nbilling\n"}, r"'\t'", held_out=LATER),
    shape("classes", TEXTS, "each file is a text, and its folder is the label"),
    shape("news", {name.removesuffix(".txt"): text for name, text in TEXTS.items()},
          "its folder is the label"),
    shape("films", {**{f"train/{n}": t for n, t in {**TEXTS, **ASIDE}.items()}, "README": "x",
          **{f"test/{n}": t for n, t in LATER_TEXTS.items()}, "words.vocab": "the\n"},
          "folders without labels are left aside: 'train/unsup'", held_out=LATER),
    shape("texts_in_latin", {f"{c}/{i}": (t + ", für immer und überall").encode("latin-1")
          for i, (t, c) in enumerate(GERMAN * 2)}, "read as windows-1252", "--encoding",
          rows=tuple((f"{t}, für immer und überall", c) for t, c in GERMAN * 2)),
    shape("folders_of_tables", {f"{year}/part{i}.txt": lines(ROWS, "\t") for year in (1, 2)
          for i in (1, 2)}, refused="holds several configurations", then=("--table", "1"),
          rows=ROWS * 2),
    shape("folders_of_splits", {f"{name}/{split}.txt": lines(ROWS, "\t") for name in ("en", "de")
          for split in ("train", "test")}, refused="holds"),
)  # fmt: skip
