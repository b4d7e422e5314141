"""auditor as a process of its own, on machines that lack something."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from processes import environment, without_rights

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def desk(workplace: Path, tickets: Any, as_csv: Any) -> Path:
    """The help desk's tickets as desk.csv, in the workplace."""
    path = workplace / "desk.csv"
    path.write_text(as_csv(tickets), encoding="utf-8")
    return path


@pytest.fixture
def run(workplace: Path) -> Run:
    """`python -m auditor ...` in the workplace, with some variables of its own; None: without."""

    def run(
        *words: str | bytes, env: Mapping[str, str | None] = {}, rights: bool = True, **more: Any
    ) -> subprocess.CompletedProcess[str]:
        command = [*([] if rights else without_rights()), sys.executable, "-m", "auditor", *words]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.run(
            command,
            check=False,
            text=True,
            errors="backslashreplace",
            timeout=300,
            env=environment(env),
            **{**streams, **more},
        )

    return run
