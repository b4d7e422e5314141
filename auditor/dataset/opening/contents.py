"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from auditor.dataset.opening.decoding import MARKS
from auditor.errors import DataError

START = 1 << 16  # bytes of a file that are looked at
MAGIC = (  # the reader, or the packing, that each beginning is of
    (b"PAR1", "parquet"),
    (b"ARROW1", "arrow"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "excel"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
DOCUMENTS = (
    (b"%PDF-", "a PDF; export its table as CSV"),
    (b"{\\rtf", "a document; save its table as CSV"),
)
UNREADABLE = (  # beginnings of what is not read, and what it is
    (b"\x89HDF", "an HDF5 file; export the table as Parquet"),
    (b"\x93NUMPY", "an array of numpy; export texts and labels as CSV"),
    (b"ORC", "an ORC file; export the table as Parquet"),
    (b"Obj\x01", "an Avro file; export the table as Parquet"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"\x80\x02", "a pickle, which can run code and is never loaded; export the table as CSV"),
    (b"\x80\x03", "a pickle, which can run code and is never loaded; export the table as CSV"),
    (b"\x80\x04", "a pickle, which can run code and is never loaded; export the table as CSV"),
    (b"\x80\x05", "a pickle, which can run code and is never loaded; export the table as CSV"),
)
DUCKDB = "a DuckDB database; export a table with: COPY name TO 'name.parquet' (FORMAT parquet)"
TAR = "a tar archive; unpack it with tar -xf FILE, and read the folder"
PAGE = "a web page, as when a download asks to sign in; fetch the file, or save its table as CSV"
MARKUP = "XML or SGML; convert it to a table, CSV or JSONL, with a row for each text"
IN_ZIP = (  # a member that says what the archive is
    ("xl/workbook.xml", "excel"),
    ("xl/workbook.bin", "excel"),
    ("content.xml", "excel"),
)
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a]")  # what no text holds that is not UTF-16
PACKED = frozenset(("gzip", "bzip2", "xz", "zstd", "zip"))


def content_of(path: Path) -> str | None:
    """The name of the reader, or of the packing, that the file's beginning is of; None: unknown.

    Raises DataError for what is known and not read.
    """
    with path.open("rb") as file:
        start = file.read(START)
    if not CONTROL.search(start):  # text, which may begin with any letters
        return _written(start) or ("txt" if start else None)
    for magic, what in UNREADABLE:
        if start.startswith(magic):
            raise DataError(f"is {what}")
    if start[8:12] == b"DUCK":
        raise DataError(f"is {DUCKDB}")
    if start[257:262] == b"ustar":
        raise DataError(f"is {TAR}")
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path)
    return next((name for magic, name in MAGIC if start.startswith(magic)), None) or _written(start)


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise DataError(
            "is a zip archive that cannot be read; it may be cut short: copy it again"
        ) from error
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise DataError("is a document; save its table as CSV or as a workbook (.xlsx)")
    return next((what for member, what in IN_ZIP if member in names), "zip")


def _written(start: bytes) -> str | None:
    """What text is, where that shows: JSON, JSON lines, a web page, a PDF or RTF document."""
    for magic, what in DOCUMENTS:
        if start.startswith(magic):
            raise DataError(f"is {what}")
    mark, encoding = next(((m, e) for m, e in MARKS if start.startswith(m)), (b"", "utf-8"))
    text = start.decode(encoding if mark else "utf-8", "ignore").lstrip("\ufeff \t\r\n")
    if re.match(r"<!doctype html|<html", text, re.IGNORECASE):
        raise DataError(f"is {PAGE}")
    if re.match(r"<\?xml|<!doctype|<[A-Za-z][^<>]*>\s*<", text, re.IGNORECASE):
        raise DataError(f"is {MARKUP}")
    if not re.match(r'\{\s*["}]|\[\s*[\[{"\]]', text):
        return None
    first, *others = [line.strip() for line in text.splitlines() if line.strip()]
    if not _is_json(first):
        document = first[-1] in "[{," if others else first[0] == "["
        return "json" if document else None
    if others:
        return "jsonl" if first[0] == "{" and others[0][0] == "{" else None
    return "json" if first[0] == "[" else None


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict | list)
    except (ValueError, RecursionError):
        return False
