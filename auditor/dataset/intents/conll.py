"""Sentences of tokens, a line each, with the intent in a comment before them.

    # text: Wake me at nine
    # intent: alarm
    1  Wake  O
    ...

Without a comment for the text, it is the tokens with spaces between. A blank line ends a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path

from auditor.dataset.opening.decoding import encoding_of, open_text
from auditor.dataset.values import quoted_names
from auditor.errors import DataError
from auditor.records.dataset import Decision, Reject
from auditor.records.reading import ReadOptions, Rows, Table

COMMENT = re.compile(r"#\s*([\w.-]+)\s*[:=]\s*([^\t]*?)\s*$")
LABELS = ("intent", "label", "category", "class")
JOINED = Decision(what="the text of each sentence is its tokens with spaces between")


class Conll:
    """Sentences with comments; the token is the first part of a line, or the second after a
    number."""

    name = "conll"
    suffixes: tuple[str, ...] = (".conll", ".conllu", ".bio", ".iob")

    def open(self, path: Path, options: ReadOptions) -> Table:
        """Raises DataError where no sentence has its label in a comment."""
        encoding = encoding_of(path, options.encoding)
        keys: dict[str, None] = {}
        for _, fields in _rows(path, encoding.name, None, "tokens"):
            keys.update(dict.fromkeys(fields if not isinstance(fields, Reject) else ()))
        label = next((name for name in LABELS if name in keys), None)
        if label is None:
            comments = [key for key in keys if key != "tokens"]
            told = f"the comments are {quoted_names(comments)}" if comments else "found no comments"
            raise DataError(f"no sentence has a label; expected a comment '# intent: NAME'; {told}")
        joined = "tokens" if "text" in keys else "text"
        decisions = encoding.decisions if "text" in keys else (*encoding.decisions, JOINED)
        return Table(rows=partial(_rows, path, encoding.name, label, joined), decisions=decisions)


def _rows(path: Path, encoding: str, label: str | None, joined: str) -> Rows:
    """joined: the column of the tokens with spaces between."""
    with open_text(path, encoding) as text:
        for row, (line, comments, tokens) in enumerate(_sentences(text)):
            if label is not None and label not in comments:
                reason = f"the sentence has no comment '# {label}: NAME'"
                yield line, Reject(row=row, line=line, reason=reason)
                continue
            yield line, {joined: " ".join(tokens), **comments}


def _sentences(lines: Iterator[str]) -> Iterator[tuple[int, dict[str, str], list[str]]]:
    """The first line of each sentence, its comments, and its tokens."""
    start, comments, tokens = 1, dict[str, str](), list[str]()
    for at, line in enumerate(chain(lines, ("",)), start=1):
        written = line.strip()
        if not written:
            if tokens or comments:
                yield start, comments, tokens
            start, comments, tokens = at + 1, {}, []
            continue
        comment = COMMENT.match(written)
        if comment and not tokens:
            comments[comment[1].lower()] = comment[2]
        elif not written.startswith(("# ", "-DOCSTART-")):
            parts = written.split("\t") if "\t" in written else written.split()
            tokens.append(parts[1] if parts[0].isdecimal() and len(parts) > 2 else parts[0])


CONLL = Conll()
