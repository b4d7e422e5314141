"""Which column is the label: names and content decide together.

A label is called so, or repeats itself as labels do. Identifiers, dates, counts, scores, free text,
constants, splits and languages are none. Where a column of names stands for a column of numbers,
value by value, the names are the labels. Several columns of 0 and 1 may be a label each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from auditor.dataset.columns import names
from auditor.dataset.columns.profile import BINARY, Column
from auditor.dataset.columns.text_choice import Choice
from auditor.dataset.values import flags
from auditor.records.dataset import Decision, Reject
from auditor.records.reading import Rows

MIN_BLOCK = 3  # columns of 0 and 1, from which they may be the labels
MAX_COMPARED = 12  # columns that are held against each other, value by value
SHOWN = 3  # values of a column


def choose_label(
    columns: Mapping[str, Column], read: Callable[[], Rows], *, several: bool
) -> Choice:
    """The column of the label, or those of 0 and 1 that are a label each, among the free ones.

    several: whether a row may have several labels.
    """
    ranked = _ranked(columns)
    named = [c for c in ranked if names.as_label(c.name) >= names.ALIKE]
    if ranked and not named and (blank := _blank(columns)):
        return Choice(candidates=tuple(ranked), blank=blank)
    block = _block(columns)
    if not named and block:
        return _of_block(block, read, several=several)
    best = _best(ranked, named)
    if not best:
        return _last_resort(columns)
    if len(best) > 1 or any(c.classes for c in best):
        best, decision = _named_by_another(best, columns, read)
        if decision:
            return Choice(columns=(best[0].name,), decision=decision)
    if len(best) > 1:
        return Choice(candidates=tuple(ranked))
    return Choice(columns=(best[0].name,), decision=_said(best[0], ranked))


def _blank(columns: Mapping[str, Column]) -> str:
    """The column that is called the label, and has none of nearly any row; "" without one."""
    sure = [c.name for c in columns.values() if names.as_label(c.name) >= names.EXACT]
    return next((name for name in sure if columns[name].mostly_missing), "")


def _ranked(columns: Mapping[str, Column]) -> list[Column]:
    """The columns that could be the label, the likeliest first."""
    found = []
    for column in columns.values():
        strength = names.as_label(column.name)
        called = strength >= names.ALIKE and (column.lists or not _is_none(column))
        plain = not column.numeric or column.classes or (strength >= names.WEAK and column.grades)
        fit = strength > names.NOT and column.labelly and plain and not _is_called_text(column)
        if (called and not column.mostly_missing) or fit:
            found.append(column)
    sure = [c for c in found if c.distinct != 1 or c.listed]
    return sorted(
        sure if any(names.as_label(c.name) >= names.ALIKE for c in sure) else found,
        key=lambda c: (-names.as_label(c.name), _guessed(c), c.numeric, c.distinct, c.name),
    )


def _guessed(column: Column) -> bool:
    """Whether a model made it: `predicted_label`."""
    return names.spelled(column.name).startswith("pred")


def _is_called_text(column: Column) -> bool:
    return names.as_text(column.name) >= names.WEAK > names.as_label(column.name)


def _is_none(column: Column) -> bool:
    """Whether it holds what no label is."""
    return column.structured or column.split or bool(column.no_label)


def _best(ranked: Sequence[Column], named: Sequence[Column]) -> list[Column]:
    """The one that is the label beyond doubt, or all that might be."""
    if named:
        top = names.as_label(named[0].name)
        best = [c for c in named if names.as_label(c.name) == top]
        return [c for c in best if c.labelly] or best if len(best) > 1 else best
    words = [c for c in ranked if not c.numeric]
    weak = [c for c in ranked if names.as_label(c.name) == names.WEAK]
    if len(weak) == 1 and not [c for c in words if c not in weak]:
        return weak
    unnamed = [c for c in ranked if c.numeric and names.UNNAMED.fullmatch(c.name)]
    return [c for c in ranked if c in words or c in weak or c in unnamed] if words else [*ranked]


def _last_resort(columns: Mapping[str, Column]) -> Choice:
    """A column that is called like the label and holds what labels hardly are, where nothing else
    could be it; else what could be but for its name."""
    named = [c for c in columns.values() if names.as_label(c.name) >= names.ALIKE]
    if len(named) == 1 and not (named[0].structured or named[0].scores):
        found = named[0]
        what = f"the label is column {found.name!r}, which holds {found.no_label or 'one value'}"
        said = Decision(what=what, values=found.values[:SHOWN], otherwise="--label COL")
        return Choice(columns=(found.name,), decision=said if found.no_label else None)
    lists = [c for c in columns.values() if c.listed and names.as_label(c.name) > names.NOT]
    if len(lists) == 1 and "." not in lists[0].name and lists[0].items:
        return Choice(candidates=tuple(lists), several=True)
    unlikely = [c for c in columns.values() if c in named or (c.labelly and not c.language)]
    return Choice(candidates=tuple(sorted(unlikely, key=lambda c: (c.distinct, c.name))))


def _said(found: Column, ranked: Sequence[Column]) -> Decision | None:
    """How it was chosen, where its name alone does not tell."""
    others = [c for c in ranked if c is not found]
    if names.as_label(found.name) >= names.ALIKE:
        scales = [c for c in others if c.numeric and found.numeric]
        others = [c for c in others if names.as_label(c.name) >= names.WEAK or c in scales]
        if names.as_label(found.name) == names.EXACT or not others:
            return None
    listed = " and ".join(repr(c.name) for c in others[:SHOWN])
    rest = f"{listed} could be it too, but " if others else ""
    return Decision(
        what=f"{rest}the label is column {found.name!r}",
        values=found.values[:SHOWN],
        otherwise="--label COL",
    )


def _named_by_another(
    best: list[Column], columns: Mapping[str, Column], read: Callable[[], Rows]
) -> tuple[list[Column], Decision | None]:
    """`best` with the names in place of the numbers that they stand for, and one of each twins."""
    naming = [c for c in columns.values() if c not in best and _names_labels(c)]
    compared = [*best, *naming][:MAX_COMPARED]
    if len(compared) < 2:
        return best, None
    twins = [*one_to_one(read(), [c.name for c in compared])]
    left = list(best)
    for one, other in twins:
        pair = sorted((columns[one], columns[other]), key=lambda c: (c.numeric, c.name))
        if pair[1].numeric and not pair[0].numeric and pair[1] in left:
            left[left.index(pair[1])] = pair[0]
    left = list(dict.fromkeys(left))
    if len(left) != 1 or left == best:
        return left, None
    gone = sorted({c for pair in twins if left[0].name in pair for c in pair} - {left[0].name})
    what = f"the label is column {left[0].name!r}, which names the values of {gone[0]!r}"
    decision = Decision(
        what=what, values=left[0].values[:SHOWN], otherwise=flags("--label", gone[:1])
    )
    return left, decision if gone else None


def _names_labels(column: Column) -> bool:
    """Whether a column is called like the names of labels: `label_text`, `class name`."""
    words = names.spelled(column.name).split("_")
    of_labels = any(names.as_label(word) >= names.SURE for word in words[:-1])
    called = of_labels and words[-1] in ("text", "name", "names", "str", "string", "desc")
    return column.labelly and not column.numeric and called


def one_to_one(rows: Rows, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pairs of columns whose values stand for one another, in every row that has both."""
    pairs: dict[tuple[str, str], tuple[dict[str, str], dict[str, str]]] = {
        (a, b): ({}, {}) for i, a in enumerate(columns) for b in columns[i + 1 :]
    }
    for _, fields in rows:
        if isinstance(fields, Reject):
            continue
        for a, b in list(pairs):
            one, other = fields.get(a), fields.get(b)
            there, back = pairs[a, b]
            if one is None or other is None:
                same = one is None and other is None
            else:
                same = there.setdefault(one, other) == other and back.setdefault(other, one) == one
            if not same:
                del pairs[a, b]
        if not pairs:
            return
    yield from (pair for pair, (there, _) in pairs.items() if len(there) > 1)


