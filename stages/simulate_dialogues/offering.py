"""Offering: an agent that reads what there is to choose from, and lists it.

"which cards do I have?" -> the user's own row is read -> "There are two: (1) the blue card and (2) the red card. ..."
"""

from __future__ import annotations

from schemas.dialogue import Act, Message
from stages.simulate_dialogues.finding import Finding
from stages.simulate_dialogues.serving import Turn
from stages.simulate_dialogues.ways import values_of
from stages.simulate_dialogues.wishes import Wish
from tool_specs.phrasing.labels import label
from tool_specs.reading import row_argument

_MOST_OFFERED = 8


class Offering(Finding):
    """Lists of candidates."""

    def offer(self, wish: Wish, role: str) -> Turn[Message | None]:
        """Lists the values that a role can have, as far as the user's own row shows them; None where it shows none."""
        tool = wish.tool or ""
        names = self.desk.roles(tool).get(role, [])
        kind = self.desk.specs[tool].types.get(names[0]) if len(names) == 1 else None
        if kind is None:
            return None
        reader, parameter = self.desk.row_reads.get(self.desk.domain.principal.table, ("", ""))
        found = self._named(kind)
        if not found and reader and self.notebook.principal is not None:
            own = row_argument(self.desk.specs[reader], parameter, self.notebook.principal)
            yield from self.read(reader, {parameter: own})
            found = self._named(kind)
        if not 0 < len(found) <= _MOST_OFFERED:
            return None
        options = [{"value": value, "label": name} for value, name in found.items()]
        act = Act(kind="request", request=wish.number, slot=role, value={"options": options})
        return (yield from self.say(self.words.offers(list(found.values())), act))

    def _named(self, kind: str) -> dict[str, str]:
        """Returns the values of a type that were read, with the names of their rows, unless two have the same one."""
        known, words = self.notebook.known(), self.desk.lexicon
        own = tuple(row for row, text in words.rows.items() if text.scope)
        found: dict[str, str] = {}
        for value in values_of(self.desk, self.notebook.reads, kind):
            seen = known.find(value, own)
            name = label(words, seen.id, seen.row, seen.above) if seen is not None and not seen.refers else ""
            if name and value not in name and name not in found.values():
                found[value] = name
        return found
