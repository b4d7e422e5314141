"""The embedding stage: vectors, and what they and the texts have in common."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from auditor.records.arrays import Floats, Ints, Mask

MIN_UNKNOWN = 0.5  # share of letters in unknown scripts from which the model cannot read a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Embeddings:
    """Vectors of texts, and how the model coped with each of them."""

    vectors: Floats  # (n, dim), unit rows
    windows: Ints  # (n,) windows a text was cut into; 1 = it fitted the model
    unknown: Floats  # (n,) share of a text's words in a script the model does not know
    embedder: str
    revision: str
    precision: str

    @property
    def dim(self) -> int:
        return int(self.vectors.shape[1])

    @property
    def known(self) -> Mask:
        """(n,) whether the model knows the script of most letters of each text."""
        return np.asarray(self.unknown <= MIN_UNKNOWN)

    @property
    def readable(self) -> Ints | None:
        """Positions of the texts whose script the model knows; None where most are in others."""
        known = np.flatnonzero(self.known)
        return known if 2 * len(known) >= len(self.unknown) else None

    def unread(self, texts: str = "texts") -> str:
        """How many of the `texts` the model cannot read, in words; empty where it reads all."""
        count = int((~self.known).sum())
        of = f"{count:,} of {len(self.known):,} {texts} {'is' if count == 1 else 'are'}"
        return f"{of} in a script that {self.embedder} does not know" if count else ""

    def take(self, rows: Ints) -> Embeddings:
        """Those of the positions `rows` (m,), in that order."""
        return replace(
            self,
            vectors=self.vectors[rows],
            windows=self.windows[rows],
            unknown=self.unknown[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The exact nearest neighbours of each position among the others, nearest first."""

    index: Ints  # (n, k) positions; -1 where there are fewer than k others
    cosine: Floats  # (n, k); -1 there


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFamilies:
    """One example repeated: rows that differ only in what carries nothing."""

    family: Ints  # (n,) family of each position, numbered from 0 by first member
    # (p, 2) positions, the lower first, of pairs that may be copies: one place differs, or one
    # text stands whole in the other
    review: Ints = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))

    def members(self) -> list[Ints]:
        """Positions of each family, of single rows too, by family number."""
        order = np.argsort(self.family, kind="stable")
        starts = np.flatnonzero(np.diff(self.family[order], prepend=-1))
        return np.split(order, starts[1:])

    def among(self, rows: Ints) -> CopyFamilies:
        """The families of the positions `rows` (m,), in that order, and their pairs for review."""
        place = np.full(len(self.family), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        pairs = np.sort(place[self.review], axis=1)
        family = np.unique(self.family[rows], return_inverse=True)[1]
        return CopyFamilies(family=family.astype(np.int64), review=pairs[pairs[:, 0] >= 0])

    def split_by(self, kinds: Iterable[Hashable]) -> CopyFamilies:
        """The families, each divided where its rows are of different `kinds` (n,)."""
        number: dict[tuple[int, Hashable], int] = {}
        pairs = zip(self.family.tolist(), kinds, strict=True)
        family = [number.setdefault(pair, len(number)) for pair in pairs]
        return replace(self, family=np.array(family, dtype=np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One text with slots that several rows of a category are filled from."""

    category: str
    pattern: str  # fixed words kept, slots as <number>, <date>, ... or <*>
    members: Ints  # positions
    share: float  # of its category's rows
    tokens: tuple[str, ...]  # the pattern, token by token
    fixed_tokens: int  # of the pattern, slots aside: what four in five members share, in order
    structural_tokens: int  # of those, the marks, line breaks and masked numbers
    coverage: float  # fixed tokens / mean length in tokens
    excess: float  # of the fixed tokens' weight beyond what untouched text shares; > 0: evident


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """How much of the wording of one category recurs from row to row, its templates aside."""

    category: str
    examples: int  # that were sampled
    coverage: float  # share of the tokens that recur, mean over samples of one size
    low: float  # 80 % interval over samples
    high: float
    matches: tuple[Template, ...]  # that hold most of it, evident or not
    members: Ints  # positions of rows that are mostly made of what recurs


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateMatch:
    """The rows that match a template, whatever their category: by the text alone."""

    template: Template  # one with excess
    holders: Ints  # positions whose tokens hold four in five of its fixed tokens, in order
    inside: float  # share of its category's rows that are holders
    elsewhere: float  # share of the other categories' rows that are; 0 where there are none

    @property
    def distinctiveness(self) -> float:
        return self.inside - self.elsewhere  # 1 = always and only in its category

    @property
    def shared(self) -> bool:
        return self.elsewhere >= 0.5 * self.inside  # boilerplate: odds of at most 2 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtype:
    """A group of like rows inside one category, found without labels for it (a hidden stratum)."""

    id: str  # category/number, largest first
    category: str
    members: Ints  # positions
    typical: int  # position nearest the centre
    keywords: tuple[str, ...]
    effective_examples: float  # exp(entropy of copy-family sizes)
    separation: float | None  # how far a thin candidate stands out, about 0-1; None: not one
    templates: tuple[Template, ...]  # those that hold rows of it, most rows first


def effective_examples(families: Ints) -> float:
    """exp(entropy of the copy families' sizes): how many different examples the rows amount to.

    families (n,): the family of each row.
    """
    share = np.unique(families, return_counts=True)[1] / len(families)
    return float(np.exp(-(share * np.log(share)).sum()))
