"""Subtypes: what a category consists of, found without labels for them.

One exact average-linkage tree a category, over vectors of the text without its template's words.
No flat cut of it isolates rare groups, so the thin candidates are its small nodes, ranked by how
far they are from their neighbourhood and by how much one word is their own, and picked greedily
without overlap; a small tight template is a candidate ahead of all of them. The other rows are
described by a flat cut.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import squareform

from auditor.records.arrays import Floats, Ints
from auditor.records.dataset import Dataset
from auditor.records.structure import CopyFamilies, Subtype, Template, effective_examples
from auditor.structure.keywords import Vocabulary
from auditor.structure.templates import MIN_SAME_MESSAGE
from auditor.structure.trees import average

SMALL = (3, 12)  # rows of a thin candidate, copies aside: fewer cannot repeat, more are not thin
NEIGHBOURHOOD = 10  # outside rows that a candidate is compared with, and neighbours of each
CANDIDATES = 3  # a category; recall rises slowly after the first few, false alarms do not
CUT = 0.6  # cosine distance of the descriptive flat cut
MAX_ROWS = 8000  # rows of a category in one tree (O(n^2) memory)
# Weight of a node's own word against its separation: one standard deviation of each counts alike.
# At one false alarm a category it finds 13 of 45 planted thin subtypes where separation alone
# finds 5 (CLINC150, plant seeds 0-4).
OWN_WORD = 0.05
MAX_THIN_TEMPLATE = 8  # rows up to which a template can be one thin subtype


def find_subtypes(
    dataset: Dataset,
    stripped: Sequence[str],
    vectors: Floats,
    copies: CopyFamilies,
    templates: Sequence[Template],
) -> tuple[Subtype, ...]:
    """The subtypes of each category, largest first; every row is in one.

    `stripped`: the texts without their templates' fixed words; `vectors` (n, dim): of those.
    """
    codes, found = dataset.codes, []
    evident: dict[str, list[Template]] = defaultdict(list)
    for template in templates:
        if template.excess > 0:
            evident[template.category].append(template)
    vocabulary = Vocabulary(stripped)
    described = _Describer(vocabulary, vectors, copies.family)
    owner = np.zeros(len(codes), dtype=np.int64)  # which of its category's subtypes a row is in
    for code, category in enumerate(dataset.categories):
        members = np.flatnonzero(codes == code)
        matches = evident[category]
        groups = _partition(vectors[members], members, matches, vocabulary, copies.family)
        groups = sorted(groups, key=lambda g: (-len(g.members), int(g.members[0])))
        for number, group in enumerate(groups):
            owner[group.members] = number
        holding = _holding(matches, owner, len(groups))
        found += [
            described.subtype(f"{category}/{i}", category, group, matches_of)
            for i, (group, matches_of) in enumerate(zip(groups, holding, strict=True), 1)
        ]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Group:
    members: Ints
    separation: float | None = None


def _partition(
    vectors: Floats,
    members: Ints,
    matches: Sequence[Template],
    vocabulary: Vocabulary,
    family: Ints,
) -> list[_Group]:
    """Candidates first, then the flat cut of what they leave."""
    templated, nodes = [], []
    in_templates = np.unique(np.concatenate([*(t.members for t in matches), members[:0]]))
    labels = np.zeros(len(members), dtype=np.int64)
    for start in range(0, len(members), MAX_ROWS):
        part = members[start : start + MAX_ROWS]
        tree = _Tree(vectors[start : start + MAX_ROWS])

        def group(g: Ints, part: Ints = part, tree: _Tree = tree) -> _Group:
            own_word = OWN_WORD * vocabulary.own_word(part[g])
            return _Group(part[g], tree.separation(g) + own_word)

        here = [np.flatnonzero(np.isin(part, t.members)) for t in matches if _thin(t)]
        templated += [group(g) for g in here if len(g) >= SMALL[0]]
        in_match = np.isin(part, in_templates)
        nodes += [
            group(g)
            for g in tree.small_nodes()
            if in_match[g].mean() <= 0.5 and len(np.unique(family[part[g]])) >= SMALL[0]
        ]
        labels[start : start + MAX_ROWS] = tree.flat() + labels.max() + 1
    nodes.sort(key=lambda g: (-(g.separation or 0.0), g.members.tolist()))
    groups = _disjoint(templated, len(templated), [])
    groups = _disjoint(nodes, len(groups) + CANDIDATES, groups)
    left = ~np.isin(members, [i for g in groups for i in g.members])
    return groups + [_Group(g) for g in _rest(members[left], labels[left], vectors[left])]


def _thin(match: Template) -> bool:
    """Whether a template is by itself a thin subtype: few rows that all say the same."""
    return (
        SMALL[0] <= len(match.members) <= MAX_THIN_TEMPLATE and match.coverage >= MIN_SAME_MESSAGE
    )


def _disjoint(ranked: Sequence[_Group], max_groups: int, groups: Sequence[_Group]) -> list[_Group]:
    """`groups` and, in order, those of `ranked` that overlap none before, up to `max_groups` in
    all."""
    out = list(groups)
    taken = {int(i) for g in out for i in g.members}
    for group in ranked:
        if len(out) < max_groups and taken.isdisjoint(group.members.tolist()):
            out.append(group)
            taken.update(group.members.tolist())
    return out


class _Tree:
    """The average-linkage tree of one category's vectors (m, dim), and its cosines (m, m)."""

    def __init__(self, vectors: Floats) -> None:
        self.cosine = np.clip(np.round(vectors @ vectors.T, 5), -1.0, 1.0)
        np.fill_diagonal(self.cosine, 1.0)
        self.size = len(vectors)
        # s10: mean cosine of each row to its own ten nearest
        near = min(NEIGHBOURHOOD + 1, self.size)
        others = np.sort(np.partition(self.cosine, -near, axis=1)[:, -near:], axis=1)[:, :-1]
        self.own = others.mean(axis=1) if self.size > 1 else np.zeros(1, dtype=np.float32)
        self.grown = average(squareform(1.0 - self.cosine, checks=False))

    def flat(self) -> Ints:
        """(m,) cluster of each row at the descriptive cut."""
        return self.grown.cut(CUT)

    def small_nodes(self) -> Iterator[Ints]:
        """Rows of each node of 3 to 12 rows that has a neighbourhood to stand out from."""
        return self.grown.nodes(SMALL[0], min(SMALL[1], self.size - NEIGHBOURHOOD - 1))

    def separation(self, node: Ints) -> float:
        """relsep: how much closer the neighbourhood is to its own neighbours than to the node.

        Mean of s10 over the ten outside rows most similar to the node, minus the mean cosine
        between node and these.
        """
        to_node = self.cosine[node].mean(axis=0)
        to_node[node] = -2.0
        outside = min(NEIGHBOURHOOD, self.size - len(node))
        if outside == 0:
            return 0.0
        close = np.flatnonzero(to_node >= np.partition(to_node, -outside)[-outside])
        near = close[np.argsort(-to_node[close], kind="stable")][:outside]
        return float(self.own[near].mean() - to_node[near].mean())


