"""A real vLLM on the CPU: tokens per second under admission beside fixed caps, and what staying at a replica is worth.

    python -m benchmarks.vllm admission           # one server, five rounds of seven arms; four minutes
    python -m benchmarks.vllm prefixes            # two servers; sessions that stay, and sessions that do not

The model is the tiny one of `make .venv/.vllm`; its KV cache is made small, so that open dialogues outgrow it as on a
GPU. Each dialogue sends its growing history at every turn and gets a fixed number of tokens; those of `admission` have
two to six turns, by lot. Arms of a round run one after the other, with texts of their own, so that none finds another's
prefixes. What a busy machine cannot tell, the same arms on simulated servers do: `python -m benchmarks.admission`.

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
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from pipeline.engines.admission import Admission
from pipeline.engines.build import engines_of
from pipeline.engines.connections import close_connections
from pipeline.engines.settings import Engines, VllmSettings
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
ROUNDS = 5


def settings() -> VllmSettings:
    """Returns the server's settings."""
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
async def served(servers: int) -> AsyncIterator[Callable[..., Speaking]]:
    """Starts servers and yields what makes engines that ask all of them, or some."""
    model, addresses, replicas = settings(), [], []
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

    def __init__(self, engines: Sequence[Speaking], name: str, sticky: bool = True, turns: int = 0) -> None:
        """Takes who answers, of several one by lot at each turn; without `turns` each dialogue draws its own."""
        self._engines, self._name, self._sticky, self._turns = engines, name, sticky, turns
        self.usages: list[tuple[int, Usage]] = []

    async def talk(self, number: int) -> None:
        """Holds one dialogue; notes what each turn used."""
        words = random.Random(f"{self._name} {number}")
        messages: list[Json] = [{"role": "system", "content": domain("retail").policy[:1500]}]
        for turn in range(self._turns or words.randint(2, 6)):
            said = " ".join(words.choice(("lamp", "order", "return", "blue", "card", "zip")) for _ in range(WORDS))
            messages.append({"role": "user", "content": f"{self._name} {number}: {said}"})
            session = f"{self._name}/{number}" + ("" if self._sticky else f"/{turn}")
            answer = await words.choice(self._engines)["agent"].complete(
                CompletionRequest(
                    role="agent", session=session, turn=turn, messages=tuple(messages),
                    sampling=Sampling(max_tokens=TOKENS, temperature=1.0, extra={"ignore_eos": True}),
                )
            )  # fmt: skip
            messages.append({"role": "assistant", "content": answer.content})
            self.usages.append((turn, answer.usage))


async def arm(engines: Speaking, name: str, cap: int | None, dialogues_each: int) -> tuple[float, float]:
    """Returns generated tokens per second, and the limit at the end, of dialogues under a cap or under admission."""
    gate, dialogues = Gate(cap or max(CAPS)), Dialogues([engines], name)
    admission = Admission(gate, list(engines.pools.values()), max(CAPS))
    watching = asyncio.create_task(admission.watch()) if cap is None else None
    started = time.monotonic()
    await together([gate.enter(dialogues.talk, number) for number in range(dialogues_each)])
    seconds = time.monotonic() - started
    if watching is not None:
        watching.cancel()
    return sum(usage.completion_tokens for _, usage in dialogues.usages) / seconds, gate.limit


async def admission(dialogues_each: int) -> None:
    """Compares caps with admission."""
    arms: dict[str, int | None] = {**{f"cap {cap}": cap for cap in CAPS}, "admission": None}
    rates: dict[str, list[float]] = {name: [] for name in arms}
    async with served(1) as asking:
        engines = asking()
        await arm(engines, "warm", 8, 32)
        for number in range(ROUNDS):
            for name, cap in arms.items():
                rate, limit = await arm(engines, f"{number} {name}", cap, dialogues_each)
                rates[name].append(rate)
                print(f"round {number + 1} {name:10} {rate:7.0f} tokens/s, limit at the end {limit}", flush=True)
    medians = {name: statistics.median(each) for name, each in rates.items()}
    best = max((name for name in arms if arms[name]), key=lambda name: medians[name])
    for name, each in rates.items():
        print(f"{name:10} median {medians[name]:7.0f} tokens/s, {min(each):.0f} to {max(each):.0f}")
    ratio = medians["admission"] / medians[best]
    print(f"admission : best cap ({best}) = {ratio:.2f}, limit {LIMIT_ADMISSION}: {_verdict(ratio >= LIMIT_ADMISSION)}")


async def prefixes() -> None:
    """Compares sessions that stay at their replica with such as do not."""
    async with served(2) as asking:
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
    parser.add_argument("--dialogues", type=int, default=96, help="of one arm of `admission`")
    chosen = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}", flush=True)
    asyncio.run(admission(chosen.dialogues) if chosen.what == "admission" else prefixes())
