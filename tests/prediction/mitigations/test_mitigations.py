"""Mitigations: the registry, and what is measured of one beside the update alone."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import auditor
from auditor.cli import main
from auditor.errors import UsageError
from auditor.prediction import mitigations as registry
from auditor.prediction.fine_tuning.effort import Effort
from auditor.prediction.fine_tuning.evaluation import OldRows, Run, UpdateRows
from auditor.prediction.fine_tuning.fine_tune import fine_tune
from auditor.prediction.fine_tuning.trial import measure_update
from auditor.prediction.mitigations import MITIGATIONS, mitigations_called
from auditor.prediction.mitigations.replay import Replay
from auditor.records.forecast import Recipe
from auditor.records.structure import CopyFamilies
from auditor.resources import mitigations_of
from auditor.settings import Settings

TOPICS = {
    "billing": "invoice charge payment bank voucher price",
    "delivery": "parcel courier door tracking address lorry",
    "account": "login password profile email name phone",
}
REFUNDS = "refund charge payment bank return money"  # near to billing
QUICK = Recipe(learning_rate=3e-2, head_learning_rate=3e-2, steps=8)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A mitigation that adds nothing: whatever differs is the harness's."""

    name = "nothing"
    about = "for the test"
    version = 1

    def batches(
        self, update: Iterable[np.ndarray], taught: np.ndarray, random: np.random.Generator
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        random.random(7)  # and what it draws is its own affair
        return ((rows, np.empty(0, dtype=np.int64)) for rows in update)


def written(words: str, count: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(words.split(), 4)) for _ in range(count)]


@pytest.fixture(scope="module")
def material() -> tuple[OldRows, UpdateRows]:
    """Three categories of forty rows, ten of each held out, and an update of twenty."""
    rows = [(t, c) for c, w in enumerate(TOPICS.values()) for t in written(w, 40, c)]
    old = OldRows(
        texts=[t for t, _ in rows],
        codes=np.array([c for _, c in rows]),
        held_out=(np.arange(len(rows)) % 4 == 0)[None],
    )
    update = UpdateRows(
        texts=written(REFUNDS, 20, 9), codes=np.full(20, 3), held_out=np.zeros(20, dtype=bool)
    )
    return old, update


