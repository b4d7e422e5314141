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
    n = max(len(steps) - 1, 0)
    shape = {"steps": steps, "level": [0.1] * n, "average": [1.0] * n, "end": [0.0] * n}
    return at("curve", shape)


HEAD, SMALL = "fidelities.head.outcomes", "fidelities.similarity.outcomes"
WRONG = {
    "three steps": (of_steps((2, 9, 40)), "curve.steps"),
    "eight steps": (of_steps((2, 5, 9, 14, 20, 28, 40, 60)), "curve.steps"),
    "seven other steps": (of_steps((1, 2, 3, 4, 5, 6, 7)), "curve.steps"),
    "steps in another order": (of_steps(tuple(reversed(Recipe().checkpoints))), "curve.steps"),
    "no steps": (of_steps(()), "curve.steps"),
    "a number too few": (at("curve.average", [1.0] * 5), "curve.average"),
    "a number too many": (at("curve.level", [1.0] * 7), "curve.level"),
    "an end out of all bounds": (at("curve.end.5", 1e308), "curve.end.5"),
    "a step that is a text": (at("curve.steps.0", "2"), r"$.curve.steps[0]"),
    "a number that is none": (at("curve.level.0", None), r"$.curve.level[0]"),
    "a yes for a number": (at("prior.end.0", True), r"$.prior[...][0]"),
    "a falling prior": (at("prior.average", [0.5, 0.2, 0.9]), "prior.average"),
    "a prior beyond 1": (at("prior.learnt.2", 1.2), "prior.learnt"),
    "a prior of two": (at("prior.end", [0.1, 0.2]), "$.prior"),
    "no prior of the end": (lambda plain: plain["prior"].pop("end"), "prior: 'end' is missing"),
    "no fidelity": (at("fidelities", {}), "similarity"),
    "an unknown fidelity": (at("fidelities.heed", shipped().fidelities["head"]), "fidelities.heed"),
    "an outcome too few": (
        lambda plain: plain["fidelities"]["head"]["outcomes"].pop("end"),
        f"{HEAD}: 'end' is missing",
    ),
    "an unknown feature that ranks": (at(f"{HEAD}.end.ranked.colour", 1.0), f"{HEAD}.end.ranked"),
    "a feature too few": (at(f"{HEAD}.average.ranked", {"centroid": 1.0}), f"{HEAD}.average"),
    "an unknown feature that counts as it is": (
        at(f"{HEAD}.before.plain.colour", {"weight": 1.0, "centre": 0.0, "scale": 1.0}),
        f"{HEAD}.before.plain",
    ),
    "a huge weight": (at(f"{SMALL}.end.ranked.share", -1e9), f"{SMALL}.end.ranked.share"),
    "another huge weight": (
        at(f"{SMALL}.end.plain.steps.weight", 1e9),
        f"{SMALL}.end.plain.steps.weight",
    ),
    "no scale": (at(f"{SMALL}.end.plain.steps.scale", 0.0), f"{SMALL}.end.plain.steps.scale"),
    "a huge level": (at(f"{HEAD}.learnt.level", 101.0), f"{HEAD}.learnt.level"),
    "more than all is lost": (at(f"{HEAD}.end.most", 1.5), f"{HEAD}.end.most"),
    "nothing is ever lost": (at(f"{HEAD}.end.most", 0.0), f"{HEAD}.end.most"),
    "leverage of other weights": (at(f"{HEAD}.end.leverage", [[1.0]]), f"{HEAD}.end.leverage"),
    "a worth out of all bounds": (
        at("fidelities.head.mean_skill", 1e9),
        "fidelities.head.mean_skill",
    ),
    "a skill out of all bounds": (at("fidelities.head.skill.x", 1e9), "fidelities.head.skill.x"),
    "a coverage of 12": (at("fidelities.head.coverage.x", 12.0), "fidelities.head.coverage.x"),
    "a spread below 0": (at(f"{HEAD}.end.spread.few", -0.1), f"{HEAD}.end.spread.few"),
    "a spread beyond all": (at(f"{HEAD}.end.spread.run", 4.0), f"{HEAD}.end.spread.run"),
    "hardly any freedom": (
        at(f"{HEAD}.end.spread.degrees_of_freedom", 0.001),
        f"{HEAD}.end.spread.degrees_of_freedom",
    ),
    "a measured set of no number": (at("fitted.rows.0", "few"), r"$.fitted[...][0]"),
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
    level = f'"level":{shipped().fidelities["head"].outcomes["end"].level}'
    assert level in content
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
    """Every tenth byte, each with another bit; and the file cut off at every five-hundredth."""
    for place in range(0, len(sealed), 10):
        damaged = bytearray(sealed)
        damaged[place] ^= 1 << place // 10 % 8
        assert "auditor backtest" in refusal(bytes(damaged))
    for length in range(0, len(sealed), 500):
        assert "auditor backtest" in refusal(sealed[:length])


def test_damage_is_told_with_how_to_mend_it(refusal, sealed):
    number = str(shipped().fidelities["head"].outcomes["end"].spread.update).encode()
    assert number in sealed
    said = refusal(sealed.replace(number, b"0.4321"))
    assert "is damaged" in said
    assert "run `auditor backtest` again" in said
