"""Two sets held against each other, from files to the comparison."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from auditor.comparing.compare import compare
from auditor.errors import DataError, UsageError
from auditor.gating.gate import gate

TOWNS = ("ford", "bury", "ham", "wick", "stead", "mouth")
FRAMES = ("Dear team, {} I hope you can help.", "{} I look forward to your answer.", "Hello! {}")


@pytest.fixture(scope="module")
def human(tickets):
    return pd.DataFrame([{**t, "source": "human"} for t in tickets[:40]])


@pytest.fixture(scope="module")
def synthetic(human):
    rows = [
        {**row, "id": f"{row['id']}-{i}", "text": frame.format(row["text"]), "source": "synthetic"}
        for row in human.to_dict("records")
        for i, frame in enumerate(FRAMES)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def whole(human, synthetic):
    return pd.concat([human, synthetic], ignore_index=True)


@pytest.fixture(scope="module")
def compared(whole, quick):
    return compare(whole, split_by="source", **quick)


def test_a_column_makes_the_sides_and_the_human_rows_are_the_base(compared):
    assert (compared.base.name, compared.candidate.name) == ("human", "human + synthetic")
    assert (compared.base.rows, compared.candidate.rows) == (40, 160)
    assert (compared.kept, compared.added, compared.removed) == (40, 120, 0)


def test_planted_variations_are_found_with_their_parents(compared):
    found = compared.amplification
    assert found.paraphrases + compared.near_copies.across >= 110
    assert found.source_rows == 40
    assert found.max == 2  # the third one of each is a copy, but for a greeting
    assert compared.candidate.effective_without_paraphrases < 50


def test_variations_make_an_accuracy_that_unseen_rows_do_not_have(compared):
    assert compared.random_split.candidate.value > compared.random_split.base.value + 0.2
    assert compared.unseen.full.candidate.value < compared.random_split.candidate.value - 0.2
    assert compared.unseen.full.difference.low <= 0


def test_what_resembles_a_row_is_kept_apart_and_every_row_is_read(compared):
    told = compared.unseen
    assert (told.rows, told.left_out) == (40, 0)
    assert told.excluded_added_rows == compared.added


def test_the_accuracy_before_is_the_one_on_unseen_rows(compared):
    for size in ("full", "matched"):
        before, unseen = getattr(compared, size).before, getattr(compared.unseen, size)
        assert before.difference.value == unseen.difference.value


def test_rows_that_are_pointed_at_come_with_the_text_of_their_own_file(compared, whole):
    pairs = compared.near_copies.pairs
    source_rows = compared.amplification.largest
    for one, other in pairs:
        assert compared.base_examples[str(one)] == whole["text"][one]
        assert compared.examples[str(other)] == whole["text"][other]
    assert pairs
    assert {str(p.base_row) for p in source_rows} <= set(compared.base_examples)
    assert {str(row) for p in source_rows for row in p.rows} <= set(compared.examples)


def test_both_sets_are_read_on_the_same_rows_at_both_sizes(compared):
    assert (compared.full.base_rows, compared.full.candidate_rows) == (40, 160)
    assert (compared.matched.base_rows, compared.matched.candidate_rows) == (40, 40)
    assert compared.matched.draws == 3
    assert {c.rows for c in compared.full.categories} == {10}


@pytest.mark.parametrize("size", ["full", "matched"])
def test_figures_agree_with_one_another(compared, size):
    told = getattr(compared, size)
    for contrast in (told.before, told.drop, told.after):
        for figure in (contrast.base, contrast.candidate, contrast.difference):
            assert figure.low <= figure.value <= figure.high
        gap = contrast.candidate.value - contrast.base.value
        assert contrast.difference.value == pytest.approx(gap, abs=2e-4)
    assert told.after.base.value == pytest.approx(
        told.before.base.value - told.drop.base.value, abs=2e-4
    )


def test_the_frames_are_what_tells_the_sets_apart(whole, quick):
    many = pd.concat([whole] + [whole.assign(text=whole.text + f" Ref {i}.") for i in range(2)])
    found = compare(many, split_by="source", **quick).two_sample
    words = {w for g in found.ngrams if g.more_in == "candidate" for w in g.text.split()}
    assert words & {"dear", "team", "hello", "answer", "hope", "forward", "look"}


def test_the_order_of_rows_changes_nothing(whole, compared, quick):
    shuffled = whole.sample(frac=1, random_state=3)
    again = compare(shuffled.reset_index(drop=True), split_by="source", **quick)
    same = (
        *("full", "matched", "random_split", "diversity", "two_sample"),
        *("kept", "base", "candidate"),
    )
    for name in (*same, "unseen"):
        assert getattr(again, name) == getattr(compared, name), name
    assert again.amplification.histogram == compared.amplification.histogram


ABOUT = {
    "garden": ("hedge", "lawn", "spade", "roses", "compost", "mower", "weeds", "shed", "bulbs"),
    "kitchen": ("oven", "kettle", "pans", "sink", "fridge", "toaster", "bread", "knives", "hob"),
    "music": ("drum", "choir", "violin", "tune", "record", "piano", "song", "concert", "flute"),
    "travel": ("train", "ferry", "ticket", "luggage", "hotel", "border", "map", "coach", "visa"),
}
SAID = (
    *("I left my {} beside your {} on Monday", "is the {} older than that {} over there"),
    *("nobody told us about a {} or any {}", "we sold one {} and got this {} instead"),
    *("how long will a {} with its {} last", "{} first, then {}, as my aunt says"),
)


@pytest.fixture(scope="module")
def letters():
    """Rows on four subjects, each told by two of nine words of its own and one of another's."""
    rng = np.random.default_rng(5)

    def letters(n, first=0):
        rows = []
        for i in range(first, first + n):
            category = sorted(ABOUT)[i % 4]
            one, other = rng.choice(ABOUT[category], 2, replace=False)
            stray = rng.choice(ABOUT[sorted(ABOUT)[rng.integers(4)]])
            said = SAID[rng.integers(len(SAID))].format(one, other)
            rows.append({"text": f"{said}, not the {stray} {i}", "category": category})
        return pd.DataFrame(rows)

    return letters


