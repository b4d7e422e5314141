"""The file of `--coefficients`: read, and checked for all that a forecast takes for granted.

`auditor backtest` writes it with a checksum; what a person wrote has none. Either is checked field
by field: a curve at other steps than the recipe's would be plotted as if it were at the recipe's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from auditor.atomic import NOT_JSON, BrokenSealError, is_sealed, unseal
from auditor.errors import UsageError
from auditor.prediction.estimate import Coefficients, CurveWeights, FidelityWeights, shipped
from auditor.prediction.features import FIDELITIES, PROBES
from auditor.records.forecast import Recipe

LARGEST = 100.0  # log odds: from 37 on a share is 1 to the last bit of a float
WIDEST = math.pi  # of a deviation of angles, which lie between -pi / 2 and pi / 2
ADVICE = "give a file that `auditor backtest` wrote, or leave --coefficients out"


def read_coefficients(path: Path) -> Coefficients:
    """The coefficients in a file that `auditor backtest` wrote; of `full`, those shipped.

    Raises UsageError for a file that cannot be read, is not as it was written, or does not hold
    what the forecast needs.
    """
    where = f"--coefficients {path}"
    try:
        content = path.read_bytes()
        written = unseal(content) if is_sealed(content) else content
        found = msgspec.json.decode(written, type=Coefficients)
    except OSError as error:
        raise UsageError(f"{where}: cannot be read ({error.strerror}); {ADVICE}") from error
    except BrokenSealError as error:
        raise UsageError(f"{where}: {error}; run `auditor backtest` again, or {ADVICE}") from error
    except NOT_JSON as error:
        raise UsageError(f"{where}: {error}; {ADVICE}") from error
    for fault in _faults(found):
        raise UsageError(f"{where}: {fault}; {ADVICE}")
    return replace(found, fidelities={**shipped().fidelities, **found.fidelities})


def _faults(found: Coefficients) -> Iterator[str]:
    """What the types alone do not say, each with the field that it is about."""
    yield from _of_curve(found.curve)
    lower, mean, upper = found.prior
    if not 0 <= lower <= mean <= upper <= 1:
        yield f"prior is not three shares in rising order: {_listed(found.prior)}"
    levels = ", ".join(FIDELITIES)
    for name in sorted(set(found.fidelities) - set(FIDELITIES)):
        levels = ", ".join(FIDELITIES)
        yield f"fidelities.{name} is no level of the forecast; the levels are {levels}"
    for name in PROBES:
        if name not in found.fidelities:
            yield f"fidelities: the level {name!r} is missing"
    for name, known in shipped().fidelities.items():
        if name in found.fidelities:
            yield from _of_fidelity(f"fidelities.{name}", found.fidelities[name], known)


def _of_curve(curve: CurveWeights) -> Iterator[str]:
    steps = Recipe().checkpoints
    if curve.steps != steps:
        yield (
            f"curve.steps are {_listed(curve.steps)}, and a drop is a mean over the recipe's: "
            f"{_listed(steps)}"
        )
    for name, values in (("intercept", curve.intercept), ("slope", curve.slope)):
        if len(values) != len(steps):
            yield f"curve.{name} has {len(values)} numbers, and there are {len(steps)} steps"
        yield from _beyond(f"curve.{name}", dict(enumerate(values)))
    for i, slope in enumerate(curve.slope):
        if slope <= 0:
            yield f"curve.slope.{i} is {slope:g}, not above 0"


def _of_fidelity(where: str, fidelity: FidelityWeights, known: FidelityWeights) -> Iterator[str]:
    if set(fidelity.weights) != set(known.weights):
        yield (
            f"{where}.weights must weigh {', '.join(known.weights)}, "
            f"not {', '.join(fidelity.weights) or 'nothing'}"
        )
    yield from _beyond(f"{where}.weights", fidelity.weights)
    yield from _beyond(where, {"level": fidelity.level, "mean_skill": fidelity.mean_skill})
    yield from _beyond(f"{where}.skill", fidelity.skill)
    for update, share in fidelity.coverage.items():
        if not 0 <= share <= 1:
            yield f"{where}.coverage.{update} is {share:g}, not a share from 0 to 1"
    spread = fidelity.spread
    for name in ("update", "category", "run"):
        if not 0 <= getattr(spread, name) <= WIDEST:
            yield f"{where}.spread.{name} is {getattr(spread, name):g}, not from 0 to pi"
    if spread.category == 0:
        yield f"{where}.spread.category is 0, and no two categories behave exactly alike"
    if spread.degrees_of_freedom < 1:
        yield f"{where}.spread.degrees_of_freedom is {spread.degrees_of_freedom:g}, not 1 or more"


def _beyond(where: str, numbers: Mapping[str, float] | Mapping[int, float]) -> Iterator[str]:
    for name, number in numbers.items():
        if not abs(number) <= LARGEST:
            yield f"{where}.{name} is {number:g}, beyond {LARGEST:g} either way"


def _listed(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{n:g}" for n in numbers) or "none"
