"""What may be asked of the hub, by its name alone, and the client's switches while we load."""

from __future__ import annotations

import pytest

from auditor.embedding import hub
from auditor.embedding.hub import client, expect_hub_id
from auditor.errors import MachineError, UsageError


@pytest.mark.parametrize(
    "name", ["gpt2", "sentence-transformers/all-mpnet-base-v2", "intfloat/e5-small.v2", "a/b_c"]
)
def test_an_id_of_the_hub_may_be_asked_for(workplace, name):
    expect_hub_id(name)


@pytest.mark.parametrize(
    "name",
    [
        *["./models/x", "../x", "~/models", "~", "/abs/olute", "models/x/", "x/", "a/b/c"],
        *["a//b", "models\\x", "C:model", "C:\\models", "C:/models/x"],
    ],
)
def test_what_looks_like_a_folder_is_one_that_is_missing(workplace, name):
    with pytest.raises(MachineError, match="no such folder"):
        expect_hub_id(name)


def test_a_name_in_a_folder_that_is_here_is_a_folder_too(workplace):
    (workplace / "models").mkdir()
    with pytest.raises(MachineError, match="no such folder in models, which is one here"):
        expect_hub_id("models/x")


@pytest.mark.parametrize("name", ["my model", "a/b c", "größe", "x" * 97, "name?", "a@b"])
def test_what_can_be_neither_is_wrong_usage(workplace, name):
    with pytest.raises(UsageError, match="is neither a folder nor the id of a model on the hub"):
        expect_hub_id(name)


def test_a_file_is_no_model(workplace):
    (workplace / "weights").write_text("")
    with pytest.raises(UsageError, match="is no folder"):
        expect_hub_id("weights")


@pytest.mark.parametrize("connects", [True, False])
def test_the_client_tells_and_asks_nothing_while_we_load_and_is_as_it_was_afterwards(connects):
    from huggingface_hub import constants

    def switches() -> tuple[bool, bool]:
        return constants.HF_HUB_OFFLINE, constants.HF_HUB_DISABLE_TELEMETRY

    before = switches()
    with client(connects=connects):
        assert switches() == (before[0] or not connects, True)
    with pytest.raises(KeyError), client(connects=connects):
        raise KeyError
    assert switches() == before


def test_a_hub_that_refuses_has_answered(monkeypatch):
    """That a model is not there is told when it is loaded."""
    import huggingface_hub
    from huggingface_hub.errors import HfHubHTTPError

    class Refusing:
        def model_info(self, name, timeout):
            raise HfHubHTTPError.__new__(HfHubHTTPError)

    monkeypatch.setattr(huggingface_hub, "HfApi", Refusing)
    assert hub.why_it_does_not_answer("nobody/nothing") is None


def test_a_hub_that_cannot_be_reached_says_why_in_a_line(monkeypatch):
    import huggingface_hub

    class Unreachable:
        def model_info(self, name, timeout):
            raise OSError("no route to the host\nat all")

    monkeypatch.setattr(huggingface_hub, "HfApi", Unreachable)
    assert hub.why_it_does_not_answer("nobody/nothing") == "no route to the host"
