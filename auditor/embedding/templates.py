"""Templates: the frames that rows of a category are filled from.

Rows are likened by the longest common subsequence of their tokens (numbers, dates, ids masked;
punctuation and line breaks kept, since a layout is made of them) over the longer row's length.
Average linkage at two heights gives families: the loose cut holds frames with long slots, the
tight one small families whose slots are short. A family's skeleton is what four in five of its
rows have in common, in order. Which skeletons are a fault is for `checks/template_dominance.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cpdist
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_array
from scipy.spatial.distance import squareform

from auditor.embedding.tokens import MASKS, as_strings, tokens
from auditor.records import Dataset, Floats, Ints, Template

CUTS = (0.4, 0.68)  # of .3 to .68, a pair that finds all planted frames (CLINC150, seeds 0-1)
SHARED_TRIGRAMS = 2  # pairs that share fewer have no common frame worth an alignment
SMALLEST = 3  # rows; two alike rows are a pair, not a frame
IN_MOST = 0.8  # of the rows hold a token of the skeleton
LARGEST = 8000  # rows of a category whose matrix of similarities is held at once (256 MB)
ALL_FRAME = 0.85  # coverage from which a template says the same thing in all its rows
SLOT = "<*>"


@dataclass(frozen=True, slots=True)
class Row:
    """One text as templates see it."""

    tokens: tuple[str, ...]
    text: str
    spans: tuple[tuple[int, int], ...]  # of each token in the text


def read_rows(texts: Sequence[str]) -> list[Row]:
    """Each text with its tokens and where they stand."""
    rows = []
    for text in texts:
        pieces = tokens(text)
        rows.append(Row(tuple(p[0] for p in pieces), text, tuple(p[1:] for p in pieces)))
    return rows


def find_templates(dataset: Dataset) -> tuple[Template, ...]:
    """The frames of each category that at least three rows share, most rows first."""
    rows, codes = read_rows(dataset.texts), dataset.codes
    found: list[Template] = []
    strings, _ = as_strings([r.tokens for r in rows])
    for code, category in enumerate(dataset.categories):
        members = np.flatnonzero(codes == code)
        for start in range(0, len(members), LARGEST):
            part = members[start : start + LARGEST]
            similarity = _similarities([strings[i] for i in part])
            families = _families(similarity)
            found += _templates(category, len(members), part, similarity, families, rows)
    return tuple(sorted(found, key=lambda t: (-len(t.members), t.category, int(t.members[0]))))


def _similarities(strings: Sequence[str]) -> Floats:
    """(m, m) LCS / longer length of the pairs that share two 3-grams; 0 for the others."""
    m = len(strings)
    similarity = np.zeros((m, m), dtype=np.float32)
    grams = _trigrams(strings)
    shared = (grams @ grams.T).tocoo()
    keep = (shared.row < shared.col) & (shared.data >= SHARED_TRIGRAMS)
    left, right = shared.row[keep], shared.col[keep]
    if len(left):
        values = cpdist(
            [strings[i] for i in left],
            [strings[j] for j in right],
            scorer=LCSseq.normalized_similarity,
            dtype=np.float32,
        )
        similarity[left, right] = similarity[right, left] = values
    np.fill_diagonal(similarity, 1.0)
    return similarity


def _trigrams(strings: Sequence[str]) -> csr_array:
    """(m, g) which 3-grams of tokens each string holds, its beginning and end among them."""
    code: dict[str, int] = {}
    lists = [sorted({code.setdefault(g, len(code)) for g in _grams(string)}) for string in strings]
    indptr = np.cumsum([0, *map(len, lists)])
    indices = np.array([c for found in lists for c in found], dtype=np.int64)
    return csr_array(
        (np.ones(len(indices), dtype=np.int32), indices, indptr), shape=(len(strings), len(code))
    )


def _grams(string: str) -> Iterator[str]:
    framed = f"\x00{string}\x01"
    return (framed[i : i + 3] for i in range(len(framed) - 2))


def _families(similarity: Floats) -> list[Ints]:
    """Groups of at least three rows at both cuts, without repeats."""
    if len(similarity) < SMALLEST:
        return []
    tree = linkage(squareform(1.0 - similarity, checks=False), "average")
    found: dict[bytes, Ints] = {}
    for cut in CUTS:
        labels = fcluster(tree, 1.0 - cut, "distance")
        order = np.argsort(labels, kind="stable")
        for group in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1):
            if len(group) >= SMALLEST:
                found[np.sort(group).tobytes()] = np.sort(group)
    return list(found.values())


def _templates(
    category: str,
    size: int,
    part: Ints,
    similarity: Floats,
    families: Sequence[Ints],
    rows: Sequence[Row],
) -> Iterator[Template]:
    """A template for each distinct skeleton; families that share one are merged."""
    by_skeleton: dict[tuple[str, ...], set[int]] = {}
    for group in families:
        medoid = int(part[group[np.argmax(similarity[np.ix_(group, group)].sum(axis=1))]])
        kept = _kept(rows[medoid], [rows[part[i]] for i in group])
        skeleton = _skeleton([rows[medoid].tokens[k] for k in kept], [rows[part[i]] for i in group])
        if any(t != SLOT for t in skeleton):
            by_skeleton.setdefault(skeleton, set()).update(part[group].tolist())
    for skeleton, positions in by_skeleton.items():
        members = np.array(sorted(positions), dtype=np.int64)
        fixed = [t for t in skeleton if t != SLOT]
        lengths = [len(rows[i].tokens) for i in members]
        yield Template(
            category=category,
            skeleton=readable(skeleton),
            members=members,
            share=len(members) / size,
            fixed_tokens=len(fixed),
            structural_tokens=sum(not t[0].isalpha() for t in fixed),
            coverage=min(1.0, len(fixed) / float(np.mean(lengths))),
            tokens=skeleton,
        )


def _kept(medoid: Row, group: Sequence[Row]) -> list[int]:
    """Places of the medoid's tokens that four in five of the rows hold, in order."""
    counts: Counter[int] = Counter()
    for row in group:
        for block in LCSseq.opcodes(medoid.tokens, row.tokens):
            if block.tag == "equal":
                counts.update(range(block.src_start, block.src_end))
    return [k for k in sorted(counts) if counts[k] >= IN_MOST * len(group)]


