"""Rows and roles -> Dataset: each row becomes an example, or is rejected with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from auditor.dataset.columns.annotators import by_several_annotators
from auditor.dataset.labels.cells import Labels, key_of, read_labels
from auditor.dataset.labels.label_map import map_labels
from auditor.dataset.prompts import without_prompts
from auditor.dataset.values import Conversation, Listed, Unusable, quoted_names
from auditor.errors import DataError
from auditor.label_spelling import is_blank
from auditor.records.dataset import Dataset, Decision, Example, Reject
from auditor.records.reading import Fields, Rows
from auditor.settings import Settings

TRAINING = ("train", "training")


def assemble(
    name: str, rows: Rows, roles: Mapping[str, str], settings: Settings, *, strict: bool = True
) -> Dataset:
    """The dataset that the rows make, with the values of declared columns.

    Where a row may have several labels, it is an example for each of them. Raises DataError where
    it would hold nothing to audit, or where rows have several labels and nobody said that they may,
    and when `strict` UsageError for a label to be mapped that no row has.
    """
    declared = tuple(dict.fromkeys(settings.declared_columns))
    rejected: list[Reject] = []
    examples, cells = _read(rows, roles, declared, rejected, no_text=settings.no_text)
    decisions: list[Decision] = []
    if "label" in roles and examples:
        labels = read_labels(cells, roles["label"], several=settings.multi_label)
        examples = [*_labelled(examples, cells, labels, rejected)]
        decisions += labels.decisions
    rejected.sort(key=lambda reject: reject.row)
    if not examples:
        raise DataError(_nothing_left(rejected))
    if not settings.keep_prompt:
        examples, said = _own_words(examples)
        decisions += said
    examples, mapped = map_labels(examples, settings.label_map, strict=strict)
    examples.sort(key=lambda example: (example.content, example.row))
    audited = [example for example in examples if _is_audited(example)]
    if not audited:
        raise DataError(_no_training_split(examples, roles["split"], no_text=settings.no_text))
    if several := by_several_annotators(audited):  # whose order must not be that of the file
        audited.sort(key=lambda example: (example.content, example.annotator or "", example.row))
        what = "several annotators labelled the same texts, each of which counts once"
        decisions.append(Decision(what=what))
    return Dataset(
        name=name,
        examples=tuple(audited),
        held_out=tuple(example for example in examples if not _is_audited(example)),
        rejected=tuple(rejected),
        rows_read=len({example.row for example in examples}),
        roles=dict(roles),
        declared=declared,
        mapped_labels=mapped,
        multi_label=bool(settings.multi_label),
        several_annotators=several,
        decisions=tuple(decisions),
    )


def _read(
    rows: Rows,
    roles: Mapping[str, str],
    declared: Sequence[str],
    rejected: list[Reject],
    *,
    no_text: bool,
) -> tuple[list[Example], list[str]]:
    """The rows that can be read, without their labels, and what the cell of the label holds."""
    columns = {**roles, **{f"column {c!r}": c for c in declared}}
    examples: list[Example] = []
    cells: list[str] = []
    shared: dict[str, str] = {}  # one string for each category, source, ..., however many rows
    known: dict[tuple[type[str], str], str] = {}  # the same for cells, whose kind counts
    label = roles.get("label", "")
    for row, (line, fields) in enumerate(rows):
        if isinstance(fields, Reject):
            rejected.append(fields)
            continue
        reason = _fault(fields, columns)
        if reason is not None:
            found = "" if no_text else getattr(fields.get(roles["text"]), "roles", "")
            rejected.append(Reject(row=row, line=line, reason=reason, found=found))
            continue
        examples.append(_example(row, line, fields, roles, declared, shared))
        cell = fields.get(label, "")
        cells.append(known.setdefault((type(cell), key_of(cell)), cell))
    return examples, cells


def _labelled(
    examples: Iterable[Example], cells: Iterable[str], labels: Labels, rejected: list[Reject]
) -> Iterator[Example]:
    """An example for each label of a row; a row with none, or with too many, is rejected."""
    for example, cell in zip(examples, cells, strict=True):
        found = labels[cell]
        if not found or (len(found) > 1 and not labels.several):
            several = f"label is {cell}, expected {Listed.wanted}"
            reason = several if found else "label is missing: none is set"
            rejected.append(Reject(row=example.row, line=example.line, reason=reason))
            continue
        for label in found:
            yield replace(example, category=label)


def _own_words(examples: list[Example]) -> tuple[list[Example], list[Decision]]:
    """The examples without the words that all of them begin or end with."""
    texts = [example.text for example in examples]
    kept, decisions = without_prompts(texts, [example.category for example in examples])
    if not decisions:
        return examples, decisions
    return [replace(e, text=text) for e, text in zip(examples, kept, strict=True)], decisions


def usable_texts(
    rows: Rows, column: str, *, keep_prompt: bool = False
) -> tuple[list[str], list[int]]:
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
    if keep_prompt:
        return texts, numbers
    return without_prompts(texts, [""] * len(texts))[0], numbers


def _fault(fields: Fields, roles: Mapping[str, str]) -> str | None:
    """Why the row is no example; None where it is one."""
    for role, column in roles.items():
        value = fields.get(column)
        if role in ("text", "label", "split"):
            if value is None:
                return f"{role} is missing"
            if isinstance(value, Listed) and role == "label":
                value = " ".join(value.items)
            elif isinstance(value, Unusable):
                return f"{role} is {value}, expected {value.wanted}"
            elif not value or value.isspace() or (role == "label" and is_blank(value)):
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
        if role == "label":
            continue
        plain = _filled(fields, column)
        if plain is not None:
            values[role] = plain if role in ("text", "id") else shared.setdefault(plain, plain)
    context = _context(fields, roles["text"], values.pop("context", None))
    declared_values = (_filled(fields, column) for column in declared)
    return Example(
        row=row,
        line=line,
        text=values.pop("text"),
        category="",
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


def _is_audited(example: Example) -> bool:
    return example.split is None or example.split.strip().lower() in TRAINING


def _nothing_left(rejected: Sequence[Reject]) -> str:
    first = rejected[0]
    return (
        f"{first.place}: {first.explanation}; none of the {len(rejected)} rows can be audited:"
        " check the columns, and name them with --text COL and --label COL"
    )


def _no_training_split(examples: Sequence[Example], column: str, *, no_text: bool) -> str:
    found = sorted({example.split for example in examples if example.split is not None})
    holds = "" if no_text else f"{quoted_names(found, 8)} and "
    return (
        f"column {column!r} holds {holds}no row for 'train'; name the "
        "column of splits with --role split=COL, or call the rows to audit 'train'"
    )
