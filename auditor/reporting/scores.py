"""What a finding says of one of its rows in a number, and as which label the row is to be read.

A score grows with what is wrong, so that rows of one code can be sorted by it; scores of two codes
measure two things. Most are fractions 0-1. What each is, `SCORES` says, and `docs/python.md` has
the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from auditor.records.findings import Finding
from auditor.reporting.suggestions import doubt_of, votes_of

Measure = Callable[[Finding, int, str | None], float | None]  # finding, row of the file, its label


class Score(NamedTuple):
    """What the score of one code is."""

    meaning: str
    measure: Measure


def score_of(finding: Finding, row: int, label: str | None) -> float | None:
    """The score of `row`, whose label is `label`; None where nothing is measured of it."""
    score = SCORES.get(finding.code)
    return None if score is None else score.measure(finding, row, label)


def suggested_label(finding: Finding, row: int) -> str | None:
    """The label that the row is likely to have, its own one among them; None where none is likely
    enough."""
    if finding.code == "label-conflict":
        favoured: str | None = finding.measured.get("favours")
        return favoured
    doubt = doubt_of(finding, [row])
    return doubt[0] if doubt else None


def _measured(name: str) -> Measure:
    """What `name` calls of what was measured."""

    def measure(finding: Finding, _row: int, _label: str | None) -> float | None:
        return finding.measured.get(name)

    return measure


def _nothing(_finding: Finding, _row: int, _label: str | None) -> None:
    """Of what is there or is not."""


def _other_label(finding: Finding, _row: int, label: str | None) -> float | None:
    probability = finding.measured.get("probabilities", {}).get(label)
    return None if probability is None else _fraction(1 - probability)


def _annotator(finding: Finding, row: int, _label: str | None) -> float | None:
    if votes := votes_of(finding, [row]):
        return _fraction(1 - votes["share"])
    doubt = doubt_of(finding, [row])
    return doubt[1] if doubt else None


def _noise(finding: Finding, _row: int, _label: str | None) -> float | None:
    skill = finding.measured.get("skill")
    return finding.measured.get("share") if skill is None else _fraction(1 - skill)


def _template(finding: Finding, _row: int, _label: str | None) -> float | None:
    measured = finding.measured
    filled: float | None = measured.get("coverage", measured.get("repeated"))
    return None if filled is None else _fraction(filled)


def _even_share(finding: Finding, _row: int, _label: str | None) -> float | None:
    return _fraction(1 - finding.measured["rows"] / finding.measured["even_share"])


def _fraction(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 4)


SCORES: Mapping[str, Score] = {
    "label-error": Score("probability that the label is wrong", _measured("probability")),
    "label-conflict": Score("probability that the label of this row is wrong", _other_label),
    "annotator-inconsistency": Score(
        "of the annotator's labels that differ, the share beyond what is usual; of a text that "
        "several labelled, the share of labels other than its commonest",
        _annotator,
    ),
    "label-noise": Score(
        "estimated share of wrong labels; of one category, 1 where models separate it from "
        "others no better than by chance, 0 where always",
        _noise,
    ),
    "near-duplicate": Score("none: rows are copies or are not", _nothing),
    "multi-label": Score("share of all rows whose text has several labels", _measured("share")),
    "split-leakage": Score("share of the split's rows that training has seen", _measured("share")),
    "template-dominance": Score("share of the words that the template fills", _template),
    "template-shortcut": Score(
        "of all rows that would be read as this category by their template, the share that is",
        _measured("share_in_such_frames"),
    ),
    "illusion-gap": Score("accuracy that is lost on templates never seen", _measured("gap")),
    "coverage-gap": Score("how far the kind of text stands out", _measured("separation")),
    "class-imbalance": Score("what is missing to an even share of the rows", _even_share),
    "combination-gap": Score("none: the combination has too few rows", _nothing),
    "fragile-category": Score(
        "accuracy that is lost, on average during the update", _measured("expected_drop")
    ),
    "reference-gap": Score(
        "how much nearer texts of real use are to each other than to training, in standard "
        "deviations, so not 0-1",
        _measured("score"),
    ),
    "label-spelling": Score("none: spellings differ or do not", _nothing),
    "rejected-rows": Score("none: such rows are no lines of the table", _nothing),
}
