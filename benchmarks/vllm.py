"""A real vLLM: tokens per second under admission beside fixed caps, and what staying at a replica is worth.

    python -m benchmarks.vllm admission           # one server on the CPU; rounds of seven arms, for five minutes
    python -m benchmarks.vllm prefixes            # two servers; sessions that stay, and sessions that do not
    python -m benchmarks.vllm admission --engine gpu.yaml --caps 8 16 32 64 --words 300 --tokens 64     # on a GPU

The model is the tiny one of `make .venv/.vllm`, or that of an engine file as `writ eval` takes it (`vllm: {model: ...,
args: {num_gpu_blocks_override: 3072}}`); its KV cache is made small, so that open dialogues outgrow it. Each dialogue
sends its growing history at every turn and gets a fixed number of tokens; those of `admission` have two to six turns,
by lot. Arms of a round run one after the other, with texts of their own, so that none finds another's prefixes. What a
busy machine cannot tell, the same arms on simulated servers do: `python -m benchmarks.admission`.

Sessions that do not stay go to a replica by lot, as behind a plain balancer, or to the idlest one without memory.

Limits: admission reaches 95 % of the best cap that was set by hand; of the prompts' tokens of turns after the first,
sticky sessions find 80 % in the cache.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import yaml

from pipeline.engines.admission import Admission
from pipeline.engines.build import engines_of
from pipeline.engines.connections import close_connections
from pipeline.engines.settings import Engines, EngineSettings, VllmSettings
from pipeline.engines.speaking import Speaking
from pipeline.engines.vllm_flags import probe
from pipeline.engines.vllm_replica import Replica
from pipeline.gate import Gate, together
from schemas.base import Json
from schemas.completion import CompletionRequest, Sampling, Usage
from tool_specs.catalog import domain

HERE = Path(__file__).resolve().parents[1]
CAPS = (8, 12, 16, 24, 32, 64)
BLOCKS = 96
"""Of 128 tokens: room for about a dozen dialogues at their end."""
LIMIT_ADMISSION, LIMIT_STICKY = 0.95, 0.8
TOKENS, WORDS = 48, 60
ROUNDS, SECONDS = 5, 300.0


def settings(engine: Path | None) -> VllmSettings:
    """Returns the server's settings: those of an engine file, or of the tiny model on the CPU."""
    if engine is not None:
        found = EngineSettings.model_validate(yaml.safe_load(engine.read_text(encoding="utf-8"))).vllm
        if found is None:
            raise SystemExit(f"{engine}: holds no `vllm: ...`; this benchmark starts its own server")
        return found.at(engine.absolute().parent)
    return VllmSettings.model_validate(
        {
            "model": str(HERE / ".venv" / "vllm" / "tiny"),
            "python": str(HERE / ".venv" / "vllm" / "bin" / "python"),
            "gpus": 0,
            "args": {"max_model_len": 2048, "enforce_eager": True, "num_gpu_blocks_override": BLOCKS},
            "env": {"VLLM_CPU_KVCACHE_SPACE": "1"},
            "start_timeout": 600,
        }
    )


@contextlib.asynccontextmanager
async def served(model: VllmSettings, servers: int) -> AsyncIterator[Callable[..., Speaking]]:
    """Starts servers and yields what makes engines that ask all of them, or some."""
    addresses, replicas = [], []
    flags = await asyncio.to_thread(probe, model)
    with tempfile.TemporaryDirectory() as folder:
        try:
            for number in range(servers):
                replica = Replica(model, "127.0.0.1", Path(folder) / f"{number}.log")
                replicas.append(replica)
                report = await replica.serve(flags, None)
                if report.problem:
                    raise SystemExit(report.problem)
                addresses.append(f"{report.url}/v1")
            engines = Engines.model_validate({"agent": {"vllm": model.model_dump(mode="json")}})
            yield lambda *which: engines_of(engines, {"agent": tuple(addresses[n] for n in which or range(servers))})
        finally:
            await close_connections()
            for replica in replicas:
                await replica.stop()


class Dialogues:
    """Dialogues of one arm of one round."""

    def __init__(
        self, engines: Sequence[Speaking], name: str, sticky: bool = True, turns: int = 0, words: int = WORDS,
        tokens: int = TOKENS,
    ) -> None:  # fmt: skip
        """Takes who answers, of several one by lot at each turn; without `turns` each dialogue draws its own.

        `words` are of a user's turn, `tokens` of an answer.
        """
        self._engines, self._name, self._sticky, self._turns = engines, name, sticky, turns
        self._words, self._tokens = words, tokens
        self.usages: list[tuple[int, Usage]] = []

    async def talk(self, number: int) -> None:
        """Holds one dialogue; notes what each turn used."""
        words = random.Random(f"{self._name} {number}")
        messages: list[Json] = [{"role": "system", "content": domain("retail").policy[:1500]}]
        for turn in range(self._turns or words.randint(2, 6)):
            said = " ".join(
                words.choice(("lamp", "order", "return", "blue", "card", "zip")) for _ in range(self._words)
            )
            messages.append({"role": "user", "content": f"{self._name} {number}: {said}"})
            session = f"{self._name}/{number}" + ("" if self._sticky else f"/{turn}")
            answer = await words.choice(self._engines)["agent"].complete(
                CompletionRequest(
                    role="agent", session=session, turn=turn, messages=tuple(messages),
                    sampling=Sampling(max_tokens=self._tokens, temperature=1.0, extra={"ignore_eos": True}),
                )
            )  # fmt: skip
            messages.append({"role": "assistant", "content": answer.content})
            self.usages.append((turn, answer.usage))


