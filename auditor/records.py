"""The frozen types that flow from stage to stage.

Inside the pipeline a row is a *position* in `Dataset.examples`, which is in canonical order (by
content), so that shuffling the file changes nothing; arrays are indexed by position. In what users
keep (`results.py`) a row is that of their file; `Dataset.rows` leads from the first to the second.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from auditor.results import Finding, Forecast, MappedLabel, Reject, Severity, fingerprint

Kind = TypeVar("Kind")
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Table = NDArray[np.float64]

FEWEST_OF_CATEGORY = 5  # different examples: of fewer its labels are as good as noise
FEWEST_PLANTED_IN = 50  # different examples: fewer do not show what wrong labels look like
FEWEST_SCORED = 30  # rows: the standard error of an accuracy is then at most .09
ROLES = ("text", "label", "id", "annotator", "source", "split", "group", "context")


class NotComputed:
    """Stands where nobody looked: neither an empty tuple nor None, which say what was found."""

    __slots__ = ()


NOT_COMPUTED = NotComputed()


def computed(value: Kind | NotComputed) -> Kind:
    """The value; raises LookupError for what was not computed, which is not none."""
    if isinstance(value, NotComputed):
        raise LookupError("this part of the evidence was not computed; name it in `parts`")
    return value


# --- the dataset stage -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled row as the file holds it; every value is a string, unchanged.

    Only its category may be another than the file's: `Dataset.mapped_labels` says which are.
    """

    row: int  # 0-based data row of the file, rejected ones counted
    # 1-based line that it starts on; None where the format has no lines
    line: int | None = field(default=None, compare=False)
    text: str
    category: str
    id: str | None = None
    annotator: str | None = None
    source: str | None = None
    split: str | None = None
    group: str | None = None
    context: str | None = None  # what the model is told before the text: a system prompt
    declared: tuple[str | None, ...] = ()  # values of `Dataset.declared`, in that order

    @property
    def content(self) -> str:
        """A hash of text, category and context: what the example is, wherever it stands."""
        pair = f"{len(self.text)}:{self.text}{self.category}"
        if self.context is not None:
            pair += f"\0{self.context}"  # no category holds a NUL
        return hashlib.sha256(pair.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def told_before(self) -> str:
        """The context, its case and white space aside: rows that differ in it are no copies."""
        return " ".join((self.context or "").casefold().split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """The audited rows (`examples`, the training split) in canonical order, and what was left."""

    name: str
    examples: tuple[Example, ...]
    held_out: tuple[Example, ...] = ()  # rows of other splits: they serve leakage and scoring
    rejected: tuple[Reject, ...] = ()
    rows_read: int  # examples + held_out; with the rejected ones, all rows of the file
    roles: Mapping[str, str]  # role -> column
    declared: tuple[str, ...] = ()  # other columns that the user named, such as product or region
    mapped_labels: tuple[MappedLabel, ...] = ()  # that the user takes for another one
    multi_label: bool = False  # declared: a text may stand under several labels, a row each

    @property
    def texts(self) -> list[str]:
        return [e.text for e in self.examples]

    @property
    def rows(self) -> Ints:
        """(n,) file row of each position."""
        return np.array([e.row for e in self.examples], dtype=np.int64)

    @property
    def categories(self) -> tuple[str, ...]:
        """The category names, sorted; `codes` index them."""
        return tuple(sorted({e.category for e in self.examples}))

    @property
    def codes(self) -> Ints:
        """(n,) index into `categories` of each position."""
        code = {c: i for i, c in enumerate(self.categories)}
        return np.array([code[e.category] for e in self.examples], dtype=np.int64)

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """(n,) what two rows of one text must share as well, or they are no copies: the context,
        and the label where a text may have several."""
        label = self.multi_label
        return [(e.told_before, e.category if label else "") for e in self.examples]

    @property
    def fingerprint(self) -> str:
        """A hash of all content; neither the order of rows nor the format is part of it."""
        joined = "\n".join(sorted(e.content for e in (*self.examples, *self.held_out)))
        return hashlib.sha256(joined.encode()).hexdigest()


# --- the embedding stage ---------------------------------------------------------------------


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
        return [np.sort(part) for part in np.split(order, starts[1:])]

    def among(self, rows: Ints) -> CopyFamilies:
        """The families of the positions `rows` (m,), in that order, and their pairs for review."""
        place = np.full(len(self.family), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        pairs = np.sort(place[self.review], axis=1)
        family = np.unique(self.family[rows], return_inverse=True)[1]
        return CopyFamilies(family=family.astype(np.int64), review=pairs[pairs[:, 0] >= 0])

    def apart(self, kinds: Iterable[Hashable]) -> CopyFamilies:
        """The families, rows of different `kinds` (n,) taken apart."""
        number: dict[tuple[int, Hashable], int] = {}
        pairs = zip(self.family.tolist(), kinds, strict=True)
        family = [number.setdefault(pair, len(number)) for pair in pairs]
        return replace(self, family=np.array(family, dtype=np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One frame that several rows of a category are filled from."""

    category: str
    skeleton: str  # fixed words kept, slots as <number>, <date>, ... or <*>
    members: Ints  # positions
    share: float  # of its category's rows
    tokens: tuple[str, ...]  # the skeleton, token by token
    fixed_tokens: int  # of the skeleton, slots aside: what four in five members share, in order
    structural_tokens: int  # of those, the marks, line breaks and masked numbers
    coverage: float  # fixed tokens / mean length in tokens
    excess: float  # of the fixed tokens' weight beyond what untouched text shares; > 0 is a frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """How much of the wording of one category recurs from row to row, its templates aside."""

    category: str
    examples: int  # that were drawn from
    coverage: float  # share of the tokens that recur, mean over draws of one size
    low: float  # 80 % interval over draws
    high: float
    frames: tuple[Template, ...]  # that hold most of it, evident or not
    members: Ints  # positions of rows that are mostly made of what recurs


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where a template's frame stands, whatever the category: told from the text alone."""

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
    """A group of like rows inside one category, found without being told (a hidden stratum)."""

    id: str  # category/number, largest first
    category: str
    members: Ints  # positions
    typical: int  # position nearest the centre
    keywords: tuple[str, ...]
    effective_examples: float  # exp(entropy of copy-family sizes)
    separation: float | None  # how far a thin candidate stands out, about 0-1; None: not one
    templates: tuple[Template, ...]  # those that hold rows of it, most rows first


# --- the prediction stage --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfFold:
    """What probes say of rows that they were not trained on; each seed is one probe a fold."""

    probabilities: Floats  # (seeds, n, K); copies and groups are kept in one fold
    template_disjoint: Floats  # (seeds, n, K); each template is, too


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """How probes of all training rows fare on the rows of the other splits that they have not
    seen.
    """

    rows: Ints  # (K,) held-out rows of each category that score
    accuracy: NDArray[np.float64]  # (K,) share of them that is classified right; 0 without rows
    # (K,) independent rows that they are worth, or independent sets; None: each row is one
    sets: Ints | Table | None = None
    left_out: Ints | None = None  # (K,) rows that training has seen; None: nobody looked
    enough: int = FEWEST_SCORED  # independent ones from which they stand for a category

    @property
    def independent(self) -> Ints | Table:
        """(K,) what the accuracy rests on."""
        return self.rows if self.sets is None else self.sets


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameAlone:
    """What each row's frame says of its label when the content is masked, judged by other rows."""

    frame: Ints  # (n,) index into `Evidence.frames` of the one that the row holds; -1 = none
    told: Ints  # (n,) code of the category that it gives away, whether right or wrong; -1 = none


@dataclass(frozen=True, slots=True, kw_only=True)
class Illusion:
    """Accuracy on random splits and a template-disjoint one; 80 % intervals over the families."""

    templates: int  # frames of which the category has at least three rows
    random: float  # accuracy, mean of two random splits
    disjoint: float  # accuracy
    gap: float  # random - disjoint
    gap_low: float
    gap_high: float
    placebo: float  # one random split - the other
    placebo_low: float
    placebo_high: float
    lost: Ints  # positions that random splits get right and the disjoint one does not


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryTold:
    """Whether the texts tell one category's rows from all others'; skill is 0 to 1, chance 0."""

    category: str
    units: int  # sets of rows that are kept together, and count as one
    skill: float  # the area under the curve, from that of labels dealt out anew (0) to 1
    skill_high: float  # upper end, which holds for all categories at once in 95 of 100 sets
    p: float  # of as much skill where there is none; of this category alone


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseEstimate:
    """Whether texts tell their labels at all, and what share of the labels is wrong.

    Of one row of each copy family, by a probe that has seen neither the row nor what is kept
    together with it.
    """

    rows: Ints  # (m,) positions that took part
    units: int  # sets of them that are kept together, and count as one
    accuracy: float  # share of the rows whose label is the one that scores highest
    chance: float  # the mean of it over labels dealt out anew
    p: float  # share of such deals that are told at least as well
    skill_high: float  # upper end of `skill`, which holds in 95 of 100 sets
    share: float  # of the labels that are wrong
    low: float  # ends of its 95 % interval
    high: float
    suspects: Ints  # positions that read like another category, and surer than most rows do
    categories: tuple[CategoryTold, ...]  # by name
    reason: str | None = None  # why nothing was estimated; None: it was

    @property
    def skill(self) -> float:
        """The accuracy beyond chance, of what there is beyond it."""
        return (self.accuracy - self.chance) / (1.0 - self.chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelErrors:
    """What three witnesses that have not seen a row say of its label, and what that is worth.

    By errors planted in the same rows (`prediction/spike_in.py`).
    """

    witnesses: Floats  # (3, n, K) probabilities by probe, neighbours and words
    log: Floats  # (n, K) the logs of what they say, summed; each is .02 at least
    rival: Ints  # (n,) code of the likeliest other category
    score: Table  # (n,) log odds of it against the label, summed; -inf: not assessed
    few: Mapping[str, int]  # categories that cannot be assessed -> their different examples
    assessed: int  # rows
    examples: int  # different ones among them
    wrong: Table | None  # (n,) probability that the label is wrong; None: too few examples to tell
    share: tuple[float, float, float] | None  # of wrong labels, and its interval of 95 %; as above


# --- findings, and the audit that users keep --------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything the checks may look at. What was not asked for is NotComputed."""

    dataset: Dataset
    embeddings: Embeddings
    neighbours: Neighbours
    copies: CopyFamilies
    same_text: CopyFamilies  # `copies` of all kinds together: folds must not divide them
    templates: tuple[Template, ...]
    seed: int  # of what checks draw at random
    subtypes: tuple[Subtype, ...] | NotComputed = NOT_COMPUTED
    out_of_fold: OutOfFold | NotComputed | None = NOT_COMPUTED  # None: a single category
    forecast: Forecast | NotComputed | None = NOT_COMPUTED
    reference: Reference | None = None
    copies_across: CopyFamilies | None = None  # of examples, then held_out; None: no other split
    same_text_across: CopyFamilies | None = None  # `copies_across` of all kinds together
    repetition: tuple[Repetition, ...] = ()  # of categories with enough examples
    frames: tuple[Frame, ...] = ()  # of the templates with excess, most rows first
    frame_alone: FrameAlone | None = None  # None: no frames
    # Or why a category has none; None: no frames.
    illusions: Mapping[str, Illusion | str] | NotComputed | None = NOT_COMPUTED
    label_noise: NoiseEstimate | NotComputed | None = NOT_COMPUTED  # None: a single category
    label_errors: LabelErrors | NotComputed | None = NOT_COMPUTED  # None: a single category

    @property
    def annotators(self) -> list[str | None] | None:
        """(n,) who labelled each row; None where the data never says it."""
        named = [e.annotator for e in self.dataset.examples]
        return named if any(named) else None

    @property
    def declared(self) -> dict[str, list[str | None]] | None:
        """Column -> (n,) values, of the columns that the user declared; None without any."""
        columns = enumerate(self.dataset.declared)
        values = {c: [e.declared[i] for e in self.dataset.examples] for i, c in columns}
        return values or None

    @property
    def units(self) -> Ints:
        """(n,) a number for each set of rows that are not independent draws: copies of one text,
        and the rows of one group (a customer, a file), joined where they meet."""
        examples, family = self.dataset.examples, self.copies.family
        groups = {g: i for i, g in enumerate(sorted({e.group for e in examples if e.group}))}
        n, texts = len(examples), int(family.max(initial=-1)) + 1
        grouped = [(i, groups[e.group]) for i, e in enumerate(examples) if e.group]
        rows = np.concatenate([np.arange(n), np.array([i for i, _ in grouped], dtype=np.int64)])
        owner = np.array([g for _, g in grouped], dtype=np.int64)
        nodes = n + np.concatenate([family, texts + owner])  # a node for each family and group
        size = n + texts + len(groups)
        graph = coo_array((np.ones(len(rows)), (rows, nodes)), shape=(size, size))
        return np.asarray(connected_components(graph, directed=False)[1][:n], dtype=np.int64)

    @property
    def labels_beside(self) -> dict[int, set[int]]:
        """Position -> codes that its text has in rows of other kinds (`Dataset.kinds`): labels
        that do not contradict its own. Only positions that have any."""
        codes, copy = self.dataset.codes.tolist(), self.copies.family.tolist()
        of_copy, of_text = defaultdict(set), defaultdict(set)
        text = self.same_text.family.tolist()
        for i, code in enumerate(codes):
            of_copy[copy[i]].add(code)
            of_text[text[i]].add(code)
        beside = ((i, of_text[text[i]] - of_copy[copy[i]]) for i in range(len(codes)))
        return {i: others for i, others in beside if others}

    def finding(
        self,
        *,
        code: str,
        severity: Severity,
        members: Sequence[int] | Ints,
        summary: str,
        measured: Mapping[str, Any],
        limit: Mapping[str, Any],
        advice: str,
        category: str | None = None,
        subtype: str | None = None,
        held_out: Sequence[int] | Ints = (),
        reference_rows: tuple[int, ...] = (),
        quoted: Sequence[str] = (),
    ) -> Finding:
        """A finding about the examples at the positions `members`, those of other splits at the
        positions `held_out` of `Dataset.held_out`, and texts `quoted` besides."""
        examples = [self.dataset.examples[int(i)] for i in members]
        examples += [self.dataset.held_out[int(i)] for i in held_out]
        return Finding(
            code=code,
            severity=severity,
            category=category,
            subtype=subtype,
            summary=summary,
            measured={
                k: round(float(v), 4) if isinstance(v, float) else v for k, v in measured.items()
            },
            limit=limit,
            rows=tuple(sorted(e.row for e in examples)),
            advice=advice,
            fingerprint=fingerprint(code, category, [*(e.content for e in examples), *quoted]),
            reference_rows=reference_rows,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Unlabelled text from where the model will be used."""

    texts: Sequence[str]
    rows: Sequence[int]  # 0-based rows of the reference file
    vectors: Floats  # (m, dim)


def effective_examples(families: Ints) -> float:
    """exp(entropy of the copy families' sizes): how many different examples the rows amount to.

    families (n,): the family of each row.
    """
    share = np.unique(families, return_counts=True)[1] / len(families)
    return float(np.exp(-(share * np.log(share)).sum()))
