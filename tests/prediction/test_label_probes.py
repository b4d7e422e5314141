"""Three models of a label: none has heard it, nor what is kept together with its row."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from auditor.prediction.label_probes import (
    FLOOR,
    HARDLY,
    MAX_SCORE,
    RIDGE,
    SHARPNESS,
    VOTES,
    LabelProbes,
)
from auditor.prediction.words import SMOOTHING
from auditor.structure.neighbours import nearest

DIM, NEAR = 6, 20
KINDS = 3
WORDS = (
    ["invoice", "amount", "paid", "card", "refund", "twice"],
    ["parcel", "courier", "door", "late", "street", "box"],
    ["account", "login", "email", "name", "locked", "code"],
)
COMMON = ["the", "my", "is", "a", "please", "again", "not", "where", "was"]


class Rows:
    """n rows in three categories that overlap; some are of families of two or three, ten of one."""

    def __init__(self, n: int = 60, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        self.codes = random.integers(KINDS, size=n)
        self.codes[:KINDS] = np.arange(KINDS)
        vectors = 0.8 * np.eye(DIM)[self.codes] + random.normal(size=(n, DIM)) * 0.5
        self.vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        self.texts = [
            " ".join([*random.choice(WORDS[c], 2), *random.choice(COMMON, 3)]) for c in self.codes
        ]
        self.fold_units = np.arange(n)
        self.fold_units[10:20] = self.fold_units[20:30]
        self.fold_units[30:35] = self.fold_units[20:25]
        self.fold_units[45:55] = self.fold_units[45]  # more rows than inputs
        self.near = nearest(self.vectors, NEAR)

    def probes(self, taught=None):
        near = self.near
        if taught is not None:
            near = nearest(self.vectors, NEAR, among=self.vectors[taught])
            near = type(near)(index=taught[near.index], cosine=near.cosine)
        return LabelProbes.of(self.vectors, self.texts, near, self.fold_units, taught)

    def others(self, row):
        """Positions of the rows that are not kept together with it."""
        return np.flatnonzero(self.fold_units != self.fold_units[row])


ROWS = Rows()
EVERY = range(len(ROWS.codes))
TAUGHT = np.flatnonzero(np.arange(60) % 3 > 0)


def softmax(scores):
    odds = np.exp(scores - scores.max())
    return odds / odds.sum()


def ridge(row, taught):
    """Of one row, by a regression fitted anew on `taught`."""
    inputs = np.c_[ROWS.vectors[taught].astype(float), np.ones(len(taught))]
    shrunk = RIDGE * np.diag([*[1.0] * DIM, HARDLY / RIDGE])
    targets = np.eye(KINDS)[ROWS.codes[taught]]
    weights = np.linalg.solve(inputs.T @ inputs + shrunk, inputs.T @ targets)
    return softmax(SHARPNESS * np.r_[ROWS.vectors[row], 1.0] @ weights)


def votes(row, taught):
    """Of one row, by its nearest among `taught`."""
    cosines = ROWS.vectors[taught].astype(float) @ ROWS.vectors[row]
    nearby = np.argsort(-cosines, kind="stable")[:VOTES]
    weights = np.maximum(cosines[nearby], 0.0)
    return np.bincount(ROWS.codes[taught[nearby]], weights, KINDS) / weights.sum()


def grams(text):
    words = re.findall(r"\w+", text)
    return {*words, *map(" ".join, itertools.pairwise(words))}


def bayes(row, taught, vocabulary):
    """Of one row, by words counted anew in `taught`."""
    known = sorted(grams(ROWS.texts[row]) & vocabulary)
    scores = []
    for c in range(KINDS):
        counted = [g for i in taught if ROWS.codes[i] == c for g in grams(ROWS.texts[i])]
        total = len(counted) + SMOOTHING * len(vocabulary)
        logs = [np.log((counted.count(g) + SMOOTHING) / total) for g in known]
        scores.append(sum(logs) / max(len(known), 1) ** 0.5)
    return softmax(np.array(scores))


# --- what is left out ---------------------------------------------------------------------------


@pytest.mark.parametrize("taught", [None, TAUGHT], ids=["all are taught", "two in three are"])
def test_each_witness_says_what_it_would_if_fitted_without_the_row_s_family(taught):
    found = ROWS.probes(taught).suspect(ROWS.codes).models
    heard = np.array(EVERY) if taught is None else taught
    vocabulary = set().union(*(grams(ROWS.texts[i]) for i in heard))
    for row in EVERY:
        kept = np.intersect1d(ROWS.others(row), heard)
        expected = [ridge(row, kept), votes(row, kept), bayes(row, kept, vocabulary)]
        np.testing.assert_allclose(found[:, row], expected, atol=2e-5, err_msg=f"row {row}")


@pytest.mark.parametrize("row", [0, 12, 22, 32, 59])
def test_whatever_a_family_is_labelled_the_models_say_the_same_of_it(row):
    """To the digits of a float, so no label shines through."""
    probes, family = ROWS.probes(), ROWS.fold_units == ROWS.fold_units[row]
    before = probes.suspect(ROWS.codes)
    for label in range(KINDS):
        after = probes.suspect(np.where(family, label, ROWS.codes))
        np.testing.assert_allclose(after.models[:, family], before.models[:, family], atol=1e-6)
        others = [c for c in range(KINDS) if c != label]
        best = np.array(others)[before.log[row, others].argmax()]
        assert after.rival[row] == best
        expected = before.log[row, best] - before.log[row, label]
        assert after.score[row] == pytest.approx(expected, abs=1e-4)


def test_a_label_changed_elsewhere_does_change_what_is_said():
    """Else the two tests above would hold for models that hear nothing."""
    probes = ROWS.probes()
    changed = ROWS.codes.copy()
    changed[35:50] = (changed[35:50] + 1) % KINDS
    differs = np.abs(probes.suspect(changed).models - probes.suspect(ROWS.codes).models)
    assert (differs[:, :10].max(axis=(1, 2)) > 0.01).all()


def test_copies_labelled_wrong_together_are_not_vouched_for_by_one_another():
    """Three copies of one text: where they are not known as copies, they speak for their label."""
    rows, copies = Rows(), [20, 21, 22]
    rows.vectors[copies] = rows.vectors[20]
    rows.texts = [rows.texts[20] if i in copies else t for i, t in enumerate(rows.texts)]
    rows.codes[copies] = (rows.codes[20] + 1) % KINDS
    rows.near = nearest(rows.vectors, NEAR)
    rows.fold_units = np.where(np.isin(EVERY, copies), 20, np.arange(60))
    known = rows.probes().suspect(rows.codes).score[copies]
    rows.fold_units = np.arange(60)
    taken_for_three = rows.probes().suspect(rows.codes).score[copies]
    assert (known > 2.0).all()
    assert (taken_for_three < known - 2.0).all()


def test_rows_that_are_not_taught_are_read_but_not_heard():
    probes, untaught = ROWS.probes(TAUGHT), np.setdiff1d(EVERY, TAUGHT)
    labels = ROWS.codes.copy()
    labels[untaught] = (labels[untaught] + 1) % KINDS
    found, other = probes.suspect(ROWS.codes), probes.suspect(labels)
    assert np.array_equal(found.models, other.models)
    assert np.array_equal(found.score[TAUGHT], other.score[TAUGHT])
    assert (found.score[untaught] != other.score[untaught]).all()


# --- the score ----------------------------------------------------------------------------------


def test_the_score_is_the_log_odds_of_the_likeliest_other_category():
    found = ROWS.probes().suspect(ROWS.codes)
    log = np.log(found.models.astype(float) + FLOOR).sum(axis=0)
    for row in EVERY:
        others = {c: log[row, c] for c in range(KINDS) if c != ROWS.codes[row]}
        assert found.rival[row] == max(others, key=others.get)
        expected = max(others.values()) - log[row, ROWS.codes[row]]
        assert found.score[row] == pytest.approx(expected, abs=1e-3)


def test_no_score_is_above_what_three_certain_models_make():
    """Two categories at opposite ends; the first row's label is the other one's."""
    codes = np.array([0, 1] * 30)
    vectors = np.stack([1.0 - 2.0 * codes, np.zeros(60)], axis=1).astype(np.float32)
    texts = [("parcel late", "invoice wrong")[c] for c in codes]
    codes[0] = 1
    near = nearest(vectors, NEAR)
    found = LabelProbes.of(vectors, texts, near, np.arange(60)).suspect(codes)
    assert found.score.argmax() == 0
    assert 0.7 * MAX_SCORE < found.score[0] <= MAX_SCORE
    assert found.score.min() >= -MAX_SCORE


def test_nothing_is_said_against_rows_of_categories_that_are_left_aside():
    """Their rows still teach: nobody else's score changes."""
    probes = ROWS.probes()
    found, all_of_them = probes.suspect(ROWS.codes, excluded=[1]), probes.suspect(ROWS.codes)
    excluded = ROWS.codes == 1
    assert np.isneginf(found.score[excluded]).all()
    assert np.array_equal(found.score[~excluded], all_of_them.score[~excluded])


