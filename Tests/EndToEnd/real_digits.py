"""A classifier of scikit-learn's handwritten digits, in PyTorch: embeddings, probabilities, labels, runs of many seeds."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import numpy
import torch
from real_outputs import Output, int8, one_thread
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

FP32, BF16 = torch.float32, torch.bfloat16
TRAINED_ON, REPORT = slice(0, 1000), slice(1547, 1797)
# Honest pairs are measured on whatever is not reported.
CALIBRATION = 1547


class Digits:
    def __init__(self, seed: int = 1, epochs: int = 12) -> None:
        images, labels = load_digits(return_X_y=True)
        order = numpy.random.default_rng(0).permutation(len(images))
        self.images = torch.tensor(images[order] / 16, dtype=FP32)
        self.labels = torch.tensor(labels[order])
        torch.manual_seed(seed)
        layers = [layer for width in (128, 128, 32) for layer in (nn.LazyLinear(width), nn.GELU())]
        self.model = nn.Sequential(*layers, nn.LazyLinear(10))
        self.model(self.images[:1])
        self.random = torch.Generator().manual_seed(seed)
        self.optimizer = torch.optim.Adam(self.model.parameters(), 1e-3)
        self.losses: list[float] = []
        for _ in range(epochs):
            self.epoch()

    def epoch(self) -> None:
        images, labels = self.images[TRAINED_ON], self.labels[TRAINED_ON]
        for batch in torch.randperm(len(images), generator=self.random).split(50):
            self.optimizer.zero_grad()
            loss = F.cross_entropy(self.model(images[batch]), labels[batch])
            loss.backward()
            self.optimizer.step()
            self.losses.append(loss.item())

    @torch.no_grad()
    def loss(self) -> float:
        return F.cross_entropy(self.model(self.images[REPORT]), self.labels[REPORT]).item()


@torch.no_grad()
def run(model: nn.Module, images: torch.Tensor, batch: int = 0, dtype: torch.dtype = FP32) -> dict[str, numpy.ndarray]:
    model = copy.deepcopy(model).to(dtype)
    batches = images.to(dtype).split(batch or len(images))
    embeddings = torch.cat([model[:-1](part) for part in batches])
    probabilities = torch.cat([model(part) for part in batches]).double().softmax(1)
    best = probabilities.topk(2, 1).values
    return {
        "tensor": embeddings.float().numpy(),
        "probabilities": probabilities.float().numpy(),
        "labels": probabilities.argmax(1).numpy().astype(numpy.uint8),
        "gaps": (best[:, 0] - best[:, 1]).float().numpy(),
    }


def report(digits: Digits) -> Iterator[Output]:
    """The same 250 images, the reference first."""
    images = digits.images[REPORT]

    def honest(name: str, batch: int = 0, dtype: torch.dtype = FP32) -> Output:
        return Output(name, dtype, True, run(digits.model, images, batch, dtype))

    yield honest("reference")
    yield one_thread(lambda: honest("one thread"))
    yield honest("batches of 1", 1)
    yield honest("batches of 7", 7)
    yield honest("bf16", 0, BF16)
    yield honest("bf16, batches of 1", 1, BF16)
    more = copy.deepcopy(digits)
    more.epoch()
    for dtype in (FP32, BF16):
        yield Output("one more epoch", dtype, False, run(more.model, images, 0, dtype))
        yield Output("int8", dtype, False, run(int8(digits.model), images, 0, dtype))
        # Another context: the caller scales its images by other constants.
        yield Output("another scale", dtype, False, run(digits.model, images * 0.95, 0, dtype))


def honest_pairs(digits: Digits, dtype: torch.dtype, pairs: int = 24) -> Iterator[tuple[Output, Output]]:
    """Two executions on 250 images each time, none of them reported."""
    random = torch.Generator().manual_seed(5)
    for _ in range(pairs):
        images = digits.images[torch.randperm(CALIBRATION, generator=random)[:250]]
        batch = int(torch.randint(1, 64, (), generator=random))
        first = Output("reference", FP32, True, run(digits.model, images))
        yield first, Output("again", dtype, True, run(digits.model, images, batch, dtype))


def losses(seeds: range, epochs: int) -> list[float]:
    """What training comes to, with other seeds."""
    return [Digits(seed, epochs).loss() for seed in seeds]
