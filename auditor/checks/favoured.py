"""Which label of copies under several labels the evidence favours, as probabilities.

What is known of the right label is independent of one another, so log odds are added:

    the text        probe, neighbours and words that never saw the copies; how far they are to be
                    believed is fitted on the data's own rows
    people          each annotator once, by how often annotators agree and how often this one's
                    labels are what the texts read like
    copies          rows of nobody known: a repeated row may be one decision, so they count as
                    draws of a Dirichlet distribution, of which each one more adds less
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from auditor.records.arrays import Floats, Ints, Table
from auditor.records.evidence import Evidence, computed

ROWS = 10_000  # that the belief is fitted on; the standard error of a share is then .005
PRIOR = 10.0  # rows by which an annotator is shrunk to the usual: a share of few says little
MAX_RELIABILITY = 0.95  # nobody outvotes more than 19 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelEvidence:
    """What all that is known says of each row."""

    text: Floats  # (n, K) log odds of the labels by the text, up to a constant a row
    annotator: Ints  # (n,) who labelled it; -1: nobody known
    people: Table  # (annotators,) log odds that one's label is right

    def probabilities(self, members: Ints, codes: Ints) -> dict[int, float]:
        """Code -> probability of each label of the copies `members`, and of the one that they read
        like, if it is another.

        codes (n,): the label of each row. Texts of copies are one text, so their mean counts.
        """
        text = self.text[members].mean(axis=0, dtype=np.float64)
        labels = np.unique(codes[members])
        if text.max() > text[labels].max():
            labels = np.r_[labels, text.argmax()]
        log = text[labels] + self._votes(members, codes[members], labels)
        odds = np.exp(log - log.max())
        return dict(zip(labels.tolist(), (odds / odds.sum()).tolist(), strict=True))

    def _votes(self, members: Ints, given: Ints, labels: Ints) -> Table:
        """(labels,) log odds by those who gave the labels `given` (m,) to `members`.

        Those of nobody known are counted upon a Dirichlet prior of 1 in all (Perks 1947).
        """
        who = self.annotator[members]
        counts = (given[who < 0][:, None] == labels).sum(axis=0)
        log = np.log(counts + 1 / self.text.shape[1])
        for one in np.unique(who[who >= 0]):
            theirs = np.unique(given[who == one])
            log[np.isin(labels, theirs)] += self.people[one] / len(theirs)
        return np.asarray(log, dtype=np.float64)


def label_evidence(evidence: Evidence) -> LabelEvidence:
    """All that is known of each row's right label but the label itself."""
    codes, annotators = evidence.dataset.codes, evidence.annotators or []
    names = sorted({a for a in annotators if a})
    number = {name: i for i, name in enumerate(names)}
    who = np.full(len(codes), -1, dtype=np.int64)
    who[: len(annotators)] = [number.get(a or "", -1) for a in annotators]
    text = _text(evidence)
    return LabelEvidence(
        text=text, annotator=who, people=_reliability(evidence.items.family, who, codes, text)
    )


def _text(evidence: Evidence) -> Floats:
    """(n, K) log odds by the text; zeros where there is nothing that reads it."""
    codes = evidence.dataset.codes
    errors = computed(evidence.label_errors)
    if errors is None:
        return np.zeros((len(codes), len(evidence.dataset.categories)), dtype=np.float32)
    log_odds = errors.log
    return np.asarray(log_odds * belief(log_odds, codes, evidence.items.family), dtype=np.float32)


def belief(log_odds: Floats, codes: Ints, family: Ints) -> float:
    """What to multiply log odds `log_odds` (n, K) by, 0 to 1, so that they are as right as they
    say.

    Fitted on one row of each family under one label, against the likeliest other one, which is the
    label that people err to: a logistic regression without an intercept, with a row won and a row
    lost more (Platt 1999; Laplace's rule of succession). Of conflicts planted in CLINC150 and HWU64
    under the nearest label (300 each, the hashing embedder), those said to be .8 to .9 sure were
    right in .90; by temperature scaling (Guo et al. 2017), which asks of all labels alike, in .74.
    """
    labels = np.unique(np.c_[family, codes], axis=0)[:, 0]
    of, first = np.unique(family, return_index=True)
    single = of[np.unique(labels, return_counts=True)[1] == 1]
    # Rows are in canonical order, by a hash of their content, so the first ones are a sample.
    rows = np.sort(first[np.isin(of, single)])[:ROWS]
    others = log_odds[rows].copy()
    others[np.arange(len(rows)), codes[rows]] = -np.inf
    won = (log_odds[rows, codes[rows]] - others.max(axis=1)).astype(np.float64)
    usual = np.abs(won).mean() if len(won) else 0.0
    won = np.r_[won, usual, -usual]
    fitted = minimize_scalar(
        lambda w: np.logaddexp(0.0, -w * won).sum(), bounds=(0.0, 1.0), method="bounded"
    )
    return round(float(fitted.x), 2)


def _reliability(family: Ints, who: Ints, codes: Ints, text: Floats) -> Table:
    """(annotators,) log odds that a label of each is right.

    Two who are right with probability r, and err independently, agree in r^2 of the texts that both
    label (Dawid and Skene 1979, of one rate): that is the level, .71 where no text is shared. Who
    is above or below it shows in how often labels are what the texts read like, within a category.
    """
    people = int(who.max(initial=-1)) + 1
    level = np.sqrt(_agreement(family, who, codes))
    known = np.flatnonzero(who >= 0)
    same = text[known].argmax(axis=1) == codes[known]
    size = np.bincount(codes[known], minlength=text.shape[1])
    usual = np.bincount(codes[known], weights=same, minlength=len(size)) / np.maximum(size, 1)
    own = np.bincount(who[known], weights=same, minlength=people)
    expected = np.bincount(who[known], weights=usual[codes[known]], minlength=people)
    right = level * (own + PRIOR) / (expected + PRIOR)
    clipped = np.clip(right, 0.5, MAX_RELIABILITY)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _agreement(family: Ints, who: Ints, codes: Ints) -> float:
    """The share of pairs of annotators that agree on a text both labelled, by Laplace's rule."""
    given = np.unique(np.c_[family, who, codes][who >= 0], axis=0)  # a label given twice is one
    labels = np.unique(given[:, [0, 2]], axis=0, return_counts=True)[1]
    texts = np.unique(given[:, 0], return_counts=True)[1]
    agreeing = (labels * (labels - 1)).sum() / 2
    return float((agreeing + 1) / ((texts * (texts - 1)).sum() / 2 + 2))
