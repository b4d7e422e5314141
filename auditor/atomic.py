"""Files that are there whole or not at all, and records that are trusted only as written."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
from pathlib import Path
from typing import TypeVar

import msgspec

Kind = TypeVar("Kind")
# What decoding a file as JSON can raise: of text, types and depth.
NOT_JSON = (msgspec.MsgspecError, UnicodeError, RecursionError)
_LOG = logging.getLogger(__name__)


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


def checksum(content: bytes) -> str:
    """What tells content from any other: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


class _Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in a file of `keep`, in this order."""

    sha256: str  # of all that follows
    key: str  # all that decides the content, hashed
    content: msgspec.Raw


class BrokenSealError(ValueError):
    """A file is not as it was written, or not the one that was looked for."""


def keep(path: Path, key: str, record: object) -> None:
    """Writes a record as JSON, whole or not at all, with a checksum and its key. Raises OSError."""
    content = msgspec.json.format(msgspec.json.encode(record), indent=1)
    write_whole(path, _sealed(key, content))


def kept(path: Path, key: str, kind: type[Kind]) -> Kind | None:
    """The record that an earlier run left with `keep`; None where there is none to trust.

    A file that is damaged, or has another key, is told in a line of the log, and is to be made
    anew.
    """
    try:
        return msgspec.json.decode(unseal(path.read_bytes(), key), type=kind)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
    except BrokenSealError as error:
        reason = str(error)
    except NOT_JSON as error:
        reason = f"is of another version ({error})"
    _LOG.warning("%s: %s; it is made anew", path, reason)
    return None


def is_sealed(content: bytes) -> bool:
    """Whether a file says that it was written by `keep`."""
    return content.startswith(b'{"sha256"')


def unseal(content: bytes, key: str | None = None) -> bytes:
    """The JSON of the record in the content of a file, once it is found to be as it was written.

    key: the one it must have; None: any. Raises BrokenSealError.
    """
    try:
        sealed = msgspec.json.decode(content, type=_Sealed)
        record = bytes(sealed.content)
        whole = content == _sealed(sealed.key, record)
    except NOT_JSON:
        whole = False
    if not whole:
        raise BrokenSealError("is damaged: its content is not that of its checksum")
    if key is not None and sealed.key != key:
        raise BrokenSealError(
            "belongs to other data or another model: its key is not the one wanted"
        )
    return record


def _sealed(key: str, content: bytes) -> bytes:
    rest = b'"key":' + msgspec.json.encode(key) + b',"content":' + content + b"}\n"
    return b'{"sha256":"' + checksum(rest).encode() + b'",' + rest