def test_a_row_is_not_suspected_of_the_labels_that_its_text_has_beside():
    probes = ROWS.probes()
    found = probes.suspect(ROWS.codes)
    row = int(np.argmax(found.score))
    [third] = {*range(KINDS)} - {int(ROWS.codes[row]), int(found.rival[row])}
    told = probes.suspect(ROWS.codes, other_labels={row: {int(found.rival[row])}})
    assert told.rival[row] == third
    assert told.score[row] < found.score[row]
    rest = np.arange(60) != row
    assert np.array_equal(told.score[rest], found.score[rest])


def test_a_row_whose_text_has_all_labels_is_not_assessed():
    row = 5
    others = {*range(KINDS)} - {int(ROWS.codes[row])}
    assert np.isneginf(ROWS.probes().suspect(ROWS.codes, other_labels={row: others}).score[row])


# --- what little there may be to read -----------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_of_the_rows_the_scores_are_the_same(seed):
    order = np.random.default_rng(seed).permutation(60)
    mixed = Rows()
    mixed.vectors, mixed.codes = mixed.vectors[order], mixed.codes[order]
    mixed.texts = [mixed.texts[i] for i in order]
    mixed.fold_units = mixed.fold_units[order]
    mixed.near = nearest(mixed.vectors, NEAR)
    found, plain = mixed.probes().suspect(mixed.codes), ROWS.probes().suspect(ROWS.codes)
    assert np.array_equal(found.score, plain.score[order])
    assert np.array_equal(found.rival, plain.rival[order])


