"""Settings: the defaults, then `auditor.toml` or `[tool.auditor]`, then flags."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from msgspec import Meta

from auditor.errors import MachineError, UsageError
from auditor.folders import as_text, can_be_written, user_cache
from auditor.label_spelling import is_blank
from auditor.records.reading import ReadOptions
from auditor.settings_files import ON_DISK, Files, read_table
from auditor.validation import FLAG, WORD, Finite, dotted, expect, expect_fields

LARGEST_SEED = 2**32 - 1  # what every generator takes
MAX_THREADS = 1024  # no machine has more processors that share a memory of torch's
ROLES = ("text", "label", "id", "annotator", "source", "split", "group", "context")
JOINED = " + "  # between the names of columns whose values are one text

_TABLE = Meta(description="must be a table")
_NAMED = Meta(description='must be a column or several, each named as a string such as "0"')
_UP_TO = f"must be a whole number from 1 to {MAX_THREADS}"
_COUNT = Meta(description="must be a whole number from 1")
_RATE = Meta(description="must be a number, more than 0")
# The user's own fine-tuning; what is not stated is as in `auditor.records.forecast.Recipe`.
RECIPE = (
    *("steps", "epochs", "learning_rate", "head_learning_rate", "batch_size"),
    *("frozen_layers", "lora_rank", "old_epochs"),
)
Column = Annotated[str, Meta(description="must name a column, as a string")]
Columns = Annotated[Sequence[str], Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]
Label = Annotated[str, Meta(description="must name a label")]
Limits = Annotated[Mapping[str, Any], Meta(description="must be a table of limits")]
Probe = Literal["similarity", "head", "full"]  # the fidelities, cheapest first
Layers = Annotated[int, Meta(ge=0)]
Rate = Annotated[Finite, Meta(gt=0)]
Seconds = Annotated[Finite, Meta(gt=0)]
Seed = Annotated[
    int, Meta(ge=0, le=LARGEST_SEED, description=f"must be a whole number from 0 to {LARGEST_SEED}")
]
Threads = Annotated[int, Meta(ge=1, le=MAX_THREADS)]

# How the input is written, which decides nothing once it is read.
_READING = (
    *("input_format", "encoding", "delimiter", "header", "quoting", "table"),
    "label_names",  # which the labels of the result are
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that a user can decide. The names are those of the configuration file."""

    # Column names; None = detect; several are one text.
    text: Annotated[str | Columns | None, _NAMED] = None
    # Several are columns of 0 and 1, a label each.
    label: Annotated[str | Columns | None, _NAMED] = None
    roles: Annotated[Mapping[str, Column], _TABLE] = field(default_factory=dict)  # other -> column
    # Others to check, such as product or region.
    declared_columns: Annotated[
        Sequence[str], Meta(description="must be a list of columns, each named as a string")
    ] = ()
    # Label -> the one it is taken for.
    label_map: Annotated[Mapping[str, Label], _TABLE] = field(default_factory=dict)
    label_names: Annotated[str | None, WORD] = None  # a file of what labels that are numbers mean
    # Whether a text may have several labels; None = it has one, unless its cells look like several.
    multi_label: Annotated[bool | None, FLAG] = None
    keep_prompt: Annotated[bool, FLAG] = False  # words that all texts begin or end with are text
    input_format: Annotated[str | None, WORD] = None  # None = by suffix
    # Of the input: None = as the file tells.
    encoding: Annotated[str | None, WORD] = None
    delimiter: Annotated[str | None, Meta(description="must be one character")] = None
    header: Annotated[bool | None, FLAG] = None  # whether the first line names the columns
    quoting: Annotated[bool | None, FLAG] = None  # whether " encloses fields
    table: Annotated[str | None, WORD] = None  # a sheet, a table, a configuration
    embedder: Annotated[str, WORD] = "all-MiniLM-L6-v2"  # or a hub id, or a folder
    # None = head, or what the budget allows.
    probe: Annotated[Probe | None, Meta(description="must be one of similarity, head, full")] = None
    # Seconds that the forecast may take, about; None = no limit.
    budget: Annotated[Seconds | None, Meta(description="must be seconds, more than 0")] = None
    target_model: Annotated[str | None, WORD] = None  # what is fine-tuned; None = the embedder
    # What the probe full measures against the update alone.
    mitigations: Annotated[Sequence[str], Meta(description="must be a list of mitigations")] = ()
    # The update's recipe; one of steps and epochs.
    steps: Annotated[Count | None, _COUNT] = None
    epochs: Annotated[Rate | None, _RATE] = None
    learning_rate: Annotated[Rate | None, _RATE] = None
    head_learning_rate: Annotated[Rate | None, _RATE] = None
    batch_size: Annotated[Count | None, _COUNT] = None
    # The lowest ones, which the update leaves as they are, with the embeddings.
    frozen_layers: Annotated[
        Layers | None, Meta(description="must be a whole number, 0 or more")
    ] = None
    lora_rank: Annotated[Count | None, _COUNT] = None
    old_epochs: Annotated[Rate | None, _RATE] = None  # that the old data was taught for before
    coefficients: Annotated[str | None, WORD] = None  # of `auditor backtest`; None = those shipped
    seed: Seed = 0
    # None = as many as torch would take; of more than there are processors, as many.
    threads: Annotated[Threads | None, Meta(description=_UP_TO)] = None
    cache_dir: Annotated[str | None, WORD] = None  # None = the user's cache folder
    offline: Annotated[bool, FLAG] = False
    no_text: Annotated[bool, FLAG] = False
    # More would add little to the eye and much to the file.
    map_points: Annotated[Count, _COUNT] = 4000
    # Code -> limit -> value.
    checks: Annotated[Mapping[str, Limits], _TABLE] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises UsageError for a value of a wrong type or out of range."""
        expect_fields(self)
        self._expect_names()
        if self.steps is not None and self.epochs is not None:
            raise UsageError(
                f"steps ({self.steps}) and epochs ({self.epochs:g}) both say how long the update "
                "is trained; leave one of them out"
            )

    def _expect_names(self) -> None:
        """Raises UsageError for a column or a label that cannot be meant."""
        for role, columns in (("text", self.texts), ("label", self.labels)):
            if len(set(columns)) < len(columns):
                raise UsageError(f"{role} names a column twice: {', '.join(columns)}")
        for label, other in self.label_map.items():
            if is_blank(other):
                raise UsageError(f"{dotted('label_map', label)} must name a label, not {other!r}")

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns that the user named for the text."""
        return _several(self.text)

    @property
    def labels(self) -> tuple[str, ...]:
        """The columns that the user named for the label."""
        return _several(self.label)

    @property
    def reading(self) -> ReadOptions:
        """What the user says of the input's form."""
        return ReadOptions(
            encoding=self.encoding,
            delimiter=self.delimiter,
            header=self.header,
            quoting=self.quoting,
            table=self.table,
        )

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns that the user named, by role."""
        others = {role: (column,) for role, column in self.roles.items()}
        named = {"text": self.texts, "label": self.labels, **others}
        return {role: columns for role, columns in named.items() if columns}

    @property
    def recipe(self) -> dict[str, Any]:
        """What the user states of the update's recipe, by the names of the settings."""
        stated = {name: getattr(self, name) for name in RECIPE}
        return {name: value for name, value in stated.items() if value is not None}

    def deciding(self) -> dict[str, Any]:
        """The settings that can change a result, for the audit's own record."""
        aside = {"threads", "cache_dir", "offline", *_READING, *RECIPE}
        deciding = {k: v for k, v in dataclasses.asdict(self).items() if k not in aside}
        columns = {k: _plain(deciding[k]) for k in ("text", "label")}
        for name in ("embedder", "target_model", "coefficients"):  # each may be a path
            deciding[name] = deciding[name] and as_text(deciding[name])
        measured = {"mitigations": list(self.mitigations)} if deciding.pop("mitigations") else {}
        return {
            **deciding,
            **columns,
            "multi_label": bool(self.multi_label),
            "declared_columns": list(self.declared_columns),
            **measured,
            **self.recipe,
        }


