"""Vectors on disk: what is damaged or foreign is noticed, never trusted."""

import os
import re
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from auditor.embedding import cache, open_embedder
from auditor.embedding.cache import VectorCache, key
from auditor.embedding.embed import Encoder

TEXTS = ["Where is my parcel?", "Please close my account at once", "I was charged twice"]
NEW = "Is the lamp in stock?"


def encode(embedder, folder, texts=TEXTS):
    return Encoder(embedder, VectorCache(folder, embedder.identity)).embed(texts)


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def read(folder, embedder, texts=TEXTS):
    return VectorCache(folder, embedder.identity).read([key(t) for t in texts])


def flipped(at: float):
    def damage(content: bytes) -> bytes:
        place = min(int(at * len(content)), len(content) - 1)
        return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

    return damage


def test_what_is_written_is_read_back_to_the_last_bit(counting, tmp_path):
    embedder = counting()
    found = encode(embedder, tmp_path)
    known = read(tmp_path, embedder, [NEW, *TEXTS])
    assert set(known) == {key(t) for t in TEXTS}
    for i, text in enumerate(TEXTS):
        vector, windows, unknown = known[key(text)]
        assert vector.dtype == np.float32
        assert vector.tobytes() == found.vectors[i].tobytes()
        assert (windows, unknown) == (found.windows[i], found.unknown[i])


def test_no_value_of_a_vector_is_changed(counting, tmp_path):
    """Neither what is no number, nor a zero with a sign, nor the smallest there is."""
    odd = np.array([np.nan, -0.0, 1e-45, np.inf, 0.1, -0.1, 3.4e38, 1.0], dtype=np.float32)
    embedder = counting()
    embedder.vector = lambda text: odd
    encode(embedder, tmp_path)
    assert all(entry[0].tobytes() == odd.tobytes() for entry in read(tmp_path, embedder).values())


def test_only_what_is_asked_for_is_read(counting, tmp_path):
    embedder = counting()
    encode(embedder, tmp_path)
    assert set(read(tmp_path, embedder, TEXTS[1:2])) == {key(TEXTS[1])}


def test_there_is_no_limit_to_how_many_are_asked_for(counting, tmp_path):
    """More than SQLite takes as parameters of one statement, 32,766 by default."""
    embedder = counting()
    encode(embedder, tmp_path)
    assert len(read(tmp_path, embedder, [*TEXTS, *map(str, range(40_000))])) == 3


def test_a_folder_that_is_not_there_is_an_empty_cache(counting, tmp_path):
    assert read(tmp_path / "none", counting()) == {}
    assert not (tmp_path / "none").exists()


# --- damage ------------------------------------------------------------------------------------


