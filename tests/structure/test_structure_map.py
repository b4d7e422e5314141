"""The drawing: the same each time, within its frame, whatever it is given."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from auditor.structure.map import MIN_POINTS, project

ROOT = Path(__file__).parents[2]


def unit(n, dim=16, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("n", [1, 2, 3, MIN_POINTS - 1])
def test_few_rows_are_drawn_without_umap(monkeypatch, n):
    monkeypatch.setitem(sys.modules, "umap", None)
    places = project(unit(n), seed=0)
    assert places.shape == (n, 2)
    assert places.min() == 0.0
    assert places.max() <= 1.0


@pytest.mark.parametrize("error", [RuntimeError("no locator available\nfor a file"), OSError()])
def test_where_umap_cannot_draw_the_map_is_left_out_with_a_line(monkeypatch, caplog, error):
    def fails(*_):
        raise error

    monkeypatch.setattr("auditor.structure.map._drawn", fails)
    assert project(unit(60), seed=0) is None
    [line] = caplog.messages
    assert line.startswith("the map is left out: UMAP cannot draw here (")
    assert "\n" not in line


def test_few_rows_are_drawn_the_same_each_time():
    np.testing.assert_array_equal(project(unit(9), seed=0), project(unit(9), seed=0))


def test_identical_rows_are_drawn_on_one_point():
    places = project(np.tile(unit(1), (6, 1)), seed=0)
    assert len(np.unique(places, axis=0)) == 1
    assert np.isfinite(places).all()


def test_rows_that_are_alike_are_drawn_near_each_other():
    vectors = np.concatenate([unit(1) + 0.01 * unit(5, seed=2), unit(1, seed=1) + 0.01 * unit(5)])
    places = project(vectors.astype(np.float32), seed=0)
    inside = np.ptp(places[:5], axis=0).max()
    assert inside < np.linalg.norm(places[:5].mean(axis=0) - places[5:].mean(axis=0))


@pytest.mark.slow
def test_umap_draws_the_same_map_with_the_same_seed():
    vectors = unit(60)
    np.testing.assert_array_equal(project(vectors, seed=3), project(vectors, seed=3))


@pytest.mark.slow
@pytest.mark.parametrize("n", [MIN_POINTS, 60])
def test_umap_draws_within_the_frame_in_four_digits(n):
    places = project(unit(n), seed=0)
    assert places.shape == (n, 2)
    assert places.dtype == np.float32
    np.testing.assert_array_equal(places.min(axis=0), 0.0)
    np.testing.assert_array_equal(places.max(axis=0), 1.0)
    np.testing.assert_allclose(places, places.round(4), atol=1e-7)


@pytest.mark.slow
def test_umap_copes_with_many_identical_rows():
    places = project(np.concatenate([np.tile(unit(1), (40, 1)), unit(20, seed=1)]), seed=0)
    assert np.isfinite(places).all()


@pytest.mark.slow
def test_what_umap_compiles_is_kept_for_the_next_process():
    """It takes ten times as long as the drawing."""
    from umap import layouts, umap_

    project(unit(60), seed=0)
    functions = (
        umap_.smooth_knn_dist,
        umap_.compute_membership_strengths,
        layouts._get_optimize_layout_euclidean_single_epoch_fn(),
    )
    for function in functions:
        kept, taken = function.stats.cache_misses, function.stats.cache_hits
        assert sum(kept.values()) + sum(taken.values()) == len(function.signatures) > 0


@pytest.mark.slow
def test_no_configuration_beside_the_data_brings_compiled_code(tmp_path):
    """numba would take pickles from the cache that it names, and import the class."""
    (tmp_path / ".numba_config.yaml").write_text(
        "cache_dir: compiled\ncache_locator_classes: planted.Locator\n"
    )
    (tmp_path / "planted.py").write_text("open('ran', 'w')\n")
    script = (
        "import numpy as np\nfrom auditor.structure.map import project\n"
        "project(np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32), 0)\n"
    )
    path = os.pathsep.join([str(ROOT), str(tmp_path)])
    command = [sys.executable, "-c", script]
    subprocess.run(command, cwd=tmp_path, check=True, env=os.environ | {"PYTHONPATH": path})
    assert {p.name for p in tmp_path.iterdir()} - {"__pycache__"} == {
        ".numba_config.yaml",
        "planted.py",
    }
