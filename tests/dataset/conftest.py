"""Files to read, and readings that end in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.dataset import load_dataset
from auditor.errors import AuditorError
from auditor.records.dataset import Dataset
from auditor.settings import Settings

Write = Callable[[str, str | bytes], Path]
Load = Callable[[str, str | bytes], Dataset]
Refusal = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes one file and gives its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def load(write: Write) -> Load:
    """Writes one file and loads it with the settings as they come."""
    return lambda name, content: load_dataset(write(name, content), Settings())


@pytest.fixture
def refusal() -> Refusal:
    """The message with which a source is refused: always one line."""

    def refusal(error: type[AuditorError], source: object, **settings: object) -> str:
        with pytest.raises(error) as caught:
            load_dataset(source, Settings(**settings))
        message = str(caught.value)
        assert "\n" not in message
        return message

    return refusal
