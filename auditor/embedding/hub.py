"""The model hub: what may be asked of it, and whether it answers.

Its client connects on other occasions than for a model (a list of the programs that may call it, to
name them in every request), and tries for minutes where there is no network. So what lies here is
loaded while it may not connect, and a model of the hub's is asked for once, briefly, first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock, Thread

from auditor.errors import MachineError, UsageError

PATIENCE = 8.0  # seconds, the name server's included: what answers at all takes less than one
_HUB_ID = re.compile(
    r"[\w.-]{1,96}(/[\w.-]{1,96})?", re.ASCII
)  # `owner/name`, or a name of before owners
_LOCK = RLock()  # the switches are the client's own, one for the whole process


def expect_hub_id(name: str) -> None:
    """What looks like a folder is never asked of the hub.

    Raises MachineError for a folder that is not there, UsageError for what can be neither.
    """
    if Path(name).exists():
        raise UsageError(f"--embedder {name}: is no folder; give the folder of the model")
    if name.startswith((".", "~")) or Path(name).is_absolute() or _is_deep(name):
        raise MachineError(f"--embedder {name}: no such folder; check the path")
    if "/" in name and Path(name).parent.is_dir():
        raise MachineError(
            f"--embedder {name}: no such folder in {Path(name).parent}, which is one here, so that "
            "the hub is not asked; check the path"
        )
    if not _HUB_ID.fullmatch(name):
        raise UsageError(
            f"--embedder {name}: is neither a folder nor the id of a model on the hub, such as "
            "sentence-transformers/all-mpnet-base-v2"
        )


def _is_deep(name: str) -> bool:
    """Whether it has more parts than an id, or ends as a folder, or begins with a drive."""
    plain = name.replace("\\", "/")
    return plain.count("/") > 1 or plain.endswith("/") or "\\" in name or name[1:2] == ":"


@contextmanager
def client(*, connects: bool) -> Iterator[None]:
    """Meanwhile the hub's client tells nothing of us, and without `connects` asks nothing at all.

    The files that it has loaded before are there all the same.
    """
    from huggingface_hub import constants

    wanted = {"HF_HUB_DISABLE_TELEMETRY": True}
    if not connects:
        wanted["HF_HUB_OFFLINE"] = True
    with _LOCK:
        before = {name: getattr(constants, name) for name in wanted}
        for name, value in wanted.items():
            setattr(constants, name, value)
        try:
            yield
        finally:
            for name, value in before.items():
                setattr(constants, name, value)


def why_it_does_not_answer(name: str) -> str | None:
    """Asks the hub for the model `name`, once; None where there is an answer, a refusal included.

    A name server can keep one waiting beyond any limit of the request, so another thread waits.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    found: list[str | None] = []

    def ask() -> None:
        try:
            HfApi().model_info(name, timeout=PATIENCE)
            found.append(None)
        except HfHubHTTPError:  # it is told when the model is loaded
            found.append(None)
        except Exception as error:  # noqa: BLE001 - of any layer below
            found.append(str(error).partition("\n")[0] or type(error).__name__)

    with client(connects=True):
        asking = Thread(target=ask, daemon=True)
        asking.start()
        asking.join(PATIENCE)
    return found[0] if found else f"no answer in {PATIENCE:.0f} seconds"
