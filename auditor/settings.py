"""Settings: the defaults, then `auditor.toml` or `[tool.auditor]`, then flags."""

from __future__ import annotations

import dataclasses
import difflib
import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType
from typing import Any, Protocol, get_args, get_type_hints

from auditor.errors import UsageError
from auditor.label_spelling import is_blank

LARGEST_SEED = 2**32 - 1  # what every generator takes
ROLES = ("text", "label", "id", "annotator", "source", "split", "group", "context")
JOINED = " + "  # between the names of columns whose values are one text
PROBES = ("similarity", "head", "full")  # the rungs of prediction, cheapest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that a user can decide. The names are those of the configuration file."""

    text: str | Sequence[str] | None = None  # column names; None = detect; several are one text
    label: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)  # the other roles -> column
    declared_columns: Sequence[str] = ()  # others to look at, such as product or region
    label_map: Mapping[str, str] = field(default_factory=dict)  # label -> the one it is taken for
    multi_label: bool = False  # a text may have several labels, a row each
    input_format: str | None = None  # None = by suffix
    embedder: str = "all-MiniLM-L6-v2"  # or a hub id, or a folder
    probe: str | None = None  # None = head, or what the budget allows
    budget: float | None = None  # seconds that the forecast may take, about; None = no limit
    target_model: str | None = None  # what is fine-tuned; None = the embedder
    mitigations: Sequence[str] = ()  # what the rung full tries beside the update alone
    coefficients: str | None = None  # a file of `auditor backtest`; None = those shipped
    seed: int = 0
    threads: int | None = None  # None = as many as torch would take
    cache_dir: str | None = None  # None = the user's cache folder
    offline: bool = False
    no_text: bool = False
    map_points: int = 4000  # more would add little to the eye and much to the file
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # code -> limit -> value

    def __post_init__(self) -> None:
        """Raises UsageError for a value of a wrong type or out of range."""
        for key, hint in get_type_hints(Settings).items():
            _typed(key, getattr(self, key), hint)
        for key, least in (("seed", 0), ("threads", 1), ("map_points", 1)):
            value = getattr(self, key)
            if value is not None and value < least:
                raise UsageError(f"{key} must be at least {least}, not {value}")
        if self.seed > LARGEST_SEED:
            raise UsageError(f"seed must be at most {LARGEST_SEED}, not {self.seed}")
        if self.probe not in (None, *PROBES):
            raise UsageError(f"probe must be one of {', '.join(PROBES)}, not {self.probe!r}")
        if self.budget is not None and not 0 < self.budget < math.inf:
            raise UsageError(f"budget must be seconds, more than 0, not {self.budget}")
        self._expect_names()
        for code, limits in self.checks.items():
            if not isinstance(limits, Mapping):
                raise UsageError(f"checks.{code} must be a table of limits, not {limits!r}")

    def _expect_names(self) -> None:
        """Raises UsageError for a column or a label that cannot be meant."""
        if len(set(self.texts)) < len(self.texts):
            raise UsageError(f"text names a column twice: {', '.join(self.texts)}")
        for role, column in self.roles.items():
            if not isinstance(column, str):
                raise UsageError(f"roles: {role} must name a column, not {column!r}")
        for label, other in self.label_map.items():
            if not isinstance(other, str) or is_blank(other):
                raise UsageError(f"label_map: {label!r} must name a label, not {other!r}")

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns that the user named for the text."""
        return (self.text,) if isinstance(self.text, str) else tuple(self.text or ())

    @property
    def columns(self) -> dict[str, str]:
        """The columns that the user named, by role; several of the text as one."""
        text = JOINED.join(self.texts) or None
        named = {"text": text, "label": self.label, **self.roles}
        return {role: column for role, column in named.items() if column is not None}

    def deciding(self) -> dict[str, Any]:
        """The settings that can change a result, for the audit's own record."""
        aside = {"threads", "cache_dir", "offline", "input_format"}
        deciding = {k: v for k, v in dataclasses.asdict(self).items() if k not in aside}
        text = self.text if self.text is None or isinstance(self.text, str) else list(self.text)
        tried = {"mitigations": list(self.mitigations)} if deciding.pop("mitigations") else {}
        return {**deciding, "text": text, "declared_columns": list(self.declared_columns), **tried}


def _typed(key: str, value: Any, hint: Any) -> None:
    """Raises UsageError for a value that the setting's type does not allow."""
    kinds = get_args(hint) or (hint,)
    listed = isinstance(value, list | tuple) and all(isinstance(c, str) for c in value)
    if key in ("roles", "label_map", "checks"):
        right, wanted = isinstance(value, Mapping), "a table"
    elif key in ("declared_columns", "mitigations"):
        right, wanted = listed, f"a list of {key.removeprefix('declared_')}"
    elif key == "text":
        several = listed and len(value) > 0
        right, wanted = value is None or isinstance(value, str) or several, "a column or several"
    else:
        kinds = (*kinds, int) if float in kinds else kinds
        right = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
        wanted = " or ".join(k.__name__ for k in kinds if k is not NoneType)
    if not right:
        raise UsageError(f"{key} must be {wanted}, not {value!r}")


