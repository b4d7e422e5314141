"""Vectors on disk, keyed by content: only texts that no earlier run has seen are embedded.

One SQLite file an embedder identity, one row a text, looked up by its key. Each row is sealed by a
hash over the identity, the key and the content, so a flipped bit, or a row or a file that was
moved from elsewhere, is noticed, and the text is embedded again. A file that is no such database,
or a link in its place, is made anew. Keys are hashes: no text.

SQLite's journal is the rollback journal, which is there only while something is written. A
write-ahead log would leave two more files, keep a folder that is read-only from being read, and
ask network file systems for shared memory that they do not have.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import sqlite3
import stat
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auditor.records.arrays import Floats
from auditor.records.structure import Embeddings

Entry = tuple[Floats, int, float]  # vector (dim,), windows, unknown share

_TABLE = "CREATE TABLE vectors (key BLOB PRIMARY KEY, entry BLOB NOT NULL)"
_SEAL = 16  # bytes
_HEAD = struct.Struct(f"<{_SEAL}sqf")  # of an entry: seal, windows, unknown share; then the vector
_PAGE = 8192  # bytes: five vectors of 384 dimensions; of 4096 bytes a fifth would stay unused
_PATIENCE = 30.0  # seconds for which another process may write; what is written at once takes one
# What SQLite says of the machine (sqlite.org/rescode.html); the rest it says of the file.
_MACHINE = {
    *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY),
    *(sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_AUTH),
}
# What it says where another process has found the file damaged, and has taken it away meanwhile.
_TAKEN = {"SQLITE_IOERR_DELETE_NOENT", "SQLITE_READONLY_DBMOVED"}
_ATTEMPTS = 3  # at writing, of which each may meet a file that is damaged or taken away
_SHUT = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}  # of the file, where the folder is open
_LOG = logging.getLogger(__name__)


def key(text: str) -> bytes:
    """The 16 bytes a text is known by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


class _DamagedError(Exception):
    """The file is not as this module would have written it."""


class _TakenError(Exception):
    """Another process has taken the file away; a new one is made by who writes next."""


class _WithheldError(Exception):
    """The file is another user's, or cannot be locked; the machine has no fault that would last."""


