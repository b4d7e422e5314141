"""auditor.gate: may a candidate be merged? On written sentences, with the stand-in embedder."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from auditor import baseline as baselines
from auditor.gate import gate
from auditor.policy import Policy, Rule
from auditor.settings import Settings

SUBJECTS = {
    "billing": ("invoice", "voucher", "direct debit", "card", "discount"),
    "delivery": ("parcel", "courier", "locker", "customs", "address"),
    "returns": ("label", "exchange", "postage", "opened box", "deadline"),
}
ASKING = (
    "why is there a problem with the {0}",
    "who can explain this {0} to me, nobody at the desk could",
    "the {0} again! third time since spring",
    "is the {0} meant to look like that?",
    "my sister had trouble with her {0} as well, what did she do wrong",
    "need help: {0}",
    "you changed something about the {0} and did not tell us",
    "before I pay anything I would like to understand the {0}",
    "what happens to the {0} when I move house",
    "since Tuesday the {0} does not work for our office",
)
TONES = ("", " please", " thanks a lot", " - urgent", " (second mail)", " I am getting tired of it")
WORDS = ("north", "river", "copper", "lantern", "meadow", "quartz", "saddle", "thimble", "walnut")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """720 sentences of three categories, five subjects each; every one has a word of its own."""
    random = np.random.default_rng(0)
    pairs = [
        (
            f"{ask.format(subject)}{tone} {WORDS[random.integers(9)]} {WORDS[random.integers(9)]}",
            c,
        )
        for c, subjects in SUBJECTS.items()
        for subject in subjects
        for ask in ASKING
        for tone in random.choice(TONES, 5, replace=False)
    ]
    return pd.DataFrame(pairs, columns=["text", "label"]).sample(
        frac=1, random_state=0, ignore_index=True
    )


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    return Settings(embedder="hashing", cache_dir=str(tmp_path_factory.mktemp("cache")))


def failing(verdict):
    return [(t.check, t.category) for t in verdict.tested if t.status == "fail"]


@pytest.fixture(scope="module")
def copied(rows) -> pd.DataFrame:
    """Fifty rows, each a second time with a trivial edit."""
    copies = rows[:50].assign(text=rows.text[:50].str.upper())
    return pd.concat([rows, copies], ignore_index=True)


@pytest.fixture(scope="module")
def refused(rows, copied, settings):
    return gate(copied, base=rows, settings=settings)


def test_the_same_set_passes(rows, settings):
    verdict = gate(rows, base=rows, settings=settings)
    assert verdict.outcome == "pass"
    assert (verdict.added, verdict.removed, verdict.kept) == (0, 0, len(rows))


def test_a_few_more_rows_of_the_same_kind_pass(rows, settings):
    assert gate(rows, base=rows[:-8], settings=settings).outcome == "pass"


def test_copies_fail_and_say_so_first(refused):
    assert refused.outcome == "fail"
    assert refused.exit_code() == 1
    assert failing(refused)[0] == ("near-duplicate", None)
    first = refused.tested[0]
    assert first.low > first.margin
    assert len(first.rows) == 50
    assert all(row >= 750 for row in first.rows)
    assert refused.examples[str(first.rows[0])].isupper()


def test_flipped_labels_fail(rows, settings):
    spoilt = rows.copy()
    billing = spoilt.index[spoilt.label == "billing"][:60]
    spoilt.loc[billing, "label"] = "delivery"
    verdict = gate(spoilt, base=rows, settings=settings)
    assert failing(verdict)[0][0] == "label-error"
    assert verdict.added == verdict.removed == 60


def test_a_subject_that_is_gone_fails_with_its_words(rows, settings):
    left = rows[~((rows.label == "delivery") & rows.text.str.contains("sister"))]
    verdict = gate(left.reset_index(drop=True), base=rows, settings=settings)
    assert failing(verdict) == [("coverage-loss", "delivery")]
    assert "sister" in verdict.tested[0].subject
    assert all("sister" in text for text in verdict.base_examples.values())


def test_halves_that_are_too_small_to_tell_are_inconclusive(rows, settings):
    verdict = gate(rows[20:40].reset_index(drop=True), base=rows[:20], settings=settings)
    assert verdict.outcome == "inconclusive"
    assert verdict.exit_code() == 3
    assert verdict.exit_code("pass") == 0
    assert verdict.exit_code("fail") == 1


def test_the_order_of_rows_changes_neither_verdict_nor_fingerprints(
    rows, copied, refused, settings
):
    shuffled = [d.sample(frac=1, random_state=3, ignore_index=True) for d in (copied, rows)]
    again = gate(shuffled[0], base=shuffled[1], settings=settings)
    told = [(t.fingerprint, t.status, t.p, t.low, t.high) for t in refused.tested]
    assert [(t.fingerprint, t.status, t.p, t.low, t.high) for t in again.tested] == told


def test_the_policy_decides(rows, copied, settings):
    lenient = Policy(checks={"near-duplicate": Rule(fail_rise=0.5, fail_batch=1.0)})
    told = Policy(checks={"near-duplicate": Rule(informational=True)})
    assert gate(copied, base=rows, policy=lenient, settings=settings).outcome == "pass"
    verdict = gate(copied, base=rows, policy=told, settings=settings)
    assert verdict.outcome == "pass"
    assert ("near-duplicate", "informational") in [(t.check, t.status) for t in verdict.tested]


def test_without_a_base_shares_are_held_to_limits(copied, settings):
    assert gate(copied, settings=settings).outcome == "pass"
    strict = Policy(checks={"near-duplicate": Rule(fail=0.01)})
    verdict = gate(copied, policy=strict, settings=settings)
    assert failing(verdict)[0] == ("near-duplicate", None)
    assert verdict.base is None


def test_an_update_that_takes_more_than_the_policy_allows_fails(rows, settings):
    update = pd.DataFrame(
        [
            (f"I want my money back for the invoice {w} {v}", "refunds")
            for w in WORDS
            for v in WORDS
        ],
        columns=["text", "label"],
    )
    policy = Policy(checks={"forecast": Rule(fail=0.0, warn=0.0)})
    verdict = gate(rows, base=rows, update=update, policy=policy, settings=settings)
    told = [t for t in verdict.tested if t.check == "forecast"]
    assert {t.kind for t in told} == {"absolute", "rise"}
    assert all(t.effect == 0 for t in told if t.kind == "rise")
    assert all(t.status == "fail" for t in told if t.low > 0 and t.kind == "absolute")


def test_what_the_baseline_knows_passes_and_what_is_new_fails(rows, copied, settings, tmp_path):
    from auditor.pipeline import examine

    dataset, findings = examine(copied, settings=settings)
    path = tmp_path / "baseline.json"
    baselines.write(baselines.create(findings, dataset), path)
    known = gate(copied, baseline=path, settings=settings)
    assert known.outcome == "pass"
    assert known.baseline.new == 0
    more = [copied, *[rows[100:101].assign(text=rows.text[100] + mark) for mark in "!?.;"]]
    new = gate(pd.concat(more, ignore_index=True), baseline=path, settings=settings)
    assert failing(new) == [("near-duplicate", "billing")] or failing(new)[0][0] == "near-duplicate"
    assert new.baseline.new == 1


def test_an_entry_that_expired_no_longer_counts(copied, settings, tmp_path, monkeypatch):
    from auditor.pipeline import examine

    dataset, findings = examine(copied, settings=settings)
    path = tmp_path / "baseline.json"
    day = dt.date(2026, 1, 31)
    baselines.write(baselines.create(findings, dataset, "until the relabelling", day), path)
    for today, outcome in (("2026-01-31", "pass"), ("2026-02-01", "fail")):
        seconds = dt.datetime.fromisoformat(f"{today}T12:00:00+00:00").timestamp()
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(seconds)))
        assert gate(copied, baseline=path, settings=settings).outcome == outcome


def test_without_text_no_answer_quotes_the_data(rows, settings):
    left = rows[~((rows.label == "delivery") & rows.text.str.contains("sister"))]
    verdict = gate(left.reset_index(drop=True), base=rows, settings=settings, no_text=True)
    assert verdict.outcome == "fail"
    assert "sister" not in str(verdict)
