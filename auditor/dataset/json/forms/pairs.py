"""Plain values, and lists of them: pairs of text and label in either order, or rows under a header.

A pair's second part may be a list of labels, or an object of them, as spaCy's training data has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from auditor.dataset.columns.names import names_text_or_label
from auditor.dataset.json.forms.form import Form, mostly
from auditor.dataset.json.objects import Fault
from auditor.dataset.json.values import is_plain, plain_list
from auditor.records.dataset import Decision

Names = tuple[str, ...]


def form(sample: Sequence[Any]) -> Form | None:
    """The form of lists of one length, whose parts are 1, 2, ... where the content leaves them in
    doubt; strings alone are texts."""
    if mostly(sample, lambda record: type(record) is str):
        return Form(rows=_text)
    if not mostly(sample, lambda record: isinstance(record, list) and len(record) > 1):
        return None
    lists = [record for record in sample if isinstance(record, list)]
    [(width, _)] = Counter(map(len, lists)).most_common(1)
    lists = [record for record in lists if len(record) == width]
    header = _header(lists[0])
    if header is not None:
        return _named(header, header, ())
    if width == 2:
        return _pairs(lists)
    return _named(tuple(str(at + 1) for at in range(width)), None, ())


def _text(record: Any) -> Iterable[Any]:
    return ({"text": record} if type(record) is str else record,)


def _pairs(lists: Sequence[list[Any]]) -> Form:
    if mostly(lists, lambda pair: isinstance(pair[1], dict)):
        return Form(rows=_with_object)
    if mostly(lists, lambda pair: plain_list(pair[1])):
        return _named(("text", "label"), None, ())
    first, second = ([str(pair[at]) for pair in lists] for at in (0, 1))
    repeated = len(set(first)) - len(set(second))
    longer = sum(map(len, first)) - sum(map(len, second))
    doubtful = 2 * min(len(set(first)), len(set(second))) > len(lists)  # labels stand twice or more
    if doubtful or repeated * longer <= 0:  # or what repeats is the longer of the two
        return _named(("1", "2"), None, ())
    names = ("text", "label") if repeated > 0 else ("label", "text")
    said = Decision(
        what=f"each row is a pair of {names[0]} and {names[1]}",
        otherwise="--text label --label text",
    )
    return _named(names, None, (said,))


def _named(names: Names, header: Names | None, decisions: tuple[Decision, ...]) -> Form:
    def rows(record: Any) -> Iterable[Any]:
        if not isinstance(record, list):
            return (record,)
        if header is not None and tuple(record) == header:
            return ()
        if len(record) != len(names):
            return (Fault(f"a list of {len(record)} where most have {len(names)}"),)
        return (dict(zip(names, record, strict=True)),)

    return Form(rows=rows, decisions=decisions)


def _with_object(record: Any) -> Iterable[Any]:
    if not isinstance(record, list):
        return (record,)
    if len(record) == 2 and isinstance(record[1], dict):
        return ({"text": record[0], **record[1]},)
    return (Fault("a list that is no pair of a text and an object"),)


def _header(first: list[Any]) -> Names | None:
    """The first list, where it names columns: two of its words are what columns are called."""
    if not all(is_plain(v) and isinstance(v, str) for v in first) or len(set(first)) < len(first):
        return None
    return tuple(first) if sum(map(names_text_or_label, first)) >= 2 else None
