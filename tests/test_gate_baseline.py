"""auditor.gate against a baseline file: what nobody touched is told and fails nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from auditor import baseline as baselines
from auditor.gate import gate
from auditor.outcomes import Verdict
from auditor.pipeline import examine
from auditor.settings import Settings

ORDERS = ("two oat flat whites", "a rye loaf", "the lemon tart", "one pot of mint tea", "a bagel")
HOURS = ("at seven", "before the school run", "around noon", "after the match", "on Saturday")
MOODS = {
    "orders": ("no rush", "as always", "with two spoons", "to take away", "and keep the change"),
    "complaints": ("it was cold", "too sweet", "half was missing", "I never got it", "no apology"),
}
STREETS = ("Harbour Way", "Tanner Street", "Bell Lane", "North Parade", "Cobden Road", "Wharf End")


def copied(rows: pd.DataFrame) -> pd.DataFrame:
    """Three trivial edits of each, which with it are a family that warns."""
    edits = (rows.text.str.upper(), rows.text + "!", rows.text.str.title() + " ")
    return pd.concat([rows.assign(text=edited) for edited in edits], ignore_index=True)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """250 messages to a café, of two categories; four of them stand there four times."""
    random = np.random.default_rng(2)
    plain = [
        (f"{order} {hour} for {random.choice(STREETS)} {random.integers(1, 99)}, {mood}", label)
        for order in ORDERS
        for hour in HOURS
        for label, moods in MOODS.items()
        for mood in moods
    ]
    frame = pd.DataFrame(plain, columns=["text", "label"])
    return pd.concat([frame, copied(frame[:4])], ignore_index=True)


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    return Settings(embedder="hashing", cache_dir=str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="module")
def judged(rows, settings, tmp_path_factory) -> Callable[..., Verdict]:
    """The verdict against a baseline of `rows` that knows which rows there are and no finding."""
    path: Path = tmp_path_factory.mktemp("known") / "baseline.json"
    dataset, _ = examine(rows, settings=settings)
    baselines.write(baselines.create([], dataset), path)
    return lambda candidate: gate(candidate, baseline=path, settings=settings)


def test_what_rests_on_rows_that_were_there_is_told_and_fails_nothing(rows, judged):
    verdict = judged(rows)
    assert verdict.outcome == "pass"
    assert verdict.baseline.new == 0
    assert verdict.baseline.untouched > 0
    told = {t.check: t for t in verdict.of("informational")}
    assert "near-duplicate" in told
    assert set(told["near-duplicate"].rows) & {250, 251}


def test_rows_that_are_added_and_right_fail_nothing(rows, judged):
    more = pd.DataFrame(
        [
            ("Could we have the long table on Sunday, we are nine", "orders"),
            ("someone else's name was on my cup", "complaints"),
            ("put me down for a dozen hot cross buns", "orders"),
        ],
        columns=["text", "label"],
    )
    assert judged(pd.concat([rows, more], ignore_index=True)).outcome == "pass"


@pytest.mark.parametrize("edit", ["{} ", " {}", "{}\n"])
def test_a_space_at_every_text_makes_nothing_new(rows, judged, edit):
    verdict = judged(rows.assign(text=[edit.format(text) for text in rows.text]))
    assert (verdict.outcome, verdict.baseline.new) == ("pass", 0)


def test_a_copy_that_is_added_fails_beside_what_is_told(rows, judged):
    verdict = judged(pd.concat([rows, copied(rows[100:101])], ignore_index=True))
    assert verdict.outcome == "fail"
    [failed] = verdict.of("fail")
    assert failed.check == "near-duplicate"
    assert set(failed.rows) == {100, 262, 263, 264}
    assert "near-duplicate" in {t.check for t in verdict.of("informational")}
