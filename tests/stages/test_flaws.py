"""Users who err, from end to end: told wrongly or incompletely first, noticed by the agent, put right, written."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count

import msgspec
import pytest

from schemas.base import Json, decode, encode
from schemas.dialogue import Dialogue, Message
from schemas.program import column_id
from schemas.task import Flaw, Kind, Request, Task, TaskSpec
from stages.base import Services
from stages.behaviors.instructions import FIRST
from stages.diversify_behaviors import DiversifyBehaviors
from stages.generate_tasks import GenerateTasks
from stages.simulate_dialogues import simulate
from stages.simulate_dialogues.agent_words import is_careful
from stages.simulate_dialogues.loop import Caps
from stages.simulate_dialogues.scripted_agent import ScriptedAgent, ScriptedAgents
from stages.simulate_dialogues.scripted_engine import seed_of
from stages.simulate_dialogues.scripted_user import ScriptedUsers
from stages.validate_dialogues import judge
from tests.stages.acted import acted, made, services_on
from tests.stages.validate_dialogues.mutators import recorded, renumbered, with_message, with_messages, without
from tool_specs.domain import Domain
from tool_specs.phrasing.leaks import leaks
from tool_specs.programs import MISSING, ReadAsk, bound, run
from tool_specs.sandbox import Sandbox

KINDS: tuple[Kind, ...] = ("conflict", "omission", "ask_first")
DOMAINS = ("retail", "airline")
PER_KIND = 10


@pytest.fixture(scope="module")
def services() -> Services:
    return services_on(*DOMAINS, size=60)


@pytest.fixture(scope="module")
def tasks(services: Services) -> list[Task]:
    specs = (
        TaskSpec(
            id=f"spec-{number}", domain=name, kind=kind, num_writes=1, burden=2 + number % 3, seed=3, number=number
        )
        for name in DOMAINS
        for kind in KINDS
        for number in range(PER_KIND)
    )
    found, drops = made(specs, services)
    assert len(drops) <= 0.1 * len(found), drops
    return found


@pytest.fixture(scope="module")
def every_dialogue(tasks: list[Task], services: Services) -> list[Dialogue]:
    return acted(tasks, services, 4)


@pytest.fixture(scope="module")
def dialogues(every_dialogue: list[Dialogue]) -> list[Dialogue]:
    return every_dialogue


def careful(dialogue: Dialogue) -> bool:
    return is_careful(seed_of(dialogue.scenario))


class HastyAgents(ScriptedAgents):
    """Agents that stop at the first row that fits."""

    def agent(self, domain: Domain, seed: Json, before: Sequence[Message] = ()) -> ScriptedAgent:
        hasty = next(each for each in (f"{seed}-{number}" for number in count()) if not is_careful(each))
        return super().agent(domain, hasty, before)


def flaw_of(task: Task) -> tuple[Request, Flaw]:
    (request,) = task.requests
    assert request.flaw
    return request, request.flaw


def written_at(dialogue: Dialogue) -> int:
    tool = str(dialogue.scenario.task.requests[0].tool)
    return next(i for i, m in enumerate(dialogue.messages) if any(call.name == tool for call in m.tool_calls))


def evidence(dialogue: Dialogue, services: Services) -> str:
    """Returns what the check of the evidence says against a dialogue."""
    return next(v.detail for v in judge(dialogue, services) if v.check == "evidence_before_write")


def noticings(dialogue: Dialogue) -> list[int]:
    """Returns the messages in which the agent notices, or asks; more than one, if the user wanders off the topic."""
    _, flaw = flaw_of(dialogue.scenario.task)
    wanted = "request" if flaw.kind == "ask_first" else "response_fail"
    return [
        index
        for index, message in enumerate(dialogue.messages)
        if any(act.kind == wanted and act.slot == flaw.role for act in message.acts)
    ]


def test_what_is_told_first_is_wrong_or_incomplete(tasks: list[Task], services: Services) -> None:
    for task in tasks:
        request, flaw = flaw_of(task)
        sandbox = services.sandboxes[task.domain]

        def read(ask: ReadAsk, sandbox: Sandbox = sandbox) -> object:
            result = sandbox.call(ask.tool, ask.arguments)
            return MISSING if result.error else result.value

        facts = {entry.name: entry.value for entry in task.knowledge}
        if flaw.kind == "ask_first":
            continue
        chosen = run(flaw.programs, {**facts, **flaw.facts}, read)
        values = {
            name: bound(source.bind, flaw.programs, chosen)
            for name, source in request.sources.items()
            if source.bind is not None and source.provenance != "policy"
        }
        lost = [name for name, value in values.items() if value is MISSING]
        assert lost
        counts = [
            len(picked) for picked, was in zip(chosen.picked, request.programs, strict=True) if was.pick == "only"
        ]
        assert (0 in counts) if flaw.kind == "conflict" else (max(counts) > 1)


def test_conflicts_are_about_things_their_state_amounts_and_what_else_is_told(services: Services) -> None:
    """The user says that it is delivered, that it cost so much, or names a card; the world says otherwise."""
    found = set()
    for name in DOMAINS:
        for number in range(24):
            spec = TaskSpec(
                id=f"spec-{number}", domain=name, kind="conflict", num_writes=1, burden=3, seed=9, number=number
            )
            for task in asyncio.run(GenerateTasks().process(spec, services)):
                assert isinstance(task, Task)
                request, flaw = flaw_of(task)
                pairs = zip(request.programs, flaw.programs, strict=True)
                number_, meant, told = next(((n, a, b) for n, (a, b) in enumerate(pairs) if a != b), (0, None, None))
                if meant is None or told is None or meant.steps != told.steps:
                    found.add("what holds it")
                    continue
                (rule,) = [rule for rule in told.where if rule not in meant.where]
                words = services.sandboxes[name].domain.lexicon.columns
                state = column_id(request.programs, number_, rule.column) in words and isinstance(rule.value, str)
                found.add(
                    "else" if number_ else "amount" if not isinstance(rule.value, str) else "state" if state else "it"
                )
                shown = f"{rule.value:,}" if isinstance(rule.value, int) else None
                assert shown is None or str(rule.value) in flaw.text
    assert found >= {"what holds it", "else", "amount", "state"}


def test_what_must_be_asked_for_comes_from_nowhere_else(tasks: list[Task]) -> None:
    roles = set()
    for task in tasks:
        request, flaw = flaw_of(task)
        if flaw.kind == "ask_first":
            roles.add(flaw.role)
            facts = [s.fact for name, s in request.sources.items() if s.provenance == "user" and s.fact]
            assert any(request.arguments[n] == task.fact(f) for f in facts for n in request.arguments if f.endswith(n))
            assert request.told_first is request
    assert len(roles) >= 3


def test_texts_tell_the_goal_and_what_is_told_first(tasks: list[Task], services: Services) -> None:
    for task in tasks:
        _, flaw = flaw_of(task)
        assert task.text and flaw.text and flaw.text != task.text
        assert not leaks(task, task.text)
        (scenario, *_) = DiversifyBehaviors(per_task=1).scenarios(task, services.sandboxes[task.domain].domain)
        instruction = scenario.behavior.instruction
        assert flaw.text in instruction and FIRST[flaw.kind].partition("{")[0] in instruction
        assert not {"slip", "change_of_mind"} & set(scenario.behavior.traits)


def test_records_without_a_flaw_have_the_bytes_that_they_had(tasks: list[Task]) -> None:
    request, _ = flaw_of(tasks[0])
    sound = msgspec.structs.replace(request, flaw=msgspec.UNSET)
    assert b'"flaw"' in encode(request) and b'"flaw"' not in encode(sound)
    assert decode(encode(request), Request) == request and decode(encode(sound), Request) == sound


@pytest.mark.parametrize("kind", KINDS)
def test_nearly_all_dialogues_pass_every_check(kind: Kind, dialogues: list[Dialogue], services: Services) -> None:
    own = [each for each in dialogues if each.scenario.task.kind == kind]
    faults = [
        (each.id, verdict.check, verdict.detail)
        for each in own
        for verdict in judge(each, services)
        if not verdict.passed
    ]
    assert len(own) >= 30
    assert len({fault[0] for fault in faults}) <= 0.05 * len(own), faults


@pytest.mark.parametrize("kind", KINDS)
def test_dialogues_are_judged_alike_once_they_were_on_disk(
    kind: Kind, dialogues: list[Dialogue], services: Services
) -> None:
    for dialogue in [each for each in dialogues if each.scenario.task.kind == kind][:12]:
        assert judge(decode(encode(dialogue), Dialogue), services) == judge(dialogue, services)


@pytest.mark.parametrize("kind", KINDS)
def test_the_agent_notices_before_it_writes(kind: Kind, dialogues: list[Dialogue]) -> None:
    for dialogue in dialogues:
        if dialogue.scenario.task.kind == kind:
            assert noticings(dialogue)[0] < written_at(dialogue)


def test_the_agent_says_what_it_found_instead(dialogues: list[Dialogue]) -> None:
    saying = 0
    own = [each for each in dialogues if each.scenario.task.kind in ("conflict", "omission")]
    for dialogue in own:
        before = dialogue.messages[: noticings(dialogue)[0]]
        text = dialogue.messages[len(before)].content
        read = [message.content for message in before if message.role == "tool"]
        # A name, a value or an id that stands in what was read.
        saying += any(word.strip("(),.:?") in answer for answer in read for word in text.split() if len(word) > 4)
    assert saying == len(own)


@pytest.mark.parametrize("kind", KINDS)
def test_an_agent_that_does_not_notice_is_caught(kind: Kind, dialogues: list[Dialogue], services: Services) -> None:
    """What it said is replaced by words that neither ask nor object; the user puts it right all the same."""
    caught = 0
    for dialogue in [each for each in dialogues if each.scenario.task.kind == kind]:
        silent = dialogue
        for index in noticings(dialogue):
            silent = with_message(silent, index, content="One moment, please.", acts=())
        assert "written without" in evidence(silent, services)
        caught += 1
    assert caught >= 30


@pytest.mark.parametrize("kind", KINDS)
def test_an_agent_that_is_never_told_is_caught(kind: Kind, dialogues: list[Dialogue], services: Services) -> None:
    """Question and answer are left out: the agent hit upon the right value by itself."""
    for dialogue in [each for each in dialogues if each.scenario.task.kind == kind][:12]:
        places = [place for index in noticings(dialogue) for place in (index, index + 1)]
        guessed = renumbered(without(dialogue, places))
        assert evidence(recorded(guessed, services.sandboxes[dialogue.scenario.task.domain]), services)


def test_an_agent_that_asks_after_the_write_is_caught(dialogues: list[Dialogue], services: Services) -> None:
    for dialogue in [each for each in dialogues if each.scenario.task.kind == "ask_first"][:12]:
        first, last = noticings(dialogue)[0], noticings(dialogue)[-1]
        messages = list(dialogue.messages)
        late = [*messages[:first], *messages[last + 2 : -1], *messages[first : last + 2], messages[-1]]
        assert "without asking" in evidence(with_messages(dialogue, late), services)


def test_who_says_it_is_not_so_before_looking_is_caught(dialogues: list[Dialogue], services: Services) -> None:
    """The reads that show it come after the words that claim it."""
    caught = 0
    for dialogue in [each for each in dialogues if each.scenario.task.kind == "conflict"]:
        index, *again = noticings(dialogue)
        user = max(i for i in range(index) if dialogue.messages[i].role == "user")
        reads = list(dialogue.messages[user + 1 : index])
        names = {call.name for message in reads for call in message.tool_calls}
        tools = services.sandboxes[dialogue.scenario.task.domain].domain.identity_tools
        if again or names <= set(tools):
            continue
        messages: list[Message] = [*dialogue.messages[: user + 1], *dialogue.messages[index : index + 2], *reads]
        early = renumbered(with_messages(dialogue, [*messages, *dialogue.messages[index + 2 :]]))
        assert "before reading what shows it" in evidence(early, services)
        caught += 1
    assert caught >= 10


def test_an_agent_that_takes_users_at_their_word_is_caught(every_dialogue: list[Dialogue], services: Services) -> None:
    """It stops at the first row that fits, and does the wrong thing, or is put right by luck."""
    own = [each.scenario for each in every_dialogue if each.scenario.task.kind == "omission"]
    sandboxes, agents, users = services.sandboxes, HastyAgents(), ScriptedUsers()
    hasty = [asyncio.run(simulate(told, sandboxes[told.task.domain], agents, users, Caps())) for told in own[:40]]
    assert len(hasty) >= 20
    assert not any(all(verdict.passed for verdict in judge(each, services)) for each in hasty)


def test_who_omits_is_served_by_careful_agents_and_others_by_any(every_dialogue: list[Dialogue]) -> None:
    """What hasty ones make of an omission is dropped: of the kept rows, the share of careful ones is the same."""
    for kind in KINDS:
        own = [each for each in every_dialogue if each.scenario.task.kind == kind]
        share = sum(map(careful, own)) / len(own)
        assert share == 1 if kind == "omission" else 0.3 < share < 0.7
