"""Trains a small model from scratch on token streams, for as long as it is told.

    python examples/train_tiny/train.py tokens/*.xz --held-out held/*.xz --seconds 240 --out model

Needs PyTorch, NumPy and safetensors, and one GPU; a CPU will do to see that it runs (`--toy`). The loss counts what the
played seat writes, and a little of what it reads, less and less. `model/` is served beside its tokenizer.
"""

from __future__ import annotations

import argparse
import json
import lzma
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from model import Documents, Qwen3, Shape, save
from torch import Tensor

PAD, END, DESK, GOAL, USER, AGENT, TOOL = range(7)
CALL = 4094
"""`<tool_call>`, the first of the last two tokens."""
CONTEXT_WEIGHT = 0.3
"""What a token that the model only reads counts for in the beginning; nothing in the end."""
WINDOW = 512


class Corpus:
    """Documents one behind the other.

    Attributes:
        tokens: all of them.
        written: whether the seat that is played wrote a token.
        starts: where documents begin, and the end of the last.
    """

    def __init__(self, files: list[Path], length: int) -> None:
        """Reads streams; documents longer than a row are left out."""
        with ThreadPoolExecutor() as pool:
            parts = list(pool.map(lambda file: np.frombuffer(lzma.decompress(file.read_bytes()), np.uint16), files))
        self.tokens = np.concatenate(parts)
        places = np.arange(len(self.tokens))
        marks = np.isin(self.tokens, (DESK, GOAL, USER, AGENT, TOOL))
        speaker = self.tokens[np.maximum.accumulate(np.where(marks, places, 0))]
        begins = np.isin(self.tokens, (DESK, GOAL))
        seat = self.tokens[np.maximum.accumulate(np.where(begins, places, 0))]
        self.written = ~marks & (((seat == DESK) & (speaker == AGENT)) | ((seat == GOAL) & (speaker == USER)))
        self.starts = np.append(np.flatnonzero(begins), len(self.tokens))
        lengths = np.diff(self.starts)
        self.fitting = np.flatnonzero(lengths <= length)
        self.lengths = lengths

    def rows(self, length: int, order: np.random.Generator) -> Iterator[list[int]]:
        """Yields rows as lists of documents, packed best fit within windows of a shuffled order."""
        shuffled = order.permutation(self.fitting)
        for begin in range(0, len(shuffled), WINDOW):
            window = sorted(shuffled[begin : begin + WINDOW], key=lambda number: -self.lengths[number])
            rows: list[tuple[int, list[int]]] = []
            for number in window:
                size = int(self.lengths[number])
                fits = [index for index, (room, _) in enumerate(rows) if room >= size]
                if fits:
                    best = min(fits, key=lambda index: rows[index][0])
                    room, held = rows[best]
                    rows[best] = (room - size, [*held, number])
                else:
                    rows.append((length - size, [number]))
            for index in order.permutation(len(rows)):
                yield rows[index][1]

    def batch(self, rows: list[list[int]], length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns tokens, whether each was written, and documents' numbers, each [rows, length + 1]."""
        tokens = np.full((len(rows), length + 1), PAD, np.int64)
        written = np.zeros((len(rows), length + 1), bool)
        documents = np.full((len(rows), length + 1), -1, np.int64)
        for index, row in enumerate(rows):
            place = 0
            for number in row:
                begin, end = self.starts[number], self.starts[number + 1]
                here = slice(place, place + end - begin)
                tokens[index, here], written[index, here] = self.tokens[begin:end], self.written[begin:end]
                documents[index, here] = number
                place += end - begin
        return tokens, written, documents


Batch = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]
"""Tokens, targets, which targets were written, which can be known, and documents."""


def batches(
    corpus: Corpus, rows: int, length: int, device: str, order: np.random.Generator, epochs: int
) -> Iterator[Batch]:
    """Yields batches, made one ahead."""

    def made(held: list[list[int]]) -> list[Tensor]:
        tokens, written, documents = corpus.batch(held, length)
        known = (documents[:, 1:] == documents[:, :-1]) & (documents[:, 1:] >= 0)
        arrays = (tokens[:, :-1], tokens[:, 1:], written[:, 1:], known, documents[:, :-1])
        return [torch.from_numpy(np.ascontiguousarray(array)) for array in arrays]

    def placed(batch: Future[list[Tensor]]) -> Batch:
        tokens, targets, written, known, documents = (array.to(device) for array in batch.result())
        return tokens, targets, written, known, documents

    def groups() -> Iterator[list[list[int]]]:
        held: list[list[int]] = []
        for _ in range(epochs):
            for row in corpus.rows(length, order):
                held.append(row)
                if len(held) == rows:
                    yield held
                    held = []

    with ThreadPoolExecutor(1) as ahead:
        waiting: Future[list[Tensor]] | None = None
        for held in groups():
            following = ahead.submit(made, held)
            if waiting is not None:
                yield placed(waiting)
            waiting = following
        if waiting is not None:
            yield placed(waiting)


