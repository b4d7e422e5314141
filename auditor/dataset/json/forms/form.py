"""What a form makes of a record: the records that are rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.records.dataset import Decision

SAMPLE = 1000  # records that tell the form of all


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that records have. `rows` takes any value, also one that is not of the form."""

    rows: Callable[[Any], Iterable[Any]]  # objects, or Faults
    decisions: tuple[Decision, ...] = ()


def one_or_all(answers: Sequence[Any]) -> Any:
    """The only answer, or the list of several."""
    return answers[0] if len(answers) == 1 else [*answers]


def mostly(sample: Sequence[Any], fits: Callable[[Any], bool]) -> bool:
    """Whether more than half of the records are of a form.

    Not all: an export holds records that nobody has touched yet, and lines that are broken.
    """
    return 2 * sum(map(fits, sample)) > len(sample)
