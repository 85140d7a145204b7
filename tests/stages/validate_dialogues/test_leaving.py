"""A user who leaves early is at fault; one who leaves an agent that was at fault first is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import pytest

from schemas.dialogue import Act, Dialogue, Message
from schemas.verdict import Verdict
from stages.base import Services
from stages.validate_dialogues import judge
from tests.stages.validate_dialogues.mutators import affirming, calls, recorded, with_messages
from tool_specs.sandbox import Sandbox

BYE = Message(role="user", content="gotta go, bye", acts=(Act(kind="user_bye"),))
LAST = Message(role="assistant", content="Goodbye!", acts=(Act(kind="system_bye"),))


def left(dialogue: Dialogue, place: int, sandbox: Sandbox, *words: Message) -> Dialogue:
    """The dialogue up to a message, and how it ends instead."""
    return recorded(with_messages(dialogue, [*dialogue.messages[:place], *words]), sandbox)


def asked(dialogue: Dialogue, kind: str, *slots: str) -> list[int]:
    """Indices of the agent's messages that ask for one of these, in a dialogue that wants writes."""
    if not any(request.kind == "write" for request in dialogue.scenario.task.requests):
        return []
    found = ((i, act) for i, m in enumerate(dialogue.messages) if m.role == "assistant" for act in m.acts)
    return [i for i, act in found if act.kind == kind and (not slots or act.slot in slots)]


def outcomes(
    good: list[Dialogue], services: Services, change: Callable[[Dialogue, Sandbox], Dialogue | None], enough: int = 8
) -> Iterator[Verdict]:
    """Judges so many changed dialogues, which no check may call good, and whose owners must agree."""
    found = 0
    for dialogue in good:
        changed = change(dialogue, services.sandboxes["retail"])
        if changed is not None:
            verdicts = {verdict.check: verdict for verdict in judge(changed, services)}
            assert not verdicts["outcome"].passed
            assert verdicts["user_faults"].passed == (verdicts["outcome"].owner == "agent"), verdicts["user_faults"]
            yield verdicts["outcome"]
            found += 1
            if found == enough:
                return
    assert found >= 3, "few dialogues offer a place for it"


def gone(kind: str, *slots: str) -> Callable[[Dialogue, Sandbox], Dialogue | None]:
    def change(dialogue: Dialogue, sandbox: Sandbox) -> Dialogue | None:
        places = asked(dialogue, kind, *slots)
        return left(dialogue, places[0] + 1, sandbox, BYE, LAST) if places else None

    return change


@pytest.mark.parametrize("what", [("confirm",), ("request", "object", "target", "payment"), ("request", "identity")])
def test_who_leaves_when_only_it_can_go_on_is_at_fault(
    good: list[Dialogue], services: Services, what: tuple[str, ...]
) -> None:
    assert all(verdict.owner == "user" for verdict in outcomes(good, services, gone(*what)))


def test_who_leaves_without_a_word_is_at_fault_as_well(good: list[Dialogue], services: Services) -> None:
    def change(dialogue: Dialogue, sandbox: Sandbox) -> Dialogue | None:
        places = asked(dialogue, "confirm")
        return left(dialogue, places[0] + 1, sandbox) if places else None

    assert all(verdict.owner == "user" for verdict in outcomes(good, services, change))


def test_who_leaves_with_a_request_that_was_never_raised_is_at_fault(good: list[Dialogue], services: Services) -> None:
    assert all(verdict.owner == "user" for verdict in outcomes(good, services, _after_the_first_of_two))


def _after_the_first_of_two(dialogue: Dialogue, sandbox: Sandbox) -> Dialogue | None:
    writes = calls(dialogue, sandbox, "write")
    if len(writes) < 2 or dialogue.scenario.task.kind != "write_intensive":
        return None
    done = next(i for i, m in enumerate(dialogue.messages) if i > writes[0] and m.content and m.role == "assistant")
    early = {a.request for m in dialogue.messages[:done] for a in m.acts if a.kind.startswith("inform_intent")}
    asks = any(act.kind == "request" and act.slot == "intent" for act in dialogue.messages[done].acts)
    return left(dialogue, done + 1, sandbox, BYE, LAST) if len(early) == 1 and asks else None