def _rest(members: Ints, labels: Ints, vectors: Floats) -> list[Ints]:
    """The flat clusters of the remaining rows; too small clusters go to the nearest."""
    if not len(members):
        return []
    names, inverse, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    big = np.flatnonzero(sizes > SMALL[1])
    if len(big) <= 1:
        return [members]
    centres = np.stack([vectors[inverse == b].mean(axis=0) for b in big])
    nearest = np.argmax(np.round(vectors @ centres.T, 5), axis=1)
    place = np.full(len(names), -1)
    place[big] = np.arange(len(big))
    own = np.where(place[inverse] >= 0, place[inverse], nearest)
    return [members[own == b] for b in range(len(big))]


def _holding(matches: Sequence[Template], owner: Ints, count: int) -> list[tuple[Template, ...]]:
    """The templates that hold rows of each group, those of most of its rows first.

    owner (n,): the number of each row's group, below `count`. A template is laid over all groups
    at once: there may be thousands of both.
    """
    inside: list[list[tuple[int, Template]]] = [[] for _ in range(count)]
    for match in matches:
        groups, rows = np.unique(owner[match.members], return_counts=True)
        for group, n in zip(groups.tolist(), rows.tolist(), strict=True):
            inside[group].append((n, match))
    return [tuple(f for _, f in sorted(holding, key=lambda h: -h[0])) for holding in inside]


@dataclass(frozen=True, slots=True)
class _Describer:
    """What is said of a group: its typical row, keywords and effective examples."""

    vocabulary: Vocabulary
    vectors: Floats
    family: Ints

    def subtype(
        self, name: str, category: str, group: _Group, matches: tuple[Template, ...]
    ) -> Subtype:
        members = np.sort(group.members)
        centre = self.vectors[members].mean(axis=0)
        return Subtype(
            id=name,
            category=category,
            members=members,
            typical=int(members[np.argmax(np.round(self.vectors[members] @ centre, 5))]),
            keywords=self.vocabulary.keywords(members),
            effective_examples=effective_examples(self.family[members]),
            separation=group.separation,
            templates=matches,
        )
