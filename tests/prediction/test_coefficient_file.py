"""The file for --coefficients: what makes no sense, or is not as it was written, draws nothing."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.atomic import keep
from auditor.errors import UsageError
from auditor.prediction.coefficient_file import read_coefficients
from auditor.prediction.estimate import shipped
from auditor.records.forecast import Recipe

Plain = dict[str, Any]


@pytest.fixture
def refusal(tmp_path) -> Callable[[bytes], str]:
    """What is said of a file with this content."""

    def refusal(content: bytes) -> str:
        path = tmp_path / "mine.json"
        path.write_bytes(content)
        with pytest.raises(UsageError) as caught:
            read_coefficients(path)
        return str(caught.value)

    return refusal


@pytest.fixture
def sealed(tmp_path) -> bytes:
    """The content of a file as a backtest leaves it."""
    keep(tmp_path / "coefficients.json", "ab12", shipped())
    return (tmp_path / "coefficients.json").read_bytes()


def test_what_a_backtest_wrote_is_read_as_it_was(tmp_path, sealed):
    assert read_coefficients(tmp_path / "coefficients.json") == shipped()


def test_what_a_person_wrote_is_read_as_it_was(tmp_path):
    path = tmp_path / "mine.json"
    path.write_bytes(msgspec.json.encode(shipped()))
    assert read_coefficients(path) == shipped()


def test_the_full_fidelity_is_that_shipped_where_a_file_has_none(tmp_path):
    path = tmp_path / "mine.json"
    own = {name: fidelity for name, fidelity in shipped().fidelities.items() if name != "full"}
    path.write_bytes(msgspec.json.encode(dataclasses.replace(shipped(), fidelities=own)))
    assert read_coefficients(path) == shipped()


# --- fields ----------------------------------------------------------------------------------


def at(place: str, value: object) -> Callable[[Plain], None]:
    """An edit of the value at a.b.c."""

    def edit(plain: Plain) -> None:
        *way, last = place.split(".")
        for name in way:
            plain = plain[name]
        plain[int(last) if isinstance(plain, list) else last] = value

    return edit


def of_steps(steps: tuple[int, ...]) -> Callable[[Plain], None]:
    """A curve that fits these steps in itself."""
    n = len(steps)
    return at("curve", {"steps": steps, "intercept": [0.1] * n, "slope": [1.0] * n})


WRONG = {
    "three steps": (of_steps((2, 9, 40)), "curve.steps"),
    "eight steps": (of_steps((2, 5, 9, 14, 20, 28, 40, 60)), "curve.steps"),
    "seven other steps": (of_steps((1, 2, 3, 4, 5, 6, 7)), "curve.steps"),
    "steps in another order": (of_steps(tuple(reversed(Recipe().checkpoints))), "curve.steps"),
    "no steps": (of_steps(()), "curve.steps"),
    "a slope too few": (at("curve.slope", [1.0] * 6), "curve.slope"),
    "an intercept too many": (at("curve.intercept", [1.0] * 8), "curve.intercept"),
    "a slope below 0": (at("curve.slope.3", -1.0), "curve.slope.3"),
    "an intercept out of all bounds": (at("curve.intercept.6", 1e308), "curve.intercept.6"),
    "a step that is a text": (at("curve.steps.0", "2"), r"$.curve.steps[0]"),
    "a number that is none": (at("curve.slope.0", None), r"$.curve.slope[0]"),
    "a yes for a number": (at("prior.0", True), r"$.prior[0]"),
    "a falling prior": (at("prior", [0.5, 0.2, 0.9]), "prior"),
    "a prior beyond 1": (at("prior.2", 1.2), "prior"),
    "a prior of two": (at("prior", [0.1, 0.2]), "$.prior"),
    "no fidelity": (at("fidelities", {}), "similarity"),
    "an unknown fidelity": (at("fidelities.heed", shipped().fidelities["head"]), "fidelities.heed"),
    "an unknown feature": (at("fidelities.head.weights.colour", 1.0), "fidelities.head.weights"),
    "a feature too few": (
        at("fidelities.head.weights", {"centroid": 1.0}),
        "fidelities.head.weights",
    ),
    "an unknown feature of full": (
        at("fidelities.full.weights.colour", 1.0),
        "fidelities.full.weights",
    ),
    "a huge weight": (
        at("fidelities.similarity.weights.share", -1e9),
        "fidelities.similarity.weights.share",
    ),
    "a huge level": (at("fidelities.full.level", 101.0), "fidelities.full.level"),
    "a worth out of all bounds": (
        at("fidelities.head.mean_skill", 1e9),
        "fidelities.head.mean_skill",
    ),
    "a skill out of all bounds": (at("fidelities.head.skill.x", 1e9), "fidelities.head.skill.x"),
    "a coverage of 12": (at("fidelities.head.coverage.x", 12.0), "fidelities.head.coverage.x"),
    "a spread below 0": (
        at("fidelities.head.spread.update", -0.1),
        "fidelities.head.spread.update",
    ),
    "no spread": (at("fidelities.head.spread.category", 0.0), "fidelities.head.spread.category"),
    "a spread beyond all": (at("fidelities.full.spread.run", 4.0), "fidelities.full.spread.run"),
    "hardly any freedom": (
        at("fidelities.head.spread.degrees_of_freedom", 0.001),
        "fidelities.head.spread.degrees_of_freedom",
    ),
    "a missing field": (lambda plain: plain.pop("provenance") and None, "provenance"),
}


@pytest.mark.parametrize(("edit", "field"), WRONG.values(), ids=WRONG)
def test_a_field_that_makes_no_sense_is_named_with_the_next_step(refusal, edit, field):
    plain = copy.deepcopy(msgspec.to_builtins(shipped()))
    plain = json.loads(json.dumps(plain))
    edit(plain)
    said = refusal(msgspec.json.encode(plain))
    assert "mine.json" in said
    assert field in said
    assert "auditor backtest" in said


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_number_that_is_not_finite_is_refused(refusal, number):
    content = msgspec.json.encode(shipped()).decode()
    level = f'"level":{shipped().fidelities["head"].level}'
    assert "mine.json" in refusal(content.replace(level, f'"level":{number}').encode())


def test_the_steps_that_there_are_and_those_wanted_are_both_told(refusal):
    plain = json.loads(msgspec.json.encode(shipped()))
    of_steps((2, 9, 40))(plain)
    said = refusal(msgspec.json.encode(plain))
    assert "are 2, 9, 40" in said
    assert "2, 5, 9, 14, 20, 28, 40" in said


# --- files -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "mine.json"),
        (b"{}", "required field `fidelities`"),
        (b"[1", "Expected `object`"),
        (b"\xff\xfe", "mine.json"),
        (b'{"fidelities":' * 100_000, "mine.json"),
        (b'{"provenance":' + b"[" * 100_000, "mine.json"),
    ],
)
def test_a_file_of_something_else_is_refused_in_a_clear_line(refusal, content, said):
    told = refusal(content)
    assert said in told
    assert "auditor backtest" in told


def test_coefficients_that_are_missing_are_said_to_be(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        read_coefficients(Path(tmp_path / "none.json"))


def test_no_flip_of_a_bit_and_no_cut_of_a_written_file_is_trusted(refusal, sealed):
    """Every byte once, each with another bit; and the file cut off at every fiftieth byte."""
    for place in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[place] ^= 1 << place % 8
        assert "auditor backtest" in refusal(bytes(damaged))
    for length in range(0, len(sealed), 50):
        assert "auditor backtest" in refusal(sealed[:length])


def test_damage_is_told_with_how_to_mend_it(refusal, sealed):
    said = refusal(sealed.replace(b"0.1096", b"0.1196"))
    assert "is damaged" in said
    assert "run `auditor backtest` again" in said
