"""Each test and interval, at its smallest allowed n: how often it is wrong where nothing is.

The nulls are those of `benchmarks/sizes.py`, which measures them closely; here a hundred draws of
those that are quick hold what is far beyond the stated level.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parent / "benchmarks"
RUNS = 100
QUICK = (
    "two-sample: p",
    "two-sample: p, a chat log beside one ten times as large",
    "two-sample: p, customers of five rows",
    "two-sample: p, customers on both sides",
    "two-sample: 80 % interval of the accuracy",
    "annotator-inconsistency: 2 annotators of so many rows",
    "annotator-inconsistency: alpha below what it is",
    "combination-gap",
    "combination-gap, customers of ten rows",
    "coverage-gap: all from one of three sources",
    "coverage-gap: all from one source, of which one is common",
    "coverage-gap: all from one of ten sources, customers of five rows",
    "reference-gap: a warning",
    "label-noise: p of labels that are noise, 2 categories",
    "label-noise: any category's upper end below nothing, 5 categories",
    "label-noise: the curve's low end beyond 0%",
    "gate: coverage-loss, a part of the base",
    "gate: coverage-loss, another draw of its source",
    "gate: category-loss, rows of a category",
    "gate: category-loss, messages of five copies",
    "gate: category-loss, rows of one of 77 categories",
    "gate: forecast, a drop of just the margin",
    "gate: a rate that rises, customers of five rows",
    "compare: 80 % interval of a difference on the same rows",
    "compare: the same, customers of three rows",
    "compare: 80 % interval of diversity",
)


@pytest.fixture
def sizes(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("sizes")


@pytest.mark.parametrize("name", QUICK)
def test_at_its_smallest_n_a_test_is_wrong_about_as_often_as_it_says(sizes, monkeypatch, name):
    for module in ("auditor.comparing.two_samples", "auditor.prediction.label_noise"):
        monkeypatch.setattr(importlib.import_module(module), "PERMUTATIONS", 39)
    [null] = [n for n in sizes.NULLS if n.name == name]
    said = sizes.rejected(null.draw, null.sizes[0], RUNS)
    assert len(said) >= RUNS / 2
    assert said.mean() <= null.level + 3 * np.sqrt(null.level * (1 - null.level) / len(said))


def test_every_null_has_a_name_of_its_own(sizes):
    names = [null.name for null in sizes.NULLS]
    assert len(set(names)) == len(names)
