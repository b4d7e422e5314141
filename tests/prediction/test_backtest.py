"""Updates measured on the user's own data: which, how they are kept, and what they say."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from auditor import atomic
from auditor.cli import main
from auditor.prediction import backtest, measured_update
from auditor.prediction.coefficient_file import read_coefficients
from auditor.prediction.estimate import Coefficients, shipped
from auditor.prediction.leave_out import FullDataset, choose_held_out_categories
from auditor.prediction.scenarios import scenario_of
from auditor.records.forecast import Recipe
from auditor.records.structure import CopyFamilies
from auditor.reporting.summary import summarise_backtest
from auditor.settings import Settings

pytestmark = pytest.mark.usefixtures("quick_rates")

TOPICS = {
    "account": "login password profile email name phone",
    "billing": "invoice charge payment bank voucher price",
    "delivery": "parcel courier door tracking address lorry",
    "garden": "lawn hedge seed tulip spade compost",
    "refunds": "refund charge payment bank return money",
    "tyres": "tyre wheel rim pressure puncture valve",
}


@pytest.fixture(scope="module")
def whole(world, direction, dataset_of) -> FullDataset:
    """Six topics of thirty rows; texts lie near the mean of their words, as for the tiny target."""
    random, pairs = np.random.default_rng(0), {}
    for topic, words in TOPICS.items():
        while sum(t == topic for t in pairs.values()) < 30:
            text = " ".join(random.choice(words.split(), 5))
            pairs.setdefault(f"{text} {len(pairs)}", topic)
    dataset = dataset_of(list(pairs.items()))
    for text in dataset.texts:
        world.place(text, sum(direction(w) for w in text.split()[:5]))
    return FullDataset(
        dataset=dataset,
        embeddings=world.embed(dataset),
        copies=CopyFamilies(family=np.arange(len(dataset.examples))),
        templates=(),
    )


def make(whole, target, folder, update=(4,), seeds=2, **options):
    return measured_update.measure_held_out_update(
        whole, update, target, folder, seeds=seeds, seed=0, **options
    )


@pytest.fixture(scope="module")
def refunds(whole, target, tmp_path_factory) -> tuple[Path, measured_update.MeasuredUpdate]:
    """Refunds left out and taught again: the folder it is kept in, and what was measured."""
    folder = tmp_path_factory.mktemp("refunds")
    return folder, make(whole, target, folder)


@pytest.fixture
def kept(refunds, tmp_path) -> Path:
    """A folder of one's own with that update in it."""
    for path in refunds[0].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


# --- which categories are left out ------------------------------------------------------------


def sized(sizes, dim=16):
    codes = np.repeat(np.arange(len(sizes)), sizes)
    centres = np.random.default_rng(1).normal(size=(len(sizes), dim))
    return centres[codes], codes


def test_every_third_update_is_of_several_categories():
    updates = choose_held_out_categories(*sized([20] * 30), 9)
    assert [len(u) for u in updates] == [1, 1, 3] * 3
    assert len(set(updates)) == 9


