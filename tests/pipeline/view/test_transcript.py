"""Where the reads of a proof were made, also when others were made in their place."""

from __future__ import annotations

import re

from msgspec import structs

from pipeline.proof_words import read_reasons
from pipeline.view.transcript import evidence_of, places_of, read_key, where_made
from schemas.dialogue import Dialogue, ToolCall
from schemas.task import Proof, Read
from tests.pipeline.fake_run import judged

NAME = Read(tool="find_by_name", arguments={"name": "Ann"})


def asked_by_name(*, would_do: bool) -> Dialogue:
    """A dialogue that finds its reader by name; `would_do`: by its proof that is as good as by e-mail."""
    dialogue = judged(0).dialogue
    (request,) = dialogue.scenario.task.requests
    proof: Proof = request.proof
    other = len(proof.reachable)
    clauses = [structs.replace(c, reads=(0, other)) if c.reads == (0,) else c for c in proof.clauses]
    if not would_do:
        clauses[0] = structs.replace(clauses[0], reads=(0,))
    proof = structs.replace(proof, reachable=(*proof.reachable, NAME), clauses=tuple(clauses))
    task = structs.replace(dialogue.scenario.task, requests=(structs.replace(request, proof=proof),))
    call = ToolCall(id="call_1", name=NAME.tool, arguments=NAME.arguments)
    messages = list(dialogue.messages)
    messages[1] = structs.replace(messages[1], tool_calls=(call,))
    scenario = structs.replace(dialogue.scenario, task=task)
    return structs.replace(dialogue, scenario=scenario, messages=tuple(messages))


def test_a_read_in_the_place_of_another_is_evidence_and_is_named_beside_it() -> None:
    dialogue = asked_by_name(would_do=True)
    task = dialogue.scenario.task
    first = next(read_reasons(task.requests[0]))
    (found,) = evidence_of(task, places_of(dialogue))[read_key(NAME.tool, NAME.arguments)]
    assert (found.request, found.instead, found.reason.call) == (1, True, first.call)
    html = where_made(dialogue, first)
    assert re.sub("<[^>]+>", "", html) == "made in its place: find_by_name(name=&quot;Ann&quot;) message 1"


def test_what_does_not_do_all_that_the_read_would_is_no_evidence() -> None:
    dialogue = asked_by_name(would_do=False)
    task = dialogue.scenario.task
    assert read_key(NAME.tool, NAME.arguments) not in evidence_of(task, places_of(dialogue))
    assert "not made" in where_made(dialogue, next(read_reasons(task.requests[0])))


def test_a_read_that_was_made_is_linked_itself() -> None:
    dialogue = judged(0).dialogue
    reasons = list(read_reasons(dialogue.scenario.task.requests[0]))
    # Nulls and further arguments make another call: what is looked for is the read itself.
    assert [where_made(dialogue, each) for each in reasons] == [' <span class="soft">not made</span>'] * 5
    messages = list(dialogue.messages)
    call = ToolCall(id="call_1", name=reasons[0].call.tool, arguments=reasons[0].call.arguments)
    messages[1] = structs.replace(messages[1], tool_calls=(call,))
    assert 'href="#m1"' in where_made(structs.replace(dialogue, messages=tuple(messages)), reasons[0])
