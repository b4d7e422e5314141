"""The action, the hook and the recipes of docs/ci.md run as they are, each in a new repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
INSTALL, GATE = ACTION["runs"]["steps"]
RECIPES = re.findall(
    r"^```yaml\n(.*?)^```$", (ROOT / "docs/ci.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
)
WORKFLOW, GITLAB, HOOKS, DVC = (yaml.safe_load(recipe) for recipe in RECIPES)
BAD = 1  # exit code of a gate that fails

Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def shell(workplace: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Runs a command in the workplace, with `auditor` on the path as it is here."""
    programs = tmp_path_factory.mktemp("bin")
    (programs / "auditor").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m auditor "$@"\n')
    (programs / "auditor").chmod(0o755)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "CI", "GIT_"))}
    path = (str(programs), str(Path(sys.executable).parent), os.environ["PATH"])
    surroundings = kept | {
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": str(ROOT),
        "PRE_COMMIT_HOME": str(programs / "pre-commit"),
        "DVC_NO_ANALYTICS": "1",
        "DVC_TEST": "1",
        "DVC_SITE_CACHE_DIR": str(programs / "dvc"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{f"GIT_{who}_{what}": "mia@example.org" for who in ("AUTHOR", "COMMITTER")
           for what in ("NAME", "EMAIL")},
    }  # fmt: skip

    def shell(*words: str, code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        env = surroundings | more
        done = subprocess.run(
            words, cwd=workplace, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return shell


@pytest.fixture
def repository(workplace, shell, desk) -> Path:
    """A repository with the tickets as data/train.csv, committed on main."""
    with (workplace / "auditor.toml").open("a") as settings:
        settings.write("[gate.checks.near-duplicate]\nfail = 0.2\n")
    (workplace / "data").mkdir()
    desk.rename(workplace / "data/train.csv")
    (workplace / ".gitignore").write_text("vectors/\ngate/\nreports/\n")
    shell("git", "init", "-q", "-b", "main")
    shell("git", "add", ".")
    shell("git", "commit", "-q", "-m", "tickets")
    return workplace


@pytest.fixture
def desk(workplace, tickets, as_csv) -> Path:
    path = workplace / "desk.csv"
    path.write_text(as_csv(tickets), encoding="utf-8")
    return path


@pytest.fixture
def spoil(repository, tickets, as_csv) -> Callable[[], None]:
    """Fills data/train.csv with copies, so that no gate lets it pass."""

    def spoil() -> None:
        marks = ("", "!", " !", "?!", "...", " thanks")
        copies = [{**t, "text": t["text"] + mark} for t in tickets[:20] for mark in marks]
        (repository / "data/train.csv").write_text(as_csv([*tickets, *copies]), encoding="utf-8")

    return spoil


# --- the action ------------------------------------------------------------------------------


@pytest.fixture
def action(repository, shell) -> Callable[..., tuple[str, dict[str, str], str]]:
    """Runs the gate step as GitHub does; gives what it printed, its outputs and its summary."""

    def action(*, code: int, **given: str) -> tuple[str, dict[str, str], str]:
        inputs = {name: spec.get("default", "") for name, spec in ACTION["inputs"].items()}
        inputs |= {name.replace("_", "-"): value for name, value in given.items()}
        env = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: inputs[m[1]], value)
            for name, value in GATE["env"].items()
        }
        files = {n: repository.parent / f"{n}-{code}" for n in ("output", "summary")}
        done = shell(
            "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", GATE["run"],
            code=code, GITHUB_ACTIONS="true", CI="true",
            GITHUB_OUTPUT=str(files["output"]), GITHUB_STEP_SUMMARY=str(files["summary"]), **env,
        )  # fmt: skip
        output, summary = (f.read_text() if f.exists() else "" for f in files.values())
        named = dict(re.findall(r"^(\w+)<<(?:\w+)\n(.*)\n", output, re.MULTILINE))
        return done.stdout, named, summary

    return action


@pytest.mark.slow
def test_a_candidate_that_got_worse_fails_annotated_and_summed_up(action, spoil, repository):
    spoil()
    printed, outputs, summary = action(code=BAD, candidate="data/train.csv", base_ref="main")
    assert outputs == {"verdict": "fail", "report": str(Path("reports/train"))}
    assert "::error" in printed
    assert "near-duplicate" in summary
    written = {p.name for p in (repository / outputs["report"]).iterdir()}
    assert written >= {"gate.html", "gate.json", "gate.md", "gate.sarif", "drop.csv"}


@pytest.mark.slow
def test_a_checkout_of_depth_1_is_enough(action, spoil, repository, shell, tmp_path_factory):
    """As actions/checkout leaves it: a merge commit, a detached HEAD, and no other branch."""
    server = tmp_path_factory.mktemp("server")
    shell("git", "clone", "-q", "--bare", ".", str(server))
    spoil()
    shell("git", "commit", "-q", "-a", "-m", "worse")
    shell("git", "push", "-q", str(server), "HEAD:refs/pull/7/merge")
    for name in [p for p in repository.iterdir() if p.name != "vectors"]:
        shutil.rmtree(name) if name.is_dir() else name.unlink()
    shell("git", "init", "-q")
    shell("git", "remote", "add", "origin", f"file://{server}")
    merge = "refs/remotes/pull/7/merge"
    shell("git", "fetch", "-q", "--no-tags", "--depth=1", "origin", f"+refs/pull/7/merge:{merge}")
    shell("git", "checkout", "-q", "--force", merge)
    _, outputs, _ = action(code=BAD, candidate="data/train.csv", base_ref="origin/main")
    assert outputs["verdict"] == "fail"
    told = shell("git", "rev-parse", "--is-shallow-repository").stdout
    assert told.strip() == "true"


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5, 70, 130, 139])
def test_what_is_no_verdict_is_an_error_that_says_so(workplace, shell, code):
    (workplace / "fake").mkdir()
    (workplace / "fake" / "auditor").write_text(f"#!/bin/sh\nexit {code}\n")
    (workplace / "fake" / "auditor").chmod(0o755)
    script = f'PATH="$PWD/fake:$PATH"\n{GATE["run"]}'
    done = shell("bash", "-e", "-c", script, code=code, **dict.fromkeys(GATE["env"], ""))
    said = f"::error title=auditor gate::There is no verdict: auditor ended with exit code {code}."
    assert done.stdout.splitlines() == ([] if code in (0, 1, 3) else [said])


