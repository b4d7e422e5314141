"""The seams: everything that can be plugged in, as Protocols."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeAlias, TypeVar

from auditor.records.audit import Audit
from auditor.records.comparison import Comparison
from auditor.records.verdict import Verdict

if TYPE_CHECKING:  # not else: who only reads or renders a result does not wait for numpy
    from torch import nn

    from auditor.records.arrays import Ints
    from auditor.records.dataset import Reject
    from auditor.records.evidence import Evidence
    from auditor.records.findings import Finding, SkippedCheck
    from auditor.records.structure import Embeddings

Result: TypeAlias = Audit | Verdict | Comparison  # what users keep
Rendered_contra = TypeVar("Rendered_contra", contravariant=True)


class Reader(Protocol):
    """One file format. `read` yields each data row in file order: its fields, or why not.

    Fields map column to value; values are the file's own strings (numbers keep their literal
    form), a missing value is an absent key. Raises DataError when the file cannot be read at all.
    """

    name: str
    suffixes: tuple[str, ...]

    def read(self, path: Path) -> Iterator[tuple[int | None, Mapping[str, str] | Reject]]: ...


class Embedder(Protocol):
    """Turns texts into unit vectors. `identity` keys the cache: all that decides a vector.

    A text gets the same vector, bit for bit, whatever other texts are embedded with it and however
    many threads torch may use; otherwise what a cache holds would decide what an audit finds.
    """

    @property
    def name(self) -> str: ...

    @property
    def revision(self) -> str: ...

    @property
    def precision(self) -> str: ...

    @property
    def identity(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> Embeddings: ...


class Target(Protocol):
    """A model that a fine-tune is measured on. `identity` names all that decides its weights.

    `tokenise` gives the token ids of each text, special tokens included, cut to the model's window.
    `fresh` gives a copy of the published weights, every call another one, with the embeddings of
    the tokens `vocabulary` (v,) alone: a module from int64 (b, t) positions in `vocabulary` and the
    mask of those that count, 1 or 0, to vectors float32 (b, dim).
    """

    @property
    def identity(self) -> str: ...

    @property
    def reduced(self) -> bool:
        """Whether training in bfloat16 (autocast) is quicker here, and does no harm."""
        ...

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]: ...

    def fresh(self, vocabulary: Ints) -> nn.Module: ...


class Check(Protocol):
    """One finding code. A check is a frozen dataclass whose fields are its limits.

    `needs` names what of Evidence it is skipped without; `find` yields findings,
    surest first, and what it could not assess.

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

    def find(self, evidence: Evidence) -> Iterator[Finding | SkippedCheck]: ...


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
