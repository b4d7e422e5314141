"""Running a command in a folder with a small dataset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import main


@pytest.fixture
def run(workplace: Path) -> Callable[..., Result]:
    """`auditor ...` in the workplace; with a code, that it ends with it."""

    def run(*words: object, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [str(w) for w in words])
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def desk(workplace, tickets, as_csv) -> Path:
    """The help desk's tickets as desk.csv."""
    path = workplace / "desk.csv"
    path.write_text(as_csv(tickets), encoding="utf-8")
    return path
