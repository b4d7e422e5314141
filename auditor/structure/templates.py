"""Templates: the fixed texts, with slots, that rows of a category are filled from.

Rows are compared by their tokens (numbers, dates, ids masked; punctuation and line breaks kept: a
layout is made of them), and grouped (`row_groups.py`). A group's pattern is what four in five of
its rows have in common, in order. Groups whose patterns share how they begin and end are one
template (`template_merging.py`).

Which templates are a fault is for `checks/template_dominance.py`.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from auditor.records.arrays import Ints
from auditor.records.dataset import Dataset
from auditor.records.structure import CopyFamilies, Template
from auditor.structure.characters import words_in
from auditor.structure.ngrams import ngrams, rows_with
from auditor.structure.patterns import (
    SMALL_COVERAGE,
    STRUCTURAL,
    Pattern,
    TokenisedText,
    fixed,
    is_word,
    pattern_of,
    pattern_text,
    shared,
    tokenise,
    words_outside,
)
from auditor.structure.row_groups import TRIGRAM, bounded, group_rows
from auditor.structure.template_merging import MIN_TEMPLATE_WORDS, Variants
from auditor.structure.tokens import as_strings

USUAL = 0.1  # of the other categories' rows hold a 3-gram that is no template of a long text
USUAL_SIZE = 600  # examples of a category, in which the limit was found
MIN_WORDS = 3  # of a template that is a small part of its rows
MAX_ROWS = 8000  # rows of a category whose matrix of similarities is in memory at once (256 MB)
NEARLY_ALL = 0.9  # coverage that untouched families with the limit's weight do not have (CLINC150)
MIN_SAME_MESSAGE = 0.85  # coverage from which a template says the same thing in all its rows


def find_templates(dataset: Dataset, copies: CopyFamilies) -> tuple[Template, ...]:
    """The templates of each category that at least three different examples share, most rows first.

    Copies of an example are of its template, but make none.
    """
    rows, codes = tokenise(dataset.texts), dataset.codes
    found: list[Template] = []
    strings, _ = as_strings([r.tokens for r in rows])
    lengths = np.array([len(string) for string in strings])
    rows_holding = Counter(t for r in rows for t in set(r.tokens))
    frequent = _frequent(strings, len(rows) - int(np.bincount(codes).max()))
    for code, category in enumerate(dataset.categories):
        members = np.flatnonzero(codes == code)
        family = copies.family[members]
        examples = members[np.sort(np.unique(family, return_index=True)[1])]
        usual = _usual(frequent, [strings[i] for i in members], len(rows) - len(members))
        for start in range(0, len(examples), MAX_ROWS):
            part = examples[start : start + MAX_ROWS]
            here = _Part(category, len(examples), part, rows, lengths, rows_holding, usual)
            plain = here.templates([strings[i] for i in part])
            for template in (*plain, *here.joined(plain)):
                inside = members[np.isin(family, copies.family[template.members])]
                share = len(inside) / len(members)
                found.append(replace(template, members=inside, share=share))
    return tuple(sorted(found, key=lambda t: (-len(t.members), t.category, int(t.members[0]))))


def _frequent(strings: Sequence[str], others: int) -> dict[str, int]:
    """3-grams that enough rows hold to be usual outside any category, and how many do."""
    rows_holding = rows_with(map(bounded, strings), TRIGRAM)
    return {g: n for g, n in rows_holding.items() if n >= max(USUAL * others, 1.0)}


def _usual(frequent: Mapping[str, int], own: Sequence[str], others: int) -> set[str]:
    """Of the `frequent` 3-grams those that many of the `others`, rows of other categories, hold."""
    mine = rows_with(map(bounded, own), TRIGRAM)
    return {g for g, n in frequent.items() if n - mine[g] >= max(USUAL * others, 1.0)}


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of a category that are likened at once."""

    category: str
    size: int  # examples of the whole category
    members: Ints  # positions, one of each copy family
    rows: Sequence[TokenisedText]  # of the dataset
    lengths: Ints  # of each of them, in tokens
    rows_holding: Counter[str]  # how many of them hold each token
    usual: Set[str]  # 3-grams that other categories' rows hold as well: how such texts are written

    def templates(self, strings: Sequence[str]) -> list[Template]:
        """A template for each distinct pattern; groups that share one are merged."""
        similarity, groups = group_rows(strings)
        by_pattern: dict[Pattern, set[int]] = {}
        for group in groups:
            at = group[np.argmax(similarity[np.ix_(group, group)].sum(axis=1))]
            medoid = self.members[at]
            inside = [self.rows[i] for i in self.members[group]]
            outside = max(len(self.rows) - len(inside), 1)
            usual = [g in self.usual for g in ngrams(bounded(strings[at]), TRIGRAM)]
            pattern = pattern_of(self.rows[medoid], inside, self.rows_holding, outside, usual)
            if fixed(pattern):
                by_pattern.setdefault(pattern, set()).update(self.members[group].tolist())
        return [self._template(pattern, sorted(i)) for pattern, i in by_pattern.items()]

    def _template(self, pattern: Pattern, positions: Sequence[int]) -> Template:
        tokens = fixed(pattern)
        structural = sum(not is_word(t) for t in tokens)
        coverage = min(1.0, len(tokens) / float(np.mean(self.lengths[positions])))
        words = sum(words_in(t) for t in tokens if is_word(t))
        excess = _excess(words, structural, len(positions), coverage, self.size)
        min_words = MIN_WORDS if coverage < SMALL_COVERAGE else MIN_TEMPLATE_WORDS
        if words < min_words and ("\n" not in tokens or coverage < SMALL_COVERAGE):
            excess = min(excess, 0.0)
        return Template(
            category=self.category,
            pattern=pattern_text(pattern),
            members=np.array(positions, dtype=np.int64),
            share=len(positions) / self.size,
            tokens=pattern,
            fixed_tokens=len(tokens),
            structural_tokens=structural,
            coverage=coverage,
            excess=excess,
        )

    def joined(self, found: Sequence[Template]) -> Iterator[Template]:
        """Templates of which several evident ones are variants: one form, several messages.

        Each variant is evident by itself, mostly by its message, so the union need not be again.
        """
        parts = _outermost([t for t in found if t.excess > 0])
        variants = Variants()
        for part in parts:
            variants.add(part.tokens)
        while pair := variants.take():
            one, other = (parts[i] for i in pair)
            positions = np.union1d(one.members, other.members).tolist()
            match = self._template(shared(one.tokens, other.tokens), positions)
            union = replace(match, excess=max(one.excess, other.excess, match.excess))
            parts.append(union)
            variants.add(union.tokens)
            yield union


