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
from auditor.prediction.estimate import (
    Coefficients,
    CurveWeights,
    FidelityWeights,
    OutcomeWeights,
    Spread,
    shipped,
)
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
    fidelities = {**shipped().fidelities, **found.fidelities}
    return replace(found, fidelities=fidelities, solid=found.solid or shipped().solid)


def _faults(found: Coefficients) -> Iterator[str]:
    """What the types alone do not say, each with the field that it is about."""
    yield from _of_curve(found.curve)
    for outcome, shares in found.prior.items():
        lower, mean, upper = shares
        if not 0 <= lower <= mean <= upper <= 1:
            yield f"prior.{outcome} is not three shares in rising order: {_listed(shares)}"
    yield from _missing("prior", found.prior, shipped().prior)
    for name, ends in found.fitted.items():
        yield from _beyond(f"fitted.{name}", dict(enumerate(ends)), math.inf)
    levels = ", ".join(FIDELITIES)
    for name in sorted(set(found.fidelities) - set(FIDELITIES)):
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
    parts = (("level", curve.level), ("average", curve.average), ("end", curve.end))
    for name, values in parts:
        if len(values) != len(steps) - 1:
            yield (
                f"curve.{name} has {len(values)} numbers, and there are {len(steps) - 1} steps "
                "before the last"
            )
        yield from _beyond(f"curve.{name}", dict(enumerate(values)))


def _of_fidelity(where: str, fidelity: FidelityWeights, known: FidelityWeights) -> Iterator[str]:
    yield from _beyond(where, {"mean_skill": fidelity.mean_skill})
    yield from _beyond(f"{where}.skill", fidelity.skill)
    for update, share in fidelity.coverage.items():
        if not 0 <= share <= 1:
            yield f"{where}.coverage.{update} is {share:g}, not a share from 0 to 1"
    yield from _missing(f"{where}.outcomes", fidelity.outcomes, known.outcomes)
    for outcome, weights in known.outcomes.items():
        if outcome in fidelity.outcomes:
            own = fidelity.outcomes[outcome]
            yield from _of_outcome(f"{where}.outcomes.{outcome}", own, weights)


def _missing(where: str, found: Mapping[str, object], known: Mapping[str, object]) -> Iterator[str]:
    for name in sorted(set(known) - set(found)):
        yield f"{where}: {name!r} is missing"


def _of_outcome(where: str, weights: OutcomeWeights, known: OutcomeWeights) -> Iterator[str]:
    for part in ("ranked", "plain"):
        own, theirs = getattr(weights, part), getattr(known, part)
        if set(own) != set(theirs):
            named = ", ".join(theirs) or "nothing"
            yield f"{where}.{part} must weigh {named}, not {', '.join(own) or 'nothing'}"
    yield from _beyond(where, {"level": weights.level})
    if not 0 < weights.most <= 1:
        yield f"{where}.most is {weights.most:g}, not a share above 0"
    yield from _beyond(f"{where}.ranked", weights.ranked)
    for name, plain in weights.plain.items():
        numbers = {"weight": plain.weight, "centre": plain.centre, "scale": plain.scale}
        yield from _beyond(f"{where}.plain.{name}", numbers)
        if plain.scale <= 0:
            yield f"{where}.plain.{name}.scale is {plain.scale:g}, not above 0"
    size = len(weights.plain)
    if len(weights.leverage) != size or any(len(row) != size for row in weights.leverage):
        yield f"{where}.leverage is not {size} by {size} numbers, as there are plain weights"
    for i, row in enumerate(weights.leverage):
        yield from _beyond(f"{where}.leverage.{i}", dict(enumerate(row)), math.inf)
    yield from _of_spread(f"{where}.spread", weights.spread)


def _of_spread(where: str, spread: Spread) -> Iterator[str]:
    for name in ("update", "category", "few", "run"):
        if not 0 <= getattr(spread, name) <= WIDEST:
            yield f"{where}.{name} is {getattr(spread, name):g}, not from 0 to pi"
    if spread.degrees_of_freedom < 1:
        yield f"{where}.degrees_of_freedom is {spread.degrees_of_freedom:g}, not 1 or more"


def _beyond(
    where: str, numbers: Mapping[str, float] | Mapping[int, float], largest: float = LARGEST
) -> Iterator[str]:
    for name, number in numbers.items():
        if not abs(number) <= largest:
            yield f"{where}.{name} is {number:g}, beyond {largest:g} either way"


def _listed(numbers: tuple[float, ...]) -> str:
    return ", ".join(f"{n:g}" for n in numbers) or "none"
