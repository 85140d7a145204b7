from __future__ import annotations

import dataclasses

import pytest

from stages.generate_tasks.ground import Ground
from stages.generate_tasks.prospects import Prospects, prospects
from tests.tool_specs.greenhouse import DOMAIN, Plant, PlantId
from tool_specs.domain import Guard, generate_world
from tool_specs.plain_words import worded
from tool_specs.sandbox import Sandbox
from tool_specs.state import State
from tool_specs.tool import tool


@tool(effect="write")
def label_plant(db: State, plant_id: PlantId, text: str) -> Plant:
    """Write a label.

    Args:
        plant_id: The plant's id, such as 'P412'.
        text: What the label shall say.
    """
    plant = db.edit("plants", plant_id)
    plant["name"] = text
    return plant  # type: ignore[return-value]


@tool(effect="write")
def count_to(db: State, plant_id: PlantId, turns: int) -> Plant:
    """Turn a plant.

    Args:
        plant_id: The plant's id, such as 'P412'.
        turns: How many times.
    """
    return db.edit("plants", plant_id)  # type: ignore[return-value]


@pytest.fixture(scope="module")
def found() -> Prospects:
    tools = {**DOMAIN.tools, "label_plant": label_plant, "count_to": count_to}
    idle = Guard("idle", "Nothing is forbidden.", lambda context, name, arguments: None)
    domain = dataclasses.replace(DOMAIN, tools=tools, guards=(*DOMAIN.guards, idle))
    world = generate_world(domain, 1, 12)
    return prospects(Ground.of(Sandbox(worded(domain, world), world)))


def test_writes_that_can_be_made_have_ways_and_burdens(found: Prospects) -> None:
    water = next(write for write in found.writes if write.tool == "water_plant")
    assert water.ways and water.told == ("get_plant",) and not water.missing
    assert {4, 6, 7, 8} <= set(water.burdens)


def test_what_cannot_be_filled_is_named_with_a_remedy(found: Prospects) -> None:
    label = next(write for write in found.writes if write.tool == "label_plant")
    turns = next(write for write in found.writes if write.tool == "count_to")
    assert not label.ways and [text.partition(":")[0] for text in label.missing] == ["text"]
    assert 'Sem("...")' in label.missing[0] and "Literal[" in turns.missing[0]


def test_rows_say_by_what_they_can_be_told_and_what_is_never_said(found: Prospects) -> None:
    plant = next(row for row in found.rows if row.id == "get_plant")
    assert {"status", "is_flowering", "name"} <= set(plant.filters)
    assert {"height_cm", "leaves", "potted_on"} <= set(plant.orders)
    assert plant.unsaid == ("plant_id", "shelf_id") and plant.questions and not plant.owned


def test_guards_that_nothing_breaks_are_named(found: Prospects) -> None:
    assert found.idle_guards == ("idle",)