def test_texts_of_emoji_alone_leave_two_models():
    rows = Rows()
    rows.texts = ["👍" * (1 + i % 3) for i in EVERY]
    probes = rows.probes()
    found = probes.suspect(rows.codes)
    np.testing.assert_allclose(found.models[2], 1 / KINDS)
    assert np.array_equal(found.models[:2], ROWS.probes().suspect(ROWS.codes).models[:2])


def test_a_category_of_emoji_alone_is_read_by_vectors_and_neighbours():
    rows = Rows()
    rows.texts = [t if c else "🎉 🎉" for t, c in zip(rows.texts, rows.codes, strict=True)]
    found = rows.probes().suspect(rows.codes)
    emoji = rows.codes == 0
    assert np.isfinite(found.score).all()
    assert np.median(found.score[emoji]) < 0
    np.testing.assert_allclose(found.models[2, emoji], 1 / KINDS, atol=1e-5)


def test_a_row_without_neighbours_gets_no_vote():
    """All rows are one family: nobody may vouch, and nothing is divided by nothing."""
    rows = Rows()
    rows.fold_units = np.zeros(60, dtype=np.int64)
    found = rows.probes().suspect(rows.codes)
    assert (found.models[1] == 0).all()
    assert np.isfinite(found.score).all()


def test_rows_that_are_all_kept_together_say_nothing_of_one_another():
    one = np.zeros(len(ROWS.codes), dtype=np.int64)
    said = LabelProbes.of(ROWS.vectors, ROWS.texts, ROWS.near, one).suspect(ROWS.codes)
    assert said.models[0] == pytest.approx(1 / KINDS, abs=0.01)
    assert np.isfinite(said.score).all()