DAMAGE = {
    **{f"a bit flipped at {at:.1%}": flipped(at) for at in np.linspace(0, 1, 40)},
    "a bit flipped in the version to write": lambda content: content[:18] + b"\3" + content[19:],
    "a byte cut off": lambda content: content[:-1],
    "half cut off": lambda content: content[: len(content) // 2],
    "all but the head cut off": lambda content: content[:100],
    "emptied": lambda content: b"",
    "a byte added": lambda content: content + b"\0",
    "overwritten": lambda content: b"\xff" * len(content),
    "of another program": lambda content: b"PK\3\4" + content,
    "each vector torn": lambda content: content.replace(content[-40:-8], b"\0" * 32),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_noticed_and_what_it_lost_embedded_again(counting, tmp_path, damage):
    before = encode(counting(), tmp_path)
    [path] = files(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    after = encode(counting(), tmp_path)
    np.testing.assert_array_equal(after.vectors, before.vectors)
    encode(counting(), tmp_path, [NEW])  # what is written may meet damage that reading did not
    for _ in range(2):
        embedder = counting()
        np.testing.assert_array_equal(encode(embedder, tmp_path).vectors, before.vectors)
    assert embedder.seen == []


def test_a_vector_that_is_damaged_is_embedded_again_alone_and_told(counting, tmp_path, caplog):
    found = encode(counting(), tmp_path)
    [path] = files(tmp_path)
    vector = found.vectors[1].tobytes()
    content = path.read_bytes()
    assert content.count(vector) == 1
    path.write_bytes(content.replace(vector, flipped(0.5)(vector)))
    embedder = counting()
    encode(embedder, tmp_path)
    assert embedder.seen == TEXTS[1:2]
    [line] = caplog.messages
    assert "1 of its vectors are damaged; made anew" in line
    assert path.name in line


def test_a_file_that_is_no_cache_is_made_anew_and_told(counting, tmp_path, caplog):
    encode(counting(), tmp_path)
    [path] = files(tmp_path)
    path.write_bytes(b"\xff" * 5000)
    embedder = counting()
    encode(embedder, tmp_path)
    assert sorted(embedder.seen) == sorted(TEXTS)
    [line] = caplog.messages
    assert line.startswith(f"{path}: is damaged")
    assert line.endswith("it is made anew")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE vectors (key BLOB PRIMARY KEY, entry BLOB NOT NULL, more TEXT)",
        "CREATE VIEW vectors AS SELECT x'00' AS key, x'00' AS entry",
        "CREATE TABLE parcels (number)",
    ],
)
def test_a_database_of_another_kind_is_made_anew(counting, tmp_path, caplog, statement):
    encode(counting(), tmp_path)
    [path] = files(tmp_path)
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute(statement)
    other.close()
    embedder = counting()
    encode(embedder, tmp_path)
    assert sorted(embedder.seen) == sorted(TEXTS)
    assert "another kind or version; it is made anew" in caplog.text
    assert len(read(tmp_path, embedder)) == 3


def test_a_trigger_in_a_planted_file_never_runs(counting, tmp_path):
    encode(counting(), tmp_path)
    [path] = files(tmp_path)
    with sqlite3.connect(path) as planted:
        planted.execute(
            "CREATE TRIGGER forged AFTER INSERT ON vectors BEGIN DELETE FROM vectors; END"
        )
    planted.close()
    encode(counting(), tmp_path, [NEW])
    assert len(read(tmp_path, counting(), [NEW])) == 1


def test_a_file_that_was_moved_from_another_embedder_is_not_trusted(counting, tmp_path):
    encode(counting(revision="1"), tmp_path / "one")
    encode(counting(revision="2"), tmp_path / "two")
    [foreign], [own] = files(tmp_path / "one"), files(tmp_path / "two")
    shutil.copy(foreign, own)
    embedder = counting(revision="2")
    found = encode(embedder, tmp_path / "two")
    assert sorted(embedder.seen) == sorted(TEXTS)
    np.testing.assert_array_equal(found.vectors, np.stack([embedder.vector(t) for t in TEXTS]))


def test_two_vectors_that_were_swapped_are_not_trusted(counting, tmp_path):
    embedder = counting()
    encode(embedder, tmp_path)
    [path] = files(tmp_path)
    with sqlite3.connect(path) as swapping:
        entries = dict(swapping.execute("SELECT key, entry FROM vectors"))
        one, two, _ = entries
        change = "UPDATE vectors SET entry = ? WHERE key = ?"
        swapping.executemany(change, [(entries[one], two), (entries[two], one)])
    swapping.close()
    assert len(read(tmp_path, embedder)) == 1


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


def test_nothing_but_the_file_is_left_behind(counting, tmp_path):
    encode(counting(), tmp_path)
    [path] = files(tmp_path)
    assert path.suffix == ".sqlite"


# --- what stands in its place ------------------------------------------------------------------


def planted(counting, tmp_path, name=""):
    """A file of someone else's, and the place of the cache's file or one beside it."""
    encode(counting(), tmp_path / "vectors")
    [path] = files(tmp_path / "vectors")
    victim = tmp_path / "victim"
    shutil.copy(path, victim)
    return victim, path.with_name(path.name + name)


def test_a_journal_that_is_being_taken_away_is_no_link(counting, tmp_path, caplog, monkeypatch):
    """Another process deletes it while it is looked at, and it has no name left."""
    embedder = counting()
    encode(embedder, tmp_path)
    plain = Path.lstat

    def last_seen(path: Path) -> os.stat_result:
        if not path.name.endswith("-journal"):
            return plain(path)
        found = list(plain(path.with_name(path.name.removesuffix("-journal"))))
        found[stat.ST_NLINK] = 0
        return os.stat_result(found)

    monkeypatch.setattr(Path, "lstat", last_seen)
    assert len(read(tmp_path, embedder)) == len(TEXTS)
    assert caplog.text == ""


@pytest.mark.parametrize("link", [os.symlink, os.link], ids=["symbolic", "hard"])
@pytest.mark.parametrize("content", ["a cache", "empty", "a letter"])
def test_a_link_in_its_place_is_replaced_and_not_followed(
    counting, tmp_path, caplog, link, content
):
    victim, path = planted(counting, tmp_path)
    if content != "a cache":
        victim.write_bytes(b"" if content == "empty" else b"Dear Ada, ...")
    before = victim.read_bytes()
    path.unlink()
    link(victim, path)
    encode(counting(), tmp_path / "vectors", [*TEXTS, NEW])
    assert victim.read_bytes() == before
    assert not path.is_symlink()
    assert path.stat().st_nlink == 1
    assert "it is made anew" in caplog.text
    embedder = counting()
    encode(embedder, tmp_path / "vectors", [*TEXTS, NEW])
    assert embedder.seen == []


@pytest.mark.parametrize("name", ["", "-journal"])
@pytest.mark.parametrize("target", ["victim", "nowhere"])
def test_nor_is_one_that_leads_nowhere_or_stands_beside_it(counting, tmp_path, name, target):
    victim, place = planted(counting, tmp_path, name)
    before = victim.read_bytes()
    place.unlink(missing_ok=True)
    place.symlink_to(tmp_path / target)
    encode(counting(), tmp_path / "vectors", [*TEXTS, NEW])
    assert victim.read_bytes() == before
    assert not (tmp_path / "nowhere").exists()
    assert [p.name for p in files(tmp_path / "vectors")] == [place.name.removesuffix("-journal")]


def test_a_journal_that_was_planted_changes_no_vector(counting, tmp_path):
    _, place = planted(counting, tmp_path, "-journal")
    place.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\0\0\0\1" * 2000)
    found = encode(counting(), tmp_path / "vectors")
    np.testing.assert_array_equal(found.vectors, np.stack([counting().vector(t) for t in TEXTS]))


def test_a_folder_in_its_place_is_one_line(counting, tmp_path, caplog):
    _, path = planted(counting, tmp_path)
    path.unlink()
    path.mkdir()
    encode(counting(), tmp_path / "vectors")
    assert "--cache-dir" in caplog.messages[-1]


# --- the machine -------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_is_one_line_and_ends_nothing(counting, tmp_path, caplog):
    occupied = tmp_path / "cache"
    occupied.write_text("a file where the folder should be")
    assert len(encode(counting(), occupied).vectors) == len(TEXTS)
    [message] = caplog.messages
    assert message.isprintable()
    assert str(occupied) in message
    assert "--cache-dir" in message


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Meanwhile; not for the whole of a test, whose own report may go to a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_one_line_and_what_was_kept_stays(counting, tmp_path, caplog):
    with no_file_larger_than(30_000):
        before = encode(counting(), tmp_path)
        encode(counting(), tmp_path, [f"order {i}" for i in range(1000)])
    [message] = caplog.messages
    assert re.search(r"cannot be written .* --cache-dir", message)
    embedder = counting()
    np.testing.assert_array_equal(encode(embedder, tmp_path).vectors, before.vectors)
    assert embedder.seen == []


def test_a_full_disk_does_not_end_what_needs_no_writing(counting, tmp_path):
    encode(counting(), tmp_path)
    embedder = counting()
    with no_file_larger_than(0):
        encode(embedder, tmp_path)
    assert embedder.seen == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only_is_read(counting, tmp_path, caplog):
    encode(counting(), tmp_path)
    [path] = files(tmp_path)
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        embedder = counting()
        encode(embedder, tmp_path)
        assert embedder.seen == []
        encode(counting(), tmp_path, [NEW])
        assert "readonly" in caplog.messages[-1]
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.parametrize("mode", [0o400, 0o000])
def test_a_file_of_another_users_does_not_end_an_audit(counting, tmp_path, caplog, mode):
    encode(counting(), tmp_path)
    [path] = files(tmp_path)
    path.chmod(mode)
    embedder = counting()
    encode(embedder, tmp_path, [*TEXTS, NEW])
    assert sorted(embedder.seen) == sorted([NEW] if mode else [*TEXTS, NEW])
    assert "vectors are not kept" in caplog.messages[-1]


def test_who_cannot_have_the_lock_goes_on_without_it_and_says_so(
    counting, tmp_path, caplog, monkeypatch
):
    monkeypatch.setattr(cache, "_PATIENCE", 0.05)
    before = encode(counting(), tmp_path)
    [path] = files(tmp_path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    embedder = counting()
    encoder = Encoder(embedder, VectorCache(tmp_path, embedder.identity))
    np.testing.assert_array_equal(encoder.embed(TEXTS).vectors, before.vectors)
    encoder.embed([NEW])
    other.close()
    assert sorted(embedder.seen) == sorted([*TEXTS, NEW])
    assert [("cannot be locked" in line) for line in caplog.messages] == [True, True]
    assert "vectors are not kept" in caplog.messages[-1]


# --- several at once ---------------------------------------------------------------------------


WORKER = """
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from auditor.embedding import embed, open_embedder
from auditor.embedding.cache import VectorCache
from auditor.embedding.embed import Encoder
embed.TEXTS_AT_ONCE = 5
embedder = open_embedder("hashing", offline=True)
for start in range(0, 400, 20):
    texts = [f"parcel {i} is late" for i in range(start + int(sys.argv[2]), start + 25)]
    Encoder(embedder, VectorCache(Path(sys.argv[1]), embedder.identity)).embed(texts)
    print(start, flush=True)
"""


def worker(folder, number):
    command = [sys.executable, "-c", WORKER, str(folder), str(number)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def hashed(folder):
    """What is kept of the workers' texts, and whether each vector is right."""
    embedder = open_embedder("hashing", offline=True)
    texts = [f"parcel {i} is late" for i in range(405)]
    known = read(folder, embedder, texts)
    right = embedder.embed(texts).vectors
    return len(known), all(
        known[key(t)][0].tobytes() == right[i].tobytes()
        for i, t in enumerate(texts)
        if key(t) in known
    )


@pytest.mark.slow
def test_processes_that_write_at_once_lose_nothing(tmp_path):
    workers = [worker(tmp_path, number) for number in range(3)]
    ended = [process.communicate(timeout=120) for process in workers]
    assert [process.returncode for process in workers] == [0, 0, 0]
    assert [said for _, said in ended] == ["", "", ""]
    assert hashed(tmp_path) == (405, True)
    assert len(files(tmp_path)) == 1


@pytest.mark.slow
def test_processes_that_find_a_damaged_file_at_once_go_on(tmp_path):
    path = VectorCache(tmp_path, open_embedder("hashing", offline=True).identity).path
    workers = [worker(tmp_path, number) for number in range(2)]
    for _ in range(3):
        workers[0].stdout.readline()
        path.write_bytes(b"\xff" * 9000)
    ended = [process.communicate(timeout=120) for process in workers]
    assert [process.returncode for process in workers] == [0, 0], ended
    assert hashed(tmp_path)[1]


@pytest.mark.slow
def test_one_that_is_killed_leaves_what_it_wrote_and_no_harm(tmp_path):
    for wait in (0.0, 0.01, 0.02, 0.04):
        killed = worker(tmp_path, 0)
        killed.stdout.readline()
        time.sleep(wait)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
    kept, right = hashed(tmp_path)
    assert right
    assert kept >= 25
    worker(tmp_path, 0).communicate(timeout=120)
    assert hashed(tmp_path) == (405, True)
    assert len(files(tmp_path)) == 1


def test_texts_are_known_by_sixteen_bytes_of_their_own():
    assert len(key("Where is my parcel?")) == 16
    assert key("Where is my parcel?") != key("where is my parcel?")
    assert len(key("\ud800")) == 16