@pytest.fixture(scope="module")
def quick():
    """Rates at which word vectors learn in a dozen steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("auditor.prediction.fine_tuning.taught.RATE", 3e-2)
        patch.setattr("auditor.prediction.fine_tuning.taught.HEAD_RATE", 3e-2)
        yield


@pytest.fixture(scope="module")
def tried(target, material, quick):
    given = (Replay(), Nothing())
    return fine_tune(
        target, *material, seeds=[0, 1], recipe=QUICK, rates=(1.0, 3.0), mitigations=given
    )


def runs(tried, name: str) -> list[Run]:
    return [m.run for m in tried.mitigated if m.mitigation.name == name]


def same(a: Run, b: Run) -> bool:
    names = [f.name for f in dataclasses.fields(Run)]
    return all(np.array_equal(getattr(a, n), getattr(b, n), equal_nan=True) for n in names)


def test_each_is_tried_once_a_seed_from_the_model_that_the_update_alone_starts_from(tried):
    for name in ("replay", "nothing"):
        assert [run.seed for run in runs(tried, name)] == [0, 1]
        for run, plain in zip(runs(tried, name), tried.runs, strict=True):
            np.testing.assert_array_equal(run.accuracy[0], plain.accuracy[0])
            np.testing.assert_array_equal(run.rows, plain.rows)


def test_one_that_adds_nothing_is_the_update_alone_to_the_last_bit(tried):
    assert all(map(same, runs(tried, "nothing"), tried.runs))
    assert {m.run.old_rows for m in tried.mitigated if m.mitigation.name == "nothing"} == {0}


def test_what_is_tried_beside_it_changes_nothing_of_the_update_alone(tried, target, material):
    alone = fine_tune(target, *material, seeds=[0, 1], recipe=QUICK, rates=(1.0, 3.0))
    assert all(map(same, alone.runs, tried.runs))


def test_replay_keeps_what_the_update_takes_and_the_update_is_learnt_all_the_same(tried):
    plain, replayed = tried.runs, runs(tried, "replay")
    lost = [np.mean([r.accuracy[0] - r.accuracy[-1] for r in of]) for of in (plain, replayed)]
    assert lost[0] > 0.3
    assert lost[1] < lost[0] - 0.1
    assert all(run.learnt[-1] > 0.9 for run in replayed)


def test_the_old_rows_that_were_trained_on_again_are_counted(tried):
    """Of twenty rows a pass is sixteen and four: batches with four old rows and with one."""
    assert {m.run.old_rows for m in tried.mitigated if m.mitigation.name == "replay"} == {
        4 * 4 + 4 * 1
    }


# --- as a measurement -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def old(world, direction):
    rows = []
    for topic, words in TOPICS.items():
        for text in written(words, 36, len(rows)):
            rows.append((f"{text} {topic}{len(rows)}", topic))
            world.place(rows[-1][0], sum(direction(w) for w in text.split()))
    return world.base_task(rows)


@pytest.fixture(scope="module")
def measure(old, dataset_of, target, tmp_path_factory, quick_rates):
    update = dataset_of([(f"{t} {i}", "refunds") for i, t in enumerate(written(REFUNDS, 30, 9))])
    singles = CopyFamilies(family=np.arange(3 * 36 + 30))
    folder, effort = tmp_path_factory.mktemp("fine-tunes"), Effort(rows=30, runs=2, rates=(1.0,))

    def measure(*mitigations):
        return measure_update(
            *(old, update, singles, target, effort, folder), seed=0, mitigations=mitigations
        )

    return measure


def test_each_category_stands_beside_what_the_update_alone_takes(measure):
    found = measure(Replay())
    [replay] = found.mitigations
    assert (replay.mitigation, replay.about) == (Replay.name, Replay.about)
    assert [c.category for c in replay.categories] == [c.category for c in found.categories]
    for alone, kept in zip(found.categories, replay.categories, strict=True):
        lost = [
            np.mean(np.array(c.accuracy)[:, 0] - np.array(c.accuracy)[:, -1]) for c in (alone, kept)
        ]
        assert (kept.plain_drop, kept.drop) == pytest.approx(lost, abs=1e-4)
    drops = [(c.plain_drop, c.drop) for c in replay.categories]
    assert np.mean(drops, axis=0)[1] < np.mean(drops, axis=0)[0]


def test_the_rest_of_a_measurement_is_the_same_with_and_without(measure):
    plain = measure()
    assert not plain.mitigations
    assert dataclasses.replace(measure(Replay()), mitigations=plain.mitigations) == plain


def test_what_was_measured_is_kept_by_the_mitigation_its_version_and_its_settings(
    measure, monkeypatch
):
    first = measure(Replay())
    monkeypatch.setattr("auditor.prediction.fine_tuning.trial.fine_tune", None)
    assert measure(Replay()) == first
    for other in (Replay(share=0.5), Nothing()):
        with pytest.raises(TypeError, match="not callable"):
            measure(other)


# --- the registry -----------------------------------------------------------------------------


def test_names_are_taken_once_and_unknown_ones_are_met_with_the_nearest():
    assert mitigations_called(["replay", "replay"]) == (Replay(),)
    assert mitigations_called([]) == ()
    with pytest.raises(UsageError, match="unknown mitigation 'reply'; did you mean 'replay'"):
        mitigations_called(["reply"])


def test_without_the_fidelity_full_there_is_nothing_to_try_them_on():
    with pytest.raises(UsageError, match="--mitigations replay is only used in a trial fine-tune"):
        mitigations_of(Settings(mitigations=["replay"]))


@pytest.mark.parametrize("mitigation", MITIGATIONS, ids=lambda m: m.name)
def test_a_mitigation_gives_a_batch_for_each_step_that_holds_the_updates_rows(mitigation):
    update, taught = [np.arange(16)] * 5 + [np.arange(3)], np.repeat([0, 1, 4], 6)
    found = list(mitigation.batches(update, taught, np.random.default_rng(0)))
    assert len(found) == len(update)
    for _, old in found:
        assert set(old) <= set(range(len(taught)))


def test_one_that_is_added_is_tried_by_its_name(monkeypatch):
    monkeypatch.setattr(registry, "MITIGATIONS", (*MITIGATIONS, Nothing()))
    assert mitigations_called(["nothing"]) == (Nothing(),)


# --- from the command line --------------------------------------------------------------------


@pytest.fixture
def desk(workplace, as_csv, target, monkeypatch, quick_rates):
    """The topics and refunds as files, and the tiny target in place of a model."""
    for name, topics in (("desk", TOPICS), ("refunds", {"refunds": REFUNDS})):
        rows = [
            {"text": f"{t} {i}", "label": c}
            for n, (c, words) in enumerate(topics.items())
            for i, t in enumerate(written(words, 30, n))
        ]
        (workplace / f"{name}.csv").write_text(as_csv(rows), encoding="utf-8")
    monkeypatch.setattr("auditor.resources.open_target", lambda name, offline: target)
    return workplace


FULL = ["audit", "desk.csv", "--update", "refunds.csv", "--probe", "full", "--seed", "1"]


def test_an_audit_tries_them_and_says_what_they_keep(desk):
    done = CliRunner().invoke(main, [*FULL, "--mitigations", "replay"])
    assert done.exit_code == 0, done.output
    assert "Tried     replay: a fifth of each batch are old rows" in done.output
    path = desk / "reports/desk/audit.json"
    plain = json.loads(path.read_text(encoding="utf-8"))
    [replay] = plain["forecast"]["measurement"]["mitigations"]
    assert {c["category"] for c in replay["categories"]} == {*TOPICS}
    assert plain["settings"]["mitigations"] == ["replay"]
    found = auditor.load(path)
    assert found.forecast.measurement.mitigations[0].categories[0].plain_drop > 0
    page = (desk / "reports/desk/report.html").read_text(encoding="utf-8")
    assert "<h3>Protection against forgetting</h3>" in page


def test_nothing_of_them_is_written_where_none_was_asked_for(desk):
    done = CliRunner().invoke(main, [*FULL])
    assert done.exit_code == 0, done.output
    assert "Tried" not in done.output
    assert "mitigations" not in (desk / "reports/desk/audit.json").read_text(encoding="utf-8")
    page = (desk / "reports/desk/report.html").read_text(encoding="utf-8")
    assert "What would keep" not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--probe", "head"], "--mitigations replay is only used in a trial fine-tune"),
        (["--mitigations", "weather"], "unknown mitigation 'weather'; known: replay"),
    ],
)
def test_what_cannot_be_tried_is_said_before_the_work(desk, words, said):
    done = CliRunner().invoke(main, [*FULL, "--mitigations", "replay", *words])
    assert done.exit_code == 2
    assert said in done.stderr


def test_they_are_a_setting_in_python_too(desk):
    found = auditor.audit(
        pd.read_csv("desk.csv"),
        update=pd.read_csv("refunds.csv"),
        embedder="hashing",
        probe="full",
        mitigations=["replay"],
        map_points=10,
        cache_dir="vectors",
    )
    assert [m.mitigation for m in found.forecast.measurement.mitigations] == ["replay"]
