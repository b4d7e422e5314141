"""Mitigations: the registry, and what is measured of one beside the update alone."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
import torch
from click.testing import CliRunner

import auditor
from auditor.cli import main
from auditor.errors import UsageError
from auditor.prediction import mitigations as registry
from auditor.prediction.fine_tuning.branch import Branch
from auditor.prediction.fine_tuning.effort import Effort
from auditor.prediction.fine_tuning.evaluation import MitigatedRun, Run
from auditor.prediction.fine_tuning.fine_tune import fine_tune
from auditor.prediction.fine_tuning.trial import measure_update
from auditor.prediction.mitigations import MITIGATIONS, mitigations_called
from auditor.prediction.mitigations.replay import Replay
from auditor.records.measurement import Load
from auditor.records.structure import CopyFamilies
from auditor.resources import mitigations_of
from auditor.settings import Settings
from tests.prediction.mitigations.conftest import QUICK, REFUNDS, TOPICS, written

REPLAY = Replay(share=0.2)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A mitigation that adds nothing: whatever differs is the harness's."""

    name = "nothing"
    about = "for the test"
    version = 1
    requires = ()

    def rows(self, load: Load) -> int:
        return load.update

    def train(self, branch: Branch) -> Iterator[int]:
        branch.random.random(7)  # what it draws is its own affair
        return branch.train()


@pytest.fixture(scope="module")
def tried(target, material, quick):
    given = (Replay(share=0.2), Nothing())
    return fine_tune(
        target, *material, seeds=[0, 1], recipe=QUICK, rates=(1.0, 3.0), mitigations=given
    )


def runs(tried, name: str) -> list[MitigatedRun]:
    return [run for run in tried.mitigated if run.mitigation.name == name]


def same(a: Run, b: Run) -> bool:
    names = [f.name for f in dataclasses.fields(Run)]
    return all(np.array_equal(getattr(a, n), getattr(b, n), equal_nan=True) for n in names)


def test_each_is_tried_once_a_seed_from_the_model_that_the_update_alone_starts_from(tried):
    for name in ("replay-20", "nothing"):
        assert [run.seed for run in runs(tried, name)] == [0, 1]
        for run, plain in zip(runs(tried, name), tried.runs, strict=True):
            np.testing.assert_array_equal(run.accuracy[0], plain.accuracy[0])
            np.testing.assert_array_equal(run.rows, plain.rows)


def test_one_that_changes_nothing_is_the_update_alone_to_the_last_bit(tried):
    for run, plain in zip(runs(tried, "nothing"), tried.runs, strict=True):
        at = [tried.steps.index(step) for step in run.steps]
        assert run.steps[-1] == QUICK.steps
        for name in ("accuracy", "learnt", "auroc"):
            np.testing.assert_array_equal(getattr(run, name), getattr(plain, name)[at])
        assert (run.trained, run.old_rows) == (tried.trained_rows, 0)


def test_what_is_tried_beside_it_changes_nothing_of_the_update_alone(tried, target, material):
    alone = fine_tune(target, *material, seeds=[0, 1], recipe=QUICK, rates=(1.0, 3.0))
    assert all(map(same, alone.runs, tried.runs))


def test_replay_keeps_what_the_update_takes_and_the_update_is_learnt_all_the_same(tried):
    plain, replayed = tried.runs, runs(tried, "replay-20")
    lost = [np.mean([r.accuracy[0] - r.accuracy[-1] for r in of]) for of in (plain, replayed)]
    assert lost[0] > 0.3
    assert lost[1] < lost[0] - 0.1
    assert all(run.learnt[-1] > 0.9 for run in replayed)


def test_the_rows_that_were_trained_on_are_counted_the_old_ones_apart(tried):
    """Of twenty rows a pass is sixteen and four: eight steps are four passes."""
    assert {(m.trained, m.old_rows) for m in runs(tried, "replay-20")} == {(100, 20)}


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
    found = measure(REPLAY)
    [replay] = found.mitigations
    assert (replay.mitigation, replay.about) == (REPLAY.name, REPLAY.about)
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
    assert dataclasses.replace(measure(REPLAY), mitigations=plain.mitigations) == plain


def test_what_was_measured_is_kept_by_the_mitigation_its_version_and_its_settings(
    measure, monkeypatch
):
    first = measure(REPLAY)
    monkeypatch.setattr("auditor.prediction.fine_tuning.trial.fine_tune", None)
    assert measure(REPLAY) == first
    for other in (Replay(share=0.5), Nothing()):
        with pytest.raises(TypeError, match="not callable"):
            measure(other)


