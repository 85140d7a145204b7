"""Admission beside fixed caps, on simulated servers in virtual time (`benchmarks.simulated_vllm`).

    python -m benchmarks.admission                # all workloads; a table
    python -m benchmarks.admission tools -v       # one of them, each cap

Gate, pool, engine and admission are WRIT's own; servers and dialogues are simulated, so the same figures come out
anywhere (four minutes of one core). Each workload runs under every fixed cap and under admission; what counts is tokens
per (virtual) second from the first request to the last answer, ramp and tail included, as the mean over three seeds.
Limit: in each workload admission reaches 95 % of its best fixed cap, which nobody knows beforehand.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
from dataclasses import dataclass

from benchmarks.simulated_vllm import Machine, Server, SimulatedEndpoint, run
from pipeline.engines.admission import Admission
from pipeline.engines.http_engine import HttpEngine
from pipeline.engines.ledger import Purse
from pipeline.engines.pool import Pool
from pipeline.engines.settings import Prices
from pipeline.gate import Gate, together
from schemas.base import Json
from schemas.completion import CompletionRequest, Sampling

LIMIT = 0.95
GPU = Machine()
CAPS = (6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256)
SEEDS = 3


@dataclass(frozen=True)
class Workload:
    """Dialogues and what serves them. Numbers that vary are (median, sigma) of a log-normal distribution.

    Attributes:
        machine: of each replica.
        replicas: servers.
        shared: tokens of policy and tools.
        told: tokens that a turn adds: what users say, what tools answer.
        answered: tokens of an answer.
        turns: requests of a dialogue.
        between: seconds between an answer and the next request: tools, or a user who is a model elsewhere.
        dialogues: of an arm.
    """

    machine: Machine = GPU
    replicas: int = 1
    shared: int = 3_000
    told: tuple[float, float] = (150, 1.0)
    answered: tuple[float, float] = (100, 0.6)
    turns: tuple[float, float] = (16, 0.4)
    between: tuple[float, float] = (0.02, 0.5)
    dialogues: int = 600


CPU = Machine(kv_tokens=12_288, max_model_len=2048, step=0.0014, token=6e-5, held=0.0, batch=2048, most=64)
"""The tiny model of `benchmarks.vllm`, about."""
SMALL = Machine(kv_tokens=60_000)

WORKLOADS: dict[str, Workload] = {
    "tiny": Workload(CPU, shared=350, told=(80, 0.5), answered=(48, 0.3), turns=(4, 0.4), dialogues=192),
    "tiny, short": Workload(CPU, shared=350, told=(80, 0.5), answered=(48, 0.3), turns=(4, 0.4), dialogues=64),
    "tools": Workload(dialogues=400),
    "small cache": Workload(SMALL, dialogues=200),
    "long answers": Workload(answered=(600, 0.8), turns=(10, 0.4), dialogues=300),
    "long tail": Workload(told=(250, 1.5), turns=(12, 0.9), dialogues=400),
    "users elsewhere": Workload(Machine(kv_tokens=120_000), between=(3.0, 0.5), dialogues=300),
    "ample": Workload(Machine(kv_tokens=2_000_000), dialogues=400),
    "two replicas": Workload(Machine(kv_tokens=100_000), replicas=2, dialogues=400),
    "short": Workload(turns=(6, 0.3), dialogues=200),
}


def draw(words: random.Random, what: tuple[float, float]) -> float:
    """Draws from a log-normal distribution."""
    return words.lognormvariate(0.0, what[1]) * what[0]


async def arm(work: Workload, cap: int | None, seed: int = 0) -> float:
    """Returns tokens per second under a cap or under admission."""
    servers = [Server(work.machine, work.shared) for _ in range(work.replicas)]
    pool = Pool([SimulatedEndpoint(server) for server in servers], margin=4, give_up=1e9)
    engine = HttpEngine(
        pool, Purse(None), model="simulated", revision="", answers_as=None, attempts=1, prices=Prices()
    )  # fmt: skip
    gate = Gate(cap or max(CAPS))
    watching = asyncio.ensure_future(Admission(gate, [pool], max(CAPS)).watch()) if cap is None else None

    async def talk(number: int) -> None:
        words = random.Random(f"{seed} {number}")
        messages: list[Json] = [{"role": "system", "content": str(work.shared)}]
        turns = max(round(draw(words, work.turns)), 1)
        for turn in range(turns):
            messages.append({"role": "user", "content": str(max(round(draw(words, work.told)), 1))})
            wanted = max(round(draw(words, work.answered)), 1)
            if sum(int(each["content"]) for each in messages) + wanted > work.machine.max_model_len:
                return
            answer = await engine.complete(
                CompletionRequest(
                    role="agent", session=str(number), turn=turn, messages=tuple(messages),
                    sampling=Sampling(max_tokens=wanted),
                )
            )  # fmt: skip
            messages.append({"role": "assistant", "content": answer.content})
            await asyncio.sleep(draw(words, work.between))

    await together([gate.enter(talk, number) for number in range(work.dialogues)])
    if watching is not None:
        watching.cancel()
    return sum(server.generated for server in servers) / asyncio.get_running_loop().time()


def compare(work: Workload, caps: tuple[int, ...] = CAPS, seeds: int = SEEDS) -> tuple[dict[int, float], float]:
    """Returns the rate of each cap, and that of admission, as means over seeds."""

    def rate(cap: int | None) -> float:
        return statistics.mean(run(arm(work, cap, seed)) for seed in range(seeds))

    return {cap: rate(cap) for cap in caps}, rate(None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", nargs="*", help=", ".join(WORKLOADS))
    parser.add_argument("-v", action="store_true", help="print the rate of each cap")
    chosen = parser.parse_args()
    for name in chosen.workload or WORKLOADS:
        fixed, rate = compare(WORKLOADS[name])
        best = max(fixed, key=fixed.__getitem__)
        ratio = rate / fixed[best]
        verdict = "met" if ratio >= LIMIT else "NOT MET"
        print(f"{name:16} best cap {best:4}: {fixed[best]:6.0f} tokens/s; admission {rate:6.0f}: {ratio:.3f} {verdict}")
        if chosen.v:
            print("    " + ", ".join(f"{cap}: {each:.0f}" for cap, each in fixed.items()))


if __name__ == "__main__":
    main()
