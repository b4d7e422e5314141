"""auditor.gate of rows that it could not read, of what is left of a set, of renamed categories."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from auditor.gating.gate import gate
from auditor.records.verdict import Verdict
from auditor.settings import Settings

SUBJECTS = {
    "allotments": ("water tank", "hedge", "compost bay"),
    "bins": ("green bin", "bulky waste", "bottle bank"),
    "council tax": ("tax band", "single discount", "reminder letter"),
    "libraries": ("reading card", "late fee", "study room"),
    "parking": ("resident permit", "penalty notice", "loading bay"),
    "planning": ("loft conversion", "site notice", "extension"),
    "pools": ("swimming class", "changing room", "season ticket"),
    "roads": ("pothole", "street lamp", "zebra crossing"),
    "schools": ("admission form", "bus pass", "meal plan"),
    "voting": ("postal ballot", "polling station", "electoral roll"),
}
SAYING = (
    "who do I speak to about the {}, I was passed on twice",
    "the {} has been a mess ever since the storm",
    "can my neighbour sort out the {} for me while I am in hospital",
    "is there any news on our {}",
    "I filled in everything about the {} and heard nothing back",
    "they told my wife that the {} would be free this year",
    "photo attached, this is what the {} looks like now",
    "we moved here in May, how does it work with the {}",
    "thank you for mending the {} so fast, the children were glad",
    "why was the {} cancelled without a word",
    "do pensioners pay for the {} too",
    "wrong name on the {}, it says Harlow, we are Marlow",
    "please ring me after six about that {} business",
    "the website crashes whenever I look for the {}",
    "what became of the {} that the mayor promised",
    "third complaint, the {} again, I want this in writing",
)
PLACES = (
    "Elm Row",
    "Quay Street",
    "Mill Lane",
    "Abbey Road",
    "Fox Hill",
    "Castle Green",
    "Orchard",
)
NAMES = ("Pryce", "Nwosu", "Keller", "Tanaka", "Boyle", "Santos", "Lindqvist", "Haddad", "Oyelaran")

Rows = pd.DataFrame
Judge = Callable[..., Verdict]


@pytest.fixture(scope="module")
def rows() -> Rows:
    """480 letters to a town hall, 48 of each of ten categories."""
    random = np.random.default_rng(5)

    def signed(letter: str) -> str:
        place, name = random.choice(PLACES), random.choice(NAMES)
        return f"{letter}, {name} in {place} {random.integers(1, 200)}"

    letters = [
        (signed(say.format(subject)), category)
        for category, subjects in SUBJECTS.items()
        for subject in subjects
        for say in SAYING
    ]
    return pd.DataFrame(letters, columns=["text", "label"]).sample(
        frac=1, random_state=5, ignore_index=True
    )


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> Judge:
    """The verdict of the gate with the stand-in embedder."""
    settings = Settings(embedder="hashing", cache_dir=str(tmp_path_factory.mktemp("cache")))

    def judged(candidate: Rows | Path, base: Rows | None = None) -> Verdict:
        fresh = candidate if isinstance(candidate, Path) else candidate.reset_index(drop=True)
        before = None if base is None else base.reset_index(drop=True)
        return gate(fresh, base=before, settings=settings)

    return judged


def failing(verdict: Verdict) -> list[str]:
    return [t.check for t in verdict.of("fail")]


# --- rows that could not be read -------------------------------------------------------------


def written(rows: Rows, path: Path, spoilt: Sequence[int], line: Callable[[str, str], str]) -> Path:
    """A CSV file in which `line` writes the rows at the positions `spoilt`."""
    lines = [
        line(text, label) if i in set(spoilt) else f'"{text}",{label}'
        for i, (text, label) in enumerate(rows.itertuples(index=False))
    ]
    path.write_text("\n".join(["text,label", *lines, ""]), encoding="utf-8")
    return path


def without_label(text: str, label: str) -> str:
    return f'"{text}",'


def with_a_field_too_many(text: str, label: str) -> str:
    return f'"{text}",{label},yes'


@pytest.mark.parametrize("against", ["a base", "nothing"])
@pytest.mark.parametrize(
    ("line", "spoilt", "reason"),
    [(without_label, range(3, 153, 3), "label"), (with_a_field_too_many, range(60), "field")],
)
def test_rows_that_could_not_be_read_fail(rows, judged, tmp_path, against, line, spoilt, reason):
    """A third of 150 rows without a label, or 60 of them with a stray field."""
    some = rows[:150]
    spoilt = [row for row in spoilt if row < 150]
    path = written(some, tmp_path / "letters.csv", spoilt, line)
    verdict = judged(path, some if against == "a base" else None)
    assert verdict.outcome == "fail"
    assert failing(verdict)[0] == "rejected-rows"
    assert f"{len(spoilt)} of 150" in verdict.tested[0].summary
    assert verdict.candidate.rejected == len(spoilt)
    first = verdict.candidate.first_rejected
    assert [r.row for r in first] == spoilt[:3]
    assert [r.line for r in first] == [row + 2 for row in spoilt[:3]]
    assert all(reason in r.reason for r in first)


def test_labels_of_two_kinds_in_turn_are_one(rows, judged, tmp_path):
    """The number 1 and the string "1" are one label, and all rows are read."""
    number = {name: n for n, name in enumerate(SUBJECTS, 1)}
    path = tmp_path / "letters.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for i, (text, label) in enumerate(rows[:200].itertuples(index=False)):
            code = number[label] if i % 2 else str(number[label])
            file.write(json.dumps({"text": text, "label": code}) + "\n")
    verdict = judged(path)
    assert verdict.outcome == "pass"
    assert (verdict.candidate.rows, verdict.candidate.rejected) == (200, 0)
    assert verdict.candidate.categories == len(SUBJECTS)


@pytest.mark.parametrize(("of", "rejected", "fails"), [(480, 6, True), (480, 5, False)])
def test_it_takes_more_than_a_slip(rows, judged, tmp_path, of, rejected, fails):
    """More than five rows, and more than one in a hundred."""
    path = written(rows[:of], tmp_path / "letters.csv", range(rejected), without_label)
    assert ("rejected-rows" in failing(judged(path, rows[:of]))) is fails


def test_a_few_in_very_many_do_not_fail_and_are_told(rows, judged, tmp_path):
    more = pd.concat([rows, rows.assign(text=[f"{t}, once more" for t in rows.text])])
    path = written(more, tmp_path / "letters.csv", range(9), without_label)
    verdict = judged(path, more)
    assert "rejected-rows" not in failing(verdict)
    assert verdict.candidate.rejected == 9
    assert len(verdict.candidate.first_rejected) == 3


# --- what is left of a set -------------------------------------------------------------------


@pytest.mark.parametrize("left", [50, 5, 1])
def test_a_truncated_set_fails(rows, judged, left):
    verdict = judged(rows[:left], rows)
    assert verdict.outcome == "fail"
    assert failing(verdict)[0] in ("shrinkage", "category-loss")
    assert "shrinkage" in failing(verdict)


@pytest.mark.parametrize(("before", "left"), [(300, 1), (30, 3), (2, 1)])
def test_too_little_left_to_tell_is_no_pass(rows, judged, before, left):
    assert judged(rows[:left], rows[:before]).outcome != "pass"


def test_a_row_that_was_dropped_is_no_truncation(rows, judged):
    assert judged(rows[1:], rows).outcome == "pass"


def test_categories_that_are_gone_fail_by_their_names(rows, judged):
    kept, *gone = SUBJECTS
    verdict = judged(rows[rows.label == kept], rows)
    assert verdict.outcome == "fail"
    lost = [t for t in verdict.of("fail") if t.check == "category-loss"]
    told = " ".join(f"{t.category} {t.subject} {t.summary}" for t in lost)
    assert [name for name in gone if name not in told] == []
    assert all(t.category != kept for t in lost)


def test_one_category_that_is_gone_fails_by_its_name(rows, judged):
    verdict = judged(rows[rows.label != "pools"], rows)
    assert verdict.outcome == "fail"
    [lost] = [t for t in verdict.of("fail") if t.check == "category-loss"]
    assert "pools" in f"{lost.category} {lost.subject} {lost.summary}"


# --- categories under new names ----------------------------------------------------------------


def test_categories_that_are_all_renamed_are_said_to_be(rows, judged):
    names = {name: f"queue {n}" for n, name in enumerate(SUBJECTS, 1)}
    verdict = judged(rows.assign(label=rows.label.map(names)), rows)
    assert verdict.renamed == names
    assert verdict.outcome != "fail"
    assert {"label-error", "label-conflict", "label-noise", "category-loss"}.isdisjoint(
        t.check for t in verdict.tested if t.status in ("fail", "warn")
    )


def test_one_category_that_is_renamed_is_said_to_be(rows, judged):
    verdict = judged(rows.assign(label=rows.label.replace("pools", "leisure")), rows)
    assert verdict.renamed == {"pools": "leisure"}
    assert verdict.outcome != "fail"


def test_rows_that_come_with_a_rename_are_still_judged(rows, judged):
    """Half of another category goes under the new name, too: labels that look wrong."""
    names = {name: f"queue {n}" for n, name in enumerate(SUBJECTS, 1)}
    spoilt = rows.assign(label=rows.label.map(names))
    wrong = spoilt.index[spoilt.label == names["bins"]][::2]
    spoilt.loc[wrong, "label"] = names["voting"]
    verdict = judged(spoilt, rows)
    assert verdict.outcome == "fail"
    assert "label-error" in failing(verdict)


def test_two_categories_that_became_one_are_no_rename(rows, judged):
    verdict = judged(rows.assign(label=rows.label.replace("pools", "parking")), rows)
    assert verdict.renamed == {}
    assert "category-loss" in failing(verdict)


@pytest.mark.parametrize("spelled", ["Bins ", "BINS", "bins\u200b"])
def test_a_category_that_is_spelled_anew_is_told(rows, judged, spelled):
    verdict = judged(rows.assign(label=rows.label.replace("bins", spelled)), rows)
    assert verdict.renamed == {"bins": spelled}


def test_a_part_of_a_category_that_is_spelled_anew_is_told(rows, judged):
    """No rename: the category is there under both spellings."""
    labels = rows.label.copy()
    labels[labels.index[labels == "bins"][:24]] = "Bins "
    verdict = judged(rows.assign(label=labels), rows)
    assert verdict.renamed == {}
    told = [t for t in verdict.tested if t.status != "pass"]
    assert "label-spelling" in [t.check for t in told]
