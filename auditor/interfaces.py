"""The seams: everything that can be plugged in, as Protocols."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeAlias, TypeVar, runtime_checkable

from auditor.records.audit import Audit
from auditor.records.comparison import Comparison
from auditor.records.verdict import Verdict

if TYPE_CHECKING:  # not else: who only reads or renders a result does not wait for numpy
    from torch import nn

    from auditor.records.arrays import Ints
    from auditor.records.evidence import Evidence
    from auditor.records.findings import Finding, SkippedCheck
    from auditor.records.measurement import Load
    from auditor.records.reading import ReadOptions, Table
    from auditor.records.structure import Embeddings

Result: TypeAlias = Audit | Verdict | Comparison  # what users keep
Opened_co = TypeVar("Opened_co", covariant=True)
Rendered_contra = TypeVar("Rendered_contra", contravariant=True)
Branch_contra = TypeVar("Branch_contra", contravariant=True)


class Reader(Protocol):
    """One file format, an entry of `auditor.dataset.FILE_READERS`.

    A file is of this format by its suffix, dot included and in lower case, or where the user names
    the format.
    """

    name: str
    suffixes: tuple[str, ...]

    def open(self, path: Path, options: ReadOptions) -> Table:
        """The file as a table: its rows in the order of the file, and what was decided.

        Fields map column to value; values are the file's own strings (numbers keep their literal
        form), a missing value is an absent key. What `options` leave open and the file tells beyond
        doubt is decided here, once, and said; what is in doubt is refused, with the option that
        settles it. Raises DataError, here or while rows are read, where the file cannot be read at
        all, without its name, which the caller adds; OSError passes through.
        """
        ...


@runtime_checkable
class FolderReader(Reader, Protocol):
    """The reader of folders, which also takes the files that a pattern finds."""

    def open_files(self, files: Sequence[Path], options: ReadOptions) -> Table:
        """The files, at least one, as one table. Raises as `open` does."""
        ...


class Opener(Protocol[Opened_co]):
    """What a name that a user gives can open: an entry of `EMBEDDERS` or of `TARGETS`.

    The first entry that takes a name opens it, so one that takes many stands last. Nothing is
    imported, read or asked for before `open`.
    """

    @property
    def listed(self) -> str:
        """How `--help` lists it, its name first, as in "hashing (no model)"."""
        ...

    def takes(self, name: str) -> bool:
        """Whether `name` is one of its own, by the name alone."""
        ...

    def open(self, name: str, *, offline: bool) -> Opened_co:
        """What is called `name`; with `offline` nothing is asked of a network.

        Raises MachineError, with the line that installs it, where a package or a model is
        missing, and UsageError for what must not be loaded, such as files that can run code.
        """
        ...


class Embedder(Protocol):
    """Turns texts into vectors. What opens one is an entry of `auditor.embedding.EMBEDDERS`.

    A text gets the same vector, bit for bit, whatever other texts are embedded with it and however
    many threads torch may use; otherwise what a cache holds would decide what an audit finds.
    """

    @property
    def name(self) -> str:
        """As the user named it, and as a report does."""
        ...

    @property
    def revision(self) -> str:
        """Which version of it, as a hash or a number."""
        ...

    @property
    def precision(self) -> str:
        """What it computes in: float32 or bfloat16. Vectors are float32 all the same."""
        ...

    @property
    def identity(self) -> str:
        """All that decides a vector, to the last bit: what keys the cache."""
        ...

    def embed(self, texts: Sequence[str]) -> Embeddings:
        """Vectors (n, dim) float32 of `texts` (n,), in their order: unit rows, of which none is
        zero, whatever the text, the empty one too.
        """
        ...


class Target(Protocol):
    """A model that fine-tunes are measured on. What opens one is an entry of
    `auditor.embedding.target.TARGETS`.
    """

    @property
    def identity(self) -> str:
        """All that decides its weights: what keys the measurements that are kept."""
        ...

    @property
    def reduced(self) -> bool:
        """Whether training in bfloat16 (autocast) is quicker here, and does no harm."""
        ...

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of each text, special tokens included, cut to the model's window; at least
        one for each text.
        """
        ...

    def fresh(self, vocabulary: Ints) -> nn.Module:
        """A copy of the published weights, another one at every call, with the embeddings of the
        tokens `vocabulary` (v,) alone.

        It is a module from int64 (b, t) positions in `vocabulary` and the mask (b, t) of those
        that count, 1 or 0, to vectors float32 (b, dim).
        """
        ...


class Mitigation(Protocol[Branch_contra]):
    """What may keep an update from taking the old categories: an entry of
    `auditor.prediction.mitigations.MITIGATIONS`.

    A frozen dataclass: its fields are what it can be varied by, and with `name` and `version` they
    key what is kept.
    """

    @property
    def name(self) -> str:
        """As `--mitigations` takes it."""
        ...

    @property
    def about(self) -> str:
        """What it does, as a report says it after the name: no capital, no full stop."""
        ...

    @property
    def version(self) -> int:
        """Another one where the same fields give another update."""
        ...

    @property
    def requires(self) -> tuple[str, ...]:
        """Modules that are imported by it alone, and come with an extra."""
        ...

    def rows(self, load: Load, /) -> int:
        """How many rows, repeats counted, `train` trains on, or as many as cost the same."""
        ...

    def train(self, branch: Branch_contra, /) -> Iterator[int]:
        """Makes the update from a taught model, in as many steps as without it; yields the number
        of steps done, at least at the last, when `branch.model` is what it has come to.

        `branch.random` is the only source of chance, and what is yielded in between may be read.
        """
        ...


class Check(Protocol):
    """One finding code, an entry of `auditor.checks.CHECKS`: a frozen dataclass whose fields are
    its limits.

    `needs` names what of Evidence it is skipped without: `readable` where it rests on vectors, or
    on what probes make of them.

    What of its findings' `measured` holds words is declared: `quotes` what quotes the data, `names`
    what only names categories, splits and columns, or is said in words of ours. That alone decides
    what `--no-text` keeps: `names`, and numbers that are no quotes; `no_text.py` leaves out all
    else, declared or not. Summaries, advice and reasons to skip always stay, so they never quote.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    quotes: ClassVar[tuple[str, ...]]
    names: ClassVar[tuple[str, ...]]

    def find(self, evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
        """Findings, surest first, and what it could not assess, with the reason.

        Rows are positions in the dataset, which `evidence.finding` turns into rows of the file. It
        raises nothing for any data: what is too little to tell is a SkippedCheck.
        """
        ...


class Renderer(Protocol[Rendered_contra]):
    """One output format of a kind of result; `render` gives None where there is nothing to write.

    What it writes is inert: text of the data is escaped or disarmed as the format has it.
    """

    @property
    def name(self) -> str: ...

    @property
    def filename(self) -> str: ...

    def render(self, result: Rendered_contra, /) -> str | None: ...


class Progress(Protocol):
    """Hears how far long work has come; the command line draws it, Python users may ignore it."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...