class Files(Protocol):
    """Where settings are read from."""

    def read(self, path: Path) -> bytes | None:
        """The content of a file; None where there is none."""
        ...

    def called(self, path: Path) -> str:
        """What a message calls the file."""
        ...


@dataclass(frozen=True, slots=True)
class OnDisk:
    """Files as they lie there."""

    def read(self, path: Path) -> bytes | None:
        return path.read_bytes() if path.exists() else None

    def called(self, path: Path) -> str:
        return str(path)


ON_DISK = OnDisk()


def load_settings(
    config: Path | None,
    flags: Mapping[str, Any],
    folder: Path = Path(),
    *,
    files: Files = ON_DISK,
) -> Settings:
    """Settings from `config`, or what `folder` holds, with `flags` that are not None on top.

    Raises UsageError for a file that cannot be read, an unknown key, or a value of a wrong type.
    """
    table, where = read_table(config, folder, files=files)
    table.pop("gate", None)  # read by `policy.py`
    settings = _checked(table, where)
    given = {k: v for k, v in flags.items() if v is not None}
    for key, of_file in (("roles", settings.roles), ("label_map", settings.label_map)):
        if table_given := given.pop(key, None):
            given[key] = {**of_file, **table_given}
    settings = dataclasses.replace(settings, **given)
    expect_known(
        settings.roles,
        ROLES[2:],
        "role",
        where if settings.roles == table.get("roles") else "--role",
    )
    return settings


def read_table(
    config: Path | None, folder: Path = Path(), *, files: Files = ON_DISK
) -> tuple[dict[str, Any], str]:
    """The user's table, and where it stands: of `config`, or of what `folder` holds."""
    candidates = [config] if config else [folder / "auditor.toml", folder / "pyproject.toml"]
    for path in candidates:
        table = read_toml(path, files, named=config is not None)
        if table is None:
            continue
        where = files.called(path)
        if path.name == "pyproject.toml":
            tool = table.get("tool", {})
            table = tool.get("auditor") if isinstance(tool, dict) else None
            if table is None:
                continue
            if not isinstance(table, dict):
                raise UsageError(f"{where}: [tool.auditor] must be a table, not {table!r}")
        return table, where
    return {}, "defaults"


def read_toml(path: Path, files: Files, *, named: bool) -> dict[str, Any] | None:
    """A file of TOML; None where there is none. Raises UsageError for what cannot be read.

    named: the user named the file, so that it must be somewhere, if not in `files`.
    """
    where = files.called(path)
    if named and not path.exists():
        raise UsageError(f"{path}: cannot be read: no such file; check the path")
    try:
        content = files.read(path)
        return None if content is None else tomllib.loads(content.decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: of TOML, text and numbers
        raise UsageError(f"{where}: cannot be read as TOML ({error})") from error


def _checked(table: Mapping[str, Any], where: str) -> Settings:
    expect_known(table, get_type_hints(Settings), "setting", where)
    try:
        return Settings(**table)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error


def expect_known(keys: Iterable[str], known: Iterable[str], what: str, where: str) -> None:
    """Raises UsageError for a key that is not `known`, with the nearest one."""
    names = sorted(known)
    for key in keys:
        if key not in names:
            near = difflib.get_close_matches(key, names, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(names)}"
            raise UsageError(f"{where}: unknown {what} {key!r}{hint}")


def configure(checks: Iterable[Any], limits: Mapping[str, Mapping[str, Any]]) -> tuple[Any, ...]:
    """The checks with the limits that the user set for them, `{code: {limit: value}}`."""
    by_code: dict[str, Any] = {check.code: check for check in checks}
    expect_known(limits, by_code, "check", "checks")
    for code, changed in limits.items():
        names = {
            f.name: type(getattr(by_code[code], f.name)) for f in dataclasses.fields(by_code[code])
        }
        expect_known(changed, names, "limit", f"checks.{code}")
        for name, value in changed.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise UsageError(f"checks.{code}.{name} must be a number, not {value!r}")
            if not math.isfinite(value) or value < 0:
                raise UsageError(f"checks.{code}.{name} must be 0 or more, not {value!r}")
            if names[name] is int and value != int(value):
                raise UsageError(f"checks.{code}.{name} must be a whole number, not {value!r}")
        by_code[code] = dataclasses.replace(
            by_code[code], **{name: names[name](value) for name, value in changed.items()}
        )
    return tuple(by_code.values())
