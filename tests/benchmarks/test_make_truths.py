"""What a truth keeps of an update: readings that agree with each other, by every category."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.make_truths import arrange, runs_of
from tests.benchmarks.update_plans import BasePlan
from tests.prediction.conftest import TinyTarget

WORDS = {
    "billing": "invoice charge payment bank voucher price",
    "delivery": "parcel courier door tracking address lorry",
    "account": "login password profile email name phone",
}
REFUNDS = "refund charge payment bank return money"  # near to billing
TESTS = {"account": 7, "billing": 8, "delivery": 5}
KINDS, SEEDS = 3, 2


def pairs(label: str, words: str, count: int, seed: int) -> list[tuple[str, str]]:
    random = np.random.default_rng(seed)
    return [(" ".join(random.choice(words.split(), 4)), label) for _ in range(count)]


@pytest.fixture(scope="module")
def runs():
    """Of an update of refunds, and of one that brings nothing but rows on gardens."""
    plan = BasePlan(name="desk", data="hwu64", level="subtype", rows=dict.fromkeys(WORDS, 30))
    train = [p for c, words in WORDS.items() for p in pairs(c, words, 30, 1)]
    tests = [p for c in sorted(WORDS) for p in pairs(c, WORDS[c], TESTS[c], 2)]
    parts = [
        (pairs("refunds", REFUNDS, 20, 3), pairs("refunds", REFUNDS, 6, 4)),
        (pairs("garden", "lawn hedge seed tulip spade", 20, 5), pairs("garden", "lawn", 3, 6)),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("auditor.prediction.fine_tuning.taught.RATE", 3e-2)
        patch.setattr("auditor.prediction.fine_tuning.taught.HEAD_RATE", 3e-2)
        yield runs_of(TinyTarget(), plan, *arrange(plan, train, tests, parts), SEEDS)


def test_every_update_is_made_by_every_seed_and_read_at_every_checkpoint(runs):
    assert [len(of) for of in runs] == [SEEDS, SEEDS]
    for run in (run for of in runs for run in of):
        assert run["steps"] == 9  # three passes over ninety rows in batches of 32
        assert {np.shape(run[name]) for name in ("accuracy", "half", "soft", "masked")} == {(8, 3)}
        assert len(run["learnt"]) == len(run["auroc"]) == 8


def test_a_half_is_every_second_test_row_from_the_first_on(runs):
    rows = np.array([TESTS[c] for c in sorted(TESTS)])
    first = np.ceil(rows / 2)
    for run in (run for of in runs for run in of):
        right, among = np.array(run["accuracy"]) * rows, np.array(run["half"]) * first
        np.testing.assert_allclose([right, among], np.round([right, among]), atol=0.01)
        others = right - among
        assert (others > -0.01).all()
        assert (others < rows - first + 0.01).all()


def test_masking_the_update_takes_no_answer_away(runs):
    for run in (run for of in runs for run in of):
        assert (np.array(run["masked"]) >= np.array(run["accuracy"])).all()


def test_one_update_is_no_part_of_the_next(runs):
    """Before either, the same model answers: the columns of the other one are left out."""
    for refunds, garden in zip(*runs, strict=True):
        assert refunds["accuracy"][0] == garden["accuracy"][0]
        assert refunds["learnt"][0] == garden["learnt"][0] == 0.0


def test_the_kernel_is_told_of_the_first_seed_and_names_what_is_nearest(runs):
    first, second = runs[0]
    assert "kernel" not in second
    assert set(first["kernel"]) == {"encoder", "head"}
    of_encoder = first["kernel"]["encoder"]
    assert len(of_encoder) == KINDS
    assert int(np.argmax(of_encoder)) == sorted(WORDS).index("billing")
