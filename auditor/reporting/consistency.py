"""What the types of an `audit.json` do not say, and a report takes for granted.

A file that somebody edited or another program wrote may have every field, and a curve with a point
too few. It is refused as it is read, by the field, not drawn wrongly or left to crash a renderer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from auditor.errors import UsageError
from auditor.records.audit import Audit, LabelErrorSummary
from auditor.records.forecast import CategoryForecast, Forecast, Matrix, SetForecast
from auditor.records.measurement import Measurement, MitigatedCategory, MitigatedUpdate
from auditor.settings import Settings

SETTINGS = frozenset(f.name for f in dataclasses.fields(Settings))
SHARES = (
    *("expected_drop", "low", "high", "low90", "high90", "run_low", "run_high"),
    *("accuracy_before", "accuracy_after", "accuracy_in_template"),
    *("accuracy_at_end", "end_low", "end_high", "end_low90", "end_high90"),
    *("end_run_low", "end_run_high", "accuracy_when_learnt", "when_learnt_low", "when_learnt_high"),
)
SHARES_OF_A_SET = ("lost", "low", "high", "lost_at_end", "end_low", "end_high")
OF_A_SOLID_SET = ("solid", "solid_low", "solid_high")


def faults(audit: Audit) -> Iterator[str]:
    """What does not fit, each with the field that it is about."""
    names = audit.dataset.categories
    yield from _of_settings(audit.settings)
    for i, finding in enumerate(audit.findings):
        where = f"findings[{i}]"
        if finding.category is not None and finding.category not in names:
            yield f"{where}.category {finding.category!r} is none of dataset.categories"
        if any(row < 0 for row in (*finding.rows, *finding.reference_rows)):
            yield f"{where}.rows are not all 0 or more"
    for i, subtype in enumerate(audit.subtypes):
        if subtype.category not in names:
            yield f"subtypes[{i}].category {subtype.category!r} is none of dataset.categories"
    if audit.label_errors is not None:
        yield from _of_label_errors(audit.label_errors, audit)
    if audit.forecast is not None:
        yield from _of_forecast(audit.forecast, names)


def _of_settings(settings: Mapping[str, object]) -> Iterator[str]:
    try:
        Settings(**{k: v for k, v in settings.items() if k in SETTINGS})  # type: ignore[arg-type]
    except UsageError as error:
        yield f"settings: {error}"


def _of_label_errors(found: LabelErrorSummary, audit: Audit) -> Iterator[str]:
    where, rows = "label_errors", sum(audit.dataset.categories.values())
    if not 0 <= found.rows <= rows:
        yield f"{where}.rows is not from 0 to the {rows} rows of dataset.categories"
    if found.listed != sum("probability" in f.measured for f in audit.of("label-error")):
        yield f"{where}.listed is not the number of findings with a probability"
    if not 0 <= found.listed_wrong <= found.listed:
        yield f"{where}.listed_wrong is not from 0 to {where}.listed"
    if not 0 <= found.wrong_low <= found.wrong <= found.wrong_high <= found.rows:
        yield f"{where}.wrong is not within its interval, or that not within {where}.rows"


def _of_forecast(forecast: Forecast, names: Mapping[str, int]) -> Iterator[str]:
    steps = len(forecast.steps)
    if forecast.recipe.steps < 1:
        yield "forecast.recipe.steps are none"
    for i, category in enumerate(forecast.categories):
        yield from _of_category(f"forecast.categories[{i}]", category, names)
    if forecast.whole is not None:
        yield from _of_set(forecast.whole)
    for i, curve in enumerate(forecast.curves):
        for name in ("accuracy", "low", "high"):
            yield from _points(f"forecast.curves[{i}].{name}", getattr(curve, name), steps)
    if forecast.matrix is not None:
        yield from _of_matrix(forecast.matrix)
    if forecast.measurement is not None:
        yield from _of_measurement(forecast.measurement)


def _of_set(whole: SetForecast) -> Iterator[str]:
    where, solid = "forecast.whole", [getattr(whole, name) for name in OF_A_SOLID_SET]
    for name in SHARES_OF_A_SET:
        yield from _points(f"{where}.{name}", [getattr(whole, name)], 1)
    known = [share for share in solid if share is not None]
    if len(known) not in (0, len(solid)):
        yield f"{where}.solid has no interval, or that no solid"
    yield from _points(f"{where}.solid and its interval", known, len(known))


def _of_category(where: str, category: CategoryForecast, names: Mapping[str, int]) -> Iterator[str]:
    if category.category not in names:
        yield f"{where}.category {category.category!r} is none of dataset.categories"
    for name in SHARES:
        if not -1 <= getattr(category, name) <= 1:
            yield f"{where}.{name} is no share from -1 to 1"


def _of_matrix(matrix: Matrix) -> Iterator[str]:
    yield from _size("forecast.matrix.drops", matrix.drops, len(matrix.categories))
    for i, row in enumerate(matrix.drops):
        known = [drop for drop in row if drop is not None]
        yield from _size(f"forecast.matrix.drops[{i}]", row, len(matrix.updates))
        yield from _points(f"forecast.matrix.drops[{i}]", known, len(known))


def _of_measurement(measured: Measurement) -> Iterator[str]:
    where, steps = "forecast.measurement", len(measured.steps)
    yield from _points(f"{where}.learnt", measured.learnt, steps)
    for name in ("moved", "moved_important"):
        rows = getattr(measured, name)
        yield from _size(f"{where}.{name}", rows, steps)
        for i, row in enumerate(rows):
            yield from _size(f"{where}.{name}[{i}]", row, len(measured.layers))
    for i, category in enumerate(measured.categories):
        yield from _size(f"{where}.categories[{i}].accuracy", category.accuracy, measured.runs)
        for run in category.accuracy:
            yield from _points(f"{where}.categories[{i}].accuracy", run, steps)
        if category.masked is not None:
            yield from _points(f"{where}.categories[{i}].masked", category.masked, steps)
    for i, trial in enumerate(measured.mitigations or ()):
        yield from _of_mitigation(f"{where}.mitigations[{i}]", trial, measured)


def _of_mitigation(where: str, trial: MitigatedUpdate, measured: Measurement) -> Iterator[str]:
    steps = len(trial.steps)
    if trial.steps[:1] != (0,) or not set(trial.steps) <= set(measured.steps):
        yield f"{where}.steps are not 0 and some of forecast.measurement.steps"
    if not 0 <= trial.old_rows <= trial.trained_rows:
        yield f"{where}.old_rows is not from 0 to {where}.trained_rows"
    yield from _points(f"{where}.learnt", trial.learnt, steps)
    yield from _ends(where, trial)
    if [c.category for c in trial.categories] != [c.category for c in measured.categories]:
        yield f"{where}.categories are not those of forecast.measurement"
    for i, category in enumerate(trial.categories):
        yield from _size(f"{where}.categories[{i}].accuracy", category.accuracy, measured.runs)
        for run in category.accuracy:
            yield from _points(f"{where}.categories[{i}].accuracy", run, steps)
        for name in ("drop", "plain_drop"):
            yield from _points(f"{where}.categories[{i}].{name}", [getattr(category, name)], 1)
        yield from _ends(f"{where}.categories[{i}]", category)


def _ends(where: str, of: MitigatedUpdate | MitigatedCategory) -> Iterator[str]:
    """An interval around a drop, or none at all."""
    if (of.low is None) != (of.high is None):
        yield f"{where}.low or {where}.high is missing"
    elif of.low is not None and of.high is not None and not of.low <= of.drop <= of.high:
        yield f"{where}.drop is not within its interval"


def _points(where: str, values: Sequence[float], wanted: int) -> Iterator[str]:
    """As many shares as are wanted."""
    yield from _size(where, values, wanted)
    if any(not -1 <= value <= 1 for value in values):
        yield f"{where} are not all shares from -1 to 1"


def _size(where: str, values: Sequence[object], wanted: int) -> Iterator[str]:
    if len(values) != wanted:
        yield f"{where} has {len(values)} values, and {wanted} are wanted"
