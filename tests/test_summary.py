"""What is kept of the labels that look wrong, how many are listed and how many are wrong; and what
every result came of."""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace

import numpy as np
import pytest

from auditor.records.audit import EmbedderSummary
from auditor.records.findings import Finding
from auditor.records.structure import Embeddings
from auditor.settings import Settings
from auditor.summary import _label_errors, provenance


def finding(**measured):
    return Finding(
        code="label-error",
        severity="note",
        category=None,
        subtype=None,
        summary="",
        measured=measured,
        limit={},
        rows=(),
        advice="",
        fingerprint="",
    )


def kept(share, *findings):
    found = SimpleNamespace(assessed=200, share=share)
    return _label_errors(SimpleNamespace(label_errors=found), findings)


def test_those_that_are_listed_are_counted_and_their_probabilities_added():
    overlap = finding(labels={"billing": 4, "returns": 3})
    found = kept((0.1, 0.05, 0.2), finding(probability=0.95), finding(probability=0.3), overlap)
    assert (found.rows, found.listed, found.listed_wrong) == (200, 2, 1.25)
    assert (found.wrong, found.wrong_low, found.wrong_high) == (20.0, 10.0, 40.0)


@pytest.mark.parametrize("share", [(0.03, 0.05, 0.2), (0.3, 0.05, 0.2)])
def test_the_estimate_lies_in_its_interval_wherever_the_usual_draws_it(share):
    found = kept(share)
    assert found.wrong_low <= found.wrong <= found.wrong_high


def test_where_nothing_was_estimated_nothing_is_kept():
    assert kept(None) is None


def test_every_result_says_what_it_came_of():
    embeddings = Embeddings(
        vectors=np.eye(2, 3, dtype=np.float32),
        windows=np.ones(2, dtype=np.int64),
        unknown=np.zeros(2, dtype=np.float32),
        embedder="hashing",
        revision="2",
        precision="float32",
    )
    of = provenance(embeddings, Settings(seed=3, threads=1), ("click",))
    assert of["embedder"] == EmbedderSummary(
        name="hashing", revision="2", dim=3, precision="float32"
    )
    assert of["settings"]["seed"] == 3
    assert "threads" not in of["settings"]  # which decides nothing
    assert of["versions"] == {"click": version("click")}
