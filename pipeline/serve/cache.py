"""A KV cache that a scripted server pretends to have: requests in work fill it, and wait where they find no room.

cache = Cache(tokens=20_000, longest=4_000)
async with cache.room(request):
    ...
cache.page()        # what /metrics says, by vLLM's names
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson

from schemas.completion import CompletionRequest

_LETTERS_PER_TOKEN = 4


class Cache:
    """See the module's text.

    Attributes:
        longest: tokens of the longest request that is taken.
        peak: the largest share that was in use so far.
        waited: requests so far that found no room at once.
    """

    def __init__(self, tokens: int, longest: int) -> None:
        """Begins empty."""
        self._tokens, self.longest = tokens, longest
        self._used = self._running = self.waited = 0
        self.peak = 0.0
        self._queue: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def room(self, request: CompletionRequest) -> AsyncIterator[None]:
        """Holds the room that a request needs; waits for it, first come first served."""
        letters = sum(len(orjson.dumps(message)) for message in (*request.messages, *request.tools))
        need = min(letters // _LETTERS_PER_TOKEN, self._tokens)
        if self._queue or self._used + need > self._tokens:
            self.waited += 1
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._queue.append((need, future))
            await future
        else:
            self._take(need)
        try:
            yield
        finally:
            self._used -= need
            self._running -= 1
            while self._queue and self._used + self._queue[0][0] <= self._tokens:
                waiting, future = self._queue.popleft()
                if not future.cancelled():
                    self._take(waiting)
                    future.set_result(None)

    def page(self) -> str:
        """Returns what vLLM would say at `/metrics`, as far as anybody here reads it."""
        label = '{engine="0"}'
        return "\n".join(
            (
                f"vllm:num_requests_running{label} {self._running}.0",
                f"vllm:num_requests_waiting{label} {len(self._queue)}.0",
                f"vllm:kv_cache_usage_perc{label} {self._used / self._tokens:.4f}",
                f'vllm:cache_config_info{{block_size="1",num_gpu_blocks="{self._tokens}"}} 1.0',
                f"scripted:peak {self.peak:.4f}",
                f"scripted:waited_total {self.waited}.0",
                "",
            )
        )

    def _take(self, need: int) -> None:
        self._used += need
        self._running += 1
        self.peak = max(self.peak, self._used / self._tokens)
