"""Elastic weight consolidation and learning without forgetting against published code, on a toy.

    python -m tests.benchmarks.toy_peers [--python PYTHON]

Two tasks for one linear classifier of two-dimensional points: the first has classes 0 and 1, the
second moves them. What the methods add to the second task's loss is known in closed form, and its
gradient by each implementation is printed beside it. PYTHON is an interpreter whose environment has
`avalanche-lib`; without it the equations alone are compared.
"""

from __future__ import annotations

import json
import subprocess
import sys

import click
import numpy as np
import torch
from torch import Tensor, nn

from auditor.prediction.fine_tuning.fisher import fisher_information
from auditor.prediction.fine_tuning.training import Classifier

ROWS, CLASSES, STRENGTH, TEMPERATURE = 64, 3, 10.0, 2.0


def points(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sixty-four points of two classes."""
    random = np.random.default_rng(seed)
    classes = np.arange(ROWS) % 2
    return random.normal(size=(ROWS, 2)) + 1.5 * np.eye(2)[classes] + seed, classes


def start() -> tuple[np.ndarray, np.ndarray]:
    """Weights (classes, 2) and biases after the first task, and moved a little by the second."""
    random = np.random.default_rng(7)
    return random.normal(size=(CLASSES, 3)), 0.3 * random.normal(size=(CLASSES, 3))


def softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def with_bias(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x, np.ones((len(x), 1))], axis=1)


# --- by hand ------------------------------------------------------------------------------------


def exact_fisher(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Of each weight: the mean over points of p (1 - p) times the square of its input."""
    inputs, p = with_bias(x), softmax(with_bias(x) @ weights.T)
    return np.asarray((p * (1 - p)).T @ inputs**2 / len(x))


def empirical_fisher(x: np.ndarray, classes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """With the labels of the data in place of the model's own."""
    inputs, p = with_bias(x), softmax(with_bias(x) @ weights.T)
    return np.asarray(((p - np.eye(CLASSES)[classes]) ** 2).T @ inputs**2 / len(x))


def of_batches(x: np.ndarray, classes: np.ndarray, weights: np.ndarray, size: int) -> np.ndarray:
    """The square of each batch's mean gradient, mean over batches."""
    inputs, p = with_bias(x), softmax(with_bias(x) @ weights.T)
    error = p - np.eye(CLASSES)[classes]
    batches = [range(i, i + size) for i in range(0, len(x), size)]
    return np.mean([(error[b].T @ inputs[b] / size) ** 2 for b in batches], axis=0)


def distilled(before: np.ndarray, now: np.ndarray, old: int) -> float:
    """Li & Hoiem (2016): cross entropy of the old columns at a temperature, mean over rows."""
    target = softmax(before[:, :old] / TEMPERATURE)
    return float(-(target * np.log(softmax(now[:, :old] / TEMPERATURE))).sum(axis=1).mean())


# --- by auditor ---------------------------------------------------------------------------------


class Points:
    """Tokens are numbers of points, whose vectors are the points themselves."""

    identity, reduced = "points", False

    def __init__(self, x: np.ndarray) -> None:
        self.x = x

    def tokenise(self, texts: list[str]) -> list[list[int]]:
        return [[int(text)] for text in texts]

    def fresh(self, vocabulary: np.ndarray) -> nn.Module:
        table = torch.tensor(self.x[vocabulary], dtype=torch.float32)

        class Fixed(nn.Module):
            def forward(self, places: Tensor, mask: Tensor) -> Tensor:  # noqa: ARG002
                return table[places[:, 0]]

        return Fixed()


def our_fisher(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    rows = np.arange(len(x))
    model = Classifier(Points(x), rows, CLASSES, "cpu")
    with torch.no_grad():
        model.head.weight.copy_(torch.tensor(weights[:, :2]))
        model.head.bias.copy_(torch.tensor(weights[:, 2]))
    found = fisher_information(model, [np.array([i]) for i in rows])
    return np.column_stack([found["head.weight"].numpy(), found["head.bias"].numpy()])


# --- by avalanche, in an environment of its own --------------------------------------------------

PEER = """
import json, sys
import torch
from torch import nn
from torch.utils.data import TensorDataset
from avalanche.training.plugins import EWCPlugin, LwFPlugin
from avalanche.training.losses import LearningWithoutForgetting
from avalanche.training.regularization import LearningWithoutForgetting as Other
""".replace("from avalanche.training.losses import LearningWithoutForgetting\n", "") + """
given = json.load(sys.stdin)
x, y = torch.tensor(given["x"]), torch.tensor(given["y"])
model = nn.Linear(2, 3)
with torch.no_grad():
    w = torch.tensor(given["weights"])
    model.weight.copy_(w[:, :2]); model.bias.copy_(w[:, 2])
from avalanche.benchmarks.utils import as_taskaware_classification_dataset, AvalancheDataset
from avalanche.benchmarks.utils.data_attribute import DataAttribute
from avalanche.benchmarks.utils import make_avalanche_dataset
data = as_taskaware_classification_dataset(TensorDataset(x, y), targets=y.tolist(), task_labels=[0] * len(y))
plugin = EWCPlugin(ewc_lambda=given["strength"], mode="separate")
out = {}
for size in given["sizes"]:
    importances = plugin.compute_importances(
        model, nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), 0.1), data, "cpu", size, 0
    )
    by_name = {n: p.data for n, p in (importances.items() if isinstance(importances, dict) else importances)}
    out[str(size)] = torch.cat([by_name["weight"], by_name["bias"][:, None]], 1).tolist()
lwf = Other(alpha=1.0, temperature=given["temperature"])
before, now = torch.tensor(given["before"]), torch.tensor(given["now"])
out["distilled all units"] = float(lwf._distillation_loss(now, before, range(3)))
out["distilled old units"] = float(lwf._distillation_loss(now, before, range(2)))
print(json.dumps(out))
"""


def by_peer(python: str, given: dict[str, object]) -> dict[str, object]:
    done = subprocess.run(
        [python, "-c", PEER], input=json.dumps(given), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise click.ClickException(f"{python}: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


@click.command()
@click.option("--python", help="An interpreter that has avalanche-lib.")
def main(python: str | None) -> None:
    (x, classes), (weights, moved) = points(0), start()
    exact, ours = exact_fisher(x, weights), our_fisher(x, weights)
    rows = {
        "by hand, exact": exact,
        "auditor": ours,
        "by hand, labels of the data": empirical_fisher(x, classes, weights),
        "by hand, squares of batches of 32": of_batches(x, classes, weights, 32),
    }
    before = with_bias(x) @ weights.T
    now = with_bias(x) @ (weights + moved).T
    peer: dict[str, object] = {}
    if python:
        given = {
            "x": x.astype(np.float32).tolist(), "y": classes.tolist(),
            "weights": weights.astype(np.float32).tolist(), "strength": STRENGTH,
            "sizes": [1, 32], "temperature": TEMPERATURE,
            "before": before.tolist(), "now": now.tolist(),
        }  # fmt: skip
        peer = by_peer(python, given)
        for size in (1, 32):
            rows[f"avalanche, batches of {size}"] = np.array(peer[str(size)])
    else:
        click.echo("no --python with avalanche-lib: the equations alone", err=True)
    click.echo("information: sum, share of the third class, penalty of a step, way to the exact one")
    for name, found in rows.items():
        penalty = STRENGTH / 2 * float((found * moved**2).sum())
        away = float(np.abs(found - exact).max())
        click.echo(
            f"{name:36s}{found.sum():8.4f}{found[2].sum() / found.sum():8.3f}{penalty:9.4f}{away:12.2e}"
        )
    click.echo("distillation at temperature 2, mean over rows")
    click.echo(f"{'by hand, old units':36s}{distilled(before, now, 2):8.4f}")
    click.echo(f"{'by hand, all units':36s}{distilled(before, now, 3):8.4f}")
    for name in ("distilled old units", "distilled all units"):
        if name in peer:
            click.echo(f"{'avalanche, ' + name:36s}{peer[name]:8.4f}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
