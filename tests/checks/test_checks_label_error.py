"""label-error: three witnesses, a budget, and what cannot be assessed."""

import numpy as np
import pytest

from auditor.checks.label_error import LabelError, confident_errors
from auditor.records import Neighbours
from auditor.results import Finding, SkippedCheck

NAMES = ("billing", "returns", "shipping")
EACH = 12
ROWS = [(f"{name} message number {i}", name) for name in NAMES for i in range(EACH)]
CODES = [k for k in range(3) for _ in range(EACH)]
BILLING, RETURNS, SHIPPING = range(3)
FLIPPED = 5  # labelled billing


@pytest.fixture
def judged(make_evidence, make_out_of_fold):
    """Findings and skips, when `told` = row -> (what it reads like, how surely)."""

    def judged(
        told,
        *,
        rows=ROWS,
        codes=CODES,
        votes=None,
        words=None,
        families=None,
        families_needed=5,
        certainty=0.9,
        **limits,
    ):
        names = sorted({c for _, c in rows})
        if votes is None:
            votes = {i: names[k] for i, (k, _) in told.items()}
        said = {"probe": told, "words": told if words is None else words}
        evidence = make_evidence(
            rows,
            families=families,
            votes=votes,
            out_of_fold=make_out_of_fold(codes, len(names), sure=certainty, **said),
        )
        results = list(LabelError(families=families_needed, **limits).find(evidence))
        return (
            [r for r in results if isinstance(r, Finding)],
            [r for r in results if isinstance(r, SkippedCheck)],
        )

    return judged


def test_a_row_that_reads_like_another_category_is_found(judged):
    [found], skipped = judged({FLIPPED: (RETURNS, 0.95)})
    assert (found.code, found.rows, found.category) == ("label-error", (FLIPPED,), "billing")
    assert found.summary == "labelled billing, reads like returns"
    assert found.measured["suggested"] == "returns"
    assert found.measured["probe"] == {"billing": 0.05, "returns": 0.95}
    assert found.measured["neighbours"] == {"billing": 0.0, "returns": 1.0}
    assert found.measured["words"] == {"billing": 0.05, "returns": 0.95}
    assert skipped == []


def test_where_every_row_reads_like_its_label_nothing_is_found(judged):
    assert judged({}) == ([], [])


def test_the_surest_comes_first(judged):
    told = {3: (RETURNS, 0.93), FLIPPED: (RETURNS, 0.999), 20: (SHIPPING, 0.96)}
    found, _ = judged(told)
    assert [f.rows for f in found] == [(FLIPPED,), (20,), (3,)]


def test_with_all_witnesses_a_thousand_to_one_it_is_a_warning(judged):
    [found], _ = judged({FLIPPED: (RETURNS, 0.95)})
    assert found.severity == "warning"
    assert found.limit == {"odds": 1000}


@pytest.mark.parametrize("dissenter", ["probe", "words"])
def test_with_one_witness_against_the_others_it_is_a_note(judged, dissenter):
    """The odds alone would make it a warning."""
    told = {FLIPPED: (RETURNS, 0.999)}
    probe, words = ({}, told) if dissenter == "probe" else (told, {})
    [found], _ = judged(probe, words=words, votes={FLIPPED: "returns"}, certainty=0.6)
    assert found.severity == "note"
    assert found.measured[dissenter]["billing"] > found.measured[dissenter]["returns"]


def test_one_sure_witness_does_not_outvote_two(judged):
    told = {FLIPPED: (RETURNS, 0.9999)}
    assert judged(told, votes={}, words={}) == ([], [])


def test_a_doubt_that_two_witnesses_only_lean_to_is_not_listed(judged):
    assert judged({FLIPPED: (RETURNS, 0.55)}, votes={FLIPPED: "billing"}) == ([], [])


DOUBTED = {FLIPPED: (RETURNS, 0.99), 3: (RETURNS, 0.97), 20: (BILLING, 0.95)}


@pytest.mark.parametrize(("beyond", "listed"), [(0.0, 1), (0.1, 2), (1.0, 2), (2.0, 3)])
def test_a_tenth_more_than_confident_learning_counts_is_listed_as_notes(
    judged, monkeypatch, beyond, listed
):
    assert [f.severity for f in judged(DOUBTED)[0]] == ["warning"] * 3
    monkeypatch.setattr("auditor.checks.label_error.confident_errors", lambda *_: 1)
    found, _ = judged(DOUBTED, beyond=beyond)
    assert [f.severity for f in found] == ["warning", "note", "note"][:listed]


def test_copies_of_a_row_do_not_vote_on_it(make_evidence, make_out_of_fold):
    """Nearest to row 0 are four copies of it from returns, then two bills and one return."""
    told = {0: (RETURNS, 0.999)}
    index = np.tile([24, 25, 26, 27, 28, 29, 30], (36, 1))
    for k in range(3):
        index[EACH * k : EACH * (k + 1)] = np.arange(EACH * k + 5, EACH * k + 12)
    index[0] = [12, 13, 14, 15, 1, 2, 16]
    evidence = make_evidence(
        ROWS,
        families=[*range(12), 0, 0, 0, 0, *range(12, 32)],
        neighbours=Neighbours(index=index, cosine=np.full(index.shape, 0.8, dtype=np.float32)),
        out_of_fold=make_out_of_fold(CODES, 3, sure=0.6, probe=told, words=told),
    )
    found = next(f for f in LabelError().find(evidence) if f.rows == (0,))
    assert found.measured["neighbours"] == {"billing": 0.67, "returns": 0.33}


