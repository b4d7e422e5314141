"""The parts of the evidence: what is not asked for is not computed, and says so."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from auditor.analysis import PART_OF, PARTS, analyse
from auditor.checks import CHECKS, run_checks
from auditor.dataset import load_dataset
from auditor.prediction.folds import assign_folds
from auditor.records.evidence import NOT_COMPUTED, Evidence, NotComputed, computed
from auditor.reporting.relabelling import rows_to_label_again
from auditor.resources import open_encoder
from auditor.settings import Settings

ROWS = pd.DataFrame(
    [
        (f"{words} the {subject}", label)
        for label, subject in (("billing", "invoice"), ("delivery", "parcel"))
        for words in ("where is", "who lost", "I still wait for", "please send me", "why twice")
    ],
    columns=["text", "label"],
)


@pytest.fixture
def look(tmp_path):
    settings = Settings(embedder="hashing", cache_dir=str(tmp_path))

    def make(*parts: str) -> Evidence:
        return analyse(load_dataset(ROWS, settings), open_encoder(settings), 0, parts=parts)

    return make


def found(evidence: Evidence) -> set[str]:
    return {name for name in PART_OF if not isinstance(getattr(evidence, name), NotComputed)}


def test_whatever_can_be_left_out_comes_with_a_part():
    """The forecast alone is made elsewhere, of an update."""
    lazy = {f.name for f in dataclasses.fields(Evidence) if f.default is NOT_COMPUTED}
    assert {*PART_OF} == lazy - {"forecast"}
    assert {*PART_OF.values()} == {*PARTS}


def test_without_parts_there_are_vectors_and_copies_alone(look):
    evidence = look()
    assert found(evidence) == set()
    with pytest.raises(LookupError, match="not computed"):
        computed(evidence.templates)


@pytest.mark.parametrize(
    ("part", "with_it"),
    [
        ("splits", {"splits"}),
        ("subtypes", {"templates", "subtypes"}),
        ("labels", {"templates", "wording", "labels"}),
        ("noise", {"noise"}),
    ],
)
def test_a_part_brings_what_it_rests_on_and_no_more(look, part, with_it):
    assert found(look(part)) == {name for name, of in PART_OF.items() if of in with_it}


def test_an_unknown_part_is_refused(look):
    with pytest.raises(ValueError, match="subtype"):
        look("subtype")


@pytest.fixture
def asked(tmp_path):
    """Evidence of sixty texts, each under three annotators of whom the last one errs at times."""
    subjects = ("invoice", "parcel", "refund", "lamp", "ticket", "parking place")
    words = ("where is", "who lost", "I wait for", "send me", "why twice", *map(str, range(5)))
    rows = [
        (f"{word} the {subject}", "ab"[(at % 3 == 0) != (who == 2 and n % 4 == 0)], f"w{who}")
        for at, subject in enumerate(subjects)
        for n, word in enumerate(words)
        for who in range(3)
    ]
    frame = pd.DataFrame(rows, columns=["text", "label", "annotator"])
    settings = Settings(embedder="hashing", cache_dir=str(tmp_path))
    return analyse(load_dataset(frame, settings), open_encoder(settings), 0)


def test_no_fold_divides_what_several_annotators_labelled(asked):
    assert asked.dataset.several_annotators
    texts = {}
    for text, unit in zip(asked.dataset.texts, asked.fold_units.tolist(), strict=True):
        texts.setdefault(text, set()).add(unit)
    assert {len(units) for units in texts.values()} == {1}
    folds = assign_folds(asked.fold_units, asked.dataset.codes)
    assert len({*zip(asked.dataset.texts, folds.tolist(), strict=True)}) == len(texts) == 60


def test_a_text_that_several_annotators_labelled_is_judged_once(asked):
    errors = computed(asked.label_errors)
    judged = [asked.dataset.texts[i] for i in np.flatnonzero(np.isfinite(errors.score))]
    assert len(judged) == len({*judged}) <= 60
    assert errors.examples == errors.assessed == len(judged)
    noise = computed(asked.label_noise)
    assert len({asked.dataset.texts[i] for i in noise.rows}) == len(noise.rows)


def test_neighbours_of_such_a_text_are_other_texts_each_once(asked):
    for i, near in enumerate(asked.neighbours.index):
        texts = [asked.dataset.texts[j] for j in near if j >= 0]
        assert asked.dataset.texts[i] not in texts
        assert len(texts) == len({*texts}) == 20


def test_how_many_different_examples_there_are_counts_texts(asked):
    assert len({*asked.items.family.tolist()}) == 60
    assert len({*asked.copies.family.tolist()}) == len({*asked.units.tolist()}) * 3 == 180


def test_all_checks_together_ask_about_such_a_text_at_most_once(asked):
    found, _ = run_checks(asked, CHECKS)
    assert {"label-conflict", "near-duplicate", "multi-label"}.isdisjoint(f.code for f in found)
    text = dict(zip(asked.dataset.rows.tolist(), asked.dataset.texts, strict=True))
    lines = [text[row] for rows in rows_to_label_again(found) for row in rows]
    assert len(lines) == len({*lines}) > 0
