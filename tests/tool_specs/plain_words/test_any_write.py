"""Words for writes of any name and parameters: every slot has a role, every role a place, and English stays whole."""

from __future__ import annotations

import random
import re

import pytest

from schemas.base import Json
from schemas.tool import ToolSpec
from tool_specs.phrasing.english import slots_in
from tool_specs.plain_words.parameters import parameters_of
from tool_specs.plain_words.writes import literal_roles, write_words

VERBS = ("renew", "cancel", "set", "give_back", "add", "remove", "swap", "send", "report", "book", "check_out", "pay")
NOUNS = ("loan", "shelf", "payment method", "course", "entry", "bus", "reader", "box")
MIDDLES = ("", "pending", "status", "due date", "details", "lost", "to {noun}", "for {noun}", "from {noun}")
KINDS: tuple[dict[str, Json], ...] = (
    {"type": "string"}, {"type": "string", "enum": ["open", "closed"]}, {"type": "integer"}, {"type": "boolean"},
    {"type": "array", "items": {"type": "string"}},
)  # fmt: skip


def some_write(rng: random.Random) -> ToolSpec:
    noun = rng.choice(NOUNS)
    middle = rng.choice(MIDDLES).format(noun=rng.choice(NOUNS))
    name = "_".join(" ".join((rng.choice(VERBS), noun, middle)).split())
    parameters: dict[str, dict[str, Json]] = {}
    for _ in range(rng.randrange(5)):
        stem = rng.choice(NOUNS).replace(" ", "_")
        key = rng.choice((f"{stem}_id", f"new_{stem}_id", f"{stem}_ids", "reason", "amount", f"{stem}_name", "id"))
        parameters[key] = rng.choice(KINDS) if not key.endswith("ids") else KINDS[4]
    schema = {"type": "object", "properties": parameters, "required": list(parameters)}
    return ToolSpec(name=name, description=name, parameters=schema, effect="write", types={"reader_id": "reader_id"})


@pytest.mark.parametrize("seed", range(300))
def test_any_write_has_whole_words(seed: int) -> None:
    spec = some_write(random.Random(seed))
    people = frozenset({"reader_id"})
    parameters = parameters_of(spec, (), people, {})
    own = write_words(spec, (), people, {})
    assert own.roles.keys() == set(spec.required)
    told = {each.role for each in parameters if each.what != "me" and not each.mine}
    for text in (*own.ask, *own.topic, *own.confirm, *own.done, *(t for texts in own.say.values() for t in texts)):
        assert {slot for slot in slots_in(text)} <= set(own.roles.values()) | set(own.roles), (spec.name, text)
        assert not re.search(r"  |^ | $|\bme of\b|\bof of\b|\bthe the\b", text), (spec.name, text)
    for role in told:
        slot = f"{{{role}}}"
        assert own.question[role], (spec.name, role)
        assert any(slot in text for text in (*own.ask, *own.say.get(role, ()))), (spec.name, role)
        assert all(slot in text for text in own.confirm), (spec.name, role, own.confirm)
    assert not any("{" in text for text in own.topic)
    assert set(literal_roles(parameters)) <= told
