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
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import click
import numpy as np
import torch
from torch import Tensor, nn

from auditor.prediction.fine_tuning.fisher import fisher_information
from auditor.prediction.fine_tuning.training import Classifier
from auditor.prediction.mitigations.distillation import Distillation
from auditor.prediction.mitigations.elastic_weights import ElasticWeights

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


def distilled_gradient(before: np.ndarray, now: np.ndarray, old: int) -> np.ndarray:
    """Of `distilled`, by the scores: nothing of new columns."""
    found = np.zeros_like(now)
    target, p = (softmax(x[:, :old] / TEMPERATURE) for x in (before, now))
    found[:, :old] = (p - target) / TEMPERATURE / len(now)
    return found


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
            def forward(self, places: Tensor, mask: Tensor) -> Tensor:
                return table[places[:, 0]]

        return Fixed()


def our_model(x: np.ndarray, weights: np.ndarray) -> Classifier:
    model = Classifier(Points(x), np.arange(len(x)), CLASSES, "cpu")
    with torch.no_grad():
        model.head.weight.copy_(torch.tensor(weights[:, :2]))
        model.head.bias.copy_(torch.tensor(weights[:, 2]))
    return model


def our_fisher(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    found = fisher_information(our_model(x, weights), [np.array([i]) for i in range(len(x))])
    return np.column_stack([found["head.weight"].numpy(), found["head.bias"].numpy()])


def our_distilled(x: np.ndarray, weights: np.ndarray, now: np.ndarray) -> float:
    """What `Distillation` adds to a loss of nothing, mean over rows; two units are old."""
    given: dict[str, Any] = {}
    branch = SimpleNamespace(
        model=our_model(x, weights),
        tokens=[np.array([i]) for i in range(len(x))],
        arriving=len(x),
        kinds=2,
        loss=lambda: lambda logits, _: 0 * logits.sum(),
        train=lambda loss: given.update(loss=loss) or iter([1]),
    )
    list(Distillation(temperature=TEMPERATURE).train(branch))  # type: ignore[arg-type]
    return float(given["loss"](torch.tensor(now), np.arange(len(x)))) / len(x)


class Quadratic:
    """A branch whose update is to bring every weight to a value of its own, by plain descent."""

    def __init__(self, x: np.ndarray, weights: np.ndarray, wanted: np.ndarray) -> None:
        self.model = our_model(x, weights)
        self.information = fisher_information(self.model, [np.array([i]) for i in range(len(x))])
        self.wanted = [torch.tensor(wanted[:, :2]), torch.tensor(wanted[:, 2])]

    def train(self, adjust: Callable[[], None]) -> Iterator[int]:
        for step in range(20_000):
            for w, value in zip(self.model.head.parameters(), self.wanted, strict=True):
                w.grad = (w - value).detach().float()
            adjust()
            with torch.no_grad():
                for w in self.model.head.parameters():
                    w.sub_(0.05 * w.grad)
            yield step

    def end(self) -> np.ndarray:
        head = self.model.head
        return np.column_stack([head.weight.detach().numpy(), head.bias.detach().numpy()])


def known_answer(x: np.ndarray, weights: np.ndarray, wanted: np.ndarray) -> tuple[float, float]:
    """How far auditor's EWC ends from the minimum in closed form, and that from `wanted`.

    Of half of the square of each weight's way to `wanted`, and of the penalty, it lies at (wanted +
    strength share start) / (1 + strength share), the information's shares summing to 1.
    """
    branch = Quadratic(x, weights, wanted)
    found = branch.information
    shares = np.column_stack([found["head.weight"].numpy(), found["head.bias"].numpy()])
    shares = shares / shares.sum()
    closed = (wanted + STRENGTH * shares * weights) / (1 + STRENGTH * shares)
    for _ in ElasticWeights(strength=STRENGTH).train(branch):  # type: ignore[arg-type]
        pass
    return float(np.abs(branch.end() - closed).max()), float(np.abs(closed - wanted).max())


# --- by avalanche, in an environment of its own --------------------------------------------------

PEER = """
import json, sys
import torch
from torch import nn
from torch.utils.data import TensorDataset
from avalanche.training.plugins import EWCPlugin
from avalanche.training.regularization import LearningWithoutForgetting
given = json.load(sys.stdin)
x, y = torch.tensor(given["x"]), torch.tensor(given["y"])
model, w = nn.Linear(2, 3), torch.tensor(given["weights"])
with torch.no_grad():
    model.weight.copy_(w[:, :2])
    model.bias.copy_(w[:, 2])
plugin = EWCPlugin(ewc_lambda=1.0, mode="separate")
out = {}
for size in given["sizes"]:
    found = plugin.compute_importances(
        model, nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), 0.1),
        TensorDataset(x, y, torch.zeros(len(y))), "cpu", size,
    )
    of = {name: value.data for name, value in found.items()}
    out[str(size)] = torch.cat([of["weight"], of["bias"][:, None]], 1).tolist()
lwf = LearningWithoutForgetting(alpha=1.0, temperature=given["temperature"])
before, now = torch.tensor(given["before"]), torch.tensor(given["now"], requires_grad=True)
loss = lwf._distillation_loss(now, before, given["old"])
loss.backward()
out["distilled"], out["gradient"] = float(loss), now.grad.tolist()
print(json.dumps(out))
"""


def by_peer(python: str, given: dict[str, object]) -> dict[str, Any]:
    done = subprocess.run(
        [python, "-c", PEER], input=json.dumps(given), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise click.ClickException(f"{python}: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
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
    peer: dict[str, Any] = {}
    if python:
        given = {
            "x": x.astype(np.float32).tolist(), "y": classes.tolist(), "sizes": [1, 32],
            "weights": weights.astype(np.float32).tolist(), "temperature": TEMPERATURE,
            "before": before.tolist(), "now": now.tolist(), "old": [0, 1],
        }  # fmt: skip
        peer = by_peer(python, given)
        for size in (1, 32):
            rows[f"avalanche, batches of {size}"] = np.array(peer[str(size)])
    else:
        click.echo("no --python with avalanche-lib: the equations alone", err=True)
    click.echo(f"{'information':36s}     sum  new class  penalty  from exact")
    for name, found in rows.items():
        penalty = STRENGTH / 2 * float((found * moved**2).sum())
        share, away = found[2].sum() / found.sum(), float(np.abs(found - exact).max())
        click.echo(f"{name:36s}{found.sum():8.4f}{share:11.3f}{penalty:9.4f}{away:12.1e}")
    own, entropy = distilled(before, now, 2), distilled(before, before, 2)
    ours_too = our_distilled(x, weights, now)
    click.echo(f"distillation, old units: by hand {own:.4f}, auditor {ours_too:.4f}")
    click.echo(f"the same less the teacher's entropy: {own - entropy:.4f}")
    click.echo(f"with the new unit too: {distilled(before, now, 3):.4f}")
    away, way = known_answer(x, weights, weights + moved)
    click.echo(
        f"EWC's minimum in closed form lies {way:.3f} from the update's own at most; auditor ends "
        f"{away:.1e} from it"
    )
    if peer:
        away = np.abs(np.array(peer["gradient"]) - distilled_gradient(before, now, 2)).max()
        click.echo(f"avalanche: {peer['distilled']:.4f}; gradients differ by {away:.1e} at most")


if __name__ == "__main__":
    main()