def _wrongly_written_first(dialogue: Dialogue, sandbox: Sandbox) -> Dialogue | None:
    """The first of two writes is one of the proof's own mistakes."""
    for place in calls(dialogue, sandbox, "write")[:1]:
        call = dialogue.messages[place].tool_calls[0]
        for request in dialogue.scenario.task.requests:
            if request.arguments == call.arguments and request.proof.distractors:
                wrong = msgspec.structs.replace(call, arguments=request.proof.distractors[0].arguments)
                message = msgspec.structs.replace(dialogue.messages[place], tool_calls=(wrong,))
                messages = [*dialogue.messages[:place], message, *dialogue.messages[place + 1 :]]
                changed = with_messages(dialogue, messages)
                later = [i for i in asked(changed, "request", "intent") if i > place]
                return left(changed, later[0] + 1, sandbox, BYE, LAST) if later else None
    return None


def _refused_wrongly(dialogue: Dialogue, sandbox: Sandbox) -> Dialogue | None:
    places = asked(dialogue, "confirm")
    if not places or dialogue.scenario.task.kind not in ("read_heavy", "write_intensive"):
        return None
    raised = dialogue.messages[places[0]].acts[-1].request
    acts = (Act(kind="refuse", request=raised), Act(kind="request", slot="intent"))
    no = Message(role="assistant", content="I'm sorry, that can't be done. Anything else?", acts=acts)
    return left(dialogue, places[0], sandbox, no, BYE, LAST)


def _listed_otherwise(dialogue: Dialogue, sandbox: Sandbox) -> Dialogue | None:
    places = asked(dialogue, "confirm")
    if not places or dialogue.scenario.behavior.traits:  # who told something else first has it listed so
        return None
    listing = dialogue.messages[places[0]]
    wrong = (Act(kind="confirm", request=0, value={"order_id": "#W0000017"}),)
    other = msgspec.structs.replace(listing, acts=wrong)
    no = Message(
        role="user", content="no, that's not it. forget it, bye", acts=(Act(kind="negate", request=0), *BYE.acts)
    )
    return left(dialogue, places[0], sandbox, other, no, LAST)


def _yes_for_nothing(dialogue: Dialogue, sandbox: Sandbox) -> Dialogue | None:
    writes = calls(dialogue, sandbox, "write")
    place = affirming(dialogue, writes[0]) if writes else None
    if place is None:
        return None
    yes = Message(role="user", content="yes, bye", acts=(Act(kind="affirm", request=0), *BYE.acts))
    return left(dialogue, place, sandbox, yes, LAST)


def _done_in_words_only(dialogue: Dialogue, sandbox: Sandbox) -> Dialogue | None:
    writes = calls(dialogue, sandbox, "write")
    place = affirming(dialogue, writes[0]) if writes else None
    if place is None:
        return None
    acts = (Act(kind="request", slot="intent"),)
    done = Message(role="assistant", content="That's done for you! Anything else?", acts=acts)
    return left(dialogue, place + 1, sandbox, done, BYE, LAST)


def _asked_again(dialogue: Dialogue, sandbox: Sandbox) -> Dialogue | None:
    """The agent asks for a detail once more that it was told."""
    for place in asked(dialogue, "request", "object", "target", "payment", "reason"):
        told = {(act.request, act.slot) for act in dialogue.messages[place + 1].acts if act.kind == "inform"}
        again = tuple(act for act in dialogue.messages[place].acts if (act.request, act.slot) in told)
        if again:
            words = Message(role="assistant", content="And which one is it?", acts=again)
            return left(dialogue, place + 2, sandbox, words, BYE, LAST)
    return None


WRONGS = (
    _wrongly_written_first,
    _refused_wrongly,
    _listed_otherwise,
    _yes_for_nothing,
    _done_in_words_only,
    _asked_again,
)


@pytest.mark.parametrize("wrong", WRONGS)
def test_who_leaves_an_agent_that_was_wrong_first_is_not_at_fault(
    good: list[Dialogue], services: Services, wrong: Callable[[Dialogue, Sandbox], Dialogue | None]
) -> None:
    assert all(verdict.owner == "agent" for verdict in outcomes(good, services, wrong))
