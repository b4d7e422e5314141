"""Rows and roles -> Dataset: each row becomes an example, or is rejected with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.dataset.annotators import by_several_annotators
from auditor.dataset.label_map import map_labels
from auditor.dataset.values import KINDS, Conversation, Fields, Rows, Unusable, quoted_names
from auditor.errors import DataError
from auditor.label_spelling import is_blank
from auditor.records.dataset import Dataset, Example, Reject
from auditor.settings import Settings

TRAINING = ("train", "training")


def assemble(
    name: str, rows: Rows, roles: Mapping[str, str], settings: Settings, *, strict: bool = True
) -> Dataset:
    """The dataset that the rows make, with the values of declared columns.

    Raises DataError where it would hold nothing to audit, and when `strict` UsageError for a label
    to be mapped that no row has.
    """
    declared = tuple(dict.fromkeys(settings.declared_columns))
    columns = {**roles, **{f"column {c!r}": c for c in declared}}
    rejected: list[Reject] = []
    by_kind: dict[type[str], list[Example]] = {}  # of the label
    shared: dict[str, str] = {}  # one string for each category, source, ..., however many rows
    label = roles.get("label", "")
    for row, (line, fields) in enumerate(rows):
        if isinstance(fields, Reject):
            rejected.append(fields)
            continue
        reason = _fault(fields, columns)
        if reason is not None:
            found = "" if settings.no_text else getattr(fields.get(roles["text"]), "roles", "")
            rejected.append(Reject(row=row, line=line, reason=reason, found=found))
            continue
        kind = type(fields.get(label, ""))
        example = _example(row, line, fields, roles, declared, shared)
        by_kind.setdefault(kind, []).append(example)
    examples = _of_one_kind(by_kind, rejected)
    rejected.sort(key=lambda reject: reject.row)
    if not examples:
        raise DataError(_nothing_left(rejected))
    examples, mapped = map_labels(examples, settings.label_map, strict=strict)
    examples.sort(key=lambda example: (example.content, example.row))
    audited = [example for example in examples if _is_audited(example)]
    if not audited:
        raise DataError(_no_training_split(examples, roles["split"]))
    if several := by_several_annotators(audited):  # whose order must not be that of the file
        audited.sort(key=lambda example: (example.content, example.annotator or "", example.row))
    return Dataset(
        name=name,
        examples=tuple(audited),
        held_out=tuple(example for example in examples if not _is_audited(example)),
        rejected=tuple(rejected),
        rows_read=len(examples),
        roles=dict(roles),
        declared=declared,
        mapped_labels=mapped,
        multi_label=settings.multi_label,
        several_annotators=several,
    )


def usable_texts(rows: Rows, column: str) -> tuple[list[str], list[int]]:
    """The texts that could be audited, and their 0-based rows. Raises DataError for none."""
    texts: list[str] = []
    numbers: list[int] = []
    for row, (_, fields) in enumerate(rows):
        if not isinstance(fields, Reject) and _fault(fields, {"text": column}) is None:
            texts.append(str(fields[column]))
            numbers.append(row)
    if not texts:
        raise DataError(
            f"column {column!r} holds no text that can be read; name another with --text"
        )
    return texts, numbers


def _fault(fields: Fields, roles: Mapping[str, str]) -> str | None:
    """Why the row is no example; None where it is one."""
    for role, column in roles.items():
        value = fields.get(column)
        if role in ("text", "label", "split"):
            if value is None:
                return f"{role} is missing"
            if isinstance(value, Unusable):
                return f"{role} is {value}, expected {value.wanted}"
            if not value or value.isspace() or (role == "label" and is_blank(value)):
                return f"{role} is blank"
        if value is not None and (not value.isascii() or "\0" in value):
            if "\0" in value:
                return f"{role} holds a NUL character"
            if not _is_unicode(value):
                return f"{role} holds a lone surrogate, which is no character"
    return None


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _example(
    row: int,
    line: int | None,
    fields: Fields,
    roles: Mapping[str, str],
    declared: Sequence[str],
    shared: dict[str, str],
) -> Example:
    """The example; blank values of optional roles are missing, like those that are no text."""
    values: dict[str, str] = {}
    for role, column in roles.items():
        plain = _filled(fields, column)
        if plain is not None:
            values[role] = plain if role in ("text", "id") else shared.setdefault(plain, plain)
    context = _context(fields, roles["text"], values.pop("context", None))
    declared_values = (_filled(fields, column) for column in declared)
    return Example(
        row=row,
        line=line,
        text=values.pop("text"),
        category=values.pop("label", ""),
        context=None if context is None else shared.setdefault(context, context),
        declared=tuple(None if v is None else shared.setdefault(v, v) for v in declared_values),
        **values,
    )


def _context(fields: Fields, text: str, own: str | None) -> str | None:
    """What the model is given before the text: by a column, and by the turns of the system."""
    value = fields.get(text)
    parts = [own]
    if isinstance(value, Conversation):
        parts += [value.system, _filled(fields, "system")]
    return "\n".join(part for part in parts if part) or None


def _filled(fields: Fields, column: str) -> str | None:
    value = fields.get(column)
    if value is None or isinstance(value, Unusable) or not value or value.isspace():
        return None
    return str(value)


def _of_one_kind(
    by_kind: Mapping[type[str], list[Example]], rejected: list[Reject]
) -> list[Example]:
    """The examples whose label is of the commonest kind; 1, "1" and true are not one category."""
    ranked = sorted(by_kind, key=lambda kind: (-len(by_kind[kind]), list(KINDS).index(kind)))
    for kind in ranked[1:]:
        reason = f"label is a {KINDS[kind]}, where most labels are {KINDS[ranked[0]]}s"
        rejected += [
            Reject(row=example.row, line=example.line, reason=reason) for example in by_kind[kind]
        ]
    return by_kind[ranked[0]] if ranked else []


def _is_audited(example: Example) -> bool:
    return example.split is None or example.split.strip().lower() in TRAINING


def _nothing_left(rejected: Sequence[Reject]) -> str:
    first = rejected[0]
    return (
        f"{first.place}: {first.explanation}; none of the {len(rejected)} rows can be audited:"
        " check the columns, and name them with --text COL and --label COL"
    )


def _no_training_split(examples: Sequence[Example], column: str) -> str:
    found = sorted({example.split for example in examples if example.split is not None})
    return (
        f"column {column!r} holds {quoted_names(found, 8)} and no row for 'train'; name the "
        "column of splits with --role split=COL, or call the rows to audit 'train'"
    )
