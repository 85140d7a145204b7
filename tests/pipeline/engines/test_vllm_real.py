"""A real vLLM on the CPU, with a tiny model of random weights: its template, tool parser, cache and guided answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from msgspec.structs import replace

from pipeline.engines.build import engines_of
from pipeline.engines.connections import close_connections
from pipeline.engines.guided import answer_format, unguided
from pipeline.engines.settings import Engines
from pipeline.engines.vllm_flags import probe
from pipeline.engines.vllm_metrics import Load
from pipeline.engines.vllm_replica import Replica
from schemas.base import Json
from schemas.completion import Completion, CompletionRequest, Sampling
from schemas.tool import openai_form
from stages.base import Engine, EngineError
from tests.pipeline.engines.vllm_servers import engines_with, real
from tool_specs.catalog import domain

pytestmark = [pytest.mark.slow, pytest.mark.vllm]

TOOLS = tuple(openai_form(tool.spec) for tool in domain("retail").tools.values())
PARAMETERS = {tool["function"]["name"]: tool["function"]["parameters"] for tool in TOOLS}
SYSTEM = {"role": "system", "content": domain("retail").policy}
CALL = '<tool_call>\n{"name": "get_user_details", "arguments": {"user_id": "ana_lima_1"}}\n</tool_call>'


class Served:
    """The server, and how it is asked: everything on one event loop, that of the main thread."""

    def __init__(self, runner: asyncio.Runner, replica: Replica, address: str) -> None:
        self._runner, self._replica = runner, replica
        settings = engines_with(real()).model_dump(mode="json")
        self.engines = {
            guided: engines_of(
                Engines.model_validate({**settings, "agent": {**settings["agent"], "guided": guided}}),
                {"agent": (address,), "user": (address,)},
            )["agent"]
            for guided in (False, True)
        }

    def ask(self, *requests: CompletionRequest, guided: bool = False) -> list[Completion]:
        """Asks beside one another."""
        return self._runner.run(_all(self.engines[guided], requests))

    def load(self) -> Load:
        """Returns what the server says of itself."""
        report = self._runner.run(self._replica.serve(probe_once(), None))
        assert report.load is not None
        return report.load


async def _all(engine: Engine, requests: tuple[CompletionRequest, ...]) -> list[Completion]:
    return list(await asyncio.gather(*(engine.complete(each) for each in requests)))


_FLAGS = []


def probe_once() -> Any:
    if not _FLAGS:
        _FLAGS.append(probe(real()))
    return _FLAGS[0]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    replica = Replica(real(), "127.0.0.1", tmp_path_factory.mktemp("vllm") / "log")
    with asyncio.Runner() as runner:
        report = runner.run(replica.serve(probe_once(), None))
        try:
            assert not report.problem, report.problem
            yield Served(runner, replica, f"{report.url}/v1")
        finally:
            runner.run(close_connections())
            runner.run(replica.stop())


def _request(*messages: Json, session: str = "s", seed: int = 1, most: int = 200, **extra: Json) -> CompletionRequest:
    return CompletionRequest(
        role="agent", session=session, turn=0, messages=(SYSTEM, *messages), tools=TOOLS,
        sampling=Sampling(max_tokens=most, seed=seed, extra=extra),
    )  # fmt: skip


def _said(text: str) -> Json:
    return {"role": "user", "content": text}


def _forced(text: str, **more: Any) -> CompletionRequest:
    """A request whose answer can only be this text: what is tested is the server's tool parser, not the model."""
    return _request(_said("hello"), structured_outputs={"choice": [text]}, **more)


@pytest.mark.parametrize(
    ("text", "content", "calls"),
    [
        (CALL, "", [("get_user_details", {"user_id": "ana_lima_1"})]),
        (f"One moment.\n{CALL}", "One moment.\n", [("get_user_details", {"user_id": "ana_lima_1"})]),
        (
            f"{CALL}\n{CALL}",
            "",
            [("get_user_details", {"user_id": "ana_lima_1"}), ("get_user_details", {"user_id": "ana_lima_1"})],
        ),
        ("Which order is it?", "Which order is it?", []),
    ],
)
def test_the_tool_parser_reads_calls(served: Served, text: str, content: str, calls: list[Any]) -> None:
    (answer,) = served.ask(_forced(text))
    assert answer.content == content
    assert [(call.name, json.loads(call.arguments)) for call in answer.tool_calls] == calls
    assert answer.finish_reason == ("tool_calls" if calls else "stop")
    assert answer.usage.completion_tokens > 0


