"""Compressed files, archives, workbooks, databases, and files that are not what their names say."""

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq

from tests.dataset.shapes.delimited import COMMAS, labels_first
from tests.dataset.shapes.shape import ROWS, Row, Shape

CSV = COMMAS.encode()
LINES = "".join(json.dumps({"text": t, "label": c}) + "\n" for t, c in ROWS)
ARRAY = json.dumps([{"text": t, "label": c} for t, c in ROWS], indent=1)
Cell = str | int | float | bool | None
TABLE: list[list[Cell]] = [["text", "label"], *([t, c] for t, c in ROWS)]
COUNTED: tuple[Row, ...] = tuple((t, str(len(c))) for t, c in ROWS)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
PAGE = "<!DOCTYPE html>\n<html><body>Sign in to download</body></html>"


def archive(members: Mapping[str, bytes | str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return made.getvalue()


def tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as file:
        member = tarfile.TarInfo("rows.csv")
        member.size = len(CSV)
        file.addfile(member, io.BytesIO(CSV))
    return made.getvalue()


def xlsx(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    """A workbook as Excel writes it, with what its readers need of it."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>'
        for i, name in zip(numbers, sheets, strict=True)
    )
    related = "".join(
        f'<Relationship Id="r{i}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in numbers
    )
    members = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1"'
        f' Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f"{related}</Relationships>",
    }
    for i, rows in zip(numbers, sheets.values(), strict=True):
        members[f"xl/worksheets/sheet{i}.xml"] = sheet(rows)
    return archive(members)


def sheet(rows: Sequence[Sequence[Cell]]) -> str:
    written = "".join(
        f'<row r="{r}">'
        + "".join(cell(f"{chr(65 + c)}{r}", value) for c, value in enumerate(row))
        + "</row>"
        for r, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{written}</sheetData></worksheet>'


def cell(place: str, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><f>LEN(A1)</f><v>{value}</v></c>'  # as a formula, with its last value


def ods() -> bytes:
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>'
            for v in row
        )
        + "</table:table-row>"
        for row in TABLE
    )
    names = " ".join(f'xmlns:{n}="{OFFICE}:{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="May">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    return archive({"mimetype": ODS, "content.xml": content, "META-INF/manifest.xml": manifest})


def database(*tables: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with closing(sqlite3.connect(path)) as made:
            for name in tables:
                made.execute(f'CREATE TABLE "{name}" (text, label)')
                made.executemany(f'INSERT INTO "{name}" VALUES (?, ?)', ROWS)  # noqa: S608
            made.commit()

    return make


def parquet(path: Path) -> None:
    table = pa.table({"text": [t for t, _ in ROWS], "label": [c for _, c in ROWS]})
    pq.write_table(table, path)


def shape(
    name: str, content: bytes | str | Callable[[Path], None], *said: str, **more: object
) -> Shape:
    return Shape(
        name=name,
        content=content.encode() if isinstance(content, str) else content,
        said=said,
        **more,  # type: ignore[arg-type]
    )


BOTH = {"train.csv": CSV, "notes/late.csv": CSV, "README.txt": "Made by hand"}
ABOUT: list[list[Cell]] = [["Made by hand, in May"]]
SUMS: list[list[Cell]] = [["Tickets of May"], [], ["text", "label", "paid"], *(
    [t, len(c), i % 2 == 0] for i, (t, c) in enumerate(ROWS))]  # fmt: skip
PACKED = (
    shape("rows.csv.gz", gzip.compress(CSV)),
    shape("rows.tsv.bz2", bz2.compress(COMMAS.replace(",", "\t").encode())),
    shape("rows.csv.xz", lzma.compress(CSV)),
    shape("rows.jsonl.zst", pa.compress(LINES.encode(), codec="zstd", asbytes=True)),
    shape("rows.json.gz", gzip.compress(ARRAY.encode())),
    shape("two_parts.csv.gz", gzip.compress(CSV[:100]) + gzip.compress(CSV[100:])),
    shape("reviews.ft.txt.bz2", bz2.compress("".join(
          f"__label__{c} {t}\n" for t, c in ROWS).encode()), "marked __label__"),
    shape("cut_short.csv.gz", gzip.compress(CSV)[:60], refused="cannot be unpacked as gzip"),
    shape("cut_short.csv.zst", pa.compress(CSV, codec="zstd", asbytes=True)[:60],
          refused="cannot be unpacked as zstd"),
    shape("twice.csv.gz.gz", gzip.compress(gzip.compress(CSV)), refused="holds a packed file"),
    shape("one.zip", archive({"data/rows.csv": CSV, "__MACOSX/._rows.csv": "x", "data/": "",
          "LICENSE": "free"}), "the file 'rows.csv' is read --table"),
    shape("no_suffix.zip", archive({"Collection": labels_first(ROWS, "\t", ""), "readme": "x"}),
          "the file 'Collection' is read", r"separated by '\t'"),
    shape("two.zip", archive(BOTH), refused="several files, 'notes/late.csv', 'train.csv'",
          then=("--table", "notes/late.csv")),
    shape("two_and_one_named.zip", archive(BOTH), options=("--table", "train")),
    shape("none.zip", archive({"a.png": b"x"}), refused="holds no file of data"),
    shape("rows.tar.gz", tar(), refused="is a tar archive; unpack it with tar -xf"),
)  # fmt: skip
BOOKS = (
    shape("book.xlsx", xlsx({"Sheet1": TABLE})),
    shape("book_with_notes.xlsx", xlsx({"About": ABOUT, "May": TABLE}), "the sheet 'May' is read"),
    shape("two_tables.xlsx", xlsx({"May": TABLE, "In June": TABLE}),
          refused="several sheets hold rows, 'May', 'In June'", then=("--table", "May")),
    shape("two_tables_and_one_named.xlsx", xlsx({"May": ABOUT, "In June": TABLE}),
          options=("--table", "In June")),
    shape("no_such_sheet.xlsx", xlsx({"May": TABLE}), options=("--table", "July"),
          refused="no sheet 'July' for --table; it has 'May'"),
    shape("title_and_numbers.xlsx", xlsx({"May": SUMS}), "begins in row 3", rows=COUNTED),
    shape("no_header.xlsx", xlsx({"May": TABLE[1:]}), "the first line is a row"),
    shape("book.ods", ods()),
    shape("far_cell.xlsx", archive({"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml":
          '<worksheet><sheetData><c r="A1"/><c r="XFD1048576"/></sheetData></worksheet>'}),
          refused="spans 1048576 rows and 16384 columns"),
    shape("cut_short.xlsx", xlsx({"May": TABLE})[:300], refused="it may be cut short"),
    shape("tickets.sqlite", database("tickets")),
    shape("tickets.db", database("old tickets", "new"),
          refused="several tables, 'new', 'old tickets'", then=("--table", "new")),
    shape("named.db", database("old tickets", "new"), options=("--table", "old tickets")),
    shape("cut_short.sqlite", b"SQLite format 3\0" + b"x" * 200,
          refused="cannot be read as an SQLite"),
    shape("tickets.duckdb", bytes(8) + b"DUCK" + bytes(100), refused="COPY name TO"),
)  # fmt: skip
OTHERS = (
    shape("workbook.csv", xlsx({"May": TABLE}), "the file is excel, whatever its name says"),
    shape("packed.csv", gzip.compress(CSV), "packed as gzip, whatever its name says"),
    shape("parquet.csv", parquet, "the file is parquet"),
    shape("table.xlsx", COMMAS, "the file is txt"),
    shape("lines.csv", LINES, "the file is jsonl"),
    shape("array.txt", ARRAY, "the file is json"),
    shape("page.csv", PAGE, refused="is a web page"),
    shape("document.csv", archive({"word/document.xml": "<x/>"}), refused="is a document"),
    shape("paper.csv", b"%PDF-1.7 x", refused="is a PDF; export its table as CSV"),
    shape("frame.csv", b"\x80\x04\x95x", refused="is a pickle, which can run code"),
    shape("rows.pkl", b"\x80\x04\x95x", refused="is a pickle, which can run code"),
    shape("rows.h5", b"\x89HDF\r\n\x1a\n", refused="is an HDF5 file"),
    *(
        shape(f"{name.lower()}_named.csv", f"{name},text,label\n" + "".join(
              f"{i},{t},{c}\n" for i, (t, c) in enumerate(ROWS)))
        for name in ("ORCID", "PAR1", "BZhour", "myDUCKs", "Rar!")
    ),
    shape("braces.csv", "text,label\n" + "".join(f"{{{t}}},{c}\n" for t, c in ROWS),
          rows=tuple((f"{{{t}}}", c) for t, c in ROWS)),
    shape("rows.unknown", CSV, "the file is txt, whatever its name says"),
    shape("bytes.unknown", bytes(99), refused="unknown file type '.unknown'"),
    shape("rows_of.label", labels_first(ROWS, "\t", ""), options=("--input-format", "txt")),
)  # fmt: skip
SHAPES = (*PACKED, *BOOKS, *OTHERS)
