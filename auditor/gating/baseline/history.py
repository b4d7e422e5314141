"""Which rows of a dataset were there when a baseline was made.

A row is known by a hash of its text and label that neither case, spacing, Unicode form nor an
invisible mark changes: a trailing space on every text makes no row new. A label that is spelled
anew throughout is the same label; where a part of its rows is spelled anew, these were changed.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import regex

from auditor.gating.baseline.entries import Baseline, KnownFinding, keys_of
from auditor.records.dataset import Dataset, Example
from auditor.records.findings import Finding

KEY_DIGITS = 16  # hexadecimal digits of a hash: one chance in 10**7 that two of a million agree
MAJORITY = 0.5  # share of a finding's rows, or of an entry's, that both must have; more than this
_IGNORABLE = regex.compile(r"\p{Default_Ignorable_Code_Point}+")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a baseline says about the rows of a dataset."""

    keys: Mapping[int, str]  # row -> hash of text and label
    before: Counter[str]  # hash -> rows when the baseline was made
    now: Counter[str]
    respelled: frozenset[int]  # rows of a new spelling of a label that has another one besides

    @classmethod
    def of(cls, baseline: Baseline, dataset: Dataset) -> History:
        keys, spelled, then = row_keys(dataset), label_keys(dataset), {*baseline.labels}
        forms = Counter(map(_form, spelled))
        respelled = {s for s, key in spelled.items() if key not in then and forms[_form(s)] > 1}
        return cls(
            keys=keys,
            before=Counter(baseline.rows),
            now=Counter(keys.values()),
            respelled=frozenset(e.row for e in _all(dataset) if e.category in respelled),
        )

    def keys_of(self, finding: Finding) -> set[str]:
        return keys_of((self.keys[row] for row in finding.rows), finding.category)

    def keys_by_code(self, findings: Iterable[Finding]) -> dict[str, set[str]]:
        """Code -> the keys of its findings."""
        found: dict[str, set[str]] = defaultdict(set)
        for finding in findings:
            found[finding.code] |= self.keys_of(finding)
        return found

    def there(self, rows: Iterable[int]) -> float:
        """How many of the rows were there.

        Rows of one hash are interchangeable: where there are more of them than there were, each
        counts for the share that was there.
        """
        keys = [self.keys[row] for row in rows]
        # An exact sum, which is the same in whatever order the rows stand.
        return math.fsum(min(1.0, self.before[k] / self.now[k]) for k in keys)

    def added_to(self, row: int) -> bool:
        """Whether the row, or another one of its hash, was added."""
        return self.now[self.keys[row]] > self.before[self.keys[row]]

    def knows(self, finding: Finding, entries: Iterable[KnownFinding]) -> bool:
        """Whether a finding is what `entries` of its code say.

        It is where most of its rows stand in them: it shrank, was divided, or took in another one.
        And where rows were added, however many, to the same finding: of those that were there most
        stand in the entries, and they are most of what one of them rested on. More than half each
        time: what shares half of its rows with an entry is another finding.
        """
        known = [*entries]
        known_keys = {key for entry in known for key in entry.keys}
        if not finding.rows:
            return self.keys_of(finding) <= known_keys
        inside = [row for row in finding.rows if self.keys[row] in known_keys]
        share = self.there(inside)
        if share > MAJORITY * len(finding.rows):
            return True
        same = share > MAJORITY * self.there(finding.rows)
        return same and any(self._is_most_of(inside, entry) for entry in known)

    def _is_most_of(self, rows: Iterable[int], entry: KnownFinding) -> bool:
        """Whether the rows are most of those that an entry rested on, gone ones counted."""
        hashes = set(entry.rows)
        own = (row for row in rows if self.keys[row] in hashes)
        return self.there(own) > MAJORITY * sum(max(1, self.before[k]) for k in hashes)

    def has_all_of(self, finding: Finding) -> bool:
        """Whether each of its rows was there; of one without rows, whether no row came or went."""
        if not finding.rows:
            return self.before == self.now and not self.respelled
        keys = {self.keys[row] for row in finding.rows}
        there = all(self.now[k] <= self.before[k] for k in keys)
        return there and self.respelled.isdisjoint(finding.rows)


def row_keys(dataset: Dataset) -> dict[int, str]:
    """File row -> the hash of its text and label; of held-out rows too."""
    return {e.row: _hash(_form(e.text), _form(e.category)) for e in _all(dataset)}


def label_keys(dataset: Dataset) -> dict[str, str]:
    """Label -> its hash as it is spelled."""
    return {label: _hash(label) for label in {e.category for e in _all(dataset)}}


def _all(dataset: Dataset) -> tuple[Example, ...]:
    return (*dataset.examples, *dataset.held_out)


def _form(text: str) -> str:
    """Unicode's NFKC_Casefold (The Unicode Standard, 3.13), and one space for any whitespace."""
    folded = unicodedata.normalize("NFKC", _IGNORABLE.sub("", text)).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def _hash(*parts: str) -> str:
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:KEY_DIGITS]
