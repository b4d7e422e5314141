"""The prediction stage, as users keep it: forecasts and backtests."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Literal

from auditor.records.measurement import Measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What the model is to be fine-tuned on next: given by the user, or simulated."""

    kind: Literal["given", "simulated"]
    categories: tuple[str, ...]  # of the given one; or those that are simulated ones, each alone


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryForecast:
    """What the update is expected to do to one category.

    Where updates are simulated, its numbers are means over those of one category, other than
    itself: they say what befalls it with whatever comes next. What hits it hardest, alone or
    several together, is its worst update.
    """

    category: str
    rank: int  # 1 = forgotten first
    expected_drop: float  # accuracy before minus mean accuracy over the recipe's checkpoints
    low: float  # 80 % interval of the mean over seeds
    high: float
    low90: float  # 90 %
    high90: float
    run_low: float  # 80 % interval of one run
    run_high: float
    accuracy_before: float
    accuracy_after: float  # mean over the checkpoints
    accuracy_in_template: float  # out of fold, but with templates on both sides
    steps_to_lose_10_points: float | None  # None: not within the recipe's steps
    half_life: float | None  # steps until half of the accuracy is lost
    scored_examples: int  # rows that `accuracy_before` was measured on
    identifiable: bool
    reason: str  # why not identifiable; else what drives the drop
    worst_update: str | None = None  # of the matrix's updates; None: the update is given
    worst_drop: float | None = None  # expected under that one
    held_out: bool = False  # the rows scored are of other splits; else of training, out of fold
    left_out: int = 0  # rows of other splits that do not score, as training has seen them
    learnt: bool = True  # before the update; else what it loses cannot be told, 0 least of all
    # Accuracy at the recipe's last step, and where the update is first learnt; 80 % intervals of
    # the mean over seeds, for the end also of 90 % and of one run.
    accuracy_at_end: float
    end_low: float
    end_high: float
    end_low90: float
    end_high90: float
    end_run_low: float
    end_run_high: float
    accuracy_when_learnt: float
    when_learnt_low: float
    when_learnt_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Accuracy of one category along the update, with its 80 % band, at `Forecast.steps`."""

    category: str
    accuracy: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Expected drop of each category (row) under each simulated update (column).

    Updates of one category come first, then pairs and batches, whose names are joined: "A + B". A
    category's `expected_drop` is the mean of its row over the updates of one category, shrunk
    towards the prior where it is not identifiable.
    """

    updates: tuple[str, ...]
    categories: tuple[str, ...]
    drops: tuple[tuple[float | None, ...], ...]  # None: the category is in the update


# As the measured updates that the shipped coefficients rest on were taught the old data.
OLD_EPOCHS = 3.0
OLD_BATCH = 32  # rows a step
# Of 40: where along an update accuracy is read, ever more rarely, since most is lost early.
_READ_AT = (2, 5, 9, 14, 20, 28, 40)


def passes(rows: int, epochs: float) -> int:
    """The steps in which so many passes over old rows are made, the last batch of each in part."""
    return max(round(epochs * math.ceil(rows / OLD_BATCH)), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The fine-tuning that a forecast is about. The default one is what the shipped coefficients
    rest on; of another one the quick probes know `old_epochs` alone."""

    optimiser: str = "AdamW"
    learning_rate: float = 5e-5
    head_learning_rate: float = 5e-4
    batch: int = 16  # rows of the update
    steps: int = 40
    frozen_layers: int = 0  # lowest ones of the encoder that stay as they are, with the embeddings
    lora_rank: int | None = None  # of the low-rank matrices that are trained in the weights' place
    mitigation: str = "none"
    # Passes over the old data, 32 rows a step, that the model was taught with before.
    old_epochs: float = OLD_EPOCHS
    weights: str = field(init=False)  # which are trained, in words
    checkpoints: tuple[int, ...] = field(init=False)  # update steps; the last one is the end

    def __post_init__(self) -> None:
        checkpoints = {max(round(self.steps * at / _READ_AT[-1]), 1) for at in _READ_AT}
        object.__setattr__(self, "checkpoints", tuple(sorted(checkpoints)))
        object.__setattr__(self, "weights", self._weights())

    def at_rate(self, factor: float) -> Recipe:
        """The same at so many times its learning rates."""
        rates = {n: factor * getattr(self, n) for n in ("learning_rate", "head_learning_rate")}
        return replace(self, **rates)

    def _weights(self) -> str:
        count = self.frozen_layers
        lowest = f"the lowest {f'{count} layers' if count > 1 else 'layer'}" if count else ""
        if self.lora_rank is not None:
            lora = f"LoRA of rank {self.lora_rank}"
            return f"{lora} above {lowest}" if lowest else lora
        return f"all but {lowest}" if lowest else "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetForecast:
    """What the update takes of all that the model knew: shares of accuracy, means over categories.

    Of simulated updates, means over those of one category. Intervals are of 80 %, for the mean over
    seeds.
    """

    lost: float  # on average over the recipe's checkpoints
    low: float
    high: float
    lost_at_end: float  # at the last step
    end_low: float
    end_high: float
    # What the same update takes of a set of as many rows and categories whose categories are all
    # solidly learnt; None: the difference to this one cannot be told.
    solid: float | None
    solid_low: float | None
    solid_high: float | None
    steps_until_learnt: float | None  # update steps until it is learnt; None: not within them
    # What of this set lies beyond the measured updates that the estimate rests on, in words; the
    # intervals are wider for it.
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Which categories an update makes a model forget, first to last."""

    update: Update
    recipe: Recipe  # that this is about
    probe: str  # its fidelity: similarity, head or full
    chosen: str  # why that one
    reliability: float | None  # correlation between halves of the probe's seeds; None: one run
    skill: float  # rank correlation / what seed noise allows, mean over updates left out of the fit
    categories: tuple[CategoryForecast, ...]
    whole: SetForecast | None = None  # None: of no category a drop can be estimated
    steps: tuple[int, ...] = ()
    curves: tuple[Curve, ...] = ()
    matrix: Matrix | None = None  # None: the update is given, or two categories leave one alone
    measurement: Measurement | None = None  # of the probe `full`
    provenance: str = ""  # where the estimate's coefficients come from
    stated_recipe: Recipe | None = None  # the user's own, which only `full` measures; None: default


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSkill:
    """One measured update, and the rank correlation with its drops of what was said before it."""

    update: str
    categories: int  # that were evaluated
    drop: float  # measured, mean over categories
    ceiling: float | None  # what a perfect forecast could reach; None: one seed
    forecast: float
    refitted: float | None  # by coefficients of the other updates; None: too few
    centroid: float  # cosine to the update's nearest category
    size: float  # rows, few first
    accuracy: float  # before the update, low first


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Updates that were really made on the user's data, and how well they were forecast."""

    dataset: str
    fidelity: str
    seeds: int
    updates: tuple[UpdateSkill, ...]
    folder: str  # one file a measured update
    coefficients: str | None  # the file for `--coefficients`; None: too few updates to fit
