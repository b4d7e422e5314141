"""The parts of the evidence: what is not asked for is not computed, and says so."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from auditor.analysis import PART_OF, PARTS, analyse
from auditor.dataset import load_dataset
from auditor.records.evidence import NOT_COMPUTED, Evidence, NotComputed, computed
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
