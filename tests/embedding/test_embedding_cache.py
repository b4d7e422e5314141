"""Vectors on disk: what is damaged or foreign is noticed, never trusted."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from auditor.embedding.cache import VectorCache, key
from auditor.embedding.embed import Encoder
from auditor.errors import MachineError

TEXTS = ["Where is my parcel?", "Please close my account at once", "I was charged twice"]


def encode(embedder, folder, texts=TEXTS):
    return Encoder(embedder, VectorCache(folder, embedder.identity)).embed(texts)


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def flipped(at: float):
    def damage(content: bytes) -> bytes:
        place = min(int(at * len(content)), len(content) - 1)
        return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

    return damage


def test_what_is_written_is_read_back(counting, tmp_path):
    embedder = counting()
    found = encode(embedder, tmp_path)
    known = VectorCache(tmp_path, embedder.identity).read()
    assert set(known) == {key(t) for t in TEXTS}
    for i, text in enumerate(TEXTS):
        vector, windows, unknown = known[key(text)]
        np.testing.assert_array_equal(vector, found.vectors[i])
        assert (windows, unknown) == (found.windows[i], found.unknown[i])


def test_a_folder_that_is_not_there_is_an_empty_cache(tmp_path):
    assert VectorCache(tmp_path / "none", "counting@1").read() == {}


@pytest.mark.parametrize(
    "damage",
    [
        *[flipped(at) for at in (0.0, 0.1, 0.5, 0.9, 1.0)],
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content + b"\0",
        lambda content: b"\xff" * len(content),
    ],
    ids=[
        *[f"a bit flipped at {at} %" for at in (0, 10, 50, 90, 100)],
        *["a byte cut off", "half cut off", "emptied", "a byte added", "overwritten"],
    ],
)
def test_a_damaged_file_is_noticed_and_its_texts_embedded_again(counting, tmp_path, damage):
    before = encode(counting(), tmp_path)
    [path] = files(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    second, third = counting(), counting()
    after = encode(second, tmp_path)
    assert sorted(second.seen) == sorted(TEXTS)
    np.testing.assert_array_equal(after.vectors, before.vectors)
    encode(third, tmp_path)
    assert third.seen == []


def test_damage_to_one_file_leaves_the_others_in_use(counting, tmp_path):
    encode(counting(), tmp_path)
    [path] = files(tmp_path)
    encode(counting(), tmp_path, [*TEXTS, "Is the lamp in stock?"])
    path.write_bytes(b"")
    embedder = counting()
    encode(embedder, tmp_path, [*TEXTS, "Is the lamp in stock?"])
    assert sorted(embedder.seen) == sorted(TEXTS)


def test_a_file_that_was_moved_from_another_embedder_is_not_trusted(counting, tmp_path):
    encode(counting(revision="1"), tmp_path / "one")
    encode(counting(revision="2"), tmp_path / "two")
    [foreign], [own] = files(tmp_path / "one"), files(tmp_path / "two")
    own.unlink()
    shutil.copy(foreign, own.parent / foreign.name)
    embedder = counting(revision="2")
    found = encode(embedder, tmp_path / "two")
    assert sorted(embedder.seen) == sorted(TEXTS)
    np.testing.assert_array_equal(found.vectors, np.stack([embedder.vector(t) for t in TEXTS]))


def test_two_files_that_were_swapped_are_not_trusted(counting, tmp_path):
    encode(counting(), tmp_path)
    encode(counting(), tmp_path, ["Is the lamp in stock?"])
    one, two = files(tmp_path)
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)
    assert VectorCache(tmp_path, "counting@1").read() == {}


def test_embedders_of_one_folder_do_not_see_each_other(counting, tmp_path):
    encode(counting(revision="1"), tmp_path)
    other = counting(revision="2")
    encode(other, tmp_path)
    assert sorted(other.seen) == sorted(TEXTS)


def test_no_file_or_name_holds_any_text(counting, tmp_path):
    encode(counting(), tmp_path)
    for path in files(tmp_path):
        content = path.read_bytes() + str(path.relative_to(tmp_path)).encode()
        for word in {w for text in TEXTS for w in text.split() if len(w) > 3}:
            assert word.encode() not in content
            assert word.lower().encode() not in content.lower()


def test_nothing_but_whole_files_is_left_behind(counting, tmp_path):
    encode(counting(), tmp_path)
    assert [p.suffix for p in files(tmp_path)] == [".safetensors"]
    assert not [p for p in files(tmp_path) if p.name.startswith(".")]


def test_a_folder_that_cannot_be_written_ends_in_one_line(counting, tmp_path):
    occupied = tmp_path / "cache"
    occupied.write_text("a file where the folder should be")
    with pytest.raises(MachineError) as caught:
        encode(counting(), occupied)
    message = str(caught.value)
    assert message.isprintable()
    assert str(occupied) in message
    assert "--cache-dir" in message


def test_a_write_that_fails_leaves_no_file(counting, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(MachineError, match="No space left on device"):
        encode(counting(), tmp_path)
    assert files(tmp_path) == []


def test_texts_are_known_by_sixteen_bytes_of_their_own():
    assert len(key("Where is my parcel?")) == 16
    assert key("Where is my parcel?") != key("where is my parcel?")
    assert len(key("\ud800")) == 16
