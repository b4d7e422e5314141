"""Results as files: all formats are rendered before the first file is written, and each is written
whole, so that what fails leaves an earlier report as it was."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from auditor.atomic import write_whole
from auditor.errors import MachineError
from auditor.interfaces import Result
from auditor.reporting.formats import formats_of


def save(
    result: Result,
    folder: str | Path,
    formats: Sequence[str] | None = None,
    *,
    static: bool = False,
) -> list[Path]:
    """Writes an audit, a verdict or a comparison into `folder`; returns the files' paths.

    formats: as `FORMATS` lists them; None: those by default. `static` leaves the scripts out of
    the HTML page. Raises UsageError for an unknown format, MachineError where writing fails.
    """
    known = formats_of(result)
    rendered = [(r.filename, r.render(result)) for r in known.chosen(formats, static=static)]
    files = [(Path(folder) / name, text.encode()) for name, text in rendered if text is not None]
    known.clear(Path(folder))
    for path, content in files:
        _write(path, content)
    return [path for path, _ in files]


def save_html(result: Result, path: str | Path, *, static: bool = False) -> Path:
    """Writes the HTML page of an audit, a verdict or a comparison to `path`, `static` without
    script. Raises MachineError where writing fails."""
    [page] = formats_of(result).chosen(["html"], static=static)
    _write(Path(path), (page.render(result) or "").encode())
    return Path(path)


def summarise(result: Result, paths: Sequence[str | Path] = ()) -> str:
    """The few lines that the command line prints of a result; `paths`: the files written of it."""
    return formats_of(result).summarise(result, paths)


def _write(path: Path, content: bytes) -> None:
    """Writes one file, and the folder where it is missing. Raises MachineError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise MachineError(
            f"{path}: cannot be written ({error.strerror or error}); "
            "free some space or choose another folder with --output"
        ) from error
