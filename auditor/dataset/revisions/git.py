"""Git as a store of content, read on a branch that someone else may have written.

What is checked out can look like a repository of its own, and a repository's configuration can name
commands. So the repository is found by its `.git`, which no branch can hold; git is told where
it is and opens no other; and it only resolves a name (`rev-parse`), lists (`ls-tree`, `ls-files`)
and copies (`cat-file blob`), none of which runs a filter, a hook or a helper. What is missing is
missing: nothing is fetched, unless the user asks for that (`Repository.fetch`).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import MachineError, UsageError

LONGEST_GITFILE = 65_536  # bytes; longer than any path
# On top of every configuration, that of the repository too.
_SWITCHES = (
    "--literal-pathspecs",
    "--no-pager",
    *("-c", "safe.bareRepository=explicit"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.sshCommand=false"),
    *("-c", "credential.helper="),
    *("-c", "protocol.allow=never"),
    *("-c", "core.warnAmbiguousRefs=true"),
)
_STILL = {
    "LC_ALL": "C",
    "GIT_ALLOW_PROTOCOL": "",  # unlike protocol.allow it stands above `protocol.ext.allow`
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": f"{os.devnull}/none",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
# What git tells its hooks, of the repository that they run for.
OF_HOOKS = {
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"),
    *("GIT_PREFIX", "GIT_NAMESPACE", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
}
LINK = "120000"  # the mode of a symbolic link


class MissingObjectError(MachineError):
    """Git has no such content here; a partial clone may have left it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEntry:
    """One line of `git ls-tree`."""

    mode: str
    kind: str  # blob, tree or commit
    object: str
    name: str  # from the top of the repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A work tree, and the folder where git keeps what belongs to it."""

    top: Path
    folder: Path

    def commit(self, revision: str) -> str:
        """The commit that `revision` names. Raises LookupError for none, UsageError for several."""
        found = self._git("rev-parse", "--verify", f"{revision}^{{commit}}")
        if b"is ambiguous" in found.stderr:
            raise UsageError(
                f"--base-ref {revision}: several things are called so, as a tag and a branch; give "
                "the full name, such as refs/remotes/origin/main"
            )
        if found.returncode == 0:
            return found.stdout.decode().strip()
        raise LookupError(revision)

    def remotes(self) -> list[str]:
        """The names of those that the configuration has."""
        listed = self._git("config", "--get-regexp", "--name-only", "-z", r"^remote\..*\.url$")
        names = os.fsdecode(listed.stdout).split("\0")
        return list(dict.fromkeys(n[len("remote.") : -len(".url")] for n in names if n))

    def shallow(self) -> bool:
        """Whether the clone has only the latest of its history."""
        return self._git("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    def common_folder(self) -> Path:
        """Where git keeps what all work trees of the repository share."""
        found = self._git("rev-parse", "--git-common-dir").stdout.removesuffix(b"\n")
        return self.top / os.fsdecode(found)

    def partial(self) -> bool:
        """Whether the clone left content out, to fetch it when it is wanted."""
        keys = r"^(remote\..*\.promisor|extensions\.partialclone)$"
        return self._git("config", "--get-regexp", keys).returncode == 0

    def listed(self, commit: str, name: str, *, below: bool = False) -> list[TreeEntry]:
        """The entry called `name`; with `below` all files in it, where "" is the whole tree."""
        words = [*(["-r"] if below else []), commit, "--", *([name] if name else [])]
        done = self._git("ls-tree", "-z", "--full-tree", *words)
        if done.returncode:
            raise MissingObjectError(f"{self.top}: git cannot list {commit} ({said(done)})")
        return [_entry(line) for line in os.fsdecode(done.stdout).split("\0") if line]

    def read(self, commit: str, name: str) -> bytes | None:
        """The content of a file; None where the commit has no such file."""
        found = [entry for entry in self.listed(commit, name) if entry.kind == "blob"]
        return self.blob(found[0].object) if found else None

    def blob(self, object_: str, stdout: int = subprocess.PIPE) -> bytes:
        """Content as git keeps it, or into the file `stdout`. Raises MissingObjectError."""
        done = self._git("cat-file", "blob", object_, stdout=stdout)
        if done.returncode:
            raise MissingObjectError(f"git has not its content ({said(done)})")
        return done.stdout or b""

    def tracked(self, name: str) -> dict[str, str]:
        """What of that name, or in a folder of that name, is checked out: name -> mode."""
        names = [name] if name else []
        done = self._git("ls-files", "-z", "--stage", "--", *names)
        lines = (line.partition("\t") for line in os.fsdecode(done.stdout).split("\0") if line)
        return {name: head.split()[0] for head, _, name in lines}

    def fetch(self, words: Sequence[str]) -> None:
        """Lets git do what it needs the network for, as the user has configured it.

        Raises MachineError where it fails. No hook runs, and nobody is asked for a password.
        """
        own = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "PATH": _path()}
        switches = ("--no-pager", "-c", f"core.hooksPath={os.devnull}")
        place = (f"--git-dir={self.folder}", f"--work-tree={self.top}")
        kept = {k: v for k, v in os.environ.items() if k not in OF_HOOKS}
        done = subprocess.run(  # noqa: S603 - as `_run`
            ["git", *switches, *place, *words],  # noqa: S607 - as `_run`
            cwd=self.top,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=kept | own,
            check=False,
        )
        if done.returncode:
            raise MachineError(
                f"--fetch: `git {words[0]}` fails ({said(done)}); see `git remote -v`"
            )

    def _git(
        self, *words: str, stdout: int = subprocess.PIPE
    ) -> subprocess.CompletedProcess[bytes]:
        place = {"GIT_DIR": str(self.folder), "GIT_WORK_TREE": str(self.top)}
        return _run(self.top, *words, stdout=stdout, **place)


