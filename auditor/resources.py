"""What the settings name: the embedder, the model to fine-tune, the coefficients."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from auditor.embedding import open_embedder
from auditor.embedding.cache import VectorCache
from auditor.embedding.embed import Encoder
from auditor.embedding.target import can_be_trained, open_target
from auditor.errors import AuditorError, UsageError
from auditor.folders import can_be_written
from auditor.interfaces import Mitigation, Progress, Target
from auditor.prediction.coefficient_file import read_coefficients
from auditor.prediction.estimate import Coefficients, shipped
from auditor.prediction.fine_tuning.branch import Branch
from auditor.prediction.mitigations import mitigations_called
from auditor.records.dataset import Dataset
from auditor.records.forecast import OLD_EPOCHS, Recipe
from auditor.settings import Settings, cache_folder
from auditor.threads import compute_with

_LOG = logging.getLogger(__name__)


def open_encoder(settings: Settings, progress: Progress = lambda *_: None) -> Encoder:
    """The embedder that the settings name, with the user's cache of its vectors."""
    compute_with(settings.threads)
    folder = cache_folder(settings)
    keeps = folder is not None and can_be_written(folder)
    if not keeps:
        _LOG.warning(
            "%s; vectors are not kept, --cache-dir DIR names a place for them",
            f"{folder}: cannot be written" if folder else "there is no home folder",
        )
    progress("model", 0, 1)
    embedder = open_embedder(settings.embedder, offline=settings.offline)
    progress("model", 1, 1)
    cache = VectorCache(folder, embedder.identity) if folder else None
    return Encoder(embedder, cache, progress, keeps=keeps)


def target_of(settings: Settings, *, given: bool) -> Target | None:
    """What the probe `full` would fine-tune; None where that is out of the question.

    Raises UsageError for settings that need an update where none is given, or that probe.
    """
    asked, allowed = settings.probe == "full", settings.probe is None and settings.budget
    named = settings.target_model or settings.embedder
    if asked and not given:
        raise UsageError(
            "--probe full runs a trial fine-tune on the update, and none is given; add --update "
            "FILE, or measure your own categories with `auditor backtest`"
        )
    if settings.target_model and not (given and (asked or allowed)):
        raise UsageError(
            "--target-model names the model to fine-tune, which only --probe full does; add "
            "--update FILE and --probe full, or leave it out"
        )
    if asked or (given and allowed and can_be_trained(named)):
        return open_named_target(settings)
    return None


def open_named_target(settings: Settings) -> Target:
    """The model to fine-tune, by the option that names it; an error tells of that one."""
    if settings.target_model is None:
        return open_target(settings.embedder, offline=settings.offline)
    try:
        return open_target(settings.target_model, offline=settings.offline)
    except AuditorError as error:  # what opens a model is told of no option
        told = str(error).replace("--embedder ", "--target-model ", 1)
        raise type(error)(told) from error


def mitigations_of(settings: Settings) -> tuple[Mitigation[Branch], ...]:
    """What the probe `full` measures against the update alone.

    Raises UsageError for a name that there is none of, or where that probe was not asked for.
    """
    mitigations = mitigations_called(settings.mitigations)
    if mitigations and settings.probe != "full":
        raise UsageError(
            f"--mitigations {mitigations[0].name} is only used in a trial fine-tune; add "
            "--update FILE and --probe full, or leave it out"
        )
    return mitigations


def recipe_of(settings: Settings, update: Dataset | None) -> Recipe:
    """The fine-tuning that the user states; what is not stated is as in the default one.

    Raises UsageError for one that is stated where no update is given.
    """
    stated = settings.recipe
    old_epochs = stated.pop("old_epochs", OLD_EPOCHS)
    if stated and update is None:
        option = f"--{next(iter(stated)).replace('_', '-')}"
        raise UsageError(
            f"{option} is of the fine-tune on an update, and none is given; add --update FILE, or "
            "leave it out"
        )
    if update is None:
        return Recipe(old_epochs=old_epochs)
    batch = stated.pop("batch_size", Recipe().batch)
    if epochs := stated.pop("epochs", None):
        stated["steps"] = math.ceil(epochs * math.ceil(len(update.examples) / batch))
    return Recipe(batch=batch, old_epochs=old_epochs, **stated)


def _expect_trainable(target: Target, recipe: Recipe) -> None:
    """Raises UsageError where the model cannot be trained so, before the work and not after it."""
    from auditor.prediction.fine_tuning.trained_weights import expect_layers

    if recipe.lora_rank is not None and find_spec("peft") is None:
        raise UsageError(
            f"--lora-rank {recipe.lora_rank} needs peft, which is not installed: pip install "
            "'auditor[lora]', or leave it out"
        )
    if recipe.frozen_layers:
        expect_layers(target.fresh(np.zeros(1, dtype=np.int64)), recipe)


def coefficients_of(settings: Settings) -> Coefficients:
    """The forecast's: those that the settings name, or those shipped."""
    named = settings.coefficients
    return shipped() if named is None else read_coefficients(Path(named))


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPlan:
    """How a forecast is to be made, as the settings say."""

    probe: str | None  # that was asked for; None: the default, or what the budget allows
    budget: float | None  # seconds
    target: Target | None  # what the probe `full` fine-tunes; None: it is out of the question
    coefficients: Coefficients
    folder: Path | None  # where measured fine-tunes are kept; None: nowhere
    seed: int
    recipe: Recipe = field(default_factory=Recipe)  # the user's own, or the default one
    mitigations: tuple[Mitigation[Branch], ...] = ()  # measured against the update alone


def plan_of(
    settings: Settings, update: Dataset | None, *, mitigations: tuple[Mitigation[Branch], ...] = ()
) -> ForecastPlan:
    """The plan of the settings, for an update where there is one.

    Raises UsageError for settings that do not fit it, or the model.
    """
    folder = cache_folder(settings)
    recipe, target = recipe_of(settings, update), target_of(settings, given=update is not None)
    if target:
        _expect_trainable(target, recipe)
    return ForecastPlan(
        probe=settings.probe,
        budget=settings.budget,
        target=target,
        coefficients=coefficients_of(settings),
        folder=folder and folder / "fine-tunes",
        seed=settings.seed,
        recipe=recipe,
        mitigations=mitigations,
    )
