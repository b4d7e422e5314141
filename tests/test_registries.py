"""What is added to a registry has its words and its test; whatever is missing is named.

A check, an input format, an embedder, a model to fine-tune and a mitigation are each a file of
their own, a line in the registry, a test, and words where users look for them. The tables of
options in `docs/options.md` are made of what `--help` lists (`test_docs.py`).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.checks import CHECKS
from auditor.cli import main
from auditor.dataset import READERS
from auditor.embedding import EMBEDDERS
from auditor.embedding.target import TARGETS
from auditor.prediction.mitigations import MITIGATIONS
from auditor.reporting.codes import codes

ROOT = Path(__file__).parents[1]
README, FORMATS, MITIGATED = (
    (ROOT / page).read_text(encoding="utf-8")
    for page in ("README.md", "docs/input-formats.md", "docs/mitigations.md")
)
TESTS = {
    stage: "".join(
        p.read_text(encoding="utf-8") for p in (ROOT / "tests" / stage).rglob("test_*.py")
    )
    for stage in ("dataset", "embedding")
}


@pytest.fixture(scope="module")
def help_text() -> str:
    """What `auditor audit --help` says, however it breaks the lines."""
    shown = CliRunner().invoke(main, ["audit", "--help"], terminal_width=10_000)
    assert shown.exit_code == 0
    return " ".join(shown.output.split())


@pytest.mark.parametrize("code", [check.code for check in CHECKS])
def test_a_check_has_its_words_and_its_test(code):
    module = code.replace("-", "_")
    assert code in codes(), f"auditor/reporting/codes.toml: add its words as [codes.{code}]"
    line = f"| [`{code}`](docs/codes/{code}.md) |"
    assert line in README, f"README.md, What it finds: add a line {line}"
    test = ROOT / f"tests/checks/test_checks_{module}.py"
    assert test.is_file(), f"{test.relative_to(ROOT)}: write what it finds, and what it does not"
    [check] = [c for c in CHECKS if c.code == code]
    named = type(check).__name__ in test.read_text(encoding="utf-8")
    assert named, f"{test.relative_to(ROOT)} does not test {type(check).__name__}"


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_an_input_format_has_its_words_and_its_test(reader, help_text):
    name = reader.name
    assert f"{name}," in help_text or f"{name} or" in help_text or f"or {name};" in help_text
    rows = [r for r in FORMATS.splitlines() if r.startswith("| `") and f"`{name}`" in r]
    assert rows, f"docs/input-formats.md, the table: add a line | `{name}` |"
    known = (reader.suffixes or (name,))[0]
    assert known in TESTS["dataset"], f"tests/dataset: test what is read of a {known} file"
    hooked = re.search(r"files: (.*)", (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hooked is not None
    for suffix in reader.suffixes:
        missing = f".pre-commit-hooks.yaml, files: add {suffix}"
        assert re.search(hooked[1], f"data/train{suffix}"), missing


@pytest.mark.parametrize("opener", EMBEDDERS, ids=lambda opener: opener.listed)
def test_an_embedder_has_its_words_and_its_test(opener, help_text):
    name = opener.listed.split()[0]
    assert opener.listed in help_text
    told = f'"{name}"' in TESTS["embedding"]
    assert told, f"tests/embedding: test what {name} makes of texts"


@pytest.mark.parametrize("opener", TARGETS, ids=lambda opener: opener.listed)
def test_a_model_to_fine_tune_has_its_words_and_its_test(opener, help_text):
    name = opener.listed.split()[0]
    assert opener.listed in help_text
    assert f'open_target("{name}"' in TESTS["embedding"], (
        f"tests/embedding: test {name} as a target"
    )


@pytest.mark.parametrize("mitigation", MITIGATIONS, ids=lambda mitigation: mitigation.name)
def test_a_mitigation_has_its_words_and_its_test(mitigation, help_text):
    assert f"{mitigation.name}: {mitigation.about}" in help_text
    module = type(mitigation).__module__.rpartition(".")[2]
    test = ROOT / f"tests/prediction/mitigations/test_mitigations_{module}.py"
    assert test.is_file(), f"{test.relative_to(ROOT)}: write which rows its batches have"
    told = f"`{mitigation.name}`" in MITIGATED
    assert told, f"docs/mitigations.md, the table: add `{mitigation.name}`"


@pytest.mark.parametrize(
    ("registry", "names"),
    [
        ("CHECKS", [check.code for check in CHECKS]),
        ("READERS", [reader.name for reader in READERS]),
        ("EMBEDDERS", [opener.listed for opener in EMBEDDERS]),
        ("TARGETS", [opener.listed for opener in TARGETS]),
        ("MITIGATIONS", [mitigation.name for mitigation in MITIGATIONS]),
    ],
)
def test_no_two_entries_of_a_registry_have_one_name(registry, names):
    assert len(set(names)) == len(names), registry
