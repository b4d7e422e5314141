"""auditor.gate against a baseline file: what nobody touched is told and fails nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from auditor.gating import baseline as baselines
from auditor.gating.gate import gate
from auditor.gating.policy import Policy, Rule
from auditor.pipeline import examine
from auditor.records.verdict import Verdict
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


# --- what is known, and has grown -------------------------------------------------------------


@pytest.fixture(scope="module")
def against_known(rows, settings, tmp_path_factory) -> Callable[..., Verdict]:
    """The verdict against a baseline of `rows` and of all that is found in them."""
    path: Path = tmp_path_factory.mktemp("all-known") / "baseline.json"
    dataset, findings = examine(rows, settings=settings)
    baselines.write(baselines.create(findings, dataset), path)
    return lambda candidate, **more: gate(candidate, baseline=path, settings=settings, **more)


def plain(count: int) -> pd.DataFrame:
    """Rows that nothing is wrong with, in words of their own; each category has its vowels."""
    random, letters = np.random.default_rng(9), list("bdfghklmnprstvz")
    words = {
        label: [a + v + b for a in letters for v in vowels for b in letters]
        for label, vowels in zip(MOODS, ("ae", "ou"), strict=True)
    }
    labels = [[*MOODS][i % 2] for i in range(count)]
    texts = [" ".join(random.choice(words[label], 9)) for label in labels]
    return pd.DataFrame({"text": texts, "label": labels})


def more_copies(row: pd.DataFrame, count: int) -> pd.DataFrame:
    edits = [row.text.iloc[0] + "!" * n + " " * (n % 2) for n in range(2, 2 + count)]
    return pd.DataFrame({"text": edits, "label": [row.label.iloc[0]] * count})


def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sample(frac=1, random_state=5).reset_index(drop=True)


def of(verdict: Verdict, check: str) -> list[tuple[str, str]]:
    return [(t.status, t.summary) for t in verdict.tested if t.check == check]


def test_what_is_known_stays_known_where_rows_move_or_leave(rows, against_known):
    for candidate in (rows, shuffled(rows), rows[rows.index != 251].reset_index(drop=True)):
        verdict = against_known(candidate)
        assert verdict.outcome == "pass"
        assert [s for s, _ in of(verdict, "near-duplicate")] == ["pass"]


def test_a_known_finding_that_doubles_is_known_and_its_growth_is_told(rows, against_known):
    """Four rows of one text become eight, among a hundred that are added."""
    grown = pd.concat([rows, plain(96), more_copies(rows[:1], 4)], ignore_index=True)
    for candidate in (grown, shuffled(grown)):
        verdict = against_known(candidate)
        told = of(verdict, "near-duplicate")
        assert verdict.baseline.new == 0
        assert [s for s, _ in told] == ["warn", "pass"]
        assert "in the baseline, has grown from 4 to 8 rows" in told[0][1]
        assert verdict.outcome == "pass"


def test_what_floods_a_known_finding_fails(rows, against_known):
    """Forty copies of a row whose four copies are known, with ten rows that are right."""
    flooded = pd.concat([rows, plain(10), more_copies(rows[:1], 40)], ignore_index=True)
    verdict = against_known(flooded)
    assert verdict.outcome == "fail"
    [failed] = (t for t in verdict.of("fail") if t.check == "near-duplicate")
    assert "in the baseline, has grown from 4 to 44 rows" in failed.summary
    assert "80% of the added rows are in them, 6% of the earlier rows" in failed.summary
    assert set(failed.rows) == set(range(272, 312))


def test_the_policy_says_how_much_may_be_added_to_what_is_known(rows, against_known):
    grown = pd.concat([rows, plain(40), more_copies(rows[:1], 6)], ignore_index=True)
    strict = Policy(checks={"near-duplicate": Rule(fail_batch=0.0)})
    told = Policy(checks={"near-duplicate": Rule(fail_batch=0.0, informational=True)})
    slips = Policy(checks={"near-duplicate": Rule(fail_batch=0.0)}, fewest=7)
    found = {
        name: [s for s, _ in of(against_known(grown, policy=policy), "near-duplicate")]
        for name, policy in (("strict", strict), ("told", told), ("slips", slips))
    }
    assert found == {
        "strict": ["fail", "pass"],
        "told": ["informational", "pass"],
        "slips": ["warn", "pass"],
    }


def test_another_family_beside_one_that_has_grown_fails(rows, against_known):
    more = [rows, plain(96), more_copies(rows[:1], 4), copied(rows[100:101])]
    verdict = against_known(pd.concat(more, ignore_index=True))
    assert verdict.outcome == "fail"
    told = of(verdict, "near-duplicate")
    assert [s for s, _ in told] == ["fail", "warn"]
    assert "not in the baseline" in told[0][1]


FORM = (
    "Form {} of the allotment society | Dear committee, I hereby apply for plot no. {} beside the "
    "{}, from the first of {} on, and have read the rules. Yours faithfully, {}."
)


def forms(numbers: range) -> pd.DataFrame:
    """Applications that one form makes, each filled in by somebody else."""
    months, places = ("March", "April", "May", "June"), ("pond", "gate", "orchard", "shed", "hedge")
    texts = [
        FORM.format(100 + 7 * n, 3 * n + 2, places[n % 5], months[n % 4], f"Mx {chr(65 + n)}. Lark")
        for n in numbers
    ]
    return pd.DataFrame({"text": texts, "label": "orders"})


def test_a_known_template_that_doubles_is_known_and_its_growth_is_told(settings, tmp_path):
    before = pd.concat([plain(120), forms(range(6))], ignore_index=True)
    dataset, findings = examine(before, settings=settings)
    baselines.write(baselines.create(findings, dataset), tmp_path / "baseline.json")
    after = pd.concat([before, plain(200)[120:], forms(range(6, 12))], ignore_index=True)
    for candidate in (after, shuffled(after)):
        verdict = gate(candidate, baseline=tmp_path / "baseline.json", settings=settings)
        status, summary = of(verdict, "template-dominance")[0]
        assert status == "warn"
        assert "in the baseline, has grown from 6 to 12 rows" in summary
        assert verdict.baseline.new == 0
        assert verdict.outcome == "pass"
