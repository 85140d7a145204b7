"""A toy domain whose users are nobody in the world: shelves of plants, and whoever comes along looks after them."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from typing_extensions import TypedDict

from schemas.world import Row, Tables
from tool_specs.dice import Dice
from tool_specs.domain import Domain, Guard, GuardContext, by_name
from tool_specs.state import State
from tool_specs.tool import OneOf, Sem, ToolError, tool

ShelfId = Annotated[str, Sem("shelf_id")]
PlantId = Annotated[str, Sem("plant_id")]


class Summary(TypedDict):
    """A line of the list of shelves."""

    shelf_id: ShelfId
    climate: Literal["dry", "humid", "cool"]


class Shelf(TypedDict):
    """A shelf."""

    shelf_id: ShelfId
    climate: Literal["dry", "humid", "cool"]
    floor: int
    plants: list[PlantId]


class Plant(TypedDict):
    """A plant."""

    plant_id: PlantId
    shelf_id: ShelfId
    name: str
    height_cm: float
    leaves: int
    potted_on: str
    is_flowering: bool
    status: Literal["healthy", "thirsty", "retired"]


@tool(effect="read")
def list_shelves(db: State) -> list[Summary]:
    """List all shelves."""
    return [{"shelf_id": id_, "climate": row["climate"]} for id_, row in db.rows("shelves")]


@tool(effect="read")
def get_shelf(db: State, shelf_id: ShelfId) -> Shelf:
    """Look a shelf up.

    Args:
        shelf_id: The shelf's id, such as 'S3'.
    """
    row = db.row("shelves", shelf_id)
    if row is None:
        raise ToolError("Shelf not found")
    return cast(Shelf, row)


@tool(effect="read")
def get_plant(db: State, plant_id: PlantId) -> Plant:
    """Look a plant up.

    Args:
        plant_id: The plant's id, such as 'P412'.
    """
    row = db.row("plants", plant_id)
    if row is None:
        raise ToolError("Plant not found")
    return cast(Plant, row)


@tool(effect="write")
def water_plant(db: State, plant_id: PlantId) -> Plant:
    """Water a plant that is thirsty.

    Args:
        plant_id: The plant's id, such as 'P412'.
    """
    if db.row("plants", plant_id) is None:
        raise ToolError("Plant not found")
    plant = db.edit("plants", plant_id)
    if plant["status"] != "thirsty":
        raise ToolError("Only thirsty plants are watered")
    plant["status"] = "healthy"
    return cast(Plant, plant)


@tool(effect="write")
def retire_plant(db: State, plant_id: PlantId, reason: Annotated[str, OneOf("too large", "infested")]) -> Plant:
    """Take a plant out of the collection.

    Args:
        plant_id: The plant's id, such as 'P412'.
        reason: Why.
    """
    if db.row("plants", plant_id) is None:
        raise ToolError("Plant not found")
    plant = db.edit("plants", plant_id)
    if plant["status"] == "retired":
        raise ToolError("The plant is retired already")
    plant["status"] = "retired"
    return cast(Plant, plant)


def generate(seed: int, size: int) -> Tables:
    """Shelves 0..size-1 with two to nine plants each."""
    dice = Dice("greenhouse", seed, size)
    tables: Tables = {"shelves": {}, "plants": {}}
    for number in range(size):
        shelf: Row = {
            "shelf_id": f"S{number}", "climate": dice.pick(("dry", "humid", "cool")), "floor": dice.between(0, 3),
            "plants": [],
        }  # fmt: skip
        tables["shelves"][f"S{number}"] = shelf
        for _ in range(dice.between(2, 9)):
            while (id_ := f"P{dice.digits(4)}") in tables["plants"]:
                pass
            name = f"{dice.pick(('Giant', 'Dwarf', 'Silver', 'Creeping', 'Winter'))} "
            name += dice.pick(("Fern", "Cactus", "Ivy", "Orchid", "Palm", "Begonia", "Aloe"))
            tables["plants"][id_] = {
                "plant_id": id_, "shelf_id": f"S{number}", "name": f"{name} {len(tables['plants'])}",
                "height_cm": round(dice.real(3, 180), 1), "leaves": dice.between(2, 90),
                "potted_on": f"2025-{dice.between(1, 12):02}-{dice.between(1, 28):02}",
                "is_flowering": dice.chance(0.4), "status": dice.pick(("healthy", "healthy", "thirsty", "retired")),
            }  # fmt: skip
            shelf["plants"].append(id_)
    return tables


def _thirsty(context: GuardContext, name: str, arguments: object) -> str | None:
    plant = context.sandbox.state.row("plants", str(cast(dict[str, str], arguments)["plant_id"]))
    return None if plant is None or plant["status"] == "thirsty" else f"plant {plant['plant_id']} is {plant['status']}"


DOMAIN = Domain(
    name="greenhouse",
    tools=by_name((list_shelves, get_shelf, get_plant, water_plant, retire_plant)),
    policy="List the details of a change and wait for a yes. Water only what is thirsty.",
    guards=(Guard("thirsty", "Only plants that are thirsty are watered.", _thirsty, frozenset({"water_plant"})),),
    rows={"shelves": Shelf, "plants": Plant},
    generate=generate,
)
