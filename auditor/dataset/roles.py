"""Which column is the text, which the label, and which serve the optional roles.

What the user named comes first, then what a column is called, then (for text and label only) what
it holds. Where that leaves a choice, nothing is guessed: the message lists the columns.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.dataset.chat import TURNS
from auditor.dataset.json_values import in_a_list
from auditor.dataset.values import Unusable, quoted_names
from auditor.errors import DataError, UsageError
from auditor.records.dataset import Reject
from auditor.records.reading import Rows

# Names of columns, lower case and with _ between words. Names in the first group of a role win
# over those in the next; two of one group leave a choice, and optional roles take the first.
NAMES: Mapping[str, Sequence[Sequence[str]]] = {
    "text": (
        ("text",),
        (
            *("sentence", "utterance", "content", "message", "body", "prompt", "question", "query"),
            *("clause", "review", "comment", "tweet", "post", "document", "passage", "paragraph"),
            *("statement", "narrative", "transcript", "email", "snippet", "excerpt", "provision"),
            *TURNS,
            *("raw_text", "full_text", "input_text", "text_raw"),
            *("clause_text", "ticket", "sms", "complaint", "feedback", "request"),
        ),
        ("instruction", "input", "description", "abstract", "headline", "title", "subject"),
    ),
    "label": (
        ("label",),
        (
            *("category", "class", "intent", "target", "topic", "labels", "label_name"),
            *(
                "category_name",
                "class_name",
                "intent_name",
                "label_text",
                "gold_label",
                "clause_type",
            ),
            *("sentiment", "emotion", "classification", "y"),
        ),
        ("tag", "type", "annotation", "genre"),
    ),
    "id": (("id", "uid", "uuid", "guid", "example_id", "row_id", "text_id", "sample_id"),),
    "annotator": (("annotator", "annotator_id", "annotated_by", "labeler", "labeller", "rater"),),
    "source": (("source", "data_source", "origin", "provenance"),),
    "split": (("split", "data_split", "dataset_split"),),
    "group": (("group", "group_id", "conversation_id", "dialogue_id", "thread_id", "document_id"),),
    "context": (("system_prompt", "system_message", "system_instruction", "system_instructions"),),
}
NO_LABELS = ("subtype", "subcategory", "language", "lang", "flags", "tags", "score", "length")
FLAGS = {"text": "--text COL", "label": "--label COL"}

TEXT_LENGTH = 8  # mean characters, below which a column is hardly text
TEXT_DISTINCT = 0.3  # share of values; templated and doubled sets still reach it
TEXT_AHEAD = 2.0  # times the mean length of the next candidate
LABEL_LENGTH = 60  # mean characters, above which a column is hardly a label
LABEL_REPEATED = 2.0  # rows for each distinct value
HEADER_WORDS = 6  # a longer column name is a sentence: the file has no header


@dataclass(slots=True)
class ColumnProfile:
    """What one column holds, over all rows."""

    filled: int = 0
    characters: int = 0
    unusable: int = 0
    distinct: set[int] = field(default_factory=set)  # hashes, as texts may be long
    named_itself: bool = False  # its name is one of its values

    @property
    def length(self) -> float:
        return self.characters / self.filled if self.filled else 0.0

    @property
    def texty(self) -> bool:
        spread = len(self.distinct) >= TEXT_DISTINCT * self.filled
        return not self.unusable and self.length >= TEXT_LENGTH and spread

    @property
    def labelly(self) -> bool:
        repeated = 2 <= len(self.distinct) <= self.filled / LABEL_REPEATED
        return not self.unusable and self.length <= LABEL_LENGTH and repeated


def find_roles(
    read: Callable[[], Rows],
    named: Mapping[str, str],
    needed: Sequence[str] = ("text", "label"),
    declared: Sequence[str] = (),
    *,
    strict: bool = True,
) -> dict[str, str]:
    """Role -> column; `needed` roles are always there, the optional ones where a name tells.

    Reads the rows once for the columns' names, and once more where those do not tell.
    `named` are the user's, as are the columns `declared` to be neither text nor label; one that
    does not exist raises UsageError, or is set aside when not `strict`. Raises DataError where a
    needed role has no column, or more than one.
    """
    columns = column_names(read())
    for column in declared if strict else ():
        expect_column(column, columns, "--column")
        if column in (named.get("text"), named.get("label")):
            raise UsageError(f"column {column!r} is named for --column and as text or label")
    wanted = {role: column for role, column in named.items() if role in (*needed, *_optional())}
    roles = _named(wanted, columns, strict)
    choices: dict[str, list[str]] = {}
    for role in (*needed, *_optional()):
        if role in roles:
            continue
        taken = {*roles.values(), *(declared if role in needed else ())}
        free = [column for column in columns if column not in taken and not in_a_list(column)]
        found = _by_name(role, free)
        if len(found) == 1 or (found and role not in needed):
            roles[role] = found[0]
        elif role in needed:
            choices[role] = found or free
    if choices:
        _settle(roles, choices, _survey(read()), columns)
    return roles


def _optional() -> list[str]:
    return [role for role in NAMES if role not in FLAGS]


def column_names(rows: Rows) -> list[str]:
    """The columns of all rows, in the order they first appear."""
    columns: dict[str, None] = {}
    known: object = None
    first: Reject | None = None
    for _, fields in rows:
        if isinstance(fields, Reject):
            first = first or fields
        elif fields.keys() != known:
            columns.update(dict.fromkeys(fields))
            known = fields.keys()
    if columns:
        return list(columns)
    if first is None:
        raise DataError("holds no rows; expected rows of text and label")
    where = "" if first.line is None else f"line {first.line}: "
    raise DataError(f"{where}{first.reason}; no row can be read: check the format of the file")


def _named(named: Mapping[str, str], columns: Sequence[str], strict: bool) -> dict[str, str]:
    roles: dict[str, str] = {}
    for role, column in named.items():
        flag = FLAGS.get(role, f"--role {role}=COL").split("COL")[0].rstrip()
        if not strict and column not in columns:
            continue
        expect_column(column, columns, flag)
        if column in roles.values():
            raise UsageError(f"column {column!r} is named for two roles; {flag} needs another one")
        roles[role] = column
    return roles


def expect_column(column: str, columns: Sequence[str], flag: str) -> None:
    """Raises UsageError, with the nearest column, where there is no such one."""
    if column not in columns:
        near = difflib.get_close_matches(column, columns, 1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(
            f"no column {column!r} for {flag}{hint}; the columns are {quoted_names(columns)}"
        )


def _by_name(role: str, columns: Iterable[str]) -> list[str]:
    """The columns that the best group of names knows; several where those leave a choice."""
    for group in NAMES[role]:
        found = [column for column in columns if _spelled(column) in group]
        if found:
            return sorted(found, key=lambda column: group.index(_spelled(column)))
    return []


def _spelled(column: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", column.strip().lower())


def _survey(rows: Rows) -> dict[str, ColumnProfile]:
    columns: dict[str, ColumnProfile] = {}
    for _, fields in rows:
        if isinstance(fields, Reject):
            continue
        for name, value in fields.items():
            column = columns.get(name) or columns.setdefault(name, ColumnProfile())
            if isinstance(value, Unusable):
                column.unusable += 1
            elif value.strip():
                column.filled += 1
                column.characters += len(value)
                column.distinct.add(hash(value))
                column.named_itself |= value == name
    return columns


def _settle(
    roles: dict[str, str],
    choices: Mapping[str, Sequence[str]],
    survey: Mapping[str, ColumnProfile],
    columns: Sequence[str],
) -> None:
    """Adds the needed roles that names left open, by what the columns hold."""
    for role, open_to in choices.items():
        free = {c: survey[c] for c in open_to if c in survey and c not in roles.values()}
        found = _text_like(free) if role == "text" else _label_like(free)
        if len(free) == 1 and len(columns) == 1 and list(choices) == ["text"]:
            found = list(free)  # a file of one column holds nothing else
        if len(found) != 1:
            what = "several columns could be" if len(found) > 1 else "found no column that is"
            of = f" ({quoted_names(found)})" if len(found) > 1 else ""
            raise DataError(
                f"{what} the {role}{of}; name it with {FLAGS[role]};"
                f" the columns are {quoted_names(columns)}"
            )
        if survey[found[0]].named_itself or len(found[0].split()) > HEADER_WORDS:
            raise DataError(
                "line 1: looks like data, expected a header with the names of the columns;"
                " add one such as: text,label"
            )
        roles[role] = found[0]


def _label_like(columns: Mapping[str, ColumnProfile]) -> list[str]:
    return [c for c in columns if columns[c].labelly and _spelled(c) not in NO_LABELS]


def _text_like(columns: Mapping[str, ColumnProfile]) -> list[str]:
    """The column that is clearly the longest text, or all that might be."""
    texts = sorted((c for c in columns if columns[c].texty), key=lambda c: -columns[c].length)
    if len(texts) > 1 and columns[texts[0]].length >= TEXT_AHEAD * columns[texts[1]].length:
        return texts[:1]
    return texts
