"""The synthetic sample set: what its generator promises, and what an audit makes of it."""

from __future__ import annotations

import csv
import importlib.util
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, StratifiedKFold, cross_val_score

import auditor
from auditor.embedding import open_embedder
from auditor.settings import Settings

SAMPLES = Path(__file__).parents[1] / "sample_datasets"
SCRIPT = SAMPLES / "make_synthetic.py"
MADE = SAMPLES / "support_synthetic.csv"
Row = dict[str, str]


@pytest.fixture(scope="module")
def generator() -> Any:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("make_synthetic", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def parents(generator: Any) -> dict[str, Row]:
    return {row["id"]: row for row in generator.read()}


@pytest.fixture(scope="module")
def made() -> list[Row]:
    with MADE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_set_is_what_the_generator_makes(tmp_path):
    again = tmp_path / "again.csv"
    subprocess.run([sys.executable, SCRIPT, "--output", again], check=True)
    assert again.read_bytes() == MADE.read_bytes()


def test_the_same_seed_makes_the_same_rows(generator, parents):
    humans = list(parents.values())

    def some(seed: int) -> list[Row]:
        return list(generator.variations(humans, 300, seed))

    assert some(1) == some(1)
    assert some(1) != some(2)


def test_fewer_rows_are_the_beginning_of_more(generator, parents, made):
    fewer = generator.variations(list(parents.values()), 700, 0)
    assert list(fewer) == made[:700]


def test_no_text_is_repeated(parents, made):
    texts = [row["text"] for row in (*parents.values(), *made)]
    assert len(set(texts)) == len(texts)


def test_fifty_thousand_rows_can_be_made(generator, parents):
    rows = list(generator.variations(list(parents.values()), 50_000, 0))
    texts = {row["text"] for row in rows}
    assert len(texts) == len({row["id"] for row in rows}) == 50_000
    assert texts.isdisjoint(row["text"] for row in parents.values())


def test_a_short_text_has_many_variations(generator):
    parent = {"id": "H-1", "text": "Has it come?", "topic": "delivery"}
    texts = {row["text"] for row in generator.variations([parent], 5000, 0)}
    assert len(texts) == 5000


def test_every_row_has_a_parent_and_its_label(parents, made):
    assert all(row["topic"] == parents[row["parent"]]["topic"] for row in made)


def test_parents_have_as_many_rows_each(parents, made):
    families = tomllib.loads(_expected())["families"]
    counts = Counter(row["parent"] for row in made)
    assert len(parents) == len(counts) == families["parents"]
    assert set(counts.values()) == {families["variations"]}


def test_what_the_human_wrote_and_what_was_made_are_told_apart(parents, made):
    assert {row["source"] for row in parents.values()} == {"human"}
    assert {row["source"] for row in made} == {"synthetic"}


def test_details_change_alike_throughout_a_text(generator):
    for picker in map(generator.Picker, range(50)):
        days = generator.DETAILS.swap("Monday, Tuesday, Monday", picker, 0.5).split(", ")
        assert days[0] == days[2] != days[1]
        first, again = generator._numbers("44102 was not 31.20 but 44102", picker).split()[::5]
        assert first == again


def test_a_swapped_phrase_keeps_its_capital(generator):
    swapped = {
        generator.PHRASES.swap("Courier came. Tell the courier.", picker, 1.0)
        for picker in map(generator.Picker, range(20))
    }
    for first, second in (text.split(". ")[:2] for text in swapped):
        assert first[0].isupper()
        assert second.startswith(("Tell the ", "Let me know"))


def test_a_question_that_refers_to_nothing_may_come_first(generator):
    move = generator._question_first
    assert move("The lid broke. Do you sell lids?") == "Do you sell lids? The lid broke."
    assert move("The lid broke. Do you sell it?") == "The lid broke. Do you sell it?"


def _expected() -> str:
    return MADE.with_suffix(".expected.toml").read_text(encoding="utf-8")


@pytest.mark.model
@pytest.mark.slow
def test_an_audit_finds_the_families(made, tmp_path):
    audit = auditor.audit(MADE, cache_dir=str(tmp_path), map_points=10)
    expected = tomllib.loads(_expected())
    # What the forecast says is of the update, not of the set.
    above = Counter(
        f.code for f in audit.findings if f.severity != "note" and f.code != "fragile-category"
    )
    assert {c: n for c, n in above.items() if n > expected["allowed"].get(c, 0)} == {}
    found = [Counter(made[r]["parent"] for r in f.rows) for f in audit.of("template-dominance")]
    assert all(len(families) == 1 for families in found)
    half = expected["families"]["variations"] / 2
    whole = {p for families in found for p, n in families.items() if n >= half}
    assert len(whole) >= expected["families"]["found"]
    assert audit.of("illusion-gap")


@pytest.mark.model
@pytest.mark.slow
def test_a_regression_gets_right_what_the_page_says(parents, made):
    """Of the written rows; of the made ones, in any folds and with no source row on both sides; and
    of the written ones, trained on what was made of others."""
    page = " ".join((SAMPLES / "README.md").read_text(encoding="utf-8").split())
    written = [*parents.values()]
    vectors = open_embedder(Settings().embedder, offline=True).embed(
        [row["text"] for row in (*written, *made)]
    )
    own, added = np.split(vectors.vectors, [len(written)])
    topics = np.array([row["topic"] for row in written])
    made_topics = np.array([row["topic"] for row in made])
    model = LogisticRegression(C=10, max_iter=1000)
    drawn = StratifiedKFold(5, shuffle=True, random_state=0)
    families = np.array([row["parent"] for row in made])
    apart = [*GroupKFold(5).split(added, groups=families)]
    ids = np.array([row["id"] for row in written])
    of_others = [
        model.fit(added[train], made_topics[train]).predict(own[left]) == topics[left]
        for train, test in apart
        for left in [np.isin(ids, families[test])]
    ]
    figures = (
        cross_val_score(model, own, topics, cv=drawn).mean(),
        cross_val_score(model, added, made_topics, cv=drawn).mean(),
        cross_val_score(model, added, made_topics, cv=apart).mean(),
        np.concatenate(of_others).mean(),
    )
    told = re.findall(
        r"gets (\d+ %).*? 5 folds.* gets (\d+ %) .*?, and (\d+ %) .* gets (\d+ %)", page
    )
    assert told == [tuple(f"{figure:.0%}".replace("%", " %") for figure in figures)]