@pytest.fixture
def words(workplace, shell) -> Callable[..., list[str]]:
    """What the step makes of its environment: the words that a made-up `auditor` is given."""
    fake = workplace / "fake"
    fake.mkdir()
    (fake / "auditor").write_text('#!/bin/sh\nprintf "%s\\0" "$@"\n')
    (fake / "auditor").chmod(0o755)

    def words(**env: str) -> list[str]:
        given = dict.fromkeys(GATE["env"], "") | env
        script = f'PATH="$PWD/fake:$PATH"\n{GATE["run"]}'
        return shell("bash", "-e", "-c", script, **given).stdout.split("\0")[:-1]

    return words


EVIL = "$(touch run) `touch run`; touch run #\n--help *"


@pytest.mark.parametrize("name", ["BASE", "BASE_REF", "BASELINE", "UPDATE", "POLICY"])
def test_what_is_named_is_one_word_and_never_run(words, workplace, name):
    """A branch or file may be called anything."""
    option = "--" + name.lower().replace("_", "-")
    assert f"{option}={EVIL}" in words(CANDIDATE="train.csv", **{name: EVIL})
    assert not (workplace / "run").exists()


@pytest.mark.parametrize("candidate", [EVIL, "--help", "a b.csv"])
def test_a_candidate_is_a_name_whatever_it_looks_like(words, workplace, candidate):
    assert words(CANDIDATE=candidate)[-2:] == ["--", candidate]
    assert not (workplace / "run").exists()


def test_more_options_are_words_quoted_as_in_a_shell_and_never_run(words, workplace):
    given = words(CANDIDATE="train.csv", ARGS="--label 'the topic'\n  --seed 7 $(touch run) * ;\n")
    own = ["--label", "the topic", "--seed", "7", "$(touch", "run)", "*", ";"]
    assert given[given.index("--label") :] == [*own, "--", "train.csv"]
    assert not (workplace / "run").exists()


def test_no_input_is_written_into_a_script():
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
    outside = {"candidate", "base", "base-ref", "baseline", "update", "policy", "args", "version"}
    assert set(ACTION["inputs"]) == outside
    used = re.findall(r"inputs\.([\w-]+)", str([INSTALL["env"], GATE["env"]]))
    assert set(used) == outside