class Muon:
    """Muon (momentum, made orthogonal) for the matrices within layers, AdamW for the rest."""

    def __init__(self, model: Qwen3, matrix_rate: float = 0.02, other_rate: float = 0.003) -> None:
        """Groups matrices of one form, so that a step takes few calls."""
        self.matrix_rate = matrix_rate
        forms: dict[tuple[int, ...], list[Any]] = {}
        others = []
        for name, weight in model.named_parameters():
            if weight.dim() == 2 and "embed" not in name:
                forms.setdefault(tuple(weight.shape), []).append(weight)
            else:
                others.append(weight)
        self.groups = [(weights, torch.zeros_like(torch.stack(list(weights)))) for weights in forms.values()]
        self.others = torch.optim.AdamW(
            others, lr=other_rate, betas=(0.9, 0.95), weight_decay=0.0, fused=others[0].is_cuda
        )
        self.other_rate = other_rate

    @torch.no_grad()
    def step(self, share: float) -> None:
        """Makes a step with this share of the rates, and forgets the gradients."""
        for weights, momentum in self.groups:
            gradient = torch.stack([weight.grad for weight in weights])
            momentum.lerp_(gradient, 0.05)
            update = orthogonal(gradient.lerp(momentum, 0.95))
            rate = self.matrix_rate * share * max(1.0, update.shape[-2] / update.shape[-1]) ** 0.5
            for weight, change in zip(weights, update, strict=True):
                weight.mul_(1 - rate * 0.05).add_(change.to(weight.dtype), alpha=-rate)
                weight.grad = None
        for group in self.others.param_groups:
            group["lr"] = self.other_rate * share
        self.others.step()
        self.others.zero_grad(set_to_none=True)


def orthogonal(matrices: Tensor, steps: int = 5) -> Tensor:
    """Returns the nearest orthogonal matrices, roughly: Newton-Schulz with Jordan's coefficients."""
    x = matrices.bfloat16() if matrices.is_cuda else matrices
    wide = x.shape[-2] > x.shape[-1]
    x = x.mT if wide else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        square = x @ x.mT
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return x.mT if wide else x


def rate_at(progress: float) -> float:
    """Returns the share of the full rate: a short rise, then a cosine to zero."""
    if progress < 0.03:
        return progress / 0.03 + 0.01
    return 0.5 + 0.5 * float(np.cos(np.pi * (progress - 0.03) / 0.97))


class Step:
    """Loss and gradient of a batch. On a GPU: compiled, then without documents' borders, then as it stands."""

    def __init__(self, model: Qwen3, rows: int, length: int, device: str) -> None:
        """Compiles nothing yet."""
        self.device, self.documents = device, Documents(rows, length, device)
        compiled = [(torch.compile(model, dynamic=False), part) for part in (self.documents.blocks, None)]
        self.ways: dict[str, tuple[Any, Any]] = {"dense": (model, self.documents.dense)}
        if device == "cuda":
            self.ways = dict(zip(("blocks", "causal", "eager"), [*compiled, (model, None)], strict=True))

    @property
    def way(self) -> str:
        """How it is done now."""
        return next(iter(self.ways))

    def __call__(
        self, tokens: Tensor, targets: Tensor, weights: Tensor, documents: Tensor, learn: bool = True
    ) -> tuple[Tensor, Tensor]:
        """Returns the loss and which targets are right; leaves gradients where it shall learn."""
        while True:
            run, mask = self.ways[self.way]
            try:
                with torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda"):
                    loss, right = run(tokens, targets, weights, mask and mask(documents))
                if learn:
                    loss.backward()
                return loss.detach(), right
            except Exception as error:
                if len(self.ways) == 1:
                    raise
                print(f"{self.way} fails: {type(error).__name__}: {error}"[:3000], flush=True)
                del self.ways[self.way]


