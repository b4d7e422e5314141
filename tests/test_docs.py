"""The documentation tells the truth: what is made of the code equals it, commands are real."""

from __future__ import annotations

import re
import shlex
import signal
import tomllib
from importlib.resources import files
from pathlib import Path

import click
import pytest

from auditor.checks import CHECKS
from auditor.checks.limits import limits_of
from auditor.cli import main
from auditor.commands.ending import SIGNALLED
from auditor.comparing import diversity, two_samples
from auditor.dataset import READERS
from auditor.dataset.columns.annotators import MAX_PEOPLE
from auditor.errors import DEFECT, DataError, MachineError, UsageError
from auditor.gating.coverage import MAX_TREE_ROWS
from auditor.gating.inputs import CODES
from auditor.gating.policy import AGAINST_A_BASE, ALONE, load_policy
from auditor.gating.removals import MIN_CANDIDATE_ROWS
from auditor.gating.untested import OF_SETS
from auditor.prediction import rollout
from auditor.prediction.fine_tuning.effort import Effort
from auditor.records.probes import MIN_SCORED
from auditor.records.verdict import Verdict
from auditor.reporting import FORMATS
from auditor.settings import Settings, configure, load_settings
from auditor.structure import subtypes, templates
from tests.documentation import (
    DOCS,
    PAGES,
    ROOT,
    anchors,
    blocks,
    generate,
    is_quoted,
    plain,
    says_the_same,
)
from tests.reporting.test_report_words import PRIVATE

