"""The words: what a naive Bayes says of a row when it has never seen the row's family."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

from auditor.prediction import words
from auditor.prediction.words import SMOOTHING, WordProbe

TEXTS = [
    "where is my parcel",
    "my parcel is late again",
    "the parcel came too late",
    "where is my invoice",
    "the invoice is wrong",
    "wrong amount on the invoice again",
    "where is my parcel please",
]
CODES = np.array([0, 0, 0, 1, 1, 1, 0])
ALONE = np.arange(len(TEXTS))


def grams(text):
    found = re.findall(r"\w+", text.lower())
    return {*found, *(" ".join(pair) for pair in pairwise(found))}


def said(texts, codes, families, taught=None):
    return WordProbe.of(texts, families, taught).probabilities(codes)


def refitted(row, families, taught=ALONE):
    """The probabilities for one row by a naive Bayes fitted without the row's family."""
    vocabulary = sorted(set().union(*(grams(TEXTS[i]) for i in taught)))
    kept = [i for i in taught if families[i] != families[row]]
    scores = []
    for c in (0, 1):
        counts = {g: sum(g in grams(TEXTS[i]) for i in kept if CODES[i] == c) for g in vocabulary}
        total = sum(counts.values()) + SMOOTHING * len(vocabulary)
        known = sorted(grams(TEXTS[row]) & {*vocabulary})
        terms = [np.log((counts[g] + SMOOTHING) / total) for g in known]
        scores.append(sum(terms) / max(len(terms), 1) ** 0.5)
    odds = np.exp(np.array(scores) - max(scores))
    return odds / odds.sum()


@pytest.mark.parametrize(
    ("what", "families"),
    [
        ("each row is its own family", ALONE),
        ("the first row has a copy", np.array([0, 1, 2, 3, 4, 5, 0])),
        ("all invoices are one family", np.array([0, 1, 2, 3, 3, 3, 6])),
    ],
)
def test_leaving_a_family_out_equals_refitting_without_it(what, families):
    found = said(TEXTS, CODES, families)
    expected = [refitted(row, families) for row in range(len(TEXTS))]
    np.testing.assert_allclose(found, expected, atol=1e-5, err_msg=what)


def test_a_family_under_two_labels_is_left_out_of_both():
    """Else the copy under the other label vouches for that label."""
    families = np.array([0, 1, 2, 0, 4, 5, 6])  # a parcel and an invoice text, taken for copies
    found = said(TEXTS, CODES, families)
    expected = [refitted(row, families) for row in range(len(TEXTS))]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_rows_that_are_not_taught_are_read_and_teach_nothing():
    """Of an untaught row neither the words nor the label counts, nor is it left out of anything."""
    taught = np.array([0, 1, 3, 4, 5])
    families = np.array([0, 1, 2, 3, 4, 5, 0])  # the last one is a copy of a taught row
    found = said(TEXTS, CODES, families, taught)
    expected = [refitted(row, families, taught) for row in range(len(TEXTS))]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    other = CODES.copy()
    other[[2, 6]] = 1
    assert np.array_equal(said(TEXTS, other, families, taught), found)


def test_one_probe_reads_any_labelling():
    probe = WordProbe.of(TEXTS, ALONE)
    turned = 1 - CODES
    assert np.array_equal(probe.probabilities(turned), said(TEXTS, turned, ALONE))
    np.testing.assert_allclose(
        probe.probabilities(turned)[:, ::-1], probe.probabilities(CODES), atol=1e-6
    )


def test_texts_without_a_word_say_nothing():
    found = said(["👍", "👎", "👍👍"], np.array([0, 1, 0]), np.arange(3))
    np.testing.assert_allclose(found, 0.5)


def test_a_copy_does_not_vouch_for_its_label():
    parcels = ["the parcel came late", "the parcel never came", "my parcel came open", "it is late"]
    bills = ["the invoice is wrong", "an invoice too many", "which invoice is this"]
    copied = ["the parcel came too late"] * 3  # labelled as bills
    texts, codes = [*parcels, *bills, *copied], np.array([0] * 4 + [1] * 6)
    as_copies = np.array([0, 1, 2, 3, 4, 5, 6, 7, 7, 7])
    assert said(texts, codes, np.arange(10))[7, 1] > 0.5
    assert said(texts, codes, as_copies)[7, 1] < 0.2


def test_texts_of_words_never_seen_are_evenly_doubtful():
    codes = np.array([0, 1, 0, 1])
    found = said(["alpha", "beta", "gamma", "delta"], codes, np.arange(4))
    assert np.abs(found - 0.5).max() < 0.2


# --- what it costs --------------------------------------------------------------------------------


def letters(rows, own):
    """`rows` texts of five words that all share and `own` words of their own each."""
    shared = "thank you for your letter"
    return [f"{shared} {' '.join(f'w{i}x{k}' for k in range(own))}" for i in range(rows)]


def test_no_table_is_as_large_as_all_words_of_all_classes(peak):
    """A thousand rows of 250 classes, and 24,000 words and pairs: most are in one class."""
    probe, codes = WordProbe.of(letters(1000, 12), np.arange(1000)), np.arange(1000) % 250
    dense = 8 * 250 * probe.present.shape[1]
    assert dense > 40e6
    assert peak(lambda: probe.probabilities(codes)) < dense / 2


def test_one_family_of_half_the_rows_takes_memory_by_the_row(peak):
    """A family's words are counted once, not once for each of its rows."""

    def taken(rows):
        probe = WordProbe.of(letters(rows, 12), np.maximum(np.arange(rows), rows // 2))
        return peak(lambda: probe.probabilities(np.arange(rows) % 4))

    assert taken(1600) < 2.5 * taken(800)


def test_how_many_classes_are_read_at_once_changes_nothing(monkeypatch):
    codes, families = np.arange(7), np.array([0, 1, 2, 3, 3, 3, 0])
    whole = said(TEXTS, codes, families)
    monkeypatch.setattr(words, "CLASSES_A_BLOCK", 2)
    assert np.array_equal(said(TEXTS, codes, families), whole)
