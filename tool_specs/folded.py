"""The parameters of one tool, folded from wherever they are in a request: path, query and body.

{"loan_id": ("path", "loan_id"), "days": ("body", "days"), "query_days": ("query", "days")}
"""

from __future__ import annotations

from schemas.base import Json
from tool_specs.tool_list import Note, ToolListError


class Folded:
    """See the module's text.

    Attributes:
        places: parameter -> (`path`, `query`, `body` or `whole body`, name there).
        styles: parameter -> how it is written in a query, where that is not the usual way.
    """

    def __init__(self, place: str, notes: list[Note]) -> None:
        """Begins with none; what has to be decided on the way is added to the notes."""
        self.place = place
        self.notes = notes
        self.places: dict[str, tuple[str, str]] = {}
        self.styles: dict[str, str] = {}
        self._properties: dict[str, Json] = {}
        self._required: list[str] = []

    def add(self, where: str, name: str, schema: dict[str, Json], *, required: bool, style: str = "") -> None:
        """Adds a parameter; one whose name is taken is called by its place as well.

        Raises:
            ToolListError: that name is taken too.
        """
        own = name
        if own in self.places:
            own = f"{where.split()[-1]}_{name}"
            if own in self.places:
                raise ToolListError(f"{self.place}: {own!r} and {name!r} are taken twice; rename one of the parameters")
            self.notes.append(
                Note(
                    "collision",
                    self.place,
                    f"{name!r} is in the {self.places[name][0]} and in the {where}, where it is called {own!r}",
                )
            )
        self.places[own] = where, name
        if style:
            self.styles[own] = style
        self._properties[own] = schema
        if required:
            self._required.append(own)

    def schema(self) -> dict[str, Json]:
        """Returns the schema of the tool's arguments."""
        return {
            "type": "object",
            "properties": self._properties,
            "required": self._required,
            "additionalProperties": False,
        }