LINKED = [*PAGES, "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "reports/README.md"]
LINKED += ["sample_datasets/README.md"]
GENERATED = [pytest.param(*made, id=made[0].name) for made in generate.generated()]
COMMANDS = generate.commands(main)
OPTIONS = {
    option: command
    for command in COMMANDS.values()
    for parameter in command.params
    for option in (*parameter.opts, *parameter.secondary_opts)
}
CALL = re.compile(rf"(?:^|[\s/])(auditor (?:{'|'.join(n.split()[1] for n in COMMANDS)})\b.*)")
# Sets and columns by the names that their benchmarks print; frames that are DataFrames.
OWN_WORDS = {"docs/forgetting.md", "docs/mitigations.md", "docs/python.md"}
ELSEWHERE = {"--version", "--help"}  # of every command, and of none


# --- pages that are made of the code -----------------------------------------------------------


@pytest.mark.parametrize(("path", "text"), GENERATED)
def test_a_page_that_is_made_of_the_code_equals_it(path: Path, text: str):
    """Else: python docs/generate.py."""
    assert path.read_text(encoding="utf-8") == text


def test_no_page_is_left_of_a_code_that_is_gone():
    made = {path for path, _ in generate.generated()}
    assert {*(ROOT / "docs/codes").glob("*")} <= made


def test_every_command_has_its_options_documented():
    told = re.findall(r"<!-- options of ([\w ]+) -->", DOCS["docs/options.md"])
    without = {name for name, c in COMMANDS.items() if not generate.options(c)}
    assert sorted([*told, *without]) == sorted(COMMANDS)
    assert all(name in DOCS["docs/options.md"] for name in without)


# --- links -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LINKED)
def test_every_link_leads_to_a_file_and_a_heading(name):
    page = plain((ROOT / name).read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", page):
        if re.match(r"https?://", target):
            continue
        file, _, anchor = target.partition("#")
        path = (ROOT / name).parent / file if file else ROOT / name
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), target


def test_every_page_is_found_from_the_first():
    linked = {
        str(((ROOT / name).parent / target).resolve().relative_to(ROOT))
        for name in ("docs/README.md", "docs/codes/README.md")
        for target in re.findall(r"\]\(([^)#\s]+\.md)", PAGES[name])
    }
    assert set(DOCS) - {"docs/README.md"} <= linked


# --- commands and examples ---------------------------------------------------------------------


def typed(page: str) -> list[str]:
    """Calls of auditor in what is typed into a shell, and in files of CI."""
    shells = [*blocks(page, ""), *blocks(page, "console"), *blocks(page, "yaml")]
    lines = "\n".join(shells).replace("\\\n", " ").splitlines()
    return [found[1] for line in lines if (found := CALL.search(line))]


@pytest.mark.parametrize("line", sorted({line for page in PAGES.values() for line in typed(page)}))
def test_every_command_can_be_typed(line):
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = main
    while isinstance(command, click.Group):
        name = words.pop(0)
        found = command.get_command(click.Context(command), name)
        assert found is not None, name
        command = found
    command.make_context(command.name, words)  # raises UsageError


@pytest.mark.parametrize("name", PAGES)
def test_every_option_that_is_named_exists(name):
    """In auditor, or in a benchmark or script that the page names."""
    scripts = "".join(
        p.read_text(encoding="utf-8")
        for folder in ("tests/benchmarks", "sample_datasets")
        for p in (ROOT / folder).glob("*.py")
    )
    for said in re.findall(r"`(?:[^`\n]* )?(--[a-z][\w-]*)[^`\n]*`", plain(PAGES[name])):
        assert said in OPTIONS or f'"{said}"' in scripts or said in ELSEWHERE, said


@pytest.mark.parametrize("name", PAGES)
def test_every_script_that_is_named_exists(name):
    for script in re.findall(r"python ([\w/]+\.py)", PAGES[name]):
        assert (ROOT / script).is_file(), script
    for module in re.findall(r"python -m (tests\.[\w.]+)", PAGES[name]):
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file(), module


@pytest.mark.parametrize("name", PAGES)
def test_every_python_example_is_python(name):
    for example in blocks(PAGES[name], "python"):
        compile(example, name, "exec")


def test_the_example_of_settings_is_valid(tmp_path):
    [example] = blocks(DOCS["docs/options.md"], "toml")
    (tmp_path / "auditor.toml").write_text(example, encoding="utf-8")
    settings = load_settings(None, {}, tmp_path)
    assert settings.label == tomllib.loads(example)["label"]
    assert configure(CHECKS, settings.checks) != CHECKS


def test_the_example_of_a_policy_is_valid(tmp_path):
    [example] = blocks(DOCS["docs/ci.md"], "toml")
    (tmp_path / "auditor.toml").write_text(example, encoding="utf-8")
    policy = load_policy(None, CODES, tmp_path)
    assert policy.checks["label-error"].of("billing").fail_rise == 0.01
    assert policy.checks["coverage-loss"].informational
    assert policy.checks["amplification"].fail_batch == 1.0


# --- what tables say ---------------------------------------------------------------------------


def numbers(cell: str) -> list[float]:
    return [float(number) for number in re.findall(r"[\d.]*\d", cell)]


def test_the_limits_of_the_gate_are_the_defaults():
    page = DOCS["docs/ci.md"]
    [table] = [part for part in page.split("\n\n") if "fails above, of all rows" in part]
    told = {
        name: [numbers(cell) for cell in cells]
        for name, *cells in re.findall(
            r"^\| `([\w-]+)`.*? \| (.*?) \| (.*?) \| (.*?) \|$", table, re.MULTILINE
        )
    }
    for check, rule in AGAINST_A_BASE.items():
        of_set, of_batch, alone = told.pop(check)
        assert of_set[0] == (rule.fail if rule.fail_rise is None else rule.fail_rise)
        assert of_set[1:] == ([rule.warn] if check == "shrinkage" else [])
        assert of_batch == ([] if rule.fail_batch is None else [rule.fail_batch])
        assert alone == ([ALONE[check].fail] if check in ALONE else [])
    assert set(told) == {"category-names", *OF_SETS}  # without a number


def test_every_input_format_is_in_the_table():
    rows = [line for line in DOCS["docs/input-formats.md"].splitlines() if line.startswith("| `")]
    for reader in READERS:
        [row] = [row for row in rows if f"`{reader.name}`" in row.split("|")[1]]
        assert all(f"`{suffix}`" in row for suffix in reader.suffixes), reader.name


def test_limits_are_those_of_the_code():
    """A number of the page that has no line here is of a measurement or of a model."""
    of_checks = {(c.code, limit.name): limit.default for c in CHECKS for limit in limits_of(c)}
    known = {
        "a reliable forecast of a category": MIN_SCORED,
        "annotators' agreement": of_checks["annotator-inconsistency", "items"],
        "a gate that passes a candidate other than the base": MIN_CANDIDATE_ROWS,
        "rare kinds of text, templates": min(subtypes.MAX_ROWS, templates.MAX_ROWS),
        "topics removed (gate)": MAX_TREE_ROWS,
        "the map": Settings().map_points,
        "diversity (compare)": diversity.MAX_SAMPLE,
        "the classifier between two sets (compare)": two_samples.MAX_ROWS,
        "`--probe full`": Effort().rows,
        "quick forecast": rollout.MAX_STEPS,
        "annotators": MAX_PEOPLE,
    }
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", DOCS["docs/limits.md"], re.MULTILINE))
    assert {what for what, limit in rows.items() if re.search(r"\d", limit)} == set(known)
    for what, number in known.items():
        assert re.search(rf"(?<![\d,]){number:,}(?![\d,])", rows[what]), what


def test_as_many_languages_have_their_greetings_as_the_pages_say():
    greetings = (files("auditor.structure") / "languages.toml").read_text(encoding="utf-8")
    known = f"in {len(tomllib.loads(greetings))} languages"
    assert all(known in " ".join(DOCS[f"docs/{page}.md"].split()) for page in ("limits", "report"))


def test_exit_codes_are_those_of_the_code():
    rows = dict(re.findall(r"^\| ([\d, ]+) \| (.*?) \|$", DOCS["docs/options.md"], re.MULTILINE))
    errors = {2: UsageError, 4: DataError, 5: MachineError}
    assert all(error.exit_code == code for code, error in errors.items())
    assert DEFECT == 70
    signalled = {SIGNALLED + s for s in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)}
    told = {int(code) for codes in rows for code in codes.split(",")}
    assert told == {0, 1, 3, *errors, DEFECT, *signalled}


