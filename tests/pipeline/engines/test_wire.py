import email.utils
import time

import orjson
import pytest

from pipeline.engines.faults import Fault, refusal, retry_after
from pipeline.engines.ledger import spent_of
from pipeline.engines.settings import Engines, HttpSettings, Prices
from pipeline.engines.wire import body_of, completion_of, read_answer
from pipeline.errors import Stopped, UserError
from schemas.completion import CompletionRequest, RawCall, Sampling, Usage
from stages.base import EngineError

TOOLS = ({"type": "function", "function": {"name": "find_book", "parameters": {}}},)


def test_a_body_says_what_is_asked_and_leaves_the_rest_to_the_server():
    request = CompletionRequest(
        role="agent", session="s", turn=0, messages=({"role": "user", "content": "hi"},), tools=TOOLS,
        sampling=Sampling(temperature=0.0, stop=("###",), extra={"top_k": 20}),
    )  # fmt: skip
    assert orjson.loads(body_of(request, "small-1")) == {
        "model": "small-1", "messages": [{"role": "user", "content": "hi"}], "tools": list(TOOLS), "temperature": 0.0,
        "stop": ["###"], "top_k": 20,
    }  # fmt: skip
    bare = CompletionRequest(role="user", session="s", turn=0, messages=())
    assert orjson.loads(body_of(bare, "m")) == {"model": "m", "messages": []}


def test_an_answer_is_read_word_for_word_whatever_its_arguments_are():
    call = {"id": "c1", "type": "function", "function": {"name": "find_book", "arguments": '{"title": '}}
    odd = {"function": {"name": "find_book", "arguments": {"title": "x"}}}
    body = {
        "model": "m", "system_fingerprint": "fp1", "unknown": 1,
        "choices": [{"message": {"content": None, "tool_calls": [call, odd]}, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
    }  # fmt: skip
    found = completion_of(read_answer(orjson.dumps(body)), "http:m", 0.5)
    assert found.tool_calls[0] == RawCall(id="c1", name="find_book", arguments='{"title": ')
    assert found.tool_calls[1] == RawCall(id="", name="find_book", arguments='{"title":"x"}')
    assert (found.content, found.engine, found.usage.cached_tokens) == ("", "http:m#fp1", 4)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"choices": []}', b'{"choices": [{}]}', b"\xff", b'{"choices"'])
def test_what_is_no_chat_completion_is_a_fault(body):
    with pytest.raises(Fault):
        read_answer(body)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(408, Fault), (409, Fault), (429, Fault), (500, Fault), (502, Fault), (503, Fault), (529, Fault),
     (400, EngineError), (413, EngineError), (422, EngineError), (401, UserError), (403, UserError), (404, UserError)],
)  # fmt: skip
def test_what_a_status_means(status, kind):
    found = refusal(status, {}, b'{"error": {"message": "no", "code": 1}}', "http://x (m)", "MY_KEY")
    assert type(found) is kind
    assert not isinstance(found, Fault) or found.busy == (status == 429)
    assert status not in (401, 403) or "MY_KEY" in str(found)


def test_an_account_without_money_stops_the_run():
    body = b'{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}'
    assert isinstance(refusal(429, {}, body, "http://x (m)", "MY_KEY"), Stopped)


def test_retry_after_is_seconds_or_a_date():
    assert retry_after("1.5") == 1.5
    assert retry_after(email.utils.formatdate(time.time() + 60, usegmt=True)) == pytest.approx(60, abs=3)
    assert retry_after(email.utils.formatdate(time.time() + 86_400, usegmt=True)) == 300  # clocks differ
    assert retry_after("soon") is None
    assert retry_after(None) is None


def test_what_a_request_costs():
    usage = Usage(prompt_tokens=1000, cached_tokens=600, completion_tokens=100)
    assert spent_of(usage, Prices(prompt=2, cached=0.5, completion=8)).cost == pytest.approx(
        (400 * 2 + 600 * 0.5 + 100 * 8) / 1e6
    )
    assert spent_of(usage, Prices(prompt=2)).cost == pytest.approx(1000 * 2 / 1e6)


def test_addresses_hold_no_keys_and_budgets_need_prices():
    with pytest.raises(ValueError, match="api_key_env"):
        HttpSettings(base_url="https://me:secret@example.com/v1", model="m")
    with pytest.raises(ValueError, match="prices"):
        Engines.model_validate({"agent": {"http": {"base_url": "http://x/v1", "model": "m"}}, "budget": 3})
    with pytest.raises(ValueError, match="give one of them"):
        Engines.model_validate({"agent": {}})
    with pytest.raises(ValueError, match="known are temperature"):
        Engines.model_validate(
            {"agent": {"http": {"base_url": "http://x/v1", "model": "m"}, "sampling": {"temprature": 1}}}
        )
