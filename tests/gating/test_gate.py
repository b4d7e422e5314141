"""auditor.gate: may a candidate be merged? On written sentences, with the stand-in embedder."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from auditor.gating import baseline as baselines
from auditor.gating.gate import gate
from auditor.gating.policy import Policy, Rule
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


def test_where_nothing_is_at_fault_but_too_little_is_there_more_rows_are_advised(rows, settings):
    verdict = gate(rows[:20].reset_index(drop=True), settings=settings)
    [tested] = [t for t in verdict.tested if t.check == "label-conflict" and not t.rows]
    assert tested.status == "inconclusive"
    assert tested.advice.startswith("Collect more rows")


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
    new = gate(pd.concat(more, ignore_index=True), baseline=str(path), settings=settings)
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


def test_a_base_has_one_share_whatever_it_is_held_against(rows, copied, settings):
    spoilt = rows.assign(label=rows.label.sample(frac=1, random_state=1).to_numpy())
    shares = [
        {
            t.check: t.base
            for t in gate(candidate, base=rows, settings=settings).tested
            if t.category is None and t.kind == "rise"
        }
        for candidate in (copied, spoilt, rows[:600])
    ]
    both = shares[0].keys() & shares[1].keys()
    assert both >= {"label-error", "near-duplicate", "template-dominance", "label-conflict"}
    assert [c for c in both if shares[0][c] != shares[1][c]] == []


def chats(count: int, random: np.random.Generator, kinds: int = 2000) -> pd.DataFrame:
    """Messages as chat logs repeat them: the k-th commonest with a weight of 1 / k ** .7."""
    weight = np.arange(1, kinds + 1) ** -0.7
    drawn = random.choice(kinds, count, p=weight / weight.sum())
    subjects = [(s, c) for c, some in SUBJECTS.items() for s in some]
    said = [
        (f"{ASKING[i % 10].format(subjects[i % 15][0])} {WORDS[i % 9]} {i}", subjects[i % 15][1])
        for i in drawn
    ]
    return pd.DataFrame(said, columns=["text", "label"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_source_that_repeats_may_grow(settings, seed):
    """A larger set holds more copies of what it holds, though nothing has changed."""
    random = np.random.default_rng(seed)
    base, more = chats(600, random), chats(600, random)
    grown = gate(pd.concat([base, more], ignore_index=True), base=base, settings=settings)
    assert failing(grown) == []


def test_a_batch_of_padded_copies_fails_however_large_the_set(rows, settings):
    padded = rows[:40].assign(text="Hi, " + rows.text[:40] + " Thanks.")
    verdict = gate(pd.concat([rows, padded], ignore_index=True), base=rows[:700], settings=settings)
    assert failing(verdict)[0] == ("near-duplicate", None)
    assert verdict.outcome_without_dropped == "pass"
    assert {d.row for d in verdict.drop} == {*range(750, 790)}
    assert all(pair.other_in == "base" for pair in verdict.tested[0].pairs)
    shown = verdict.tested[0].pairs[0]
    assert verdict.base_examples[str(shown.other)] in verdict.examples[str(shown.row)]


def test_one_letter_around_all_rows_is_what_an_audit_says_of_it(rows, settings):
    letter = "Dear team, I write to you today. {} With kind regards, a customer of many years"
    wrapped = rows.assign(text=[letter.format(text) for text in rows.text])
    assert "template-dominance" not in [
        t.check for t in gate(wrapped, settings=settings).of("fail")
    ]


def test_labels_dealt_out_anew_do_not_pass(rows, settings):
    noise = rows.assign(label=rows.label.sample(frac=1, random_state=1).to_numpy())
    verdict = gate(noise, settings=settings)
    assert verdict.outcome in ("fail", "inconclusive")
    assert "label-noise" in [t.check for t in verdict.tested if t.status == verdict.outcome]


def test_added_labels_that_a_base_of_noise_should_judge_are_inconclusive(rows, settings):
    noise = rows.assign(label=rows.label.sample(frac=1, random_state=1).to_numpy())
    verdict = gate(noise, base=noise[:680].reset_index(drop=True), settings=settings)
    assert verdict.outcome == "inconclusive"
    assert (
        "the base cannot judge"
        in next(t for t in verdict.tested if t.check == "label-noise").summary
    )


def test_an_error_of_the_audit_fails_alone_and_stands_beside_a_base_that_has_it(rows, settings):
    twice = pd.concat([rows, rows[:1].assign(label="delivery")], ignore_index=True)
    twice.loc[0, "label"] = "billing"
    alone = gate(twice, settings=settings)
    assert "label-conflict" in [t.check for t in alone.of("fail")]
    beside = gate(
        pd.concat([twice, rows[1:9].assign(text=rows.text[1:9] + " so what now")]),
        base=twice,
        settings=settings,
    )
    assert beside.accepted_errors.codes == ("label-conflict",)
    assert "label-conflict" not in [t.check for t in beside.of("fail")]


def test_a_set_with_a_row_for_each_label_of_a_text_has_no_conflicts(rows, settings):
    """As an audit sees it: it says that the labels should be declared, and calls none wrong."""
    several = pd.concat([rows[:300], rows[:300].assign(label=rows.label[:300] + " too")])
    verdict = gate(several.reset_index(drop=True), settings=settings)
    conflicts = [t for t in verdict.tested if t.check == "label-conflict"]
    assert [t.status for t in conflicts if t.status == "fail"] == []