@dataclass(frozen=True, slots=True)
class VectorCache:
    """The cached vectors of one embedder identity, in a file in `folder`."""

    folder: Path
    identity: str

    @property
    def path(self) -> Path:
        named = hashlib.sha256(self.identity.encode()).hexdigest()[:16]
        return self.folder / f"vectors-{named}.sqlite"

    def read(self, keys: Iterable[bytes]) -> dict[bytes, Entry]:
        """What is known of each text; nothing of a file that cannot be read, which is logged."""
        if not os.path.lexists(self.path):
            return {}
        try:
            with self._transaction("rw", "BEGIN") as database:
                sealed = {k: _row(database, k) for k in keys} if _has_table(database) else {}
        except _DamagedError as error:
            with suppress(OSError):  # of a folder that is read-only
                self._discard(error)
            return {}
        except (_WithheldError, _TakenError, OSError) as error:
            _LOG.warning("%s: cannot be read (%s); all is embedded again", self.path, _why(error))
            return {}
        known = {k: self._unsealed(k, e) for k, e in sealed.items() if e is not None}
        if damaged := sum(entry is None for entry in known.values()):
            _LOG.warning("%s: %d of its vectors are damaged; made anew", self.path, damaged)
        return {k: entry for k, entry in known.items() if entry is not None}

    def write(self, keys: Sequence[bytes], embeddings: Embeddings) -> bool:
        """Adds vectors, all or none. False, and logged: it is of no use to write more.

        So on a full disk, of a file of another user's, or on a network file system without locks;
        no audit ends for that.
        """
        rows = [
            (k, self._sealed(k, (vector, int(windows), float(unknown))))
            for k, vector, windows, unknown in zip(
                keys, embeddings.vectors, embeddings.windows, embeddings.unknown, strict=True
            )
        ]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._insert_anew(rows)
        except (_WithheldError, _TakenError, _DamagedError) as error:
            _LOG.warning("%s: %s; vectors are not kept", self.path, _why(error))
            return False
        except OSError as error:
            _LOG.warning(
                "%s: the vector cache cannot be written (%s); vectors are not kept; free some "
                "space or choose another folder with --cache-dir",
                self.folder,
                _why(error),
            )
            return False
        return True

    def _insert_anew(self, rows: Sequence[tuple[bytes, bytes]]) -> None:
        """Adds the rows, to a new file where what is there is damaged. Raises as `_transaction`."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._insert(rows)
            except _TakenError:
                if attempt == _ATTEMPTS:
                    raise
            except _DamagedError as error:
                if attempt == _ATTEMPTS:
                    raise
                self._discard(error)
        return None

    def _insert(self, rows: Sequence[tuple[bytes, bytes]]) -> None:
        with self._transaction("rwc", "BEGIN IMMEDIATE") as database:
            if not _has_table(database):
                database.execute(_TABLE)
            database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def _seal(self, k: bytes, content: bytes) -> bytes:
        sealing = hashlib.sha256(self.identity.encode() + b"\0" + k)
        sealing.update(content)
        return sealing.digest()[:_SEAL]

    def _sealed(self, k: bytes, entry: Entry) -> bytes:
        vector, windows, unknown = entry
        content = _HEAD.pack(b"", windows, unknown)[_SEAL:] + vector.astype("<f4").tobytes()
        return self._seal(k, content) + content

    def _unsealed(self, k: bytes, entry: object) -> Entry | None:
        """The entry as it was written; None where it was not written so, or not for this text."""
        if not isinstance(entry, bytes) or entry[:_SEAL] != self._seal(k, entry[_SEAL:]):
            return None
        _, windows, unknown = _HEAD.unpack_from(entry)
        return np.frombuffer(entry, dtype="<f4", offset=_HEAD.size), windows, unknown

    @contextmanager
    def _transaction(self, mode: str, begin: str) -> Iterator[sqlite3.Connection]:
        """The file, opened and locked.

        Raises _DamagedError, _TakenError, _WithheldError, OSError.
        """
        for path in (self.path, self._journal):
            if not _stands_alone(path):
                raise _DamagedError(f"{path.name} is a link or a folder")
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        try:
            with closing(sqlite3.connect(uri, uri=True, timeout=_PATIENCE)) as database:
                database.isolation_level = None  # transactions begin and end as written here
                for pragma in ("trusted_schema=OFF", "cell_size_check=ON", f"page_size={_PAGE}"):
                    database.execute(f"PRAGMA {pragma}")
                database.execute(begin)
                yield database
                database.execute("COMMIT")
        except (sqlite3.Error, UnicodeError) as error:
            raise self._classified(error) from error

    def _classified(self, error: Exception) -> Exception:
        """The error as one of the machine, which is an OSError, or of the file."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_BUSY") or name.endswith("LOCK"):
            return _WithheldError(f"it cannot be locked: {error}")
        if name in _TAKEN:
            return _TakenError(f"another process has taken it away: {error}")
        if code not in _MACHINE:
            return _DamagedError(f"is damaged: {error}")
        if code in _SHUT and self.path.exists() and os.access(self.folder, os.W_OK):
            if not os.access(self.path, os.R_OK | os.W_OK):
                return _WithheldError(str(error))
            if code == sqlite3.SQLITE_READONLY:  # by what its head says
                return _DamagedError(f"is damaged: {error}")
        return OSError(errno.EIO, str(error))

    @property
    def _journal(self) -> Path:
        return self.path.with_name(f"{self.path.name}-journal")

    def _discard(self, error: _DamagedError) -> None:
        """Takes the file away, so that the next to write makes it anew. Raises OSError."""
        _LOG.warning("%s: %s; it is made anew", self.path, error)
        for path in (self._journal, self.path):
            path.unlink(missing_ok=True)


def _has_table(database: sqlite3.Connection) -> bool:
    """Whether the table is there, or nothing. Raises _DamagedError for anything else."""
    found = [sql for (sql,) in database.execute("SELECT sql FROM sqlite_master") if sql is not None]
    if found not in ([], [_TABLE]):
        raise _DamagedError("is of another kind or version")
    return bool(found)


def _row(database: sqlite3.Connection, k: bytes) -> object:
    row = database.execute("SELECT entry FROM vectors WHERE key = ?", (k,)).fetchone()
    return row and row[0]


def _stands_alone(path: Path) -> bool:
    """Whether it is not there, or a file without a second name: nothing else would be written.

    A journal that another process takes away at this moment has no name left.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        return True
    return stat.S_ISREG(found.st_mode) and found.st_nlink <= 1


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