def test_a_call_that_is_no_json_stays_text(served: Served) -> None:
    text = CALL.replace('"ana_lima_1"', "ana_lima_1")
    (answer,) = served.ask(_forced(text))
    assert not answer.tool_calls and "get_user_details" in answer.content, "distrust finds it there"


def test_a_call_that_is_cut_off_is_no_call(served: Served) -> None:
    (answer,) = served.ask(_forced(CALL, most=20))
    assert answer.usage.completion_tokens == 20 and not answer.tool_calls


def test_guided_answers_of_random_weights_are_words_or_valid_calls(served: Served) -> None:
    requests = [_request(_said(f"hello number {n}"), session=f"s{n}", seed=n, most=500) for n in range(24)]
    answers = served.ask(*requests, guided=True)
    whole = [answer for answer in answers if answer.usage.completion_tokens < 500]
    assert len(whole) >= 16, "texts and lists have an end"
    for call in (call for answer in whole for call in answer.tool_calls):
        jsonschema_rs.validator_for(PARAMETERS[call.name]).validate(json.loads(call.arguments))
    assert all(bool(answer.content) != bool(answer.tool_calls) for answer in whole), "words, or a call"
    assert not any(answer.content.startswith(('{"content"', '{"name"')) for answer in whole)


@pytest.mark.parametrize("seed", [1, 2])
def test_random_weights_call_every_tool_where_they_may_not_speak(served: Served, seed: int) -> None:
    answers = served.ask(*(_calling(tool, seed) for tool in TOOLS))
    whole = 0
    for name, answer in zip(PARAMETERS, answers, strict=True):
        if answer.usage.completion_tokens < 1500:
            whole += 1
            (call,) = unguided(answer).tool_calls
            assert call.name == name
            jsonschema_rs.validator_for(PARAMETERS[name]).validate(json.loads(call.arguments))
    assert whole >= 12, "texts and lists have an end"


def _calling(tool: Json, seed: int) -> CompletionRequest:
    """A request whose answer is a call of this tool: which one random weights would choose depends on the machine."""
    form = answer_format((tool,))
    _, call = form["json_schema"]["schema"]["anyOf"]
    form["json_schema"]["schema"] = call
    asked = _request(_said("hello"), session=tool["function"]["name"], seed=seed, most=1500)
    return replace(asked, response_format=form)


def test_a_turn_finds_the_one_before_in_the_cache(served: Served) -> None:
    before = served.load()
    first = _request(_said("i'd like to return the lamp"), session="t", structured_outputs={"choice": [CALL]})
    (answer,) = served.ask(first)
    (call,) = answer.tool_calls
    asked = {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
    told = {"role": "tool", "tool_call_id": call.id, "content": '{"orders": []}'}
    said = (_said("i'd like to return the lamp"), {"role": "assistant", "content": "", "tool_calls": [asked]}, told)
    (after,) = served.ask(_request(*said, session="t"))
    block = 128
    assert after.usage.cached_tokens >= answer.usage.prompt_tokens - block
    load = served.load()
    assert load.kv_tokens > 100_000 and load.running == load.waiting == 0
    assert load.prompt_tokens - before.prompt_tokens == answer.usage.prompt_tokens + after.usage.prompt_tokens
    assert load.prefix_hits - before.prefix_hits >= after.usage.cached_tokens


def test_a_seed_draws_the_same_answer_again(served: Served) -> None:
    same, again, other = served.ask(*(_request(_said("hello"), seed=seed, most=40) for seed in (5, 5, 6)))
    assert same.content == again.content != other.content


def test_a_prompt_that_is_too_long_costs_its_record_only(served: Served) -> None:
    with pytest.raises(EngineError, match="status 400"):
        served.ask(_request(_said("hello " * 20_000)))
    assert served.ask(_request(_said("hello"), most=4))[0].usage.completion_tokens > 0