# --- a column of 0 and 1 for each label --------------------------------------------------------


def _block(columns: Mapping[str, Column]) -> list[Column]:
    """The columns of 0 and 1, written alike, where they are so many that each may be a label."""
    found = [c for c in columns.values() if c.binary and _may_be_a_label(c)]
    pairs = Counter(c.binary for c in found if len(c.binary) > 1)
    if not pairs:
        return []
    written = max(sorted(pairs, key=sorted), key=pairs.__getitem__)
    block = [c for c in found if c.binary <= written and c.filled == c.rows]
    return block if len(block) >= MIN_BLOCK else []


def _may_be_a_label(column: Column) -> bool:
    asks = names.spelled(column.name).split("_")[0] in names.ASKING
    return not asks and names.as_label(column.name) < names.ALIKE


def _of_block(block: Sequence[Column], read: Callable[[], Rows], *, several: bool) -> Choice:
    """The columns of a block, where every row has one of them or may have several; else it is the
    user's to say."""
    columns = tuple(c.name for c in block)
    if not several and not all(
        sum(is_set(fields.get(name)) for name in columns) == 1
        for _, fields in read()
        if not isinstance(fields, Reject)
    ):
        return Choice(candidates=tuple(block), several=True)
    what = f"the labels are {len(columns)} columns, from {columns[0]!r} to {columns[-1]!r}"
    return Choice(columns=columns, decision=Decision(what=what, otherwise="--label COL"))


def is_plain(value: str) -> bool:
    """Whether a cell is of a column of 0 and 1."""
    return any(value.strip().lower() in pair for pair in BINARY)


def is_set(value: str | None) -> bool:
    """Whether a cell of a column of 0 and 1 says that the row has its label."""
    return value is not None and value.strip().lower() in ("1", "1.0", "true", "yes")