@pytest.mark.parametrize(("version", "asked"), [("", "/action"), ("0.1.0", "auditor==0.1.0")])
def test_it_installs_itself_or_the_version_that_is_asked_for(shell, workplace, version, asked):
    """The environment is made up: what `python3 -m venv` is asked, and then pip."""
    programs = workplace / "programs"
    programs.mkdir()
    made = 'mkdir -p "$4/bin"; printf "#!/bin/sh\\necho \\"\\$@\\"\\n" > "$4/bin/pip"'
    (programs / "python3").write_text(f'#!/bin/sh\n{made}; chmod +x "$4/bin/pip"\n')
    (programs / "python3").chmod(0o755)
    script = f'PATH="$PWD/programs:$PATH"\n{INSTALL["run"]}'
    done = shell(
        "bash", "-e", "-c", script, RUNNER_TEMP=str(workplace),
        GITHUB_PATH=str(workplace / "path"), VERSION=version, ACTION="/action",
    )  # fmt: skip
    assert done.stdout.split() == ["install", "--quiet", asked]
    assert (workplace / "path").read_text() == f"{workplace}/auditor/bin\n"


def test_the_install_step_imports_nothing_that_the_branch_holds(workplace, shell):
    """`python3 -m` would look for its modules in the folder that it works in first."""
    for name in ("venv", "ensurepip", "subprocess", "auditor"):
        (workplace / f"{name}.py").write_text("open('run', 'w')\n")
    [line] = [line for line in INSTALL["run"].splitlines() if " venv " in line]
    shell("bash", "-c", f"{line} --without-pip", RUNNER_TEMP=str(workplace))
    assert (workplace / "auditor/bin/python3").exists()
    assert not (workplace / "run").exists()


def test_the_workflow_of_the_readme_names_inputs_and_outputs_that_there_are():
    _, step, upload = WORKFLOW["steps"]
    assert set(step["with"]) <= set(ACTION["inputs"])
    named = re.findall(r"outputs\.(\w+)", str(upload))
    assert set(named) <= set(ACTION["outputs"])


# --- GitLab, pre-commit, DVC -----------------------------------------------------------------


@pytest.mark.slow
def test_the_gitlab_job_writes_the_reports_that_it_names(shell, repository, spoil):
    [job] = GITLAB.values()
    base = shell("git", "rev-parse", "HEAD").stdout.strip()
    spoil()
    script = "\n".join(job["script"])
    shell("bash", "-e", "-c", script, code=BAD, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    for named in (*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()):
        assert (repository / named).exists()


@pytest.mark.slow
@pytest.mark.skipif(find_spec("pre_commit") is None, reason="needs pre-commit")
def test_the_hook_stops_a_commit_that_makes_the_data_worse(
    shell, repository, spoil, tmp_path_factory
):
    hooks = tmp_path_factory.mktemp("hooks")
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
    for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "hooks")):
        shell("git", "-C", str(hooks), *words)
    rev = shell("git", "-C", str(hooks), "rev-parse", "HEAD").stdout.strip()
    config: dict[str, Any] = {"repos": [HOOKS["repos"][0] | {"repo": str(hooks), "rev": rev}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    shell("git", "add", ".")
    shell(sys.executable, "-m", "pre_commit", "install")

    done = shell("git", "commit", "-q", "-m", "no data changed")
    assert "Skipped" in done.stdout + done.stderr
    spoil()
    shell("git", "add", ".")
    done = shell("git", "commit", "-q", "-m", "worse", code=1)
    assert "near-duplicate" in done.stdout + done.stderr
    assert "no data changed" in shell("git", "log", "-1", "--format=%s").stdout


@pytest.mark.slow
@pytest.mark.skipif(find_spec("dvc") is None, reason="needs DVC: pip install dvc")
def test_the_dvc_stage_fails_where_data_that_dvc_keeps_got_worse(shell, repository, spoil):
    def dvc(*words: str, code: int = 0) -> str:
        done = shell(sys.executable, "-m", "dvc", *words, code=code)
        return done.stdout + done.stderr

    shell("git", "rm", "-q", "--cached", "data/train.csv")
    dvc("init", "-q")
    dvc("add", "-q", "data/train.csv")
    stage = DVC["stages"]["gate"]
    stage["cmd"] = stage["cmd"].replace("origin/main", "main") + " --inconclusive pass"
    (repository / ".gitignore").write_text("vectors/\nreports/\n")  # DVC wants to own gate/
    (repository / "dvc.yaml").write_text(yaml.safe_dump(DVC))
    shell("git", "add", ".")
    shell("git", "commit", "-q", "-m", "kept by DVC")

    dvc("repro")
    assert (repository / "gate/gate.html").is_file()
    spoil()
    assert "failed" in dvc("repro", code=255)
    assert '"fail"' in (repository / "gate/gate.json").read_text()
