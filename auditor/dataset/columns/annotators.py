"""Texts that several annotators labelled by design, and columns that look like annotators.

Who designs a labelling asks several people about one text, and nobody about it twice. Texts that
occur twice by accident fall to the same annotator as often as any two rows do.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.dataset.values import Unusable
from auditor.records.dataset import Example, Reject
from auditor.records.reading import Rows

MIN_TEXTS = 5  # with several annotators: of fewer nothing is the rule
MOSTLY = 0.5  # of the rows, from which texts of several annotators are the rule as it is
# Chance that so few copies fall to one annotator by accident: of those who are named, and of any
# column, of which a file has many. Thirty texts labelled by two of five people have .001.
BY_ACCIDENT, BY_ACCIDENT_OF_COLUMNS = 0.01, 0.001
MAX_ANNOTATORS = 0.5  # a row: a column with more values holds ids
MAX_PEOPLE = 10_000  # values of a column beyond which nobody keeps it in memory
MAX_EACH = 60  # characters of a value: longer ones are texts


def by_several_annotators(examples: Sequence[Example]) -> bool:
    """Whether copies of a text under different annotators are the design, and no accident."""
    known = [e for e in examples if e.annotator]
    texts, who = [(_plain(e.text), e.context_key) for e in known], [e.annotator for e in known]
    fewer, by_accident = _design(texts, who, Counter(who))
    mostly = _shared(texts, who) >= MOSTLY * len(texts)
    return fewer and (mostly or by_accident <= BY_ACCIDENT)


def repeated_texts(examples: Iterable[Example]) -> frozenset[str]:
    """The texts that occur more than once, plain."""
    return frozenset(text for text, n in Counter(_plain(e.text) for e in examples).items() if n > 1)


def annotator_columns(
    rows: Rows, roles: Mapping[str, str], repeated: Container[str]
) -> tuple[str, ...]:
    """The columns without a role whose values are those who labelled, by how the texts `repeated`
    are dealt out; the one that most rows of these have several values of comes first.

    rows: of the whole file. None where the role of annotators is taken.
    """
    if "annotator" in roles:
        return ()
    texts, labels, columns = _columns(rows, roles, repeated)
    found = []
    for name, column in columns.items():
        filled = [i for i, value in enumerate(column.values) if value]
        who, asked = [column.values[i] for i in filled], [texts[i] for i in filled]
        if not column.comes_back or _is_one(who, [labels[i] for i in filled]):
            continue
        fewer, by_accident = _design(asked, who, column.rows)
        if fewer and by_accident <= BY_ACCIDENT_OF_COLUMNS:
            found.append((-_shared(asked, who), name))
    return tuple(name for _, name in sorted(found))


@dataclass(slots=True)
class _Column:
    """How many rows of the file have each value, and the values of rows of repeated texts."""

    rows: Counter[str] = field(default_factory=Counter)
    values: list[str] = field(default_factory=list)  # "" where none is

    @property
    def comes_back(self) -> bool:
        """Whether values do: those of ids do not, and one value tells nobody apart."""
        return 2 <= len(self.rows) <= MAX_ANNOTATORS * self.rows.total()


def _columns(
    rows: Rows, roles: Mapping[str, str], repeated: Container[str]
) -> tuple[list[str], list[str], dict[str, _Column]]:
    """The repeated text and the label of each row that has one, and the columns without a role."""
    texts, labels = list[str](), list[str]()
    columns: dict[str, _Column] = {}
    ids, taken = set[str](), {*roles.values()}
    for _, fields in rows:
        text = None if isinstance(fields, Reject) else fields.get(roles["text"])
        if isinstance(fields, Reject) or text is None or isinstance(text, Unusable):
            continue
        if again := (plain := _plain(text)) in repeated:
            texts.append(plain)
            labels.append(fields.get(roles.get("label", "")) or "")
        for name in fields.keys() - columns.keys() - taken - ids:
            columns[name] = _Column(values=[""] * (len(texts) - again))
        for name, column in [*columns.items()]:
            if value := _short(fields.get(name)):
                column.rows[value] += 1
            if again:
                column.values.append(value)
            if len(column.rows) > MAX_PEOPLE:
                ids.add(name)
                del columns[name]
    return texts, labels, columns


def _short(value: str | None) -> str:
    """A value that may be a name; else ""."""
    if value is None or isinstance(value, Unusable) or len(value) > MAX_EACH:
        return ""
    return sys.intern(str(value).strip())


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_one(values: Sequence[str], labels: Sequence[str]) -> bool:
    """Whether a column is the label in other words: each label has one value, or each value one."""
    pairs = set(zip(values, labels, strict=True))
    return len(pairs) in (len(set(values)), len(set(labels)))


def _shared(texts: Sequence[object], who: Sequence[object]) -> int:
    """The rows of texts that several have labelled."""
    people = Counter(text for text, _ in set(zip(texts, who, strict=True)))
    return sum(people[text] > 1 for text in texts)


def _design(
    texts: Sequence[object], who: Sequence[object], everyone: Mapping[Any, int]
) -> tuple[bool, float]:
    """Whether fewer copies of a text than any two rows are by one of `who` (n,), and how likely so
    few are by accident: binomial, of all pairs of copies.

    everyone: of each of them, the rows of the whole file. False where hardly a text has several.
    """
    rows: dict[object, list[object]] = defaultdict(list)
    for text, one in zip(texts, who, strict=True):
        rows[text].append(one)
    repeated = [Counter(people) for people in rows.values() if len(people) > 1]
    if sum(len(people) > 1 for people in repeated) < MIN_TEXTS:
        return False, 1.0
    counted = [_pairs(people) for people in repeated]
    same, pairs = (sum(numbers) for numbers in zip(*counted, strict=True))
    usual, of = _pairs(everyone)
    from scipy.stats import binom  # a second to load, for files in which texts recur

    return same / pairs < usual / of, float(binom.cdf(same, pairs, usual / of))


def _pairs(people: Mapping[Any, int]) -> tuple[int, int]:
    """Of so many rows of each annotator, the pairs that are by one of them, and all pairs."""
    rows = sum(people.values())
    return sum(n * (n - 1) // 2 for n in people.values()), rows * (rows - 1) // 2
