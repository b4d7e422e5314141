"""What DVC keeps at a commit, read from its cache by the hash that the commit records.

DVC itself is not run: it takes its configuration from what is checked out, where a remote can name
files with commands in them, and a cache can hold pickles. The pointers are those of the commit, and
content counts only with the hash that they record, wherever it lies. Nothing is fetched.
"""

from __future__ import annotations

import configparser
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import msgspec
import platformdirs

from auditor.dataset.revisions.git import Repository

FOLDER = ".dir"  # how the hash of a folder ends; its content lists the files
HASH = re.compile(r"[0-9a-f]{32}")


class _Out(msgspec.Struct):
    """What a pointer says of one file or folder."""

    path: str
    md5: str = ""
    hash: str | None = None  # None: of DVC 1 or 2


class _Pointer(msgspec.Struct):
    """A `.dvc` file."""

    outs: list[_Out] = []
    wdir: str = "."


class _Lock(msgspec.Struct):
    """`dvc.lock`: what each stage made."""

    stages: dict[str, _Pointer] = {}


class _Stage(msgspec.Struct):
    wdir: str = "."
    do: _Stage | None = None  # of `foreach` and `matrix`


class _Plan(msgspec.Struct):
    """`dvc.yaml`: where each stage runs."""

    stages: dict[str, _Stage] = {}


class _File(msgspec.Struct):
    """One line of a folder's list."""

    relpath: str
    md5: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """DVC at a commit, for the folder `root` of the repository and what is below."""

    repository: Repository
    commit: str
    root: PurePosixPath

    def has(self, name: str) -> bool:
        """Whether a pointer of the commit has the file or folder. Raises as `copy`."""
        asked = PurePosixPath(name)
        return any(
            asked.is_relative_to(path)
            and (asked == path or (out.md5.endswith(FOLDER) and self._inside(out, path, asked)))
            for path, out in self._outs(asked)
        )

    def copy(self, name: str, target: Path) -> bool:
        """Writes the file or folder `name`; False where no pointer of the commit has it.

        Raises LookupError for content that no cache holds, ValueError for what is not understood.
        """
        asked = PurePosixPath(name)
        for path, out in self._outs(asked):
            if asked == path and not out.md5.endswith(FOLDER):
                self._write(out, target)
                return True
            if asked.is_relative_to(path) and out.md5.endswith(FOLDER):
                return self._write_folder(out, path, asked, target)
        return False

    def _inside(
        self, out: _Out, folder: PurePosixPath, asked: PurePosixPath
    ) -> dict[PurePosixPath, _File]:
        """The files of a folder that are asked for, by their paths in it."""
        listing = msgspec.json.decode(self._found(out).read_bytes(), type=list[_File])
        files = {PurePosixPath(file.relpath): file for file in listing}
        inside = asked.relative_to(folder)
        return {path: file for path, file in files.items() if path.is_relative_to(inside)}

    def _write_folder(
        self, out: _Out, folder: PurePosixPath, asked: PurePosixPath, target: Path
    ) -> bool:
        wanted, inside = self._inside(out, folder, asked), asked.relative_to(folder)
        for path, file in wanted.items():
            if ".." in path.parts or path.is_absolute():
                raise ValueError(f"a folder holds {file.relpath}, which leads out of it")
            copy = target / path.relative_to(inside)
            copy.parent.mkdir(parents=True, exist_ok=True)
            self._write(_Out(path=file.relpath, md5=file.md5, hash=out.hash), copy)
        return bool(wanted)

    def _write(self, out: _Out, target: Path) -> None:
        shutil.copyfile(self._found(out), target)

    def _found(self, out: _Out) -> Path:
        """The file of a cache that has the recorded hash."""
        digest = out.md5.removesuffix(FOLDER)
        if not HASH.fullmatch(digest) or out.hash not in (None, "md5"):
            raise ValueError(f"{out.path} has no md5 there")
        kind = "files/md5" if out.hash else "."
        for cache in self._caches():
            path = cache / kind / out.md5[:2] / out.md5[2:]
            if path.is_file() and digest in _digests(path, old=out.hash is None):
                return path
        raise LookupError(f"DVC's cache does not hold {out.path} as it was")

    def _outs(self, asked: PurePosixPath) -> Iterator[tuple[PurePosixPath, _Out]]:
        """What the pointers above a path say, each with its name from the top."""
        for folder in asked.parents:
            inside = "" if folder == PurePosixPath() else f"{folder}/"
            for entry in self.repository.listed(self.commit, inside):
                kind = PurePosixPath(entry.name)
                if entry.kind != "blob" or not (kind.suffix == ".dvc" or kind.name == "dvc.lock"):
                    continue
                content = self.repository.blob(entry.object)
                if kind.suffix == ".dvc":
                    pointers = [msgspec.yaml.decode(content, type=_Pointer)]
                else:
                    pointers = self._stages(content, f"{inside}dvc.yaml")
                for pointer in pointers:
                    for out in pointer.outs:
                        path = os.path.normpath(folder / pointer.wdir / out.path)
                        yield PurePosixPath(path), out

    def _stages(self, lock: bytes, name: str) -> list[_Pointer]:
        """Those of a `dvc.lock`, each in the folder that the `dvc.yaml` next to it says."""
        plan = msgspec.yaml.decode(self.repository.read(self.commit, name) or b"{}", type=_Plan)
        pointers = []
        for stage, made in msgspec.yaml.decode(lock, type=_Lock).stages.items():
            planned = plan.stages.get(stage.partition("@")[0], _Stage())
            wdir = (planned.do or planned).wdir
            if "${" not in wdir:  # a template: DVC alone knows what it comes to
                pointers.append(_Pointer(outs=made.outs, wdir=wdir))
        return pointers

    def _caches(self) -> Iterator[Path]:
        """The folders that may hold content: hashes decide, so whose they are does not matter."""
        own = self.repository.top / self.root / ".dvc"
        shared = self.repository.read(self.commit, str(self.root / ".dvc/config")) or b""
        yield from _cache(shared, own)
        for folder in (own, Path(platformdirs.user_config_dir("dvc", "iterative"))):
            for config in (folder / "config.local", folder / "config"):
                if config.is_file():
                    yield from _cache(config.read_bytes(), folder)
        yield own / "cache"


def keep_of(repository: Repository, commit: str, name: str) -> Keep:
    """DVC in the nearest folder above `name` that has its `.dvc`, at the commit or in the work
    tree; without one at the top, since a pointer says by itself that DVC keeps the content."""
    for root in PurePosixPath(name).parents:
        if (
            repository.listed(commit, str(root / ".dvc"))
            or (repository.top / root / ".dvc").is_dir()
        ):
            return Keep(repository=repository, commit=commit, root=root)
    return Keep(repository=repository, commit=commit, root=PurePosixPath())


def _cache(config: bytes, folder: Path) -> list[Path]:
    """The cache that a configuration in `folder` names."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(config.decode(errors="replace"))
        named = parser.get("cache", "dir", fallback="")
    except configparser.Error:
        return []
    return [folder / Path(named).expanduser()] if named else []


def _digests(path: Path, *, old: bool) -> set[str]:
    """The md5 of a file; before DVC 3 the one with line ends of Unix counts too."""
    plain, unix = (hashlib.md5(usedforsecurity=False) for _ in range(2))
    with path.open("rb") as file:
        for line in file:
            plain.update(line)
            if old:
                unix.update(line.replace(b"\r\n", b"\n"))
    return {plain.hexdigest(), unix.hexdigest()} if old else {plain.hexdigest()}
