"""Texts that several annotators labelled by design, and columns that look like annotators.

Who designs a labelling asks several people about one text, and nobody about it twice. Texts that
occur twice by accident fall to the same annotator as often as any two rows do.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from scipy.stats import binom

from auditor.dataset.values import Unusable
from auditor.records.dataset import Example, Reject
from auditor.records.reading import Rows

MIN_TEXTS = 5  # with several annotators: of fewer nothing is the rule
MOSTLY = 0.5  # of the rows, from which texts of several annotators are the rule as it is
# Chance that so few copies fall to one annotator by accident: of those who are named, and of any
# column, of which a file has many. Thirty texts labelled by two of five people have .001.
BY_ACCIDENT, BY_ACCIDENT_OF_COLUMNS = 0.01, 0.001
MAX_ANNOTATORS = 0.5  # a row: a column with more values holds ids
MAX_EACH = 60  # characters of a value: longer ones are texts


def by_several_annotators(examples: Sequence[Example]) -> bool:
    """Whether copies of a text under different annotators are the design, and no accident."""
    known = [e for e in examples if e.annotator]
    texts, who = [(_plain(e.text), e.context_key) for e in known], [e.annotator for e in known]
    fewer, by_accident = _design(texts, who)
    mostly = _shared(texts, who) >= MOSTLY * len(texts)
    return fewer and (mostly or by_accident <= BY_ACCIDENT)


def annotator_columns(rows: Rows, roles: Mapping[str, str]) -> tuple[str, ...]:
    """The columns without a role whose values are those who labelled, by how texts are dealt out;
    the one that most texts have several values of comes first.

    rows: of the whole file. None where the role of annotators is taken.
    """
    if "annotator" in roles:
        return ()
    texts, columns = _columns_of_repeats(rows, roles)
    label = columns.pop(roles.get("label", ""), [])
    found = []
    for name, values in columns.items():
        filled = [i for i, value in enumerate(values) if value]
        named = [values[i] for i in filled]
        asked = [texts[i] for i in filled]
        if not _is_known(named) or _is_one(named, [label[i] for i in filled]):
            continue
        fewer, by_accident = _design(asked, named)
        if fewer and by_accident <= BY_ACCIDENT_OF_COLUMNS:
            found.append((-_shared(asked, named), name))
    return tuple(name for _, name in sorted(found))


def _columns_of_repeats(
    rows: Rows, roles: Mapping[str, str]
) -> tuple[list[str], dict[str, list[str]]]:
    """The text of each row that can be read, and the values of the columns; "" where none is."""
    texts: list[str] = []
    columns: dict[str, list[str]] = {}
    taken = {column for role, column in roles.items() if role != "label"}
    for _, fields in rows:
        text = None if isinstance(fields, Reject) else fields.get(roles["text"])
        if isinstance(fields, Reject) or text is None or isinstance(text, Unusable):
            continue
        for name in fields.keys() - columns.keys() - taken:
            columns[name] = [""] * len(texts)
        texts.append(_plain(text))
        for name, values in columns.items():
            value = fields.get(name)
            short = value is not None and not isinstance(value, Unusable) and len(value) <= MAX_EACH
            values.append(str(value).strip() if short else "")
    return texts, columns


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_known(values: Sequence[str]) -> bool:
    """Whether values come back: those of ids do not, and one value tells nobody apart."""
    return 2 <= len(set(values)) <= MAX_ANNOTATORS * len(values)


def _is_one(values: Sequence[str], labels: Sequence[str]) -> bool:
    """Whether a column is the label in other words: each label has one value, or each value one."""
    pairs = set(zip(values, labels, strict=True))
    return len(pairs) in (len(set(values)), len(set(labels)))


def _shared(texts: Sequence[object], who: Sequence[object]) -> int:
    """The rows of texts that several have labelled."""
    people = Counter(text for text, _ in set(zip(texts, who, strict=True)))
    return sum(people[text] > 1 for text in texts)


def _design(texts: Sequence[object], who: Sequence[object]) -> tuple[bool, float]:
    """Whether fewer copies of a text than any two rows are by one of `who` (n,), and how likely so
    few are by accident: binomial, of all pairs of copies.

    False where hardly a text has several.
    """
    rows: dict[object, list[object]] = defaultdict(list)
    for text, one in zip(texts, who, strict=True):
        rows[text].append(one)
    repeated = [people for people in rows.values() if len(people) > 1]
    if sum(len(set(people)) > 1 for people in repeated) < MIN_TEXTS:
        return False, 1.0
    same, pairs = _pairs(repeated)
    usual, of = _pairs([[*who]])
    return same / pairs < usual / of, float(binom.cdf(same, pairs, usual / of))


def _pairs(groups: Iterable[Sequence[object]]) -> tuple[int, int]:
    """Pairs of rows of one annotator within the groups, and pairs of rows."""
    same = of = 0
    for people in groups:
        same += sum(n * (n - 1) // 2 for n in Counter(people).values())
        of += len(people) * (len(people) - 1) // 2
    return same, of
