"""The layer table holds, help is quick, and nothing can run code from a file."""

from __future__ import annotations

import ast
import graphlib
import importlib
import inspect
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterable
from pathlib import Path

import pytest

import auditor

PACKAGE = Path(__file__).parents[1] / "auditor"
MODULES = sorted(PACKAGE.rglob("*.py"))
# Each line imports only lower ones; names on one line never import each other.
LAYERS = """
__init__ __main__
cli
commands
comparing
gating pipeline
forecasting
analysis
inputs no_text resources summary
reporting
checks prediction
structure
dataset embedding options
pool progress settings
settings_files
interfaces
records
validation
clock
atomic errors folders jupyter label_spelling statistics threads work_tree
"""
# (module, what it imports of a higher layer, in the function that needs it): why.
DEFERRED = {
    ("records/kept.py", "auditor.reporting.notebook"): "a notebook asks a result how it looks",
    ("records/kept.py", "auditor.reporting.saving"): "a result writes its report",
    **{
        (f"records/{kind}.py", "auditor.reporting.frames"): "a result gives itself as a table"
        for kind in ("audit", "verdict", "comparison")
    },
}
# Modules that import by a name which they make: what no other one may, since it cannot be seen.
BY_NAME = {
    "__init__.py": "public names, each when it is first used",
    "cli.py": "a command, when it is asked for",
    "jupyter.py": "IPython, where it runs already: nothing imports it to find out",
}
DEPTH = {name: i for i, line in enumerate(LAYERS.split("\n")) for name in line.split()}
HEAVY = {
    *("bokeh", "torch", "numpy", "pandas", "scipy", "sklearn", "sentence_transformers", "umap"),
    *("jinja2", "msgspec", "pyarrow", "rapidfuzz", "regex", "rich", "simplemma", "spellchecker"),
}
# What `--help` of a command may load: its registries' entries import the rest when they are used.
LISTED = {"numpy", "scipy", "pyarrow", "msgspec", "rapidfuzz", "regex", "rich"}


def unit(module: str) -> str:
    """The name in the table of a dotted module: auditor.dataset.csv -> dataset."""
    return ([*module.split(".")[1:], "__init__"])[0]


def imports(path: Path) -> set[str]:
    """Every module of ours that the file names, wherever in it, for type checkers too."""
    return named(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def named(nodes: Iterable[ast.AST]) -> set[str]:
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            inside = node.module == "auditor"
            found |= {f"auditor.{a.name}" if inside else str(node.module) for a in node.names}
    return {name for name in found if name.split(".")[0] == "auditor"}


def test_every_module_has_its_place_in_the_table():
    names = {p.relative_to(PACKAGE).parts[0].removesuffix(".py") for p in MODULES}
    assert names == set(DEPTH)


def deferred(path: Path) -> set[str]:
    """Every module of ours that the file imports inside a function alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    inside = {id(n) for function in functions for n in ast.walk(function)}
    outside = [n for n in ast.walk(tree) if id(n) not in inside]
    return named(n for function in functions for n in ast.walk(function)) - named(outside)


def by_name(tree: ast.Module) -> bool:
    """Whether a module can import by a name that it makes, in any of the ways of Python."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            of = getattr(node, "module", None)
            whole = {f"{of}.{a.name}" if of else a.name for a in node.names}
            if whole & {"importlib", "importlib.import_module", "pkgutil", "runpy", "imp"}:
                return True
        elif isinstance(node, ast.Name | ast.Attribute):
            if ast.unparse(node).split(".")[-1] in {"__import__", "import_module", "__loader__"}:
                return True
            if ast.unparse(node) == "sys.modules":
                return True
    return False


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_lower_layers(path):
    """What has to be the other way round stands in DEFERRED, with the reason."""
    place = path.relative_to(PACKAGE).as_posix()
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    higher = {n for n in imports(path) if unit(n) != own and DEPTH[unit(n)] <= DEPTH[own]}
    assert higher == {name for where, name in DEFERRED if where == place}
    assert higher <= deferred(path)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_import_is_hidden_behind_a_name(path):
    """What may stands in BY_NAME, with the reason."""
    hidden = by_name(ast.parse(path.read_text(encoding="utf-8")))
    assert hidden is (path.relative_to(PACKAGE).as_posix() in BY_NAME)


@pytest.mark.parametrize(
    "line",
    [
        "import importlib",
        "from importlib import import_module",
        "from importlib import import_module as load",
        "found = __import__('auditor.reporting')",
        "import sys\nfound = sys.modules['auditor.reporting']",
        "import pkgutil\nfound = pkgutil.resolve_name('auditor.reporting:save')",
    ],
)
def test_a_line_that_hides_an_import_is_found(line):
    assert by_name(ast.parse(line))


@pytest.mark.parametrize("line", ["from importlib.metadata import version", "import auditor.cli"])
def test_a_line_whose_imports_are_seen_is_right(line):
    assert not by_name(ast.parse(line))


def loaded(script: str) -> tuple[str, set[str]]:
    """What a script prints in a Python of its own, and the packages that it loads."""
    script += "\nprint(sorted(sys.modules), file=sys.stderr)\n"
    command = [sys.executable, "-c", "import sys\n" + script]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    modules = ast.literal_eval(done.stderr)
    return done.stdout, {name.split(".")[0] for name in modules}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_and_its_functions_are_short(path):
    """Three hundred lines, and fifty: what does not fit has another thing in it."""
    text = path.read_text(encoding="utf-8")
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
    long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno + 1 > 50]
    assert (text.count("\n") <= 300, long) == (True, [])


