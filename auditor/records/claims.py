"""What is claimed of replay, elastic weight consolidation and distillation, measured on one set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Verdict: TypeAlias = Literal["confirmed here", "not confirmed here", "cannot be told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number of a claim, mean over seeds; None: it could not be measured by any of them."""

    about: str  # in words
    mean: float | None
    low: float | None  # 80 % interval of the mean over seeds; None: one seed had it
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredClaim:
    """A claim, what was measured of it, and what that says."""

    name: str
    claim: str  # as a sentence
    verdict: Verdict  # by the interval of the last measure
    reason: str  # why it cannot be told; empty where it can
    measures: tuple[Measure, ...]  # the last one decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Three claims on one dataset."""

    dataset: str
    updates: tuple[str, ...]  # made one after the other; those left out of the data are marked
    left_out: int  # of them, categories of the data itself that were left out
    seeds: int
    rows: int  # of the old data that a model is taught, or tested on
    claims: tuple[MeasuredClaim, ...]
