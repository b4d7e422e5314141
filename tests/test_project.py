"""The files around the code hold together: metadata, rules, hooks, workflows, and their scripts."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
CONFIG = tomllib.loads(PYPROJECT)
PROJECT = CONFIG["project"]
CI = (ROOT / ".ci/run").read_text(encoding="utf-8")


def workflow(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / ".github/workflows" / name).read_text(encoding="utf-8"))


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(name)["jobs"].values() for step in job.get("steps", ())]


# --- versions --------------------------------------------------------------------------------


def test_python_is_the_same_in_metadata_workflow_and_tools():
    named = [c.rpartition(" :: ")[2] for c in PROJECT["classifiers"] if " :: 3." in c]
    assert workflow("ci.yml")["jobs"]["whole"]["strategy"]["matrix"]["python"] == named
    lowest = PROJECT["requires-python"].removeprefix(">=")
    assert named[0] == lowest == CONFIG["tool"]["mypy"]["python_version"]
    assert CONFIG["tool"]["ruff"]["target-version"] == f"py{lowest.replace('.', '')}"
    one = [s["with"]["python-version"] for s in steps("ci.yml") if "setup-python" in str(s)]
    assert [v for v in one if "matrix" not in v] == [lowest, lowest]
    assert f"python{lowest} -m venv" in (ROOT / ".ci/lowest").read_text(encoding="utf-8")


def test_every_dependency_has_a_lower_bound_and_a_pin():
    pins = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    for needed in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]):
        name, bound = re.fullmatch(r"([\w.-]+)(>=[\d.]+)(,<\d+)?", needed).group(1, 2)
        assert bound, needed
        assert name in pins, name


# --- rules -----------------------------------------------------------------------------------


def exceptions(table: str) -> list[str]:
    """The lines of the lists of `table` in pyproject.toml that name a rule which is off."""
    [text] = re.findall(
        rf"^\[tool\.{table}\]\n(.*?)(?=^\[|\Z)", PYPROJECT, re.DOTALL | re.MULTILINE
    )
    lists = re.findall(r'^(?:ignore|"[^"]+") = \[\n(.*?)^\]', text, re.DOTALL | re.MULTILINE)
    return [line for found in lists for line in found.splitlines()]


@pytest.mark.parametrize("table", ["ruff.lint", "ruff.lint.per-file-ignores"])
def test_every_rule_that_is_off_says_why(table):
    lines = exceptions(table)
    assert lines
    for line in lines:
        assert re.fullmatch(r' +"[A-Z]+\d*", +# \S.{10,}', line), line
    lint = CONFIG["tool"]["ruff"]["lint"]
    told = {re.findall(r'"(\w+)"', line)[0] for line in lines}
    off = lint["per-file-ignores"] if "per-file" in table else {"all": lint["ignore"]}
    assert told == {rule for rules in off.values() for rule in rules}


def test_every_exception_in_a_line_names_its_rule():
    """`# noqa` alone, or `# type: ignore` alone, would hide what nobody has seen."""
    for folder in ("auditor", "tests", "sample_datasets"):
        for path in (ROOT / folder).rglob("*.py"):
            for line in path.read_text(encoding="utf-8").splitlines():
                assert not re.search(r"# (noqa|type: ignore)(?![:\[])(?!`)", line), (
                    f"{path}: {line}"
                )


def test_the_hooks_before_a_commit_are_the_checks_of_ci():
    """Not of their own versions: what a commit passes CI passes, too."""
    [local] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert local["repo"] == "local"
    assert {hook["language"] for hook in local["hooks"]} == {"system"}
    run = [line.removeprefix(".venv/bin/") for line in CI.splitlines()]
    checks = [line for line in run if re.match(r"ruff|mypy", line)]
    hooks = [hook["entry"].replace(" --force-exclude", "") for hook in local["hooks"]]
    assert hooks == [c.removesuffix(" .").removesuffix(" --check") for c in checks]


@pytest.mark.skipif(find_spec("pre_commit") is None, reason="needs pre-commit")
def test_the_hooks_are_valid():
    from pre_commit.clientlib import load_config, load_manifest

    load_config(ROOT / ".pre-commit-config.yaml")
    load_manifest(ROOT / ".pre-commit-hooks.yaml")


# --- workflows -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_a_workflow_runs_scripts_that_are_there(path):
    found = workflow(path.name)
    assert found.keys() >= {"name", True, "permissions", "jobs"}  # YAML reads `on` as true
    scripts = re.findall(r"\.ci/\w+", path.read_text(encoding="utf-8"))
    assert scripts
    for script in scripts:
        assert (ROOT / script).is_file()
        subprocess.run(["bash", "-n", ROOT / script], check=True)
    for job in found["jobs"].values():
        assert set(job.get("needs", ())) <= set(found["jobs"])
        if called := job.get("uses"):
            assert "workflow_call" in workflow(Path(called).name)[True]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_what_a_branch_or_a_tag_names_is_no_script(path):
    for step in steps(path.name):
        assert "${{" not in step.get("run", "")
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


def test_ci_runs_what_is_run_here():
    scripts = [step["run"] for step in steps("ci.yml") if ".ci/" in step.get("run", "")]
    assert scripts == ["bash .ci/run", "bash .ci/lowest", "bash .ci/coverage"]
    triggers = workflow("ci.yml")[True]
    assert {"push", "pull_request", "workflow_call"} <= set(triggers)


def test_only_the_job_that_publishes_may_and_it_runs_nothing_of_ours():
    found = workflow("release.yml")
    assert found["permissions"] == {}
    may = [name for name, job in found["jobs"].items() if "id-token" in job.get("permissions", {})]
    assert may == ["publish"]
    publish = found["jobs"]["publish"]
    assert set(publish["needs"]) == {"tests", "build"}
    assert [step for step in publish["steps"] if "run" in step] == []
    assert "secrets." not in str(found)


def test_the_coverage_is_of_the_package_branches_too():
    assert CONFIG["tool"]["coverage"]["run"] == {"source": ["auditor"], "branch": True}


# --- a release -------------------------------------------------------------------------------


@pytest.fixture
def release(tmp_path):
    """Runs the script of a release where nothing is built: what it would do next, it only says."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/release", tmp_path / ".ci")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n')
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/mktemp").write_text("#!/bin/sh\necho agreed >&2\nexit 9\n")
    (tmp_path / "bin/mktemp").chmod(0o755)

    def release(tag: str, heading: str) -> str:
        (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n\n- Quicker.\n")
        line = f'PATH="{tmp_path}/bin:$PATH" bash .ci/release "$1"'
        done = subprocess.run(
            ["bash", "-c", line, "-", tag],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == (9 if "agreed" in done.stderr else 1), done.stderr
        return done.stderr

    return release


@pytest.mark.parametrize("heading", ["## 1.2.0", "## 1.2.0 (2031-05-09)"])
def test_a_tag_of_the_version_that_the_changelog_has_is_released(release, heading):
    assert release("v1.2.0", heading) == "agreed\n"


@pytest.mark.parametrize("tag", ["1.2.0", "v1.2.1", "v1.2.0rc1", "v1.2", "v1.2.0; touch run", ""])
def test_another_tag_is_not(release, tag, tmp_path):
    assert "it would be v1.2.0" in release(tag, "## 1.2.0")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("heading", ["## 1.2.0 (unreleased)", "## 1.1.0", "## 1x2.0", "## 11.2.0"])
def test_nor_what_the_changelog_does_not_tell_of(release, heading):
    assert "CHANGELOG.md: no heading" in release("v1.2.0", heading)


def test_an_index_gets_a_readme_whose_links_lead_to_the_tag(tmp_path):
    page, site = tmp_path / "README.md", "https://example.org/mia/auditor"
    shutil.copy(ROOT / "README.md", page)
    script = ("bash", str(ROOT / ".ci/absolute_links"), str(page), site, "v1.2.0")
    subprocess.run(script, check=True)
    before, after = (
        re.findall(r"(!?)\[[^]]*\]\(([^)]+)\)", path.read_text(encoding="utf-8"))
        for path in (ROOT / "README.md", page)
    )
    kinds = {"!": "raw", "": "blob"}
    assert after == [(kind, f"{site}/{kinds[kind]}/v1.2.0/{file}") for kind, file in before]


def test_the_sdist_takes_along_what_its_tests_read():
    told = (ROOT / "MANIFEST.in").read_text(encoding="utf-8")
    for top in ("tests", "sample_datasets", "docs", ".ci", ".github", "reports/example"):
        assert f"graft {top}\n" in told
    included = {
        name for line in re.findall(r"^include (.*)$", told, re.MULTILINE) for name in line.split()
    }
    assert included >= {p.name for p in ROOT.glob("*.md")} - {"README.md"}
    assert included >= {"action.yml", "constraints.txt", ".pre-commit-config.yaml"}
    assert all((ROOT / name).is_file() for name in included)