async def arm(engines: Speaking, cap: int | None, ceiling: int, dialogues: Dialogues, count: int) -> tuple[float, int]:
    """Returns generated tokens per second, and the limit at the end, of dialogues under a cap or under admission."""
    gate, watching = Gate(cap or ceiling), None
    if cap is None:  # not made for a cap: admission closes the gate until it has looked
        watching = asyncio.create_task(Admission(gate, list(engines.pools.values()), ceiling).watch())
    started = time.monotonic()
    await together([gate.enter(dialogues.talk, number) for number in range(count)])
    seconds = time.monotonic() - started
    if watching is not None:
        watching.cancel()
    return sum(usage.completion_tokens for _, usage in dialogues.usages) / seconds, gate.limit


async def admission(chosen: argparse.Namespace) -> None:
    """Compares caps with admission, in as many rounds as the time allows, one at least."""
    arms: dict[str, int | None] = {**{f"cap {cap}": cap for cap in chosen.caps}, "admission": None}
    rates: dict[str, list[float]] = {name: [] for name in arms}
    async with served(settings(chosen.engine), 1) as asking:
        engines = asking()

        def talk(name: str, cap: int | None, count: int) -> Coroutine[Any, Any, tuple[float, int]]:
            dialogues = Dialogues([engines], name, words=chosen.words, tokens=chosen.tokens)
            return arm(engines, cap, max(chosen.caps), dialogues, count)

        await talk("warm", 8, 16)
        begun, longest = time.monotonic(), 0.0
        for number in range(chosen.rounds):
            since = time.monotonic()
            if since - begun + longest > chosen.seconds:
                print(f"{number} rounds of {chosen.rounds}: another one would not end in {chosen.seconds:g} s")
                break
            for name, cap in arms.items():
                rate, limit = await talk(f"{number} {name}", cap, chosen.dialogues)
                rates[name].append(rate)
                print(f"round {number + 1} {name:10} {rate:7.0f} tokens/s, limit at the end {limit}", flush=True)
            longest = max(longest, time.monotonic() - since)
    medians = {name: statistics.median(each) for name, each in rates.items()}
    best = max((name for name in arms if arms[name]), key=lambda name: medians[name])
    for name, each in rates.items():
        print(f"{name:10} median {medians[name]:7.0f} tokens/s, {min(each):.0f} to {max(each):.0f}")
    ratio = medians["admission"] / medians[best]
    print(f"admission : best cap ({best}) = {ratio:.2f}, limit {LIMIT_ADMISSION}: {_verdict(ratio >= LIMIT_ADMISSION)}")


async def prefixes(model: VllmSettings) -> None:
    """Compares sessions that stay at their replica with such as do not."""
    async with served(model, 2) as asking:
        both, apart = [asking()], [asking(0), asking(1)]
        found: dict[str, float] = {}
        for name, engines, sticky in (("sticky", both, True), ("idlest", both, False), ("by lot", apart, True)):
            gate, dialogues = Gate(12), Dialogues(engines, name, sticky, turns=8)
            started = time.monotonic()
            await together([gate.enter(dialogues.talk, number) for number in range(48)])
            seconds = time.monotonic() - started
            later = [usage for turn, usage in dialogues.usages if turn]
            found[name] = rate(later)
            made = sum(usage.completion_tokens for _, usage in dialogues.usages) / seconds
            print(f"{name:10} {found[name]:.1%} of the prompts' tokens after the first turn, {made:.0f} tokens/s")
    print(f"sticky, limit {LIMIT_STICKY:.0%}: {_verdict(found['sticky'] >= LIMIT_STICKY)}")


def rate(usages: Sequence[Usage]) -> float:
    """Returns which share of prompts was found in the cache."""
    return sum(usage.cached_tokens for usage in usages) / sum(usage.prompt_tokens for usage in usages)


def _verdict(met: bool) -> str:
    return "met" if met else "NOT MET"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("admission", "prefixes"))
    parser.add_argument("--engine", type=Path, metavar="FILE.yaml", help="an engine as `writ eval` takes it")
    parser.add_argument("--dialogues", type=int, default=96, help="of one arm of `admission`")
    parser.add_argument("--caps", type=int, nargs="+", default=CAPS, help="set by hand; the highest is the ceiling")
    parser.add_argument("--words", type=int, default=WORDS, help="of a user's turn")
    parser.add_argument("--tokens", type=int, default=TOKENS, help="of an answer")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="at most")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="no round begins that would end later")
    chosen = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}", flush=True)
    asyncio.run(admission(chosen) if chosen.what == "admission" else prefixes(settings(chosen.engine)))