def test_no_more_neighbours_vote_than_the_limit_says(make_evidence, make_out_of_fold):
    """Of row 0 the two nearest are returns and the others bills."""
    told = {0: (RETURNS, 0.999)}
    index = np.array([range(k * EACH + 7, k * EACH + 12) for k in CODES])
    index[0] = [12, 13, 1, 2, 3]
    evidence = make_evidence(
        ROWS,
        neighbours=Neighbours(index=index, cosine=np.full(index.shape, 0.8, dtype=np.float32)),
        out_of_fold=make_out_of_fold(CODES, 3, sure=0.6, probe=told, words=told),
    )
    [two] = LabelError(neighbours=2).find(evidence)
    assert two.measured["neighbours"] == {"billing": 0.0, "returns": 1.0}
    [three] = LabelError(neighbours=3).find(evidence)
    assert three.measured["neighbours"] == {"billing": 0.33, "returns": 0.67}


def test_a_category_of_few_different_examples_is_skipped_with_the_reason(judged):
    rows = [*ROWS, *[(f"warranty question {i}", "warranty") for i in range(4)]]
    found, skipped = judged(
        {FLIPPED: (RETURNS, 0.95), 37: (RETURNS, 0.99)}, rows=rows, codes=[*CODES, 3, 3, 3, 3]
    )
    assert [f.rows for f in found] == [(FLIPPED,)]
    [skip] = skipped
    assert skip.code == "label-error"
    assert skip.reason == "not assessable for warranty: 4 different examples, 5 are needed"


def test_copies_do_not_make_a_category_assessable(judged):
    """Twelve rows of shipping, nine of which are one example."""
    _, [skip] = judged({}, families=[*range(24), *[24] * 9, 25, 26, 27])
    assert skip.reason == "not assessable for shipping: 4 different examples, 5 are needed"


def test_the_number_of_different_examples_that_are_needed_can_be_changed(judged):
    found, skipped = judged({FLIPPED: (RETURNS, 0.95)}, families_needed=13)
    assert found == []
    assert [s.reason for s in skipped] == [
        f"not assessable for {name}: 12 different examples, 13 are needed" for name in NAMES
    ]


def test_the_odds_of_a_warning_can_be_changed(judged):
    [found], _ = judged({FLIPPED: (RETURNS, 0.95)}, sure=1e9)
    assert (found.severity, found.limit["odds"]) == ("note", 1e9)


def test_with_a_higher_floor_no_witness_is_sure(judged):
    """At least .5 from each: the odds of three witnesses stay below 27 to one."""
    [found], _ = judged({FLIPPED: (RETURNS, 0.95)}, floor=0.5)
    assert found.severity == "note"


def test_confident_errors_counts_no_row_that_reads_like_its_label():
    belief = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.3, 0.7]])
    assert confident_errors(belief, np.array([0, 0, 1, 1])) == 0


def test_confident_errors_counts_a_row_beyond_the_other_category_s_mean():
    """Rows of the second category have .7 of it on average: .75 reaches that, .65 does not."""
    belief = np.array([[0.9, 0.1], [0.25, 0.75], [0.35, 0.65], [0.2, 0.8], [0.4, 0.6]])
    assert confident_errors(belief, np.array([0, 0, 0, 1, 1])) == 1


def test_confident_errors_counts_only_what_exceeds_all_others_that_reach_their_threshold():
    """A row between two categories is no error of either."""
    belief = np.array([[0.5, 0.5], [0.5, 0.5]])
    assert confident_errors(belief, np.array([0, 1])) == 0


def beliefs(truth, kinds, rng):
    """Calibrated beliefs (n, K): mostly, not always, of the true category."""
    scores = rng.normal(size=(len(truth), kinds)) + 6.0 * np.eye(kinds)[truth]
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("kinds", [2, 3, 5])
@pytest.mark.parametrize("noise", [0.05, 0.1, 0.2])
def test_the_budget_comes_near_the_number_of_labels_that_were_flipped(kinds, noise):
    rng = np.random.default_rng(kinds)
    truth = rng.integers(kinds, size=1500)
    belief = beliefs(truth, kinds, rng)
    wrong = rng.random(1500) < noise
    codes = np.where(wrong, (truth + rng.integers(1, kinds, size=1500)) % kinds, truth)
    assert 0.8 * wrong.sum() <= confident_errors(belief, codes) <= 1.1 * wrong.sum()


def test_with_more_labels_flipped_the_budget_does_not_fall():
    rng = np.random.default_rng(0)
    truth = rng.integers(3, size=900)
    belief, order = beliefs(truth, 3, rng), rng.permutation(900)
    counts = []
    for flipped in range(0, 300, 50):
        codes = truth.copy()
        codes[order[:flipped]] = (codes[order[:flipped]] + 1) % 3
        counts.append(confident_errors(belief, codes))
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
