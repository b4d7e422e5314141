"""Tools that ask several questions of a text: what the answers are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from auditor.dataset.values import quoted_names
from auditor.records.dataset import Decision

LABEL = "label"


def columns_of(tool: str, questions: Iterable[str]) -> tuple[dict[str, str], Decision]:
    """Question -> column: the only one is the label, several keep their names."""
    asked = sorted(questions)
    if len(asked) == 1:
        said = f"{tool}'s answers to {quoted_names(asked)} are the label"
        return {asked[0]: LABEL}, Decision(what=said)
    said = f"{tool}'s questions {quoted_names(asked)} are columns"
    return {name: name for name in asked}, Decision(what=said, otherwise="--label")


def answered(
    shown: Mapping[str, Any],
    answers: Mapping[str, Any],
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """One row: what was shown, the answers by column, and what is known of the answering.

    What was shown under the name of another column is `data.NAME`.
    """
    known = {key: value for key, value in about.items() if value is not None}
    row = {**known, **answers}
    for key, value in shown.items():
        row[f"data.{key}" if key in row else key] = value
    return row
