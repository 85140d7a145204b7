"""A correction has exactly those decisions made again that rest on it: by the graph, and in dialogues."""

from __future__ import annotations

from collections import Counter

import pytest

from schemas.base import Json, canonical
from schemas.dialogue import Dialogue
from schemas.message import Act, Message
from schemas.program import Bind, Call, Each, Fact, Program
from schemas.verdict import Judged
from stages.base import Services
from stages.behaviors.detectors import detect
from stages.simulate_dialogues.dependence import Dependence, fact
from stages.simulate_dialogues.desk import Desk
from stages.simulate_dialogues.notebook import Notebook
from stages.simulate_dialogues.wishes import Wish
from stages.validate_dialogues.stage import ValidateDialogues
from tests.stages.proven import Order, played, world
from tool_specs.retail import DOMAIN

DESK = Desk(DOMAIN)
ORDERS: tuple[Order, ...] = (("write_intensive", 2, 3), ("write_intensive", 3, 3))
LISTED = Program(steps=(Each(name="order_id", source=Fact(name="r0.order_id")),), pick="all")
OF_LISTED = Program(
    steps=(Call(name="order", tool="get_order_details", arguments={"order_id": Fact(name="r0.order_id")}),), start=0
)


def wishes() -> list[Wish]:
    """A cancellation of a listed order, told by a selection that goes on with another; and a new address."""
    cancel = Wish(number=0, tool="cancel_pending_order", kind="write", programs={0: LISTED, 1: OF_LISTED})
    cancel.binds["order_id"] = Bind(program=1, column=("order", "order_id"))
    cancel.facts["reason"] = "r0.reason"
    address = Wish(number=1, tool="modify_user_address", kind="write")
    address.facts.update(city="r1.city", zip="r1.zip")
    return [cancel, address]


def test_what_rests_on_a_fact_is_found_through_selections_and_arguments() -> None:
    graph = Dependence(DESK, wishes())
    assert graph.decisions(fact("r0.order_id")) == graph.decisions(fact("r0.reason")) == {0}
    assert graph.decisions(fact("r1.city")) == {1}
    by_email = Call(name="user_id", tool="find_user_id_by_email", arguments={"email": Fact(name="email")})
    asked = Wish(number=2, kind="answer", programs={0: Program(steps=(by_email,))})
    assert not Dependence(DESK, [*wishes(), asked]).decisions(fact("email"))
    assert not graph.decisions(fact("r2.anything"))
    assert graph.touched(fact("r0.reason")) == {("argument", 0, "reason"), ("decision", 0, 0)}
    assert ("selection", 0, 1) in graph.touched(fact("r0.order_id"))
    assert ("argument", 0, "reason") not in graph.touched(fact("r0.order_id"))


def test_a_corrected_fact_makes_only_what_rests_on_it_new() -> None:
    notebook = Notebook(DESK)
    notebook.wishes = {wish.number: wish for wish in wishes()}
    before = {number: wish.version for number, wish in notebook.wishes.items()}
    notebook.hear(Message(role="user", content="", acts=(Act(kind="inform", request=1, slot="r1.city", value="Lima"),)))
    assert notebook.wishes[1].version == before[1] + 1
    assert notebook.wishes[0].version == before[0]


def repeated(dialogue: Dialogue) -> list[str]:
    """Reads that were made twice with no write between them, and details that were listed twice and agreed to twice."""
    found: list[str] = []
    reads: set[bytes] = set()
    agreed: Counter[tuple[int | None, bytes]] = Counter()
    listed: Json = None
    for message in dialogue.messages:
        for call in message.tool_calls:
            key = canonical([call.name, call.arguments])
            if DOMAINS[dialogue.scenario.task.domain].tools[call.name].spec.effect == "write":
                reads.clear()
            elif key in reads:
                found.append(call.name)
            reads.add(key)
        for act in message.acts:
            listed = act if act.kind == "confirm" else listed
            if act.kind == "affirm" and listed is not None and listed.request == act.request:
                agreed[act.request, canonical(listed.value)] += 1
                listed = None
    return found + [str(request) for (request, _), times in agreed.items() if times > 1]


DOMAINS = {name: world(name).domain for name in ("retail", "airline")}


@pytest.mark.parametrize("domain", ["retail", "airline"])
@pytest.mark.parametrize("trait", ["slip", "change_of_mind", "revises", "corrects_other"])
def test_untouched_decisions_are_not_made_again(domain: str, trait: str) -> None:
    made = list(played(domain, trait, orders=(*ORDERS, ("read_heavy", 1, 4)), times=2))
    assert len(made) >= 2
    assert not [(dialogue.scenario.behavior.disclosure, repeated(dialogue)) for dialogue in made if repeated(dialogue)]


@pytest.mark.parametrize("domain", ["retail", "airline"])
def test_another_request_put_right_beside_a_yes_is_decided_once_and_rightly(domain: str) -> None:
    services = Services(sandboxes={domain: world(domain)})
    made = list(played(domain, "corrects_other", orders=ORDERS, times=3))
    assert len(made) >= 3
    for dialogue in made:
        assert isinstance(ValidateDialogues().validated(dialogue, services), Judged)
        assert "corrects_other" in detect(dialogue) and "multi_request" not in detect(dialogue)
        assert dialogue.final_digest == dialogue.scenario.task.goal_digest
        place = next(p for p, m in enumerate(dialogue.messages) if any(act.kind == "amend" for act in m.acts))
        (amended,) = {act.request for act in dialogue.messages[place].acts if act.kind == "amend"}
        confirmed = [act.request for m in dialogue.messages for act in m.acts if act.kind == "confirm"]
        assert max(Counter(confirmed).values()) == 1, "each request is listed once"
        assert amended not in [a.request for m in dialogue.messages[:place] for a in m.acts if a.kind == "confirm"]
        (agreed,) = {act.request for act in dialogue.messages[place].acts if act.kind == "affirm"}
        assert dialogue.messages[place + 1].tool_calls, f"request {agreed} is carried out at once"