# --- the registry -----------------------------------------------------------------------------


def test_names_are_taken_once_and_unknown_ones_are_met_with_the_nearest():
    assert mitigations_called(["replay-20", "replay-20"]) == (Replay(share=0.2),)
    assert mitigations_called([]) == ()
    assert mitigations_called(["all"]) == MITIGATIONS
    with pytest.raises(UsageError, match="unknown mitigation 'reply-20'; did you mean 'replay-20'"):
        mitigations_called(["reply-20"])


def test_what_lacks_a_package_is_left_out_of_all_and_said_where_it_is_named(monkeypatch, caplog):
    monkeypatch.setattr(registry, "find_spec", lambda package: None)
    names = {mitigation.name for mitigation in mitigations_called(["all"])}
    assert names == {mitigation.name for mitigation in MITIGATIONS} - {"lora"}
    assert "lora is not tried: it needs peft" in caplog.text
    with pytest.raises(UsageError, match=r"lora needs peft.*pip install 'auditor\[lora\]'"):
        mitigations_called(["lora"])


def test_without_the_fidelity_full_there_is_nothing_to_try_them_on():
    with pytest.raises(
        UsageError, match="--mitigations replay-20 is only used in a trial fine-tune"
    ):
        mitigations_of(Settings(mitigations=["replay-20"]))


def test_no_two_have_one_name():
    names = [mitigation.name for mitigation in MITIGATIONS]
    assert len(set(names)) == len(names)
    assert "all" not in names


@pytest.mark.parametrize("mitigation", MITIGATIONS, ids=lambda m: m.name)
def test_a_mitigation_makes_the_update_to_its_end_from_rows_that_it_foretold(mitigation, taught):
    """The cost that a budget and the progress are reckoned from is the one that arises."""
    branch = taught.branch(QUICK, expected=np.array([0.6, 0.1, 0.0]))
    steps = list(mitigation.train(branch))
    load = Load(update=80, teaching=12 * 30, old=90, new=20)
    assert steps[-1] == QUICK.steps
    assert branch.trained == pytest.approx(mitigation.rows(load), abs=40)


@pytest.mark.parametrize("mitigation", MITIGATIONS, ids=lambda m: m.name)
def test_a_mitigation_does_the_same_every_time_and_leaves_the_taught_model_as_it_was(
    mitigation, taught
):
    before = [w.clone() for w in taught.model.parameters()]
    one, other = (taught.mitigated(QUICK, mitigation) for _ in range(2))
    np.testing.assert_array_equal(one.accuracy, other.accuracy)
    assert all(map(torch.equal, before, taught.model.parameters()))


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
    done = CliRunner().invoke(main, [*FULL, "--mitigations", "replay-20"])
    assert done.exit_code == 0, done.output
    assert "Tried     accuracy of 3 categories at the end" in done.output
    assert "replay-20 " in done.output
    path = desk / "reports/desk/audit.json"
    plain = json.loads(path.read_text(encoding="utf-8"))
    [replay] = plain["forecast"]["measurement"]["mitigations"]
    assert {c["category"] for c in replay["categories"]} == {*TOPICS}
    assert plain["settings"]["mitigations"] == ["replay-20"]
    found = auditor.load(path)
    assert found.forecast.measurement.mitigations[0].categories[0].plain_drop > 0
    page = (desk / "reports/desk/report.html").read_text(encoding="utf-8")
    assert "What would protect the old categories" in page


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
        (["--probe", "head"], "--mitigations replay-20 is only used in a trial fine-tune"),
        (["--mitigations", "weather"], "unknown mitigation 'weather'; known: all, bias-correction"),
    ],
)
def test_what_cannot_be_tried_is_said_before_the_work(desk, words, said):
    done = CliRunner().invoke(main, [*FULL, "--mitigations", "replay-20", *words])
    assert done.exit_code == 2
    assert said in done.stderr


def test_they_are_a_setting_in_python_too(desk):
    found = auditor.audit(
        pd.read_csv("desk.csv"),
        update=pd.read_csv("refunds.csv"),
        embedder="hashing",
        probe="full",
        mitigations=["replay-20"],
        map_points=10,
        cache_dir="vectors",
    )
    assert [m.mitigation for m in found.forecast.measurement.mitigations] == ["replay-20"]
