"""An engine behind HTTP: an OpenAI-compatible endpoint, or the replicas of one model.

    engine = HttpEngine(pool, Purse(None), model="large-1", revision="http:large-1", answers_as=None, ...)
    completion = await engine.complete(request)

A request is tried until it is answered, refused for good, or has failed `attempts` times while others were answered.
While nothing is answered at all it waits, and with it its dialogue, which loses nothing by that.
"""

from __future__ import annotations

import asyncio
import time

from pipeline.engines.endpoint import Endpoint
from pipeline.engines.faults import Fault
from pipeline.engines.journal import key_of
from pipeline.engines.ledger import Purse, spent_of
from pipeline.engines.pool import Pool
from pipeline.engines.retries import RetryBudget, backoff
from pipeline.engines.settings import Prices
from pipeline.engines.wire import Answer, body_of, completion_of, read_answer
from pipeline.engines.work import Notes, notes
from pipeline.errors import UserError
from pipeline.gate import turn
from pipeline.observe.spans import Chat, chat
from schemas.completion import Completion, CompletionRequest
from stages.base import EngineError


class HttpEngine:
    """See the module's text; satisfies `stages.base.Engine`."""

    def __init__(
        self,
        pool: Pool,
        purse: Purse,
        *,
        model: str,
        revision: str,
        answers_as: str | None,
        attempts: int,
        prices: Prices,
    ) -> None:
        """Takes where requests go, what answers must say of themselves, and what they cost."""
        self._pool, self._purse, self._model = pool, purse, model
        self._budget = RetryBudget()
        self._names = (answers_as,) if answers_as else (model,)
        self._exact = answers_as is not None
        self._revision = revision
        self._attempts = attempts
        self._prices = prices

    @property
    def revision(self) -> str:
        """Name and version."""
        return self._revision

    async def complete(self, request: CompletionRequest) -> Completion:
        """Answers a request, from the journal if it was answered before.

        Raises:
            EngineError: this one cannot be answered.
            UserError: none can: key or model are wrong.
            Stopped: nothing has answered for too long, or money has run out.
        """
        body = body_of(request, self._model)
        noted = notes()
        journal = noted.journal if noted else None
        key = key_of(request, body, self._revision) if journal else ""
        completion = journal.answer(key) if journal else None
        if completion is None:
            completion = await self._asked(request, body)
            if journal:
                journal.add(key, completion)
        else:
            self._purse.spent += spent_of(completion.usage, self._prices).cost
        if noted:
            noted.pay(request.role, spent_of(completion.usage, self._prices))
        return completion

    async def _asked(self, request: CompletionRequest, body: bytes) -> Completion:
        await turn()
        aside, cost = await self._purse.leave(request.role), None
        try:
            started = time.monotonic()
            noted = notes() or Notes()
            with chat(request, self._model, noted.shard, noted.stage) as span:
                answer = await self._answer(request, body, started, span)
                completion = completion_of(answer, self._revision, time.monotonic() - started)
                span.answered(completion, answer.model)
            cost = spent_of(completion.usage, self._prices).cost
        finally:
            self._purse.settle(request.role, aside, cost)
        return completion

    async def _answer(self, request: CompletionRequest, body: bytes, started: float, span: Chat) -> Answer:
        failed: list[Endpoint] = []
        counted = tries = 0
        while True:
            endpoint = await self._pool.pick(request.session, started, failed)
            before = self._pool.answered
            tries += 1
            span.to(endpoint.url)
            try:
                raw = await endpoint.post(body, request.session)
                try:
                    answer = read_answer(raw)
                except Fault:
                    endpoint.failed()
                    raise
            except Fault as fault:
                span.failed(str(fault))
                if not fault.busy:
                    failed.append(endpoint)
                    # A failure counts against the request only if the endpoints serve others meanwhile.
                    counted += self._pool.answered > before or len(set(failed)) < len(self._pool.endpoints)
                if counted >= self._attempts:
                    text = f"{endpoint.where}: {tries} attempts failed, the last one so: {fault}"
                    raise EngineError(text) from fault
                if len(set(failed)) >= len(self._pool.endpoints):
                    failed.clear()
                await self._budget.take()
                await asyncio.sleep(backoff(tries) if fault.after is None else fault.after + backoff(1))
                continue
            self._check_name(answer, endpoint)
            endpoint.understood()
            self._pool.heard()
            self._budget.answered()
            return answer

    def _check_name(self, answer: Answer, endpoint: Endpoint) -> None:
        name = answer.model
        if name is None or name in self._names:
            return
        # Names such as `large-1` are answered as the dated version that they stand for at the time.
        if not self._exact and name.startswith(self._names[0] + "-"):
            return
        raise UserError(
            f"{endpoint.where}: answers as {name!r}. Nothing of that is kept; give the model that is served there, or "
            f"say `answers_as: {name}` if that is the one you mean"
        )
