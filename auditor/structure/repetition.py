"""Repetition: how much of a category's wording comes back from row to row.

A set that is made from many small templates has none that stands out: each opening and each
ending is filled into many others. What shows is that its 3-grams of words recur. The share of a
text's words that stand in recurring 3-grams grows with the number of texts, so it is measured on
samples of one size, and only where a category has enough examples for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np

from auditor.records.arrays import Floats
from auditor.records.dataset import Dataset
from auditor.records.structure import CopyFamilies, Repetition, Template
from auditor.structure.characters import words_in
from auditor.structure.patterns import tokenise

SIZE = 3  # words of an n-gram; of a script without spaces as many characters as amount to it
SAMPLE_SIZE = 100  # examples
MIN_RECURRING = 4  # of them that hold a 3-gram which counts as recurring
SAMPLES = 20
MIN_EXAMPLES = 200  # of a category; of fewer, two samples would be much the same rows
MAX_NAMED = 6  # templates; a category made of them has dozens
MIN_RECURRING_SHARE = 0.5  # of a row's words recur: the row is among those that a finding is about
TENTH, NINTH = 10, 90  # percentiles: an 80 % interval

Tokens = tuple[str, ...]


def find_repetition(
    dataset: Dataset, copies: CopyFamilies, templates: Sequence[Template], seed: int
) -> tuple[Repetition, ...]:
    """What recurs in each category of at least 200 examples outside its evident templates.

    Of each copy family one row counts. Measured on samples of 100 examples: the share of a text's
    tokens that lie in 3-grams which at least four of the 100 hold.
    """
    codes, found = dataset.codes, []
    templated = np.zeros(len(codes), dtype=bool)
    for template in templates:
        templated[template.members] |= template.excess > 0
    for code, category in enumerate(dataset.categories):
        members = np.flatnonzero((codes == code) & ~templated)
        first = np.unique(copies.family[members], return_index=True)[1]
        members = members[np.sort(first)]
        if len(members) < MIN_EXAMPLES:
            continue
        rows = [row.tokens for row in tokenise([dataset.examples[i].text for i in members])]
        shares = _sample_shares(rows, seed)
        recurring = _recurring(rows, MIN_RECURRING * len(rows) / SAMPLE_SIZE)
        mostly = [
            i
            for i, t in zip(members, rows, strict=True)
            if _covered(t, recurring) >= MIN_RECURRING_SHARE
        ]
        found.append(
            Repetition(
                category=category,
                examples=len(members),
                coverage=float(shares.mean()),
                low=float(np.percentile(shares, TENTH)),
                high=float(np.percentile(shares, NINTH)),
                matches=tuple(_main_templates([t for t in templates if t.category == category])),
                members=np.array(mostly, dtype=np.int64),
            )
        )
    return tuple(found)


def _sample_shares(rows: Sequence[Tokens], seed: int) -> Floats:
    """(SAMPLES,) share of the tokens that recur in each sample of the rows."""
    random = np.random.default_rng(seed)
    shares = []
    for _ in range(SAMPLES):
        sample = [rows[i] for i in random.choice(len(rows), SAMPLE_SIZE, replace=False)]
        recurring = _recurring(sample, MIN_RECURRING)
        shares.append(np.mean([_covered(row, recurring) for row in sample]))
    return np.array(shares, dtype=np.float32)


def _recurring(rows: Sequence[Tokens], min_rows: float) -> set[Tokens]:
    counts = Counter(g for row in rows for g in {row[a:b] for a, b in _ngrams(row)})
    return {g for g, n in counts.items() if n >= min_rows}


def _ngrams(row: Tokens) -> Iterator[tuple[int, int]]:
    """Where each n-gram of a row starts and ends: the fewest tokens that amount to SIZE words."""
    until = [0.0, *accumulate(map(words_in, row))]
    end = 0
    for start in range(len(row)):
        while end < len(row) and until[end] - until[start] < SIZE - 1e-6:
            end += 1
        if until[end] - until[start] < SIZE - 1e-6:
            return
        yield start, end


def _covered(row: Tokens, recurring: set[Tokens]) -> float:
    """Share of the row's tokens inside recurring 3-grams."""
    inside = np.zeros(len(row), dtype=bool)
    for start, end in _ngrams(row):
        if row[start:end] in recurring:
            inside[start:end] = True
    return float(inside.mean()) if len(row) else 0.0


def _main_templates(templates: Sequence[Template]) -> Iterator[Template]:
    """The templates, evident or not, that hold most of the wording, none mostly inside another."""
    ranked = sorted(templates, key=lambda t: (-len(t.members) * t.fixed_tokens, t.pattern))
    named: list[Template] = []
    for template in ranked:
        overlaps = [len(np.intersect1d(template.members, t.members)) for t in named]
        if len(named) < MAX_NAMED and 2 * max(overlaps, default=0) < len(template.members):
            named.append(template)
            yield template
