"""A file that only says where its content is kept: of Git LFS, DVC or git-annex.

Such a pointer is small and reads like data that is broken, so it is told as what it is, with the
command that gets the content. No such program is run here.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Collection, Iterator
from pathlib import Path

from auditor.errors import DataError
from auditor.work_tree import top_of

LFS = b"version https://git-lfs.github.com/spec/"  # how a pointer of Git LFS begins
ANNEX = re.compile(r"[/\\]annex[/\\]objects[/\\]")  # what a pointer or a link of git-annex holds
DVC = re.compile(rb"(?:md5: |outs:\s*\n- )")  # how a `.dvc` file begins
LONGEST = 1024  # bytes of a pointer of Git LFS, says its specification; the others are short too
_PATTERN = re.compile(r"[*?\[\],!\\]")  # what is no plain name to `git lfs pull --include`


def expect_content(path: Path, suffixes: Collection[str]) -> None:
    """Raises DataError for a pointer, or where there is one in place of the file.

    suffixes: of the files of a folder that would be read, which are looked at too.
    """
    if path.is_dir():
        for file in _files(path, suffixes):
            if step := step_to_content(file):
                raise DataError(f"{file.relative_to(path)} {step}")
    elif step := step_to_content(path):
        raise DataError(step)


def expect_no_pointer(copy: Path) -> None:
    """Raises DataError where what came by a pipe is a pointer."""
    if kind := _kind(copy):
        raise DataError(f"a pointer of {kind}, not its content; pipe the content itself")


def step_to_content(path: Path) -> str:
    """What a path is instead of content, and how to get that; empty for content.

    It goes on behind the name of the file: "is a pointer of DVC, ...".
    """
    name = path.suffix == ".dvc" and path.is_file()
    kind = "DVC" if name else _kind(path)
    if kind == "Git LFS":
        return f"is a pointer of Git LFS, not its content; get it with `{_lfs_pull(path)}`"
    if kind == "git-annex":
        return (
            "is a pointer of git-annex, not its content; get it with "
            f"`git annex get {shlex.quote(str(path))}`"
        )
    if kind == "DVC":
        data = path.with_suffix("") if name else path
        return (
            "is a pointer of DVC, not its content; get it with "
            f"`dvc pull {shlex.quote(str(path))}` and give {shlex.quote(str(data))}"
        )
    if not path.exists() and (target := _kept_by_dvc(path)):
        return f"is kept by DVC and not here; get it with `dvc pull {shlex.quote(str(target))}`"
    return ""


def _kind(path: Path) -> str:
    """What a file is a pointer of; empty for any other."""
    if path.is_symlink() and not path.exists():
        return "git-annex" if ANNEX.search(str(path.readlink())) else ""
    if not path.is_file() or path.stat().st_size > LONGEST:
        return ""
    head = path.read_bytes()
    if head.startswith(LFS):
        return "Git LFS"
    if DVC.match(head) and b"\n  path: " in b"\n" + head.replace(b"- path: ", b"  path: "):
        return "DVC"
    return "git-annex" if re.match(rb"[/\\]annex[/\\]objects[/\\]", head) else ""


def _files(folder: Path, suffixes: Collection[str]) -> Iterator[Path]:
    """The data files of a folder in order, without those that are hidden."""
    for inside, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            path = Path(inside) / name
            data = path.with_suffix("") if path.suffix == ".dvc" else path
            if not name.startswith(".") and data.suffix.lower() in suffixes:
                yield data  # which a pointer of DVC stands beside, once it is there


def _lfs_pull(path: Path) -> str:
    """The command, in the repository of the file wherever it is typed."""
    place = Path(os.path.abspath(path))  # noqa: PTH100 - a link is a name of its own
    top = top_of(place.parent)
    if top is None:
        return "git lfs pull"
    name = place.relative_to(top).as_posix()
    only = "" if _PATTERN.search(name) else f" --include={shlex.quote(name)}"
    inside = Path.cwd().resolve().is_relative_to(top.resolve())
    return f"git{'' if inside else f' -C {shlex.quote(str(top))}'} lfs pull{only}"


def _kept_by_dvc(path: Path) -> Path | None:
    """What to ask DVC for where a path is not there: its pointer, or that of a folder above it,
    or the path itself where a stage made it."""
    for place in (path, *path.parents):
        pointer = place.with_name(f"{place.name}.dvc") if place.name else place
        if pointer != place and pointer.is_file():
            return pointer
    for folder in path.parents:
        lock = folder / "dvc.lock"
        made = re.escape(path.relative_to(folder).as_posix())
        if lock.is_file() and re.search(
            rf"(?m)^\s*- path: {made}$", lock.read_text("utf-8", "replace")
        ):
            return path
    return None