def test_modules_import_each_other_in_no_circle():
    """The exceptions are those that are deferred, above."""
    graphlib.TopologicalSorter(graph(set(DEFERRED))).prepare()  # raises CycleError, with the circle


def test_what_is_deferred_would_be_a_circle():
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter(graph(set())).prepare()


def graph(without: set[tuple[str, str]]) -> dict[str, set[str]]:
    """Each module, and those that it imports."""
    files = {".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts): p for p in MODULES}
    names = {n.removesuffix(".__init__"): p for n, p in files.items()}
    found = {}
    for name, path in names.items():
        place = path.relative_to(PACKAGE).as_posix()
        deferred = {module for where, module in without if where == place}
        found[name] = imports_of_modules(path, set(names)) - deferred - {name}
    return found


def imports_of_modules(path: Path, names: set[str]) -> set[str]:
    """Those of `names` that a file imports, or imports something of."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{a.name}" for a in node.names}
            found |= inner | ({str(node.module)} if inner - names else set())
    return found & names


@pytest.mark.parametrize(
    ("words", "said", "allowed"),
    [
        (["--help"], "Audit a labelled dataset", set()),
        # It lists what the registries have, whose entries import nothing else until they are used.
        (["audit", "--help"], "Audit DATA, a labelled dataset", LISTED),
    ],
)
def test_help_waits_for_no_library(words, said, allowed):
    shown, packages = loaded(
        "import runpy\n"
        f"sys.argv = ['auditor', *{words}]\n"
        "try:\n    runpy.run_module('auditor', run_name='__main__')\n"
        "except SystemExit:\n    pass"
    )
    assert said in shown
    assert packages & HEAVY <= allowed


SAMPLE = Path(__file__).parents[1] / "sample_datasets" / "support_tickets.csv"


@pytest.mark.parametrize(
    "words",
    [
        ["audit", "nowhere.csv"],
        ["audit", str(SAMPLE), "--update", "nowhere.csv"],
        ["audit", str(SAMPLE), "--text", "no_such_column"],
        ["audit", str(SAMPLE), "--embedder", "/no/such/folder"],
        ["audit", str(SAMPLE), "--probe", "no_such_probe"],
        ["audit", str(SAMPLE), "--role", "group"],
        ["compare", str(SAMPLE), "nowhere.csv"],
    ],  # a gate reads its policy first, which names the checks
)
def test_what_is_wrong_in_a_command_is_said_before_anything_that_computes_is_loaded(words):
    said, packages = loaded(
        "import runpy\n"
        f"sys.argv = ['auditor', *{words}]\n"
        "sys.stderr, kept = sys.stdout, sys.stderr\n"
        "try:\n    runpy.run_module('auditor', run_name='__main__')\n"
        "except SystemExit as end:\n    print(end.code)\n"
        "sys.stderr = kept"
    )
    assert said.splitlines()[-1] in {"2", "4", "5"}
    assert packages & {"numba", "scipy", "sentence_transformers", "sklearn", "torch"} == set()


def test_importing_the_package_waits_for_no_library():
    said, packages = loaded("import auditor\nprint(dir(auditor))")
    assert "save_html" in said
    assert packages & HEAVY == set()


def test_reading_and_rendering_a_result_waits_for_nothing_that_computes():
    _, packages = loaded("from auditor import load, save, save_html")
    assert packages & (HEAVY - {"msgspec", "numpy", "rapidfuzz", "regex", "rich"}) == set()


@pytest.mark.parametrize("name", auditor.__all__)
def test_every_public_name_is_there_when_it_is_first_asked_for_and_later(name):
    said, _ = loaded(
        f"import auditor\nassert auditor.{name} is auditor.{name}\n"
        f"print(callable(auditor.{name}), auditor.{name}.__name__)"
    )
    assert said == f"True {name}\n"


def test_every_verb_and_what_it_takes_and_gives_is_public():
    verbs = {"audit", "gate", "compare", "backtest", "claims", "load", "save", "save_html"}
    verbs |= {"load_settings", "load_policy"}
    types = {"Audit", "Verdict", "Comparison", "Claims", "Finding"}
    types |= {"Settings", "Policy", "Options"}
    assert set(auditor.__all__) == verbs | types
    assert {name for name in dir(auditor) if not name.startswith("__")} == set(auditor.__all__)


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


# --- everything random comes of the seed -------------------------------------------------------

# Generators, and where their seed stands. What else a library draws by itself has `random_state`.
MAKERS = {"default_rng", "RandomState", "Generator", "SeedSequence", "PCG64", "Random", "UMAP"}
SEEDED = MAKERS | {"manual_seed", "manual_seed_all", "seed"}
DRAWS = {"rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "rand_like"}
IN_PLACE = {"normal_", "uniform_", "bernoulli_", "random_", "exponential_"}
# (module, call): why it needs no seed of the user's.
UNSEEDED = {
    (
        "prediction/fine_tuning/budget.py",
        "np.random.default_rng(0)",
    ): "a few steps are timed and thrown away",
    ("prediction/fine_tuning/budget.py", "seed=0"): "a few steps are timed and thrown away",
    (
        "prediction/fine_tuning/evaluation.py",
        "Ridge",
    ): "solved exactly: only its solvers sag and saga draw",
    (
        "prediction/fine_tuning/fisher.py",
        "torch.Generator().manual_seed(0)",
    ): "signs in place of a longer sum, the same for every model",
    ("atomic.py", "secrets.token_hex(8)"): "the name of a temporary file",
    ("commands/gate.py", "secrets.token_hex(16)"): "the end of a text that no line of it is to be",
}


def drawing(tree: ast.Module) -> set[str]:
    """The calls of a module that draw at random without a seed that was handed to it."""
    found, modules = set(), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {a.asname or a.name: a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.FunctionDef):
            args = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            given = [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
            if given and any(a.arg in ("seed", "random") for a in args[-len(given) :]):
                found.add(f"{node.name}: seed by default")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _draws(node, modules):
            found.add(ast.unparse(node))
        elif isinstance(node, ast.keyword) and node.arg in ("seed", "random_state"):
            given = ast.unparse(node.value)
            found |= set() if "seed" in given else {f"{node.arg}={given}"}
    return found | {f"import {m}" for m in modules.values() if m.split(".")[0] == "uuid"}


def _draws(call: ast.Call, modules: dict[str, str]) -> bool:
    function = ast.unparse(call.func)
    first, _, rest = function.partition(".")
    whole = ".".join(filter(None, (modules.get(first, first), rest)))
    root, name = whole.split(".")[0], whole.split(".")[-1]
    told = {k.arg: ast.unparse(k.value) for k in call.keywords}
    seeded = any("seed" in text for text in (*map(ast.unparse, call.args), *told.values()))
    if name in SEEDED and (root, name) != ("torch", "Generator"):  # of that, `manual_seed`
        return not seeded
    if whole.startswith(("numpy.random.", "random.")) and first in modules:
        return "(" not in function  # else of a generator that is made here, and looked at
    if (root == "torch" and name in DRAWS) or name in IN_PLACE:
        return "generator" not in told
    if root in ("sklearn", "scipy"):
        return _takes_a_state(whole) and not seeded
    return function == "hash" or root == "secrets"


def _takes_a_state(whole: str) -> bool:
    module, _, name = whole.rpartition(".")
    try:
        taken = inspect.signature(getattr(importlib.import_module(module), name)).parameters
    except (ImportError, AttributeError, ValueError, TypeError):
        return False
    return bool({"random_state", "rng"} & set(taken))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_is_drawn_without_the_seed(path):
    """What is right without it stands in UNSEEDED, with the reason."""
    place = path.relative_to(PACKAGE).as_posix()
    allowed = [call for where, call in UNSEEDED if where == place]
    found = drawing(ast.parse(path.read_text(encoding="utf-8")))
    assert [call for call in sorted(found) if not any(call.startswith(a) for a in allowed)] == []
    assert [a for a in allowed if not any(call.startswith(a) for call in found)] == []


@pytest.mark.parametrize(
    "line",
    [
        "np.random.default_rng()",
        "np.random.default_rng(0)",
        "np.random.shuffle(rows)",
        "random.shuffle(rows)",
        "random.Random(3)",
        "torch.manual_seed(1)",
        "torch.Generator().manual_seed(1)",
        "torch.randperm(9)",
        "weights.normal_()",
        "KMeans(3)",
        "KMeans(3, random_state=0)",
        "UMAP(n_neighbors=3)",
        "train_test_split(rows)",
        "bootstrap(rows, statistic)",
        "hash(text)",
        "uuid.uuid4()",
        "train_probes(rows, seed=0)",
        "def draw(rows, seed=0): pass",
    ],
)
def test_a_line_that_draws_without_the_seed_is_found(line):
    head = (
        "import random, uuid, torch\nimport numpy as np\nfrom umap import UMAP\n"
        "from sklearn.cluster import KMeans\nfrom scipy.stats import bootstrap\n"
        "from sklearn.model_selection import train_test_split\n"
    )
    used = head if line.startswith("uuid") else head.replace(" uuid,", "")
    assert drawing(ast.parse(used + line)) != set()


@pytest.mark.parametrize(
    "line",
    [
        "np.random.default_rng([seed, 3])",
        "random.Random(settings.seed)",
        "random.permutation(9)",
        "KMeans(3, random_state=self.seed)",
        "torch.randperm(9, generator=random)",
        "torch.Generator().manual_seed(seed)",
        "linkage(vectors, 'ward')",
    ],
)
def test_a_line_that_draws_by_the_seed_is_right(line):
    head = "import numpy as np\nimport torch\nfrom sklearn.cluster import KMeans\n"
    head += "from scipy.cluster.hierarchy import linkage\n"
    head += "import random\n" if line.startswith("random.Random") else ""
    assert drawing(ast.parse(head + line)) == set()


# --- what a docstring names is there -----------------------------------------------------------

NAMED_FILE = re.compile(r"`*(?<![\w/.*-])((?:\.\./|[\w-]+/)*\w+\.py)\b")


def files_named(source: str) -> set[str]:
    """The Python files that the docstrings and comments of a module name."""
    tree = ast.parse(source)
    holders = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    said = [ast.get_docstring(n) or "" for n in ast.walk(tree) if isinstance(n, holders)]
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    said += [t.string for t in tokens if t.type == tokenize.COMMENT]
    return {name for text in said for name in NAMED_FILE.findall(text)}


def is_there(name: str, folder: Path) -> bool:
    """Whether a file of that name lies in the folder, in the package or in the repository."""
    return any((place / name).is_file() for place in (folder, PACKAGE, PACKAGE.parent))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_file_that_a_docstring_names_exists(path):
    named_files = files_named(path.read_text(encoding="utf-8"))
    assert [name for name in sorted(named_files) if not is_there(name, path.parent)] == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('"""As `neighbours.py` has them."""', {"neighbours.py"}),
        ('"""    entries.py    what it holds"""', {"entries.py"}),
        ('"""See (`gating/evidence.py`)."""', {"gating/evidence.py"}),
        ("x = 1  # of tests/benchmarks/gate.py", {"tests/benchmarks/gate.py"}),
        ('name = "data.py"', set()),
    ],
)
def test_a_file_that_is_named_is_seen(line, found):
    assert files_named(line) == found
