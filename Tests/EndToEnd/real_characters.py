"""A language model of characters, in PyTorch, trained on the documentation that Python ships: sampled continuations
with recorded seeds, and what other executions say of them token by token."""

from __future__ import annotations

import copy
import pydoc_data.topics
from collections.abc import Iterator
from typing import Any

import torch
from real_outputs import Output, int8, one_thread
from torch import nn
from torch.nn import functional as F

FP32, BF16 = torch.float32, torch.bfloat16
PROMPT, LENGTH, SEQUENCES = 32, 24, 30


class Language(nn.Module):
    def __init__(self, characters: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(characters, 48)
        self.recurrent = nn.GRU(48, 112, batch_first=True)
        self.head = nn.Linear(112, characters)

    def forward(self, tokens: torch.Tensor, state: Any = None) -> tuple[torch.Tensor, Any]:
        hidden, state = self.recurrent(self.embedding(tokens), state)
        return self.head(hidden).float(), state


class Characters:
    def __init__(self, seed: int = 1, steps: int = 250) -> None:
        text = "\n".join(topic for _, topic in sorted(pydoc_data.topics.topics.items())).encode("ascii", "ignore")
        known = sorted(set(text))
        self.tokens = torch.tensor([known.index(byte) for byte in text[:300_000]])
        # The last tenth is never trained on: prompts come from it.
        self.end = len(self.tokens) * 9 // 10
        torch.manual_seed(seed)
        self.model = Language(len(known))
        self.random = torch.Generator().manual_seed(seed)
        self.optimizer = torch.optim.Adam(self.model.parameters(), 3e-3)
        self.train(steps)

    def train(self, steps: int) -> None:
        for _ in range(steps):
            starts = torch.randint(self.end - 65, (32,), generator=self.random)
            batch = torch.stack([self.tokens[start : start + 65] for start in starts])
            self.optimizer.zero_grad()
            logits, _ = self.model(batch[:, :-1])
            F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten()).backward()
            self.optimizer.step()

    def prompts(self, part: int) -> torch.Tensor:
        """Parts do not overlap: 0 is reported."""
        start = self.end + part * SEQUENCES * PROMPT
        return self.tokens[start : start + SEQUENCES * PROMPT].reshape(SEQUENCES, PROMPT)


def noise(model: Language) -> torch.Tensor:
    """The request's recorded seed, as Gumbel noise for every place and character."""
    random = torch.Generator().manual_seed(7)
    uniform = torch.rand(SEQUENCES, LENGTH, model.head.out_features, generator=random)
    return -(-uniform.clamp(1e-12, 1 - 1e-7).log()).log()


@torch.no_grad()
def sample(model: Language, prompts: torch.Tensor, batch: int) -> torch.Tensor:
    answers = []
    for rows, drawn in zip(prompts.split(batch), noise(model).split(batch)):
        logits, state = model(rows)
        tokens: list[torch.Tensor] = []
        for place in range(LENGTH):
            tokens.append((logits[:, -1] + drawn[:, place]).argmax(1))
            logits, state = model(tokens[-1][:, None], state)
        answers.append(torch.stack(tokens, 1))
    return torch.cat(answers)


@torch.no_grad()
def scores(model: Language, prompts: torch.Tensor, answers: torch.Tensor, batch: int) -> torch.Tensor:
    """Logits at each place of `answers`, which are read as they are (teacher forcing)."""
    whole = torch.cat([prompts, answers[:, :-1]], 1)
    return torch.cat([model(rows)[0] for rows in whole.split(batch)])[:, prompts.shape[1] - 1 :]


def chosen(values: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
    return values.gather(2, answers[..., None])[..., 0]


class Continuations:
    """Reference answers to prompts, and other executions held against them."""

    def __init__(self, model: Language, prompts: torch.Tensor) -> None:
        self.prompts = prompts
        self.answers = sample(model, prompts, SEQUENCES)
        self.likelihood = chosen(scores(model, prompts, self.answers, SEQUENCES).log_softmax(2), self.answers)
        self.reference = Output("reference", FP32, True, {"tokens": self.answers.tolist()})

    def output(
        self, name: str, is_honest: bool, model: Language, dtype: torch.dtype = FP32, batch: int = SEQUENCES,
        prefix: torch.Tensor | None = None,
    ) -> Output:  # fmt: skip
        model = copy.deepcopy(model).to(dtype)
        prompts = self.prompts
        if prefix is not None:
            prompts = torch.cat([prefix.expand(SEQUENCES, -1), prompts], 1)
        logits = scores(model, prompts, self.answers, batch)
        shift = chosen(logits.log_softmax(2), self.answers) - self.likelihood
        noisy = logits + noise(model)
        deficit = noisy.amax(2) - chosen(noisy, self.answers)
        rows = zip(shift.tolist(), deficit.tolist())
        evidence = [{"logProbabilityShift": rounded(a), "deficit": rounded(b)} for a, b in rows]
        tokens = sample(model, prompts, batch).tolist()
        return Output(name, dtype, is_honest, {"tokens": tokens, "evidence": evidence})


def rounded(values: list[float]) -> list[float]:
    """Four digits: evidence, not outputs."""
    return [float(f"{value:.4g}") for value in values]


def report(characters: Characters) -> Iterator[Output]:
    """Answers to the same prompts, the reference first."""
    model = characters.model
    held = Continuations(model, characters.prompts(0))
    yield held.reference
    yield one_thread(lambda: held.output("one thread", True, model))
    yield held.output("batches of 1", True, model, batch=1)
    yield held.output("batches of 7", True, model, batch=7)
    yield held.output("bf16", True, model, BF16)
    more = copy.deepcopy(characters)
    more.train(20)
    yield held.output("trained on", False, more.model)
    yield held.output("int8", False, int8(model))
    # Another context: eight characters that nobody declared stand before each prompt.
    yield held.output("hidden prefix", False, model, prefix=characters.tokens[:8])


def honest_pairs(characters: Characters, dtype: torch.dtype, pairs: int = 20) -> Iterator[tuple[Output, Output]]:
    for part in range(1, pairs + 1):
        held = Continuations(characters.model, characters.prompts(part))
        yield held.reference, held.output("again", True, characters.model, dtype, batch=1 + part % 9)