def _excess(words: float, structural: int, rows: int, coverage: float, size: int) -> float:
    """Weight of the fixed tokens beyond what the likeliest phrase of untouched text has.

    People share phrases ("i would like to confirm that i have a reservation at"), but seldom marks
    and numbers in the same places, so a structural token counts three times (not in long texts that
    are little else than their own words: there marks and line breaks recur). Bigger families need
    less, those of bigger categories more, and rows that say the same but for a slot less. On
    CLINC150 as it is, one family of n rows reaches the limit, 25.2 - 3.5 log2(n), in 30,000 rows of
    categories of 600 (plant seeds 0-4), two in 15,000 rows of categories of 1,500; every template
    planted there does.
    """
    weight = words + (STRUCTURAL if coverage >= SMALL_COVERAGE else 1) * structural
    alike = 3.0 if coverage >= NEARLY_ALL else 0.0
    matched = math.log2(rows) - 0.5 * math.log2(max(size / USUAL_SIZE, 1.0))
    return weight - max(6.0, 25.2 - alike - 3.5 * matched)


def _outermost(templates: Sequence[Template]) -> list[Template]:
    """The templates without those that lie mostly inside a larger one."""
    listed: list[Template] = []
    around: dict[int, list[int]] = defaultdict(list)  # numbers of the listed ones with each row
    for template in sorted(templates, key=lambda t: (-len(t.members), int(t.members[0]))):
        members = template.members.tolist()
        overlaps = Counter(k for i in members for k in around[i])
        if 2 * max(overlaps.values(), default=0) < len(members):
            for i in members:
                around[i].append(len(listed))
            listed.append(template)
    return listed


def without_templates(texts: Sequence[str], templates: Sequence[Template]) -> list[str]:
    """The texts without the fixed tokens of their templates: what each row itself says.

    Of nested templates the outermost goes. One that is nearly all of its rows is left in: there
    the template is the message.
    """
    out, done = list(texts), set[int]()
    for template in templates:
        if template.excess > 0 and template.coverage < MIN_SAME_MESSAGE:
            unhandled = [i for i in template.members.tolist() if i not in done]
            for i, row in zip(unhandled, tokenise([texts[i] for i in unhandled]), strict=True):
                out[i] = words_outside(row, template.tokens)
            done.update(unhandled)
    return out
