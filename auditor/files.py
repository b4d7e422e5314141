"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TypeVar

import msgspec

Kind = TypeVar("Kind")


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file so that, whenever the machine stops, it is there whole or not at all."""
    # A name that nobody can foresee, and "x": what lies there already, such as a link, is not used.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_whole(path: Path, kind: type[Kind]) -> Kind | None:
    """What an earlier run left as JSON; None where it is missing, damaged or of another kind."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return None