def led(base, candidate, quick):
    return compare(base, candidate, names=("old", "new"), **quick)


def test_many_new_rows_are_found_to_help(letters, quick):
    base = letters(40)
    found = led(base, pd.concat([base, letters(400, 40)]), quick)
    assert found.unseen.full.difference.low > 0


def test_rows_with_labels_of_noise_are_found_to_hurt(letters, quick):
    base, more = letters(80), letters(300, 80)
    noise = more.assign(category=np.random.default_rng(0).choice(more.category, len(more)))
    found = led(base, pd.concat([base, noise]), quick)
    assert found.unseen.full.difference.high < 0


def test_halves_of_one_set_are_not_told_apart(letters, quick):
    rows = letters(160)
    assert not led(rows[:80], rows[80:], quick).unseen.full.differs


def test_free_rewordings_of_a_set_with_near_rows_of_its_own_are_not_found_to_help(human, quick):
    """Such a set has a high level for a variation, which a free rewording does not reach."""
    twins = human[::5].assign(text=[f"{t} That is all, Sam" for t in human.text[::5]])
    base = pd.concat([human, twins], ignore_index=True)
    around = (
        "Good day to all of you there. {}",
        "{} It has been like that since Easter, honestly",
    )
    free = pd.concat(
        base.assign(text=[frame.format(t.lower().replace(" the ", " that ")) for t in base.text])
        for frame in (*around, around[0].format(around[1]))
    )
    found = led(base, pd.concat([base, free]), quick)
    assert found.amplification.share.value < 0.8
    assert found.amplification.reworded.value > 0.8
    assert found.unseen.full.difference.low <= 0
    assert found.random_split.difference.low > 0.1


def test_nor_is_their_source_found_to_hurt_where_the_rewordings_are_the_base(human, quick):
    rng = np.random.default_rng(2)
    others = sorted({w for words in ABOUT.values() for w in words})

    def reworded(text):
        return " ".join(rng.choice(others) if rng.random() < 0.3 else w for w in text.split())

    free = pd.concat(human.assign(text=[reworded(t) for t in human.text]) for _ in range(6))
    found = led(free, human, quick)
    assert found.random_split.difference.high < -0.2
    assert found.unseen.full.difference.high >= 0


def test_rows_of_a_group_are_kept_from_what_is_read_of_it(letters, quick):
    base, more = letters(60), letters(60, 60)
    base["group"] = more["group"] = [f"customer {i}" for i in range(60)]
    found = led(base, pd.concat([base, more]), quick)
    assert found.unseen.excluded_added_rows == 60


def test_with_few_rows_it_is_said_that_nothing_can_be_told(letters, quick):
    rows = letters(60)
    found = led(rows[:20], rows, quick)
    assert found.unseen is None
    assert "only 20 can be read" in found.unseen_reason


