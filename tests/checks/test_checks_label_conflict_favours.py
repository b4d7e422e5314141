"""Which label of a conflict the evidence favours: copies, who labelled them, and the text."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.checks.label_conflict import LabelConflict

OTHERS = 60  # rows beside the conflict, a third of each category
LABELS = ("billing", "returns", "shipping")  # codes 0, 1, 2


def row(text, category, annotator=None):
    return {"text": text, "category": category, "annotator": annotator}


@pytest.fixture
def settle(make_evidence, make_label_errors, findings):
    """The conflict that stands between copies of one message, each (label, annotator).

    reads: label -> how surely the message reads like it, to probe, words and neighbours. `others`
    are the rows beside it; by default they are anonymous and read like their labels.
    """

    def settle(*copies, reads=None, others=None, labels=LABELS):
        rest = others or [row(f"message {i}", LABELS[i % 3]) for i in range(OTHERS)]
        rows = [row("the parcel came back to me", *copy) for copy in copies] + rest
        known = sorted({r["category"] for r in rows} | set(labels))
        codes = [known.index(r["category"]) for r in rows]
        read = None
        if reads:
            [(label, sure)] = reads.items()
            told = {i: (known.index(label), sure) for i in range(len(copies))}
            read = make_label_errors(codes, len(known), rival=told)
        families = [0] * len(copies) + list(range(1, len(rest) + 1))
        evidence = make_evidence(rows, families=families, label_errors=read)
        [found] = findings(LabelConflict(), evidence)
        return found

    return settle


def test_the_label_that_the_text_reads_like_is_favoured(settle):
    found = settle(("returns",), ("billing",), reads={"returns": 0.95})
    assert found.measured["favours"] == "returns"
    assert found.measured["probabilities"]["returns"] >= 0.8
    assert found.measured["labels"] == {"billing": 1, "returns": 1}


def test_probabilities_are_of_all_labels_named_likeliest_first_and_make_one(settle):
    told = settle(("returns",), ("billing",), reads={"returns": 0.95}).measured["probabilities"]
    assert next(iter(told)) == "returns"
    assert sum(told.values()) == pytest.approx(1.0, abs=1e-3)


def test_one_copy_each_and_nothing_to_read_cannot_be_told(settle):
    found = settle(("returns",), ("billing",))
    assert found.measured["favours"] is None
    assert found.measured["probabilities"] == {"billing": 0.5, "returns": 0.5}
    assert found.advice.startswith("Decide between billing and returns")


def test_a_favoured_label_stands_in_the_advice_as_likely(settle):
    found = settle(("returns",), ("billing",), reads={"returns": 0.95})
    probability = found.measured["probabilities"]["returns"]
    assert found.advice.startswith(f"Likely returns ({probability:.0%})")


def test_a_copy_more_by_nobody_known_tips_little(settle):
    found = settle(("returns",), ("returns",), ("billing",))
    assert found.measured["favours"] is None
    assert 0.5 < found.measured["probabilities"]["returns"] < 0.8
    many = settle(*[("returns",)] * 12, ("billing",))
    assert many.measured["favours"] == "returns"


def test_people_who_agree_count_each_and_one_who_repeats_counts_once(settle):
    different = settle(*[("returns", by) for by in ("ada", "bo", "cy", "di")], ("billing", "eve"))
    repeated = settle(*[("returns", "ada")] * 4, ("billing", "eve"))
    assert different.measured["favours"] == "returns"
    assert repeated.measured["favours"] is None
    assert repeated.measured["probabilities"] == {"billing": 0.5, "returns": 0.5}


def test_who_gave_both_labels_favours_neither(settle):
    found = settle(("returns", "ada"), ("billing", "ada"))
    assert found.measured["probabilities"] == {"billing": 0.5, "returns": 0.5}


def test_an_annotator_whose_labels_look_random_counts_less(
    make_evidence, make_label_errors, findings
):
    """Half of Eve's labels of other messages are not what they read like; Ada's all are."""
    rows = [
        row("the parcel came back", "returns", "ada"),
        row("the parcel came back", "billing", "eve"),
    ]
    for n in range(OTHERS):
        rows += [row(f"message {n}", LABELS[n % 3], by) for by in ("ada", "eve")]
    codes = [LABELS.index(r["category"]) for r in rows]
    families = [0, 0, *range(1, len(rows) - 1)]
    astray = {i: (codes[i] + 1) % 3 for i in range(3, len(rows), 4)}  # of Eve's

    def odds(astray):
        """Of Ada's label against Eve's."""
        told = {i: (c, 0.9) for i, c in astray.items()} | {0: (2, 0.9), 1: (2, 0.9)}
        read = make_label_errors(codes, 3, rival=told)
        evidence = make_evidence(rows, families=families, label_errors=read)
        [conflict] = [f for f in findings(LabelConflict(), evidence) if 0 in f.rows]
        probabilities = conflict.measured["probabilities"]
        return probabilities["returns"] / probabilities["billing"]

    assert odds({}) == pytest.approx(1.0, abs=0.05)
    assert odds(astray) > 1.2


def test_annotators_who_agree_elsewhere_count_more(make_evidence, findings):
    """Three say returns and one billing; what that is worth, their other texts tell."""

    def probability(agreeing):
        people = ("ada", "bo", "cy", "di")
        rows = [row("the parcel came back", "returns", by) for by in people[:3]]
        rows.append(row("the parcel came back", "billing", "di"))
        families = [0] * 4
        for n in range(30):
            other = "shipping" if n % 2 else "returns"
            second = other if n < agreeing else "billing"
            rows += [row(f"note {n}", other, "ada"), row(f"note {n}", second, "di")]
            families += [n + 1] * 2
        found = findings(LabelConflict(), make_evidence(rows, families=families))
        [conflict] = [f for f in found if 0 in f.rows]
        return conflict.measured["probabilities"]["returns"]

    assert probability(28) > probability(14) > 0.5
    assert probability(28) > 0.95


def test_copies_that_all_read_like_a_third_label_favour_that_one(settle):
    found = settle(("returns",), ("billing",), reads={"shipping": 0.99})
    told = found.measured["probabilities"]
    assert set(told) == {"billing", "returns", "shipping"}
    assert told["shipping"] > told["returns"]


def test_texts_that_are_only_nearly_alike_may_both_be_right(make_evidence, findings):
    rows = [row("the pool was nice :)", "glad"), row("the pool was nice :(", "sorry")]
    evidence = make_evidence(rows, families=[0, 1])
    copies = dataclasses.replace(evidence.copies, review=np.array([[0, 1]]))
    [found] = findings(LabelConflict(), dataclasses.replace(evidence, copies=copies))
    assert not {"favours", "probabilities"} & set(found.measured)


def test_how_sure_it_must_be_can_be_changed(settle, make_evidence, findings):
    rows = [row("give it back", c) for c in ("returns", "returns", "billing")]
    evidence = make_evidence(rows, families=[0, 0, 0])
    [strict] = findings(LabelConflict(), evidence)
    [lenient] = findings(LabelConflict(favoured=0.6), evidence)
    assert (strict.measured["favours"], lenient.measured["favours"]) == (None, "returns")