def tried(step: Step, corpus: Corpus, rows: int, length: int, device: str, most: int) -> dict[str, float]:
    """Returns, of held-out documents, the loss and the shares of written tokens, texts and calls that are right."""
    losses, seen = [], {"tokens": [0, 0], "user texts": [0, 0], "agent texts": [0, 0], "agent calls": [0, 0]}
    for number, batch in enumerate(batches(corpus, rows, length, device, np.random.default_rng(0), 1)):
        if number == most:
            break
        tokens, targets, written, known, documents = batch
        counted = written & known
        loss, right = step(tokens, targets, counted.float(), documents, learn=False)
        losses.append(float(loss))
        seen["tokens"][0] += int((right & counted).sum())
        seen["tokens"][1] += int(counted.sum())
        ok, told, target = right.cpu().numpy(), counted.cpu().numpy(), targets.cpu().numpy()
        for row in range(len(ok)):
            edges = np.flatnonzero(np.diff(np.concatenate(([0], told[row].astype(np.int8), [0]))))
            for begin, end in zip(edges[::2], edges[1::2], strict=True):
                speaker = "user texts" if int(tokens[row, begin]) == USER else "agent texts"
                kind = "agent calls" if target[row, begin] == CALL else speaker
                seen[kind][0] += bool(ok[row, begin:end].all())
                seen[kind][1] += 1
    return {"loss": float(np.mean(losses))} | {kind: right / max(all_, 1) for kind, (right, all_) in seen.items()}


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tokens", nargs="+", type=Path)
    parser.add_argument("--held-out", nargs="*", default=[], type=Path)
    parser.add_argument("--seconds", type=float, default=240, help="of training, compilation not counted")
    parser.add_argument("--rows", type=int, default=8, help="rows per step")
    parser.add_argument("--length", type=int, default=8192, help="tokens per row")
    parser.add_argument("--toy", action="store_true", help="a model that a CPU trains")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", required=True, type=Path)
    given = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(given.seed)
    torch.set_float32_matmul_precision("high")
    shape = Shape(width=64, layers=2, heads=2, key_heads=1, head=32, inner=128) if given.toy else Shape()
    corpus = Corpus(given.tokens, given.length)
    model = Qwen3(shape).to(device)
    size = sum(weight.numel() for weight in model.parameters())
    print(f"{size:,} parameters, {len(corpus.tokens):,} tokens, {len(corpus.fitting):,} documents", flush=True)
    step, optimizer = Step(model, given.rows, given.length, device), Muon(model)
    began = time.monotonic()
    started = saved = said = 0.0
    done = 0
    order = np.random.default_rng(given.seed)
    for number, batch in enumerate(batches(corpus, given.rows, given.length, device, order, 1000)):
        tokens, targets, written, known, documents = batch
        now = time.monotonic()
        if number == 3:  # everything is compiled
            if device == "cuda":
                torch.cuda.synchronize()
            now = started = saved = said = time.monotonic()
            print(f"three steps after {now - began:.0f} s", flush=True)
        progress = (now - started) / given.seconds if started else 0.0
        if progress >= 1:
            break
        weights = torch.where(written, 1.0, CONTEXT_WEIGHT * (1 - progress)) * known
        loss, _ = step(tokens, targets, weights, documents)
        optimizer.step(rate_at(progress))
        done += tokens.numel()
        if number % 25 == 0 or now - said > 10:
            value, said = float(loss), now
            rate = number > 3 and (number - 3) * tokens.numel() / (time.monotonic() - started)
            print(f"step {number}: {progress:.1%}, loss {value:.4f}, {rate / 1000:,.0f} k tokens/s", flush=True)
        if started and now - saved > 60:
            save(model, given.out)
            saved = time.monotonic()
    save(model, given.out)
    found: dict[str, Any] = {"parameters": size, "steps": number, "tokens": done, "seconds": given.seconds}
    found |= {"attention": step.way, "device": torch.cuda.get_device_name() if device == "cuda" else "cpu"}
    print(json.dumps(found), flush=True)
    if given.held_out:
        found["held out"] = tried(step, Corpus(given.held_out, given.length), given.rows, given.length, device, 20)
    (given.out / "result.json").write_text(json.dumps(found, indent=1))
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
