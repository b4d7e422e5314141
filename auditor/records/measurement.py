"""Measured updates, as users keep them: trial fine-tunes, and what mitigations keep in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from msgspec import UNSET, UnsetType


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many rows a trial trains on, repeats counted; what a mitigation costs is reckoned so."""

    update: int  # in the update alone
    teaching: int  # when the old rows were taught
    old: int  # the old rows, each once
    new: int  # those of the update, each once


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How fast one category goes at a learning rate, in update steps; None: not within them."""

    rate: float  # times the recipe's learning rates
    steps_to_lose_10_points: float | None
    half_life: float | None  # steps until half of the accuracy is lost


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredCategory:
    """What fine-tunes did to one category; on held-out rows where nothing else is said."""

    category: str
    rows: int  # that were evaluated, in all runs
    accuracy: tuple[tuple[float, ...], ...]  # (runs, steps)
    soft: tuple[tuple[float, ...], ...]  # (runs, steps) mean probability of the right category
    recalled: tuple[tuple[float, ...], ...]  # (runs, steps) on rows that it was trained on
    masked: tuple[float, ...] | None  # (steps,) the update's columns left out; None: it is its own
    refitted: tuple[float, float]  # of a head fitted anew, before the update and at the last step
    drop_at_competence: float | None  # lost at `competent_step`
    speeds: tuple[Speed, ...]  # one a rate


HARDLY = 0.05  # of accuracy: who loses less at the end has been saved
# Saved: the upper end of the drop is under HARDLY, by an update of which half is recognised.
Saving: TypeAlias = Literal["saved", "not saved", "fails to learn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MitigatedCategory:
    """What one category lost with a mitigation and without, on the same held-out rows.

    A drop is accuracy before less that at the last step, over the runs; that with it is estimated,
    drawn to the mean of all categories where few rows were read, and has an interval of 80 %.
    """

    category: str
    accuracy: tuple[tuple[float, ...], ...]  # (runs, steps), with it
    drop: float  # with it
    low: float | None  # None: a single run
    high: float | None
    plain_drop: float  # and of the update alone, at the same step
    verdict: Saving


@dataclass(frozen=True, slots=True, kw_only=True)
class MitigatedUpdate:
    """The update made once more from the same models, with what may keep the old categories.

    Drops are means over the categories that the update does not train.
    """

    mitigation: str  # its name
    about: str  # what it does
    steps: tuple[int, ...]  # 0 and the checkpoints that were read
    trained_rows: int  # a run trained on, repeats counted; mean of the runs
    old_rows: int  # of them, of the old data
    learnt: tuple[float, ...]  # (steps,) as `Measurement.learnt`, with it
    competent_step: float | None  # the first one that was read at which it was learnt; None: never
    drop: float  # at the last step
    low: float | None  # None: a single run
    high: float | None
    drop_when_learnt: float | None  # at `competent_step`
    verdict: Saving  # saved: each of these categories is
    categories: tuple[MitigatedCategory, ...]  # those of the measurement, in its order


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What the probe `full` measured: a fine-tune on the update, with a sample of the rows."""

    target: str  # the model
    runs: int  # at the recipe's rate
    paced: int  # of them, the first ones, at the other rates too
    rows: int  # of the old data, to train and to evaluate
    rows_a_category: int  # at most
    teaching_steps: int  # on these rows, before the update
    trained_rows: int  # in the update alone, repeats counted
    teaching_steps_of_all: int  # that as many passes over all of the old data take
    steps: tuple[int, ...]  # 0 and the recipe's checkpoints
    # (steps,) accuracy on the update's held-out rows; without one, on those it was trained on
    learnt: tuple[float, ...]
    # The first one read at which the update was learnt, by means over the runs; None: none was.
    competent_step: float | None
    categories: tuple[MeasuredCategory, ...]  # those with rows to evaluate
    layers: tuple[str, ...]
    moved: tuple[tuple[float, ...], ...]  # (steps, layers) length of the change / of weights
    moved_important: tuple[tuple[float, ...], ...]  # weighted by importance for the old rows
    left_out: int = (
        0  # of the old rows, trained on and not evaluated: the update has copies of them
    )
    update_rows: int = 0  # of the update, that were held out
    update_left_out: int = (
        0  # of the update, trained on and not evaluated: the old data has copies of them
    )
    mitigations: tuple[MitigatedUpdate, ...] | UnsetType = UNSET  # no key where none was asked for
