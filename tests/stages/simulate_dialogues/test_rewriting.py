"""Rewriting: other words are taken, other values and other meanings are not."""

from __future__ import annotations

import asyncio

import pytest

from schemas.completion import Completion, CompletionRequest, Usage
from schemas.dialogue import Dialogue, Message
from schemas.verdict import Drop
from stages.base import Services
from stages.simulate_dialogues import SimulateDialogues
from stages.simulate_dialogues.rewriting import unlike
from stages.simulate_dialogues.scripted_engine import ScriptedEngine
from stages.validate_dialogues import ValidateDialogues
from tests.stages.proven import proven, world
from tests.stages.simulate_dialogues.talks import SANDBOX, told

SAME = (("Thanks", "Thank you"), ("your account", "your own account"), ("i want", "i do want"),
        ("Could you", "Would you"), ("I'd like", "I would like"), ("please", "if you please"))  # fmt: skip


class Rewords:
    """A rewriter that puts some phrases differently; `spoil` does something to every third answer."""

    revision = "rewords/1"

    def __init__(self, script: ScriptedEngine, spoil: tuple[str, str] | None = None) -> None:
        self._script, self._spoil = script, spoil

    async def complete(self, request: CompletionRequest) -> Completion:
        text = (await self._script.complete(request)).content
        for old, new in SAME:
            text = text.replace(old, new)
        if self._spoil is not None and request.turn % 3 == 0:
            text = text.replace(*self._spoil)
        return Completion(content=text, usage=Usage(completion_tokens=9))


@pytest.mark.parametrize("spoil", [None, ("1", "7"), ("cheapest", "dearest")])
def test_calls_order_and_values_stay_and_so_do_all_checks(spoil: tuple[str, str] | None) -> None:
    sandbox, other, fallen = world("retail"), 0, 0
    for one in proven("retail", times=6, per_task=2):
        engine = Rewords(ScriptedEngine({"retail": sandbox}, {one.id: one}.get), spoil)
        services = Services(sandboxes={"retail": sandbox}, engines={"rewriter": engine})
        (plain,) = asyncio.run(SimulateDialogues().process(one, services))
        (made,) = asyncio.run(SimulateDialogues(rewriter="rewords/1").process(one, services))
        assert isinstance(made, Dialogue) and isinstance(plain, Dialogue)
        assert made.id != plain.id and made.engines["rewriter"] == "rewords/1"
        assert [(m.role, m.tool_calls, m.acts) for m in made.messages] == [
            (m.role, m.tool_calls, m.acts) for m in plain.messages
        ]
        words = [(m, p) for m, p in zip(made.messages, plain.messages, strict=True) if p.role != "tool" and p.content]
        assert all(m.generation and m.generation.usage.completion_tokens == 9 for m, _ in words)
        other += sum(m.content != p.content for m, p in words)
        fallen += sum(m.content == p.content and bool(m.generation and m.generation.repaired) for m, p in words)
        assert not isinstance(ValidateDialogues().validated(made, services), Drop)
    assert other > 8
    assert (fallen > 0) == (spoil is not None)


AGENT = "The cheapest black one is the mesh chair at $120.50 (order #W100). Shall I go ahead?"
USER = "the cheapest black one please, and no rush"


@pytest.mark.parametrize(
    ("role", "own", "text", "why"),
    [
        ("assistant", AGENT, "At $120.50 the mesh chair (order #W100) is the cheapest black one. Shall I do that?", ""),
        ("assistant", AGENT, "The cheapest black one is the mesh chair at $120.55 (order #W100). Shall I?", "values"),
        ("assistant", AGENT, "The cheapest black one is the mesh chair at $120.50. Shall I?", "values"),
        ("assistant", AGENT, AGENT + " That is $5 off.", "values"),
        ("assistant", AGENT, AGENT.replace("Shall I go ahead?", "I will go ahead."), "question"),
        ("assistant", AGENT, "<think>hm</think>" + AGENT, "reasoning"),
        ("assistant", AGENT, "", "empty_turn"),
        ("user", USER, "I'd take the black one that is the cheapest, no rush", ""),
        ("user", USER, "the most expensive black one please, and no rush", "meaning"),
        ("user", USER, "the cheapest white one please, and no rush", "meaning"),
        ("user", "yes, go ahead", "no, don't do it", "answer"),
        ("user", "i wnat the cheapest black one", "i want the cheapest black one", "manner"),
    ],
)
def test_a_rewrite_is_taken_only_if_it_says_the_same(role: str, own: str, text: str, why: str) -> None:
    task = told("exchange_cheapest_black").task
    message = Message(role=role, content=own)  # type: ignore[arg-type]
    assert unlike(SANDBOX.domain, task, message, Completion(content=text), None) == why


def test_a_rewrite_that_was_cut_off_is_not_taken() -> None:
    task = told("exchange_cheapest_black").task
    full = Completion(content=AGENT, usage=Usage(completion_tokens=64))
    assert unlike(SANDBOX.domain, task, Message(role="assistant", content=AGENT), full, 64) == "truncated"
