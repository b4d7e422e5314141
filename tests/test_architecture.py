"""The layer table holds, help is quick, and nothing can run code from a file."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "auditor"
MODULES = sorted(PACKAGE.rglob("*.py"))
# Each line imports only lower ones; names on one line never import each other.
LAYERS = """
__init__ __main__
cli
commands
compare gate
baseline pipeline
no_text opening ruling
reporting
dataset embedding prediction checks sides digest revisions
policy
settings
favoured files interfaces limits relabelling
records outcomes comparison
results
errors spelling statistics threads
"""
DEPTH = {name: i for i, line in enumerate(LAYERS.split("\n")) for name in line.split()}
HEAVY = {"bokeh", "torch", "numpy", "pandas", "scipy", "sklearn", "sentence_transformers", "umap"}


def unit(module: str) -> str:
    """The name in the table of a dotted module: auditor.dataset.csv -> dataset."""
    return ([*module.split(".")[1:], "__init__"])[0]


def imports(path: Path) -> set[str]:
    """Every module of ours that the file names, wherever in it, for type checkers too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            inside = node.module == "auditor"
            found |= {f"auditor.{a.name}" if inside else str(node.module) for a in node.names}
    return {name for name in found if name.split(".")[0] == "auditor"}


def test_every_module_has_its_place_in_the_table():
    names = {p.relative_to(PACKAGE).parts[0].removesuffix(".py") for p in MODULES}
    assert names == set(DEPTH)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_lower_layers(path):
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    others = {unit(name) for name in imports(path)} - {own}
    assert [o for o in sorted(others) if DEPTH[o] <= DEPTH[own]] == []


def test_help_waits_for_no_library():
    script = (
        "import runpy, sys\n"
        "sys.argv = ['auditor', '--help']\n"
        "try:\n    runpy.run_module('auditor', run_name='__main__')\n"
        "except SystemExit:\n    print(sorted(sys.modules), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "Audit a labelled dataset" in done.stdout
    assert HEAVY & set(ast.literal_eval(done.stderr)) == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_read_can_run_code(path):
    """No pickle, no joblib, no torch.load, and nobody trusts remote code."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {a.name for a in node.names} | {getattr(node, "module", None) or ""}
            assert not {n.split(".")[0] for n in names} & {"pickle", "joblib", "dill", "shelve"}
        elif isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in {"torch.load", "eval", "exec"}
            assert not any(
                k.arg in ("trust_remote_code", "allow_pickle") and ast.unparse(k.value) != "False"
                for k in node.keywords
            )