def _skeleton(kept: Sequence[str], group: Sequence[Row]) -> tuple[str, ...]:
    """The kept tokens with a slot wherever one row in five or more has something between."""
    gaps: Counter[int] = Counter()
    for row in group:
        place = 0
        for block in LCSseq.opcodes(tuple(kept), row.tokens):
            place = block.src_start
            if block.tag != "equal" and block.dest_end > block.dest_start:
                gaps[place] += 1
    out: list[str] = []
    for k in range(len(kept) + 1):
        if gaps[k] >= (1 - IN_MOST) * len(group):
            out.append(SLOT)
        out += kept[k : k + 1]
    return tuple(out)


def readable(skeleton: Sequence[str]) -> str:
    """A skeleton as a person would write it: no space before a comma, none around a line break."""
    out = ""
    for token in skeleton:
        tight = not out or out.endswith(("\n", "(", "[", "#")) or token in list("\n.,;:!?)]'")
        out += token if tight else f" {token}"
    return out


def without_templates(texts: Sequence[str], templates: Sequence[Template]) -> list[str]:
    """The texts without the fixed tokens of their templates: what each row itself says.

    Of nested templates the outermost goes. One that is nearly all of its rows is left in: there
    the frame is the message.
    """
    out, done = list(texts), set[int]()
    for template in templates:
        if template.excess > 0 and template.coverage < ALL_FRAME:
            fresh = [i for i in template.members.tolist() if i not in done]
            for i, row in zip(fresh, read_rows([texts[i] for i in fresh]), strict=True):
                out[i] = _strip(row, template.tokens)
            done.update(fresh)
    return out


def _strip(row: Row, skeleton: Sequence[str]) -> str:
    """The words of `row` outside the skeleton; the whole text where none are left."""
    fixed = tuple(t for t in skeleton if t != SLOT)
    inside = np.zeros(len(row.tokens), dtype=bool)
    for block in LCSseq.opcodes(fixed, row.tokens):
        if block.tag == "equal":
            inside[block.dest_start : block.dest_end] = True
    masks = {f"<{name}>" for name in MASKS}
    left = [
        row.text[a:b]
        for token, (a, b), fixed_here in zip(row.tokens, row.spans, inside, strict=True)
        if not fixed_here and token not in masks
    ]
    return " ".join(left) if any(piece.isalpha() for piece in left) else row.text
