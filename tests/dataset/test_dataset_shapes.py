"""Every shape is read with its texts and labels as they are, or refused with what reads it."""

import shlex
from collections import Counter
from pathlib import Path

import pytest

from auditor.commands.audit import audit
from auditor.commands.running import given
from auditor.dataset import load_dataset
from auditor.errors import AuditorError
from auditor.records.dataset import Dataset
from auditor.settings import Settings
from tests.dataset.shapes import SHAPES, Shape

OF_THE_COMMAND = ("data", "update", "reference", "output", "formats", "static", "config")


def read(path: Path, options: tuple[str, ...]) -> Dataset:
    """The dataset that `auditor audit PATH OPTIONS` reads."""
    flags = audit.make_context("audit", [str(path), *options]).params
    for name in (*OF_THE_COMMAND, "quiet", "debug"):
        flags.pop(name)
    return load_dataset(path, Settings(**{k: v for k, v in given(flags).items() if v is not None}))


def pairs(examples: object) -> Counter[tuple[str, str]]:
    return Counter((e.text, e.category) for e in examples)  # type: ignore[attr-defined]


def test_a_shape_has_a_name_of_its_own():
    assert max(Counter(shape.name for shape in SHAPES).values()) == 1


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_shape_is_read_as_it_is_meant(shape: Shape, tmp_path):
    path, options = shape.write(tmp_path), shape.options
    if shape.refused:
        with pytest.raises(AuditorError) as caught:
            read(path, options)
        message = str(caught.value)
        assert shape.refused in message
        assert "\n" not in message
        assert shlex.join(shape.then) in message
        if not shape.then:
            return
        options = (*options, *shape.then)
    dataset = read(path, options)
    assert pairs(dataset.examples) == Counter(shape.rows)
    assert pairs(dataset.held_out) == Counter(shape.held_out)
    assert len(dataset.rejected) == shape.rejected
    said = " | ".join(f"{d.what} {d.otherwise}" for d in dataset.decisions)
    assert [part for part in shape.said if part not in said] == []