def _several(columns: str | Sequence[str] | None) -> tuple[str, ...]:
    return (columns,) if isinstance(columns, str) else tuple(columns or ())


def _plain(columns: str | Sequence[str] | None) -> str | list[str] | None:
    return columns if columns is None or isinstance(columns, str) else list(columns)


def load_settings(
    config: str | Path | None = None,
    flags: Mapping[str, Any] | None = None,
    *data: str | Path,
    files: Files = ON_DISK,
) -> Settings:
    """Settings from a file, with `flags` that are not None on top.

    config: the file; None: the nearest one from the folder of `data`, what is to be audited,
    upwards, else from the working folder upwards; none at all: the defaults. Raises UsageError for
    a file that cannot be read, an unknown key, or a value of a wrong type.
    """
    named = None if config is None else Path(config)
    table, where = read_table(named, *map(Path, data), files=files)
    table = dict(table)
    table.pop("gate", None)  # read by `gating/policy.py`
    settings = _checked(table, where)
    given = {k: v for k, v in (flags or {}).items() if v is not None}
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


def _checked(table: Mapping[str, Any], where: str) -> Settings:
    expect_known(table, get_type_hints(Settings), "setting", where)
    try:
        return Settings(**table)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error


def expect_known(keys: Iterable[str], known: Iterable[str], what: str, where: str = "") -> None:
    """Raises UsageError for a key that is not `known`, with the nearest one.

    where: the file, option or table that has it; empty: the call itself.
    """
    names = sorted(known)
    for key in keys:
        if key not in names:
            near = difflib.get_close_matches(key, names, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(names)}"
            told = f"unknown {what} {key!r}{hint}"
            raise UsageError(f"{where}: {told}" if where else told)


# What a limit may be set to, by the type of its default.
_KINDS = {
    int: Annotated[int, Meta(ge=0, description="must be a whole number, 0 or more")],
    float: Annotated[Finite, Meta(ge=0, description="must be a number, 0 or more")],
}


def configure(checks: Iterable[Any], limits: Mapping[str, Mapping[str, Any]]) -> tuple[Any, ...]:
    """The checks with the limits that the user set for them, `{code: {limit: value}}`."""
    by_code: dict[str, Any] = {check.code: check for check in checks}
    expect_known(limits, by_code, "check", "checks")
    for code, changed in limits.items():
        kinds = {
            f.name: _KINDS[type(getattr(by_code[code], f.name))]
            for f in dataclasses.fields(by_code[code])
        }
        expect_known(changed, kinds, "limit", f"checks.{code}")
        values = {n: expect(f"checks.{code}.{n}", v, kinds[n]) for n, v in changed.items()}
        by_code[code] = dataclasses.replace(by_code[code], **values)
    return tuple(by_code.values())


def cache_folder(settings: Settings) -> Path | None:
    """Where vectors and measured fine-tunes are kept; None where there is no place for them.

    Raises MachineError where the user named a folder that cannot be written.
    """
    if settings.cache_dir is None:
        return user_cache("auditor")
    folder = Path(settings.cache_dir)
    if not can_be_written(folder):
        raise MachineError(f"--cache-dir {folder}: cannot be written; choose another folder")
    return folder
