"""How renderers' files are chosen and written: all of them are rendered before the first is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from auditor.atomic import write_whole
from auditor.errors import MachineError, UsageError


class _Named(Protocol):
    name: str


Kind = TypeVar("Kind", bound=_Named)


def chosen(formats: Sequence[str], renderers: Iterable[Kind]) -> list[Kind]:
    """The renderers of `formats`, each once. Raises UsageError for an unknown format."""
    known = {renderer.name: renderer for renderer in renderers}
    for name in formats:
        if name not in known:
            raise UsageError(f"unknown format {name!r}; known: {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(formats)]


def write_all(folder: str | Path, rendered: Iterable[tuple[str, str]]) -> list[Path]:
    """Writes pairs of file name and text into `folder`, once the last of them is rendered, so
    that what fails leaves an earlier report as it was. Raises MachineError."""
    files = [(Path(folder) / name, text.encode()) for name, text in rendered]
    for path, content in files:
        write(path, content)
    return [path for path, _ in files]


def write(path: Path, content: bytes) -> None:
    """Writes one file, and the folder where it is missing. Raises MachineError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise MachineError(
            f"{path}: cannot be written ({error.strerror or error}); "
            "free some space or choose another folder with --output"
        ) from error
