"""Trees of hierarchical clustering, their nodes and their cuts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist

from auditor.structure.trees import GRID, Tree, average, ward


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def vectors():
    """Eight subjects of fifteen rows or so."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(8, 24))
    return unit(centres[random.integers(0, 8, 120)] + 0.4 * random.normal(size=(120, 24)))


def nodes(tree, smallest=1, largest=10**6):
    return [node.tolist() for node in tree.nodes(smallest, largest)]


def test_a_node_is_all_rows_below_a_merge_and_inner_ones_come_first():
    merges = np.array([[1, 3, 0.1, 2], [0, 4, 0.2, 2], [2, 5, 0.3, 3], [6, 7, 0.9, 5]])
    assert nodes(Tree(merges)) == [[1, 3], [0, 4], [1, 2, 3], [0, 1, 2, 3, 4]]
    assert nodes(Tree(merges), 3, 4) == [[1, 2, 3]]


def test_nodes_are_what_the_merges_say(vectors):
    tree = average(pdist(vectors))
    inside = {i: [i] for i in range(len(vectors))}
    for step, (a, b, _, _) in enumerate(tree.merges):
        inside[len(vectors) + step] = sorted(inside[int(a)] + inside[int(b)])
    assert nodes(tree) == list(inside.values())[len(vectors) :]


def test_a_cut_keeps_apart_what_merges_above_it():
    merges = np.array([[1, 3, 0.1, 2], [0, 4, 0.2, 2], [2, 5, 0.3, 3], [6, 7, 0.9, 5]])
    labels = Tree(merges).cut(0.25)
    assert labels[1] == labels[3]
    assert labels[0] == labels[4]
    assert len(set(labels.tolist())) == 3


def test_a_single_row_is_a_tree_without_nodes():
    for tree in (average(np.empty(0)), ward(unit(np.ones((1, 4))))):
        assert nodes(tree) == []
        assert tree.cut(0.5).tolist() == [1]


def test_ward_s_tree_is_that_of_all_distances(vectors):
    """Without holding them: memory is that of the vectors."""
    known = Tree(linkage(pdist(vectors), "ward"))
    assert nodes(ward(vectors)) == nodes(known)
    assert np.allclose(ward(vectors).merges[:, 2], known.merges[:, 2], atol=1e-4)


def test_ward_s_tree_does_not_depend_on_the_order_of_the_rows(vectors):
    order = np.random.default_rng(1).permutation(len(vectors))
    found = {tuple(sorted(order[node].tolist())) for node in ward(vectors[order]).nodes(1, 120)}
    assert found == {tuple(node) for node in nodes(ward(vectors))}


def test_what_lies_beyond_the_grid_decides_nothing(vectors):
    """As little as two machines, or two ways to add up a product, differ by."""
    on_grid = (np.round(vectors / GRID) * GRID).astype(np.float32)
    random = np.random.default_rng(2)
    off = on_grid + random.uniform(-0.4, 0.4, on_grid.shape).astype(np.float32) * np.float32(GRID)
    assert np.array_equal(ward(off).merges, ward(on_grid).merges)


def test_rows_as_far_from_one_another_are_a_tie_however_their_distance_adds_up():
    """The same steps in other coordinates: sums of squares that floats would round differently."""
    random = np.random.default_rng(3)
    step = random.normal(size=384) / 40
    rows = np.stack([random.permutation(step) for _ in range(12)])
    centres = np.zeros((12, 384))
    pairs = np.concatenate([centres + 3 * np.eye(12, 384), centres + 3 * np.eye(12, 384) + rows])
    heights = ward(pairs.astype(np.float32)).merges[:12, 2]
    assert len(set(heights.tolist())) == 1