def test_several_are_a_category_and_what_it_resembles_most():
    """Twelve categories in four groups of like direction: several are always of one group."""
    codes = np.repeat(np.arange(12), 20)
    vectors = np.eye(4)[codes // 3] + 0.01 * np.random.default_rng(0).normal(size=(240, 4))
    several = [u for u in choose_held_out_categories(vectors, codes, 12) if len(u) > 1]
    assert several
    assert all(len({c // 3 for c in u}) == 1 for u in several)


def test_large_and_small_categories_are_left_out():
    sizes = [10] * 10 + [100] * 10
    left_out = {u[0] for u in choose_held_out_categories(*sized(sizes), 6) if len(u) == 1}
    assert {sizes[c] for c in left_out} == {10, 100}


def test_with_more_updates_the_first_ones_stay_the_same():
    vectors, codes = sized([20, 30, 40] * 7)
    assert choose_held_out_categories(vectors, codes, 9)[:4] == choose_held_out_categories(
        vectors, codes, 4
    )


def test_no_more_updates_than_categories_and_three_always_stay():
    updates = choose_held_out_categories(*sized([20] * 4), 50)
    assert len(updates) == 4
    assert max(len(u) for u in updates) == 1


def test_of_three_categories_none_can_be_left_out():
    assert choose_held_out_categories(*sized([20] * 3), 8) == ()


# --- one measured update ----------------------------------------------------------------------


def test_a_measured_update_says_what_was_left_out_and_what_it_cost(refunds):
    found = refunds[1]
    assert found.new_categories == ("refunds",)
    assert found.categories == tuple(c for c in TOPICS if c != "refunds")
    assert found.steps == (0, *Recipe().checkpoints)
    assert found.drops.shape == (2, 5)
    assert found.rows == (24,) * 5  # a fifth of each category is held out
    assert [run["seed"] for run in found.runs] == [0, 1]
    assert found.drops.mean(axis=0).argmax() == found.categories.index("billing")


def test_the_forecast_sees_no_row_that_is_read(whole, target, tmp_path, monkeypatch):
    seen = []

    def looking(old, incoming, seed):
        seen.extend([*old.dataset.texts, *incoming[0].texts])
        return scenario_of(old, incoming, seed)

    monkeypatch.setattr(measured_update, "scenario_of", looking)
    make(whole, target, tmp_path, seeds=1)
    held_out = {t for t, h in zip(whole.dataset.texts, whole.held_out, strict=True) if h}
    assert len(held_out) == 36
    assert held_out.isdisjoint(seen)
    assert len(seen) == len(whole.dataset.texts) - 36


def test_what_was_measured_is_not_measured_again(whole, target, refunds, kept, monkeypatch):
    monkeypatch.setattr(measured_update, "fine_tune", None)
    assert make(whole, target, kept) == refunds[1]


def test_another_number_of_seeds_is_another_measurement(whole, target, refunds, kept):
    other = make(whole, target, kept, seeds=1)
    assert {p.stem for p in kept.iterdir()} == {other.key, refunds[1].key}
    assert other.key != refunds[1].key


def test_other_rows_are_another_measurement(whole, target, refunds, kept):
    dataset, embeddings = whole.pick(np.arange(1, len(whole.dataset.examples)))
    fewer = dataclasses.replace(
        whole,
        dataset=dataset,
        embeddings=embeddings,
        copies=CopyFamilies(family=np.arange(len(dataset.examples))),
    )
    assert make(fewer, target, kept).key != refunds[1].key


def flipped(content: bytes) -> bytes:
    """An accuracy of .5 or so that has become one of .7."""
    place = content.index(b'"accuracy"')
    place = content.index(b"0.", place) + 2
    return content[:place] + bytes([content[place] ^ 2]) + content[place + 1 :]


@pytest.mark.parametrize("damage", [lambda _: b"{", lambda _: b'{"key": "0"}', flipped])
def test_a_file_that_is_not_as_it_was_written_is_measured_anew(
    whole, target, refunds, kept, damage, caplog
):
    found = refunds[1]
    path = kept / f"{found.key}.json"
    content = path.read_bytes()
    path.write_bytes(damage(content))
    assert make(whole, target, kept).drops.tolist() == found.drops.tolist()
    assert path.read_bytes() == content
    [told] = caplog.messages
    assert "is damaged" in told
    assert str(path) in told


def test_the_file_of_another_update_is_not_taken_for_it(whole, target, refunds, kept, monkeypatch):
    other = make(whole, target, kept, seeds=1)
    (kept / f"{other.key}.json").replace(kept / f"{refunds[1].key}.json")
    monkeypatch.setattr(measured_update, "fine_tune", None)
    with pytest.raises(TypeError, match="NoneType"):
        make(whole, target, kept)


def test_a_kill_costs_one_update(whole, target, kept, monkeypatch):
    """What was done before the kill is there, and nothing half-written beside it."""

    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(measured_update, "fine_tune", killed)
    before = [p.name for p in kept.iterdir()]
    with pytest.raises(KeyboardInterrupt):
        make(whole, target, kept, update=(0,))
    assert [p.name for p in kept.iterdir()] == before


def test_no_text_is_kept(whole, refunds):
    content = (refunds[0] / f"{refunds[1].key}.json").read_text(encoding="utf-8")
    assert not any(text in content for text in whole.dataset.texts)


# --- what they say ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def done(whole, target, tmp_path_factory):
    return backtest.run_backtest(
        whole,
        choose_held_out_categories(whole.embeddings.vectors, whole.dataset.codes, 4),
        target,
        tmp_path_factory.mktemp("backtest"),
        coefficients=shipped(),
        fidelity="head",
        seeds=2,
        seed=0,
    )


def test_each_update_is_scored_against_the_baselines_and_the_ceiling(done):
    assert len(done.updates) == 4
    for update in done.updates:
        assert update.ceiling is None or 0 <= update.ceiling <= 1
        for name in ("forecast", "centroid", "size", "accuracy"):
            assert -1 <= getattr(update, name) <= 1


def test_the_refitted_coefficients_can_be_read_back_and_name_their_updates(done):
    assert done.coefficients == f"{done.folder}/coefficients.json"
    found = read_coefficients(Path(done.coefficients))
    assert set(found.fidelities["head"].skill) == {u.update for u in done.updates}
    assert found.fidelities["full"] == shipped().fidelities["full"]  # which a backtest cannot fit
    assert any(u.update in found.provenance for u in done.updates)
    assert "left out of tickets" in found.provenance


def test_two_updates_are_too_few_to_fit(refunds):
    assert backtest.refit([refunds[1]] * 2) is None


def test_one_seed_knows_no_ceiling(refunds):
    update = dataclasses.replace(refunds[1], runs=refunds[1].runs[:1])
    assert update.ceiling is None
    assert backtest.skill(update, shipped(), "head", None).ceiling is None


def test_the_ceiling_is_that_of_a_mean_over_seeds(refunds):
    """Two seeds that agree at .6 have a mean of reliability .75: its root is the ceiling."""
    update = refunds[1]
    ranks = np.arange(5.0)
    other = ranks[[1, 0, 3, 4, 2]]  # Spearman .6: squared differences 1 + 1 + 1 + 1 + 4 of 120 / 6
    runs = [
        {**run, "accuracy": [[9.0] * 5, *[(9.0 - drop).tolist()] * 7]}
        for run, drop in zip(update.runs, (ranks, other), strict=True)
    ]
    changed = dataclasses.replace(update, runs=tuple(runs))
    assert changed.ceiling == pytest.approx(0.75**0.5)


def test_the_summary_has_a_line_an_update_and_the_mean(done):
    lines = summarise_backtest(done).splitlines()
    assert len(lines) == 4 + 4 + 2
    assert "drop: loss of accuracy, average during the update" in lines[1]
    assert all(len(line) <= 100 for line in lines[:-2])
    assert all(any(line.startswith(u.update[:20]) for line in lines) for u in done.updates)
    assert "mean share of the ceiling" in lines[7]
    assert lines[-1].endswith("coefficients.json")


# --- the command line -------------------------------------------------------------------------


@pytest.fixture
def desk(workplace, whole, as_csv, target, monkeypatch):
    """The six topics as desk.csv, and the tiny target in place of a model."""
    rows = [{"text": e.text, "label": e.category} for e in whole.dataset.examples]
    (workplace / "desk.csv").write_text(as_csv(rows), encoding="utf-8")
    monkeypatch.setattr("auditor.resources.open_target", lambda name, offline: target)
    return workplace


def run(*words, code=0):
    done = CliRunner().invoke(main, [str(w) for w in words])
    assert done.exit_code == code, done.output
    return done


def test_a_backtest_leaves_updates_and_coefficients_that_an_audit_takes(desk):
    done = run("backtest", "desk.csv", "--updates", 3, "--seeds", 2)
    folder = desk / "reports/desk/backtest"
    assert "3 updates of desk" in done.output
    assert len(list(folder.glob("*.json"))) == 4
    run("audit", "desk.csv", "--coefficients", folder / "coefficients.json", "--output", "mine")
    audit = json.loads((desk / "mine/audit.json").read_text(encoding="utf-8"))
    assert "left out of desk" in audit["forecast"]["provenance"]


def test_damage_to_a_measured_update_is_said_in_a_line_and_mended(desk):
    words = ("backtest", "desk.csv", "--updates", 3, "--seeds", 1)
    run(*words)
    folder = desk / "reports/desk/backtest"
    written = {p.name: p.read_bytes() for p in folder.iterdir()}
    damaged = next(p for p in sorted(folder.iterdir()) if p.name != "coefficients.json")
    for flags, lines in (((), 1), (("--quiet",), 0)):
        damaged.write_bytes(flipped(written[damaged.name]))
        told = run(*words, *flags).stderr.splitlines()
        assert len(told) == lines
        assert all(damaged.name in line and "made anew" in line for line in told)
        assert {p.name: p.read_bytes() for p in folder.iterdir()} == written


def test_no_flip_of_a_bit_is_taken_for_a_measured_update(refunds, kept):
    key = refunds[1].key
    path = kept / f"{key}.json"
    content, random = path.read_bytes(), np.random.default_rng(0)
    for bit in random.choice(8 * len(content), 400, replace=False).tolist():
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        assert atomic.kept(path, key, measured_update.MeasuredUpdate) is None


def test_an_audit_says_which_coefficients_are_no_good_before_it_works(desk):
    (desk / "bad.json").write_text("{}")
    done = run("audit", "desk.csv", "--coefficients", "bad.json", code=2)
    assert "--coefficients bad.json" in done.stderr
    assert not (desk / "reports").exists()


def test_hashing_has_nothing_to_fine_tune(desk, monkeypatch):
    monkeypatch.undo()
    monkeypatch.chdir(desk)
    done = run("backtest", "desk.csv", "--embedder", "hashing", code=2)
    assert "no weights to fine-tune" in done.stderr


def test_three_categories_are_too_few_for_a_backtest(desk, as_csv):
    rows = [{"text": f"{c} number {i}", "label": c} for c in "abc" for i in range(9)]
    (desk / "few.csv").write_text(as_csv(rows), encoding="utf-8")
    assert "too few categories" in run("backtest", "few.csv", code=4).stderr


def test_the_settings_file_can_name_coefficients():
    assert Settings(coefficients="mine.json").coefficients == "mine.json"
    assert msgspec.json.decode(msgspec.json.encode(shipped()), type=Coefficients) == shipped()
