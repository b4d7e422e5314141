"""The recipe of the update: what users state of it, what follows, and where it is measured."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import auditor
from auditor import resources
from auditor.cli import main
from auditor.errors import UsageError
from auditor.records.dataset import Dataset, Example
from auditor.records.forecast import Recipe, passes
from auditor.resources import plan_of, recipe_of
from auditor.settings import Settings, load_settings

# --- what follows from it -----------------------------------------------------------------------


def test_the_default_recipe_is_read_where_the_shipped_coefficients_are():
    assert Recipe().checkpoints == (2, 5, 9, 14, 20, 28, 40)


@pytest.mark.parametrize(
    ("rows", "epochs", "steps"), [(96, 3.0, 9), (97, 3.0, 12), (765, 2.5, 60), (5, 0.1, 1)]
)
def test_old_data_is_passed_over_in_whole_batches_and_once_at_least(rows, epochs, steps):
    assert passes(rows, epochs) == steps


@pytest.mark.parametrize(
    ("steps", "checkpoints"),
    [
        (400, (20, 50, 90, 140, 200, 280, 400)),
        (8, (1, 2, 3, 4, 6, 8)),
        (2, (1, 2)),
        (1, (1,)),
    ],
)
def test_a_recipe_of_other_steps_is_read_at_the_same_parts_of_the_way(steps, checkpoints):
    assert Recipe(steps=steps).checkpoints == checkpoints


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "all"),
        ({"frozen_layers": 1}, "all but the lowest layer"),
        ({"frozen_layers": 3}, "all but the lowest 3 layers"),
        ({"lora_rank": 8}, "LoRA of rank 8"),
        ({"lora_rank": 8, "frozen_layers": 3}, "LoRA of rank 8 above the lowest 3 layers"),
    ],
)
def test_the_trained_weights_are_said_in_words(changes, words):
    assert Recipe(**changes).weights == words


# --- as a setting -------------------------------------------------------------------------------


def update_of(rows: int) -> Dataset:
    examples = tuple(Example(row=i, text=f"refund {i}", category="refund") for i in range(rows))
    return Dataset(name="refunds", examples=examples, rows_read=rows, roles={})


def test_what_is_not_stated_is_as_in_the_default_recipe():
    stated = recipe_of(Settings(learning_rate=1e-4, batch_size=8, frozen_layers=2), update_of(30))
    assert stated == Recipe(learning_rate=1e-4, batch=8, frozen_layers=2)


@pytest.mark.parametrize("settings", [Settings(), Settings(steps=40, learning_rate=5e-5)])
def test_what_is_stated_as_in_the_default_recipe_is_that_one(settings):
    assert recipe_of(settings, update_of(30)) == Recipe()


def test_how_long_the_old_data_was_taught_can_be_stated_without_an_update():
    assert recipe_of(Settings(old_epochs=10), None) == Recipe(old_epochs=10)
    assert recipe_of(Settings(old_epochs=10, steps=20), update_of(30)).old_epochs == 10


@pytest.mark.parametrize(
    ("epochs", "batch", "rows", "steps"),
    [(3, None, 100, 21), (3, 32, 100, 12), (0.5, None, 100, 4), (1, 16, 3, 1)],
)
def test_epochs_are_passes_over_the_update_in_whole_batches(epochs, batch, rows, steps):
    found = recipe_of(Settings(epochs=epochs, batch_size=batch), update_of(rows))
    assert found.steps == steps


@pytest.mark.parametrize(
    ("setting", "value", "wanted"),
    [
        ("steps", 0, "a whole number from 1"),
        ("steps", 2.5, "a whole number from 1"),
        ("epochs", -1, "a number, more than 0"),
        ("learning_rate", 0, "a number, more than 0"),
        ("learning_rate", float("nan"), "a number, more than 0"),
        ("head_learning_rate", float("inf"), "a number, more than 0"),
        ("batch_size", "16", "a whole number from 1"),
        ("frozen_layers", -1, "a whole number, 0 or more"),
        ("lora_rank", 0, "a whole number from 1"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_with_what_it_must_be(setting, value, wanted):
    with pytest.raises(UsageError, match=f"^{setting} must be {wanted}, not"):
        Settings(**{setting: value})


def test_steps_and_epochs_are_two_ways_to_say_one_thing(tmp_path):
    with pytest.raises(UsageError, match="leave one of them out"):
        Settings(steps=10, epochs=2)
    (tmp_path / "auditor.toml").write_text("steps = 10\n", encoding="utf-8")
    with pytest.raises(UsageError, match="leave one of them out"):
        load_settings(tmp_path / "auditor.toml", {"epochs": 2.0})


def test_a_recipe_needs_an_update():
    with pytest.raises(UsageError, match=r"--head-learning-rate .*; add --update FILE, or leave"):
        recipe_of(Settings(head_learning_rate=1e-3), None)


def test_a_record_of_settings_holds_what_was_stated_and_nothing_else():
    assert "learning_rate" not in Settings().deciding()
    stated = Settings(learning_rate=1e-4, steps=10).deciding()
    assert (stated["learning_rate"], stated["steps"]) == (1e-4, 10)
    assert "epochs" not in stated


# --- with a model -------------------------------------------------------------------------------

TOPICS = {
    "account": "login password profile email name phone",
    "billing": "invoice charge payment bank voucher price",
    "delivery": "parcel courier door tracking address lorry",
}
REFUNDS = "refund charge payment bank return money"


class Bag:
    """A target of one layer."""

    identity, reduced = "bag", False

    def fresh(self, vocabulary):
        from torch import nn

        return nn.ModuleDict({"words": nn.Embedding(len(vocabulary), 2), "0": nn.Linear(2, 2)})


def test_more_frozen_layers_than_the_model_has_are_refused_before_the_work(monkeypatch, tmp_path):
    class Layered(Bag):
        def fresh(self, vocabulary):
            from torch import nn

            return nn.ModuleDict({"layers": nn.ModuleList([nn.Linear(2, 2) for _ in range(6)])})

    monkeypatch.setattr(resources, "open_target", lambda name, offline: Layered())
    full = Settings(probe="full", frozen_layers=6, cache_dir=str(tmp_path))
    assert plan_of(full, update_of(30)).recipe.frozen_layers == 6
    with pytest.raises(UsageError, match="the model has 6 layers; give 6 at most"):
        plan_of(dataclasses.replace(full, frozen_layers=7), update_of(30))


def test_lora_without_peft_is_refused_with_the_line_that_installs_it(monkeypatch, tmp_path):
    monkeypatch.setattr(resources, "open_target", lambda name, offline: Bag())
    monkeypatch.setattr(resources, "find_spec", lambda name: None)
    full = Settings(probe="full", lora_rank=8, cache_dir=str(tmp_path))
    with pytest.raises(UsageError, match=r"pip install 'auditor\[lora\]'"):
        plan_of(full, update_of(30))


def test_what_only_the_probe_full_needs_is_not_asked_for_by_a_quick_one(monkeypatch, tmp_path):
    monkeypatch.setattr(resources, "find_spec", lambda name: None)
    quick = Settings(lora_rank=8, cache_dir=str(tmp_path))
    assert plan_of(quick, update_of(30)).recipe == Recipe(lora_rank=8)


@pytest.fixture
def desk(workplace, as_csv):
    """Topics and refunds as files."""
    for name, topics in (("desk", TOPICS), ("refunds", {"refunds": REFUNDS})):
        rows = []
        for n, (c, words) in enumerate(topics.items()):
            random = np.random.default_rng(n)
            said = [" ".join(random.choice(words.split(), 5)) for _ in range(40)]
            rows += [{"text": f"{t} {i}", "label": c} for i, t in enumerate(said)]
        (workplace / f"{name}.csv").write_text(as_csv(rows), encoding="utf-8")
    return workplace


AUDIT = ["audit", "desk.csv", "--update", "refunds.csv", "--embedder", "hashing"]
OWN = ["--epochs", "2", "--learning-rate", "1e-4", "--batch-size", "8", "--frozen-layers", "1"]


def test_a_quick_forecast_says_that_it_is_not_of_the_users_recipe(desk):
    done = CliRunner().invoke(main, [*AUDIT, *OWN, "--cache-dir", "vectors"])
    assert done.exit_code == 0, done.output
    notice = (
        "The quick forecast is about 40 steps at 5e-05 (head 0.0005), batch 16, trained weights: "
        "all, after 3 epochs of the old data; --probe full measures yours: 10 steps at 0.0001 "
        "(head 0.0005), batch 8, trained weights: all but the lowest layer, after 3 epochs of the "
        "old data."
    )
    assert notice in " ".join(done.output.split())
    assert notice in (desk / "reports/desk/report.html").read_text(encoding="utf-8")
    plain = json.loads((desk / "reports/desk/audit.json").read_text(encoding="utf-8"))
    assert plain["forecast"]["recipe"]["checkpoints"] == [2, 5, 9, 14, 20, 28, 40]
    assert plain["forecast"]["stated_recipe"]["steps"] == 10
    assert auditor.load(desk / "reports/desk/audit.json").forecast.stated_recipe.batch == 8


def test_without_a_recipe_nothing_is_said_of_one(desk):
    done = CliRunner().invoke(main, [*AUDIT, "--cache-dir", "vectors"])
    assert done.exit_code == 0, done.output
    assert "quick forecast is about" not in done.output
    page = (desk / "reports/desk/report.html").read_text(encoding="utf-8")
    assert "quick forecast is about" not in page


def test_a_quick_forecast_knows_how_long_the_old_data_was_taught(desk):
    lost = {}
    for epochs in (1, 12):
        words = [*AUDIT, "--old-epochs", str(epochs), "--cache-dir", "vectors"]
        done = CliRunner().invoke(main, [*words, "--output", str(epochs)])
        assert done.exit_code == 0, done.output
        assert "quick forecast is about" not in done.output
        forecast = json.loads((desk / f"{epochs}/audit.json").read_text("utf-8"))["forecast"]
        assert forecast["recipe"]["old_epochs"] == epochs
        lost[epochs] = forecast["whole"]["lost_at_end"]
    assert lost[12] < lost[1]


def test_the_same_recipe_is_stated_in_python():
    texts = {
        c: [f"{w} {i}" for i, w in enumerate(words.split() * 7)] for c, words in TOPICS.items()
    }
    rows = pd.DataFrame([(t, c) for c, of in texts.items() for t in of], columns=["text", "label"])
    refunds = pd.DataFrame({"text": [f"refund {i}" for i in range(30)], "label": "refund"})
    found = auditor.audit(
        rows, update=refunds, embedder="hashing", probe="similarity", map_points=10, epochs=3
    )
    assert found.forecast.stated_recipe == Recipe(steps=6)
    assert found.forecast.recipe == Recipe()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--steps", "10", "--epochs", "2"], "leave one of them out"),
        (["--steps", "0"], "0 is not in the range x>=1"),
        (["--learning-rate", "-1"], "-1.0 is not in the range x>0"),
    ],
)
def test_what_cannot_be_meant_ends_the_command_with_a_line_that_says_so(desk, words, said):
    done = CliRunner().invoke(main, [*AUDIT, *words])
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_recipe_without_an_update_ends_the_command(desk):
    done = CliRunner().invoke(main, ["audit", "desk.csv", "--lora-rank", "4"])
    assert done.exit_code == 2
    assert "--lora-rank is of the fine-tune on an update, and none is given" in done.stderr
