"""Who hears how far the work has come: a callable, bars of a notebook or of a terminal, nobody."""

from __future__ import annotations

import warnings
from typing import Any, TypeAlias

from auditor.errors import UsageError
from auditor.interfaces import Progress
from auditor.jupyter import in_notebook

# A callable hears of each step; True draws bars, False none; None draws them in a notebook alone.
Watching: TypeAlias = Progress | bool | None


def heard(progress: Watching) -> Progress:
    """What is to be called of each step of the work. Raises UsageError for what cannot hear."""
    if progress is None:
        progress = in_notebook()
    if isinstance(progress, bool):
        return _Bars() if progress else lambda *_: None
    if not callable(progress):
        raise UsageError(
            f"progress must be true, false or a function of (stage, done, total), not {progress!r}"
        )
    return progress


class _Bars:
    """A bar for each stage while it lasts: tqdm's, which knows notebooks and terminals apart."""

    def __init__(self) -> None:
        self._bars: dict[str, Any] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        if total and stage not in self._bars:
            self._bars[stage] = _bar(stage, total)
        if (bar := self._bars.get(stage)) is None:
            return
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            self._bars.pop(stage).close()


def _bar(stage: str, total: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a notebook lacks ipywidgets: then the bar is of text
        from tqdm.auto import tqdm

        return tqdm(desc=stage, total=total, leave=False)
