"""Forecasts against measured updates of the user's own data, and coefficients fitted on these."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from auditor.atomic import keep
from auditor.interfaces import Progress, Target
from auditor.prediction.estimate import Coefficients, expect
from auditor.prediction.fitting import fit
from auditor.prediction.leave_out import FullDataset
from auditor.prediction.measured_update import (
    MeasuredUpdate,
    measure_held_out_update,
    rank_correlation,
)
from auditor.records.forecast import Backtest, UpdateSkill

MIN_TO_FIT = 3  # updates: each is scored by coefficients of the others


def _key_of_all(updates: Sequence[MeasuredUpdate]) -> str:
    """What coefficients rest on."""
    return hashlib.sha256(msgspec.json.encode([u.key for u in updates])).hexdigest()[:16]


def run_backtest(
    full_dataset: FullDataset,
    updates: Sequence[Sequence[int]],
    target: Target,
    folder: Path,
    *,
    coefficients: Coefficients,
    fidelity: str,
    seeds: int,
    seed: int,
    progress: Progress = lambda *_: None,
) -> Backtest:
    """Measures each of `updates`, fits coefficients on them, and scores the forecasts."""
    done = []
    for i, update in enumerate(updates):
        progress("updates", i, len(updates))
        done.append(
            measure_held_out_update(
                full_dataset, update, target, folder, seeds=seeds, seed=seed, progress=progress
            )
        )
    progress("updates", len(updates), len(updates))
    fitted, path = refit(done), folder / "coefficients.json"
    if fitted:
        keep(path, _key_of_all(done), fitted)
    return Backtest(
        dataset=full_dataset.dataset.name,
        fidelity=fidelity,
        seeds=seeds,
        updates=tuple(skill(u, coefficients, fidelity, fitted) for u in done),
        folder=str(folder),
        coefficients=str(path) if fitted else None,
    )


def refit(updates: Sequence[MeasuredUpdate]) -> Coefficients | None:
    """Coefficients of this dataset alone; None: too few updates to score them.

    Their `skill` of an update is that of coefficients from the other updates.
    """
    usable = [u for u in updates if u.ceiling != 0.0]
    if len(usable) < MIN_TO_FIT:
        return None
    names = "; ".join(u.name for u in usable)
    provenance = (
        f"full fine-tunes of {usable[0].target} on {len(usable)} updates made of categories that "
        f"were left out of {usable[0].dataset} ({names})"
    )
    return fit([u.measured() for u in usable], usable[0].steps[1:], provenance)


def skill(
    update: MeasuredUpdate, coefficients: Coefficients, fidelity: str, refitted: Coefficients | None
) -> UpdateSkill:
    """How well the forecast, and simpler predictors, rank the measured drops."""
    seen = update.measured()
    drop = update.drops[:, update.evaluated].mean(axis=0)
    weights = coefficients.fidelities[fidelity].outcomes
    before, lost = (expect(seen.mean_features, weights[o]).mean[0] for o in ("before", "average"))
    refitted_skill = refitted.fidelities[fidelity].skill.get(update.name) if refitted else None
    ceiling = update.ceiling
    predictors = {
        "forecast": before * lost,
        "centroid": seen.mean_features["centroid"][0],
        "size": -np.array(update.rows, dtype=float)[update.evaluated],
        "accuracy": -before,
    }
    rho = {name: round(rank_correlation(values, drop), 3) for name, values in predictors.items()}
    return UpdateSkill(
        update=update.name,
        categories=len(update.evaluated),
        drop=round(float(drop.mean()), 4),
        ceiling=None if ceiling is None else round(ceiling, 3),
        refitted=None if refitted_skill is None else round(refitted_skill * (ceiling or 1.0), 3),
        **rho,
    )
