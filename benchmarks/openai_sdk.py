"""Requests with the openai SDK, for `benchmarks.orchestration`; runs in the environment of `make .venv/.trainers`.

    .venv/trainers/bin/python benchmarks/openai_sdk.py bodies.json http://127.0.0.1:8000 64 1000

`bodies.json` holds pairs of a session and a body. The only line that is printed is requests, seconds and CPU seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import openai


async def ask(bodies: list[tuple[str, dict[str, object]]], url: str, slots: int, count: int) -> tuple[float, float]:
    """Makes so many requests, `slots` at once; returns seconds, and seconds of CPU."""
    left = iter(range(count))
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:

        async def worker() -> None:
            for number in left:
                session, body = bodies[number % len(bodies)]
                await client.chat.completions.create(**body, extra_headers={"X-Session-ID": session})

        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(worker() for _ in range(slots)))
        return time.perf_counter() - began, time.process_time() - cpu


if __name__ == "__main__":
    path, url, slots, count = sys.argv[1:]
    seconds, cpu = asyncio.run(ask(json.loads(Path(path).read_text()), url, int(slots), int(count)))
    print(json.dumps({"requests": int(count), "seconds": seconds, "cpu": cpu}))
