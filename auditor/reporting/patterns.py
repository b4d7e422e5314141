"""Findings at a glance: how much of each category its templates fill, which labels are confused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import permutations

from auditor.records.audit import Audit
from auditor.reporting.label_errors import overlap

_BAR = 320  # width that stands for all rows of a category
_CATEGORIES = 20  # with templates, most filled first
_SEGMENTS = 8  # templates drawn apart; the smaller ones share a segment
_LABELS = 12  # rows and columns of the table


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One category and the part of it that templates fill."""

    category: str
    rows: int
    filled: int  # rows in a template
    templates: int
    segments: tuple[tuple[float, float], ...]  # x, width; largest template first
    anchor: str  # of the largest template's finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """How many rows of one label (row) read like another (column), could be it, or are copies."""

    reads_like: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[int, int] | None, ...]], ...]  # count, shade 0-5; None: own
    shown: int
    of_rows: int


def filled(audit: Audit) -> tuple[tuple[Filled, ...], int]:
    """The categories that templates fill most of, and how many hold templates in all.

    From the findings about templates: what is boilerplate everywhere fills nothing.
    """
    members: dict[str, list[tuple[frozenset[int], str]]] = {}
    for number, finding in enumerate(audit.findings):
        if finding.code == "template-dominance" and finding.category is not None:
            place = members.setdefault(finding.category, [])
            place.append((frozenset(finding.rows), f"finding-{number}"))
    filled_categories = [_filled(c, audit.dataset.categories[c], of) for c, of in members.items()]
    filled_categories.sort(key=lambda f: (-f.filled / f.rows, f.category))
    return tuple(filled_categories[:_CATEGORIES]), len(filled_categories)


def _filled(category: str, rows: int, members: list[tuple[frozenset[int], str]]) -> Filled:
    """A row that two templates hold counts for the larger one."""
    members.sort(key=lambda m: (-len(m[0]), m[1]))
    seen: set[int] = set()
    sizes = []
    for rows_held, _ in members:
        sizes.append(len(rows_held - seen))
        seen |= rows_held
    sizes = [*sizes[:_SEGMENTS], sum(sizes[_SEGMENTS:])]
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    return Filled(
        category=category,
        rows=rows,
        filled=len(seen),
        templates=len(members),
        segments=tuple(
            (round(_BAR * start / rows, 1), round(_BAR * size / rows, 1))
            for start, size in zip(starts, sizes, strict=True)
            if size
        ),
        anchor=members[0][1],
    )


def confusion(audit: Audit) -> Confusion | None:
    """The labels that are taken for one another most, of all severities; None where none is."""
    pairs: Counter[tuple[str, str]] = Counter()
    for finding in audit.findings:
        if overlap(finding):
            for (label, rows), (other, _) in permutations(finding.measured["labels"].items(), 2):
                pairs[label, other] += rows
        elif finding.code == "label-error":
            pairs[str(finding.category), str(finding.measured["suggested"])] += len(finding.rows)
        elif finding.code == "label-conflict":
            pairs.update(permutations(sorted(finding.measured["labels"]), 2))
    if not pairs:
        return None
    weight: Counter[str] = Counter()
    for (label, other), n in pairs.items():
        weight[label] += n
        weight[other] += n
    names = sorted(sorted(weight), key=lambda name: -weight[name])[:_LABELS]
    largest = max(pairs.values())
    return Confusion(
        reads_like=tuple(names),
        rows=tuple((a, tuple(_cell(pairs[a, b], largest, a == b) for b in names)) for a in names),
        shown=sum(n for (a, b), n in pairs.items() if a in names and b in names),
        of_rows=sum(pairs.values()),
    )


def _cell(count: int, largest: int, own: bool) -> tuple[int, int] | None:
    return None if own else (count, -(-5 * count // largest))