def test_every_format_of_a_gate_is_documented_and_the_action_names_some_of_them():
    known = FORMATS[Verdict]
    every, by_default = ({r.name for r in of} for of in (known.all, known.by_default))
    written, _ = generate.options(COMMANDS["auditor gate"])["--format"]
    assert {*re.findall(r"[\w-]+", written.partition(" ")[2])} == every
    [named] = re.findall(r"for format in (.*?); do", (ROOT / "action.yml").read_text("utf-8"))
    assert by_default < {*named.split()} < every


@pytest.mark.parametrize("name", sorted({*PAGES} - OWN_WORDS))
def test_a_page_has_no_private_word(name):
    text = re.sub(r"`[^`\n]*`|\]\([^)]*\)|<!--.*?-->", "", plain(PAGES[name]))
    assert PRIVATE.findall(text) == []


# --- what quoted commands print ----------------------------------------------------------------


def quoting(name: str, page: str) -> object:
    """A page, marked by what its commands need."""
    commands = [command for command, _ in generate.quoted(page)]
    working = [
        c for c in commands if c.startswith(("auditor audit", "auditor gate", "auditor com"))
    ]
    needs_model = any("--embedder hashing" not in command for command in working)
    return pytest.param(
        page, id=name, marks=[pytest.mark.model, pytest.mark.slow] if needs_model else []
    )


@pytest.mark.parametrize(
    "page", [quoting(name, page) for name, page in PAGES.items() if generate.quoted(page)]
)
def test_quoted_commands_print_what_the_page_says(page, tmp_path):
    """Else: python docs/generate.py --outputs."""
    pairs = zip(
        generate.quoted(generate.rewritten(page, tmp_path)), generate.quoted(page), strict=True
    )
    for (command, found), (quoted, said) in pairs:
        assert command == quoted
        assert is_quoted(found, said), f"{command} prints\n{found}"


def test_another_processor_may_print_another_number_and_nothing_else():
    said = "\n".join(f"line {i}: 87 labels of 763 look wrong" for i in range(9))
    assert says_the_same(said.replace("87", "89"), said)
    assert not says_the_same(said.replace("87", "12"), said)
    assert not says_the_same(said.replace("labels of", "rows out of"), said)
    assert not says_the_same("", said)
