"""Text files that promise no form: labels and texts separated by whatever their lines tell, or
lines that begin with their labels, as fastText, TREC and LIBSVM's kin write them."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from auditor.dataset.delimited.layout import sampled, text_lines
from auditor.dataset.delimited.table import open_delimited
from auditor.dataset.opening.decoding import encoding_of
from auditor.dataset.values import Listed
from auditor.records.dataset import Decision, Reject
from auditor.records.reading import Fields, ReadOptions, Rows, Table

MARK = "__label__"
FASTTEXT = re.compile(rf"((?:{MARK}\S+[ \t,]+)+)(.*)", re.DOTALL)
TREC = re.compile(r"([A-Z]{2,}:\w+) +(.*)", re.DOTALL)  # coarse and fine label
NUMBERED = re.compile(r"([+-]?\d) +(.*)", re.DOTALL)  # a class, as -1, 0 or 4
WORD = re.compile(r"(\S+) +(.*)", re.DOTALL)  # where the user says that a blank separates
FORMS = (
    (FASTTEXT, f"each line is its labels, marked {MARK}, and its text"),
    (TREC, "each line is its label, such as ABC:abc, and its text"),
    (NUMBERED, "each line is its label, a digit, and its text"),
)


class Txt:
    """Lines of text; a file without a suffix is taken for one."""

    name = "txt"
    suffixes: tuple[str, ...] = (".txt", ".text", ".dat", ".data")

    def open(self, path: Path, options: ReadOptions) -> Table:
        """Rows with their lines. Raises DataError where more than one form fits."""
        encoding = encoding_of(path, options.encoding)
        sample = [line for line in sampled(text_lines(path, encoding.name)) if line.strip()]
        for form, what in FORMS:
            if _all_match(form, sample, options.delimiter):
                decision = Decision(what=what, otherwise="--delimiter")
                rows = partial(_rows, path, encoding.name, form)
                return Table(rows=rows, decisions=(*encoding.decisions, decision))
        if options.delimiter == " ":
            rows = partial(_rows, path, encoding.name, WORD)
            return Table(rows=rows, decisions=encoding.decisions)
        return open_delimited(path, options, None)


def _all_match(form: re.Pattern[str], sample: list[str], delimiter: str | None) -> bool:
    """Whether the form is the one of all lines: of a tab as well, only the marked one."""
    tabs = form is not FASTTEXT and any("\t" in line for line in sample)
    return delimiter is None and not tabs and bool(sample) and all(map(form.match, sample))


def _rows(path: Path, encoding: str, form: re.Pattern[str]) -> Rows:
    row = 0
    for line, written in enumerate(text_lines(path, encoding), start=1):
        if written.strip():
            found = form.match(written.rstrip("\r\n"))
            yield line, _fields(found, form) if found else _unlabelled(row, line)
            row += 1


def _fields(found: re.Match[str], form: re.Pattern[str]) -> Fields:
    if form is not FASTTEXT:
        return {"label": found[1], "text": found[2]}
    labels = [mark.removeprefix(MARK) for mark in re.split(r"[ \t,]+", found[1]) if mark]
    return {"label": labels[0] if len(labels) == 1 else Listed(labels), "text": found[2]}


def _unlabelled(row: int, line: int) -> Reject:
    return Reject(row=row, line=line, reason="the line does not begin with a label, as others do")


TXT = Txt()