def test_two_files_are_taken_as_they_are_and_other_labels_are_told(human, quick):
    other = human.copy()
    other["text"] = other.text + " Please help."
    moved = other.category == "billing"
    other.loc[moved, "category"] = "account"
    found = compare(human, other, names=("theirs", "ours"), **quick)
    assert (found.base.name, found.candidate.name) == ("theirs", "ours")
    assert (found.kept, found.added, found.removed) == (0, 40, 40)
    assert found.agreement.confusions == (("billing", "account", 10),)
    assert found.matched.draws == 1
    assert "billing" not in {c.category for c in found.full.categories}


def test_how_near_a_variation_is_does_not_depend_on_what_was_added(human, quick):
    """An added row that is a copy of two base rows makes them no copies of one another."""
    whole = "the luggage vanished somewhere between both terminals of the airport"
    once, twice = whole.replace("luggage", "lugagge"), whole.replace("luggage", "lugagge")
    twice = twice.replace("terminals", "terminlas")
    texts = pd.DataFrame({"text": [whole, twice, once], "category": "returns"})
    base = pd.concat([human, texts[:2]], ignore_index=True)
    other = pd.DataFrame([{"text": "may i return a hat", "category": "returns"}])
    without, with_ = (
        compare(base, pd.concat([base, added], ignore_index=True), names=("a", "b"), **quick)
        for added in (other, texts[2:])
    )
    assert with_.near_copies.across == 1
    assert with_.amplification.paraphrases == 0
    assert with_.amplification.min_cosine == without.amplification.min_cosine


@pytest.fixture(scope="module")
def subjects():
    """Thirty messages on each of two subjects of two categories."""
    about = {
        "post": (
            "the blue parcel to {} was left in the rain",
            "my courier in {} never rings twice",
        ),
        "bank": ("a transfer to the branch in {} bounced", "which iban has your office in {}"),
    }
    towns = [f"{a}{b}" for a in ("north", "south", "east", "west", "mid") for b in TOWNS]
    return pd.DataFrame(
        {"text": text.format(town), "category": category}
        for category, texts in about.items()
        for text in texts
        for town in towns
    )


def lost(base, candidate, quick):
    """Category, examples of the base and of the candidate: by the gate, and by the comparison."""
    tested = gate(candidate, base=base, **quick).tested
    failing = [t for t in tested if t.check == "coverage-loss" and t.status == "fail"]
    listed = compare(base, candidate, **quick).lacking("candidate")
    return (
        [(t.category, t.base_of, round(t.candidate * t.base_of)) for t in failing],
        [(r.category, r.base, r.candidate) for r in listed],
    )


def test_a_subject_that_the_gate_fails_as_lost_is_listed_as_lost(subjects, quick):
    starved = subjects[~subjects.text.str.startswith("my courier")]
    assert lost(subjects, starved, quick) == ([("post", 30, 0)], [("post", 30, 0)])


def test_what_the_gate_does_not_fail_as_lost_is_not_listed(subjects, quick):
    assert lost(subjects, subjects[::2], quick) == ([], [])


def test_an_update_that_is_given_is_the_one_that_is_forecast(human, synthetic, quick, tickets):
    update = pd.DataFrame([{**t, "category": "forms"} for t in tickets[40:45]])
    found = compare(human, synthetic, update=update, names=("a", "b"), **quick)
    assert found.update.categories == ("forms",)


def test_sets_without_a_common_category_get_no_forecast(human, quick):
    other = human.assign(category=human.category + " (new)")
    found = compare(human, other, names=("a", "b"), **quick)
    assert found.full is None
    assert found.matched is None
    assert "no category in common" in found.skipped[0].reason


def test_without_text_there_is_none(whole, quick, compared):
    found = compare(whole, split_by="source", no_text=True, **quick)
    assert (found.base.name, found.candidate.name) == ("base", "candidate")
    kept = str(dataclasses.asdict(found))
    for text in whole.text:
        assert text not in kept
    assert "synthetic" not in kept
    assert compared.examples


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({}, UsageError, "nothing to compare with"),
        ({"split_by": "shift"}, UsageError, "none is plainly the base"),
        ({"split_by": "nowhere"}, UsageError, "nowhere"),
        ({"split_by": "source"}, DataError, "one value"),
        ({"names": ("same", "same")}, UsageError, "two different names"),
    ],
    ids=lambda v: str(v)[:30],
)
def test_what_cannot_be_compared_is_said(human, quick, arguments, error, said):
    shifts = human.assign(shift=["early", "late", "night", "early"] * 10)
    with pytest.raises(error, match=said):
        compare(shifts, **arguments, **quick)
