"""What is claimed of replay, EWC and distillation: measured on three topics of two subtypes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.prediction.claims import CLAIMS, measure_claims, measure_of, verdict_of
from auditor.prediction.claims.buffer import BufferLacks, draw_buffer
from auditor.prediction.claims.inherited_errors import ErrorsAreInherited
from auditor.prediction.claims.material import Material
from auditor.prediction.claims.protected_errors import ErrorsAreProtected
from auditor.prediction.claims.successive import in_turn, make, predict
from auditor.prediction.fine_tuning.evaluation import OldRows, UpdateRows
from auditor.prediction.fine_tuning.taught import teach
from auditor.prediction.mitigations.replay import Replay
from auditor.records.claims import Measure
from auditor.records.forecast import Recipe
from auditor.reporting.claims import summarise_claims

SUBTYPES = (
    ("invoice charge price", "voucher gift code"),
    ("parcel courier door", "address lorry map"),
    ("login password reset", "profile photo name"),
)
UPDATES = ("refund charge money return", "stolen parcel thief police", "photo album print frame")


def written(words: str, count: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(words.split(), 4)) for _ in range(count)]


@pytest.fixture(scope="module")
def material() -> Material:
    """Of each topic 24 rows, half of each subtype; a third of the rows of one has a wrong label."""
    texts, codes, groups = [], [], []
    for c, subtypes in enumerate(SUBTYPES):
        for g, words in enumerate(subtypes):
            texts += written(words, 12, 2 * c + g)
            codes += [c] * 12
            groups += [2 * c + g] * 12
    right = np.full(len(texts), -1)
    right[[1, 2, 5, 6, 9, 10]] = 1
    return Material(
        old=OldRows(
            texts=texts,
            codes=np.array(codes),
            held_out=np.stack([np.arange(len(texts)) % 4 == k for k in (0, 3)]),
        ),
        updates=tuple(
            UpdateRows(
                texts=written(words, 16, 50 + i),
                codes=np.full(16, 3),
                held_out=np.zeros(16, dtype=bool),
            )
            for i, words in enumerate(UPDATES)
        ),
        names=("refunds", "theft", "prints"),
        subtypes=np.array(groups),
        left_out=1,
        right=right,
    )


@pytest.fixture(scope="module")
def taught(target, material, quick_rates):
    [model] = teach(target, material.old, material.updates, seeds=[0], steps=30, dropout=False)
    return model


# --- updates in turn ----------------------------------------------------------------------------


def test_each_update_goes_on_from_where_the_one_before_it_ended(taught, material):
    """After the third all three are known, each by its own column."""
    *_, last = in_turn(taught, Recipe(), Replay(share=0.5))
    tokens = [t for which in range(3) for t in taught.course.rows_of(which)]
    seen = predict(last, tokens)
    assert (seen[32:] == 5).mean() > 0.9
    assert set(seen[:16]) & {3}


def test_the_taught_model_stays_as_it_was(taught, material):
    before = predict(taught.model, taught.rows)
    make(taught, Recipe())
    np.testing.assert_array_equal(predict(taught.model, taught.rows), before)


def test_of_a_buffer_nothing_else_is_replayed(taught, monkeypatch):
    seen = []

    class Listening(Replay):
        def train(self, branch):
            seen.append(branch.old_codes)
            return super().train(branch)

    make(taught, Recipe(steps=4), Listening(share=0.5), buffer=np.array([0, 20, 40]))
    assert seen[0].tolist() == taught.codes[[0, 20, 40]].tolist()


# --- the claims ---------------------------------------------------------------------------------


def test_a_buffer_is_a_twentieth_of_the_rows_and_has_one_of_every_category_at_least():
    codes = np.repeat([0, 1, 2], [200, 200, 4])
    drawn = draw_buffer(codes, np.random.default_rng(0))
    assert np.bincount(codes[drawn]).tolist() == [7, 7, 4]
    few = np.repeat([0, 1], 5)
    assert np.bincount(few[draw_buffer(few, np.random.default_rng(0))]).tolist() == [1, 1]


def test_what_the_buffer_holds_and_what_it_lacks_are_told_apart_after_each_update(taught, material):
    found = BufferLacks().measure(taught, material)
    assert 0 < found["held-out rows whose subtype the buffer holds"] < 1
    assert sum("kept after update" in name for name in found) == 2 * 3
    assert list(found)[-1] == "the difference after the last update"
    held, lacks = (found[f"kept after update 3: subtypes that it {x}"] for x in ("holds", "lacks"))
    assert found["the difference after the last update"] == pytest.approx(held - lacks)


def test_wrong_labels_are_corrected_from_one_start_without_ewc_and_with_it(taught, material):
    found = ErrorsAreProtected(strength=1e3).measure(taught, material)
    taught_as = found["probability of their likely label, as taught"]
    for when in ("before any update", "after the update"):
        assert 0 <= found[f"corrected {when} with EWC"] <= 1
        assert found[f"corrected {when} without EWC"] > taught_as
    name, value = list(found.items())[-1]
    assert name == "corrected before any update without EWC less with it"
    assert value == pytest.approx(
        found["corrected before any update without EWC"]
        - found["corrected before any update with EWC"]
    )


def test_suspicious_rows_hold_more_of_the_information_than_their_share(taught, material):
    """They are contradicted by their neighbours, and so the model is least sure of them."""
    found = ErrorsAreProtected().measure(taught, material)
    rows = found["share of rows that are suspicious"]
    assert rows == pytest.approx((material.right[~taught.held_out] >= 0).mean())
    assert rows < found["share of the information that they hold"] < 1


def test_weights_that_may_not_move_correct_nothing(taught, material):
    found = ErrorsAreProtected(strength=1e12).measure(taught, material)
    assert list(found.values())[-1] > 0


def test_errors_are_those_of_held_out_rows_by_an_old_name(taught, material):
    found = ErrorsAreInherited().measure(taught, material)
    shares = [
        value for name, value in found.items() if "passed on by " in name and "less" not in name
    ]
    assert all(0 <= share <= 1 for share in shares)


def test_without_suspicious_rows_or_errors_nothing_is_told(taught, material):
    import dataclasses

    clean = dataclasses.replace(material, right=np.full(len(material.right), -1))
    assert ErrorsAreProtected().measure(taught, clean) == {}


# --- what is told -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([0.3, 0.35, 0.32], "confirmed here"),
        ([-0.1, -0.12, -0.09], "not confirmed here"),
        ([0.01, 0.0, 0.01], "not confirmed here"),
        ([0.5, -0.4, 0.3], "cannot be told"),
        ([0.5], "cannot be told"),
        ([np.nan, np.nan], "cannot be told"),
    ],
)
def test_the_interval_over_seeds_decides(values, verdict):
    told, reason = verdict_of(measure_of("a difference", values))
    assert told == verdict
    assert bool(reason) is (verdict == "cannot be told")


def test_chance_is_rarely_called_a_finding():
    """Simulated: of differences that are none, at most a tenth is confirmed."""
    random = np.random.default_rng(0)
    told = [verdict_of(measure_of("", random.normal(scale=0.1, size=3)))[0] for _ in range(2000)]
    assert told.count("confirmed here") / len(told) < 0.12


def test_all_three_are_measured_by_every_seed(material, target, quick_rates):
    heard = []
    found = measure_claims(
        *(material, target, "desk", 72),
        seeds=[0, 1],
        progress=lambda *said: heard.append(said),
    )
    assert [c.name for c in found.claims] == [claim.name for claim in CLAIMS]
    assert heard[-1] == ("claims", 6, 6)
    assert all(m.low is not None for m in found.claims[0].measures[:1])
    told = summarise_claims(found)
    assert "Updates   one after the other: refunds, theft, prints" in told
    assert "the last 1 are categories of the data, left out of it for this" in told
    assert all(len(line) <= 100 for line in told.splitlines())


def test_a_measure_that_no_seed_had_is_a_dash():
    claim = Measure(about="kept", mean=None, low=None, high=None)
    assert verdict_of(claim) == ("cannot be told", "too few rows to measure it on")


# --- from the command line ----------------------------------------------------------------------


@pytest.fixture
def desk(workplace, as_csv, target, monkeypatch, quick_rates):
    topics = {
        **{f"topic{c}": " ".join(words) for c, words in enumerate(SUBTYPES)},
        "music": "song album band drum",
        "sport": "ball goal team match",
        "travel": "train plane hotel visa",
    }
    for name, of in (("desk", topics), ("refunds", {"refunds": UPDATES[0]})):
        rows = [
            {"text": f"{t} {i}", "label": c}
            for n, (c, words) in enumerate(of.items())
            for i, t in enumerate(written(words, 24, n))
        ]
        (workplace / f"{name}.csv").write_text(as_csv(rows), encoding="utf-8")
    monkeypatch.setattr("auditor.resources.open_target", lambda name, offline: target)
    return workplace


def test_they_are_printed_as_sentences_or_for_machines(desk):
    words = ["claims", "desk.csv", "--update", "refunds.csv", "--seeds", "2"]
    done = CliRunner().invoke(main, [*words])
    assert done.exit_code == 0, done.output
    assert "Distillation passes the old model's errors on." in done.stdout
    done = CliRunner().invoke(main, [*words, "--format", "json"])
    found = json.loads(done.stdout)
    assert found["updates"][0] == "refunds"
    assert found["left_out"] == 2
    assert len(found["claims"]) == 3


def test_two_updates_that_bring_one_category_are_refused(desk):
    done = CliRunner().invoke(
        main, ["claims", "desk.csv", "--update", "refunds.csv", "--update", "refunds.csv"]
    )
    assert done.exit_code == 2
    assert "two files bring the new category 'refunds'" in done.stderr