def find_repository(folder: Path) -> Repository | None:
    """The repository whose work tree holds the absolute `folder`; None without one.

    Raises UsageError where git does not open it, as for another user's without `safe.directory`.
    """
    found = _nearest(folder)
    return found and _opened(found)


def superproject(repository: Repository) -> Repository | None:
    """The repository of which this one is a submodule, and which says at what commit."""
    above = _nearest(repository.top.parent)
    if above is None:
        return None
    modules = above.folder.resolve() / "modules"
    return _opened(above) if repository.folder.resolve().is_relative_to(modules) else None


def _nearest(folder: Path) -> Repository | None:
    """Of the nearest `.git` above, but of none beyond a symbolic link while there is another.

    A link may be the branch's, and then leads where the branch likes.
    """
    nearest = beyond = None
    for place in (folder, *folder.parents):
        if nearest is None and (kept := _git_folder(place)) is not None:
            nearest = Repository(top=place, folder=kept)
        if place.is_symlink():
            nearest, beyond = None, beyond or nearest
    return nearest or beyond


def _git_folder(place: Path) -> Path | None:
    """Where the `.git` of a folder is, or leads; None without one."""
    mark = place / ".git"
    if mark.is_dir():
        return mark if os.path.lexists(mark / "HEAD") else None
    if not mark.is_file():
        return None
    with mark.open("rb") as file:
        kind, _, path = file.read(LONGEST_GITFILE).partition(b": ")
    return place / os.fsdecode(path.rstrip(b"\r\n")) if kind == b"gitdir" else None


def _opened(repository: Repository) -> Repository:
    """Raises UsageError unless git, left to itself, opens this repository and no other."""
    top = repository.top
    found = _run(top, "rev-parse", "--absolute-git-dir", GIT_CEILING_DIRECTORIES=str(top.parent))
    opened = Path(os.fsdecode(found.stdout.removesuffix(b"\n")))
    if found.returncode or opened.resolve() != repository.folder.resolve():
        raise UsageError(f"--base-ref: git does not open the repository {top} ({said(found)})")
    return repository


def _entry(line: str) -> TreeEntry:
    head, _, name = line.partition("\t")
    mode, kind, object_ = head.split()
    return TreeEntry(mode=mode, kind=kind, object=object_, name=name)


def _run(
    folder: Path, *words: str, stdout: int = subprocess.PIPE, **more: str
) -> subprocess.CompletedProcess[bytes]:
    """Runs git in the folder; raises MachineError where there is none."""
    # What git tells its hooks is of the commit in the making; the configuration is the user's own.
    own = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("GIT_CONFIG_") or not name.startswith("GIT_")
    }
    try:
        return subprocess.run(  # noqa: S603 - a list of words, none of which git takes for an option
            ["git", *_SWITCHES, *words],  # noqa: S607 - the git that the user has
            cwd=folder,
            stdout=stdout,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            env=own | _STILL | {"PATH": _path()} | more,
            check=False,
        )
    except FileNotFoundError as error:
        raise MachineError(
            "--base-ref: the program git is not there; install it, or give the other dataset with "
            "--base BASE"
        ) from error


def _path() -> str:
    """Where programs are looked for: not where the branch that is checked out has brought one."""
    path = [p for p in os.get_exec_path() if Path(p).is_absolute()] or [os.defpath]
    return os.pathsep.join(path)


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    """What git had to say, in one line."""
    words = " ".join(done.stderr.decode(errors="replace").split())
    return words[:500] or f"git ended with {done.returncode}"
