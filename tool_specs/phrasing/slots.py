"""The slots of a write's confirmation and report: what an agent names by what it has read, in place of ids.

`{object}` -> "the red mesh office chair (item 4274709903)", `{payment}` -> "gift card ending in 3546"
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from schemas.base import Json
from tool_specs.lexicon import Lexicon, Settlement
from tool_specs.phrasing.english import capitals, clean, is_plural, listed, money, sentence, slots_in
from tool_specs.phrasing.labels import Known, Seen, contents, full_label, label, labels, price
from tool_specs.reading import values_at
from tool_specs.remember import remembered

_MAX_CONTENTS = 6

_COMMAS = re.compile(r"(, *)+")


class Slots:
    """Fills the slots of a write's confirmation and report from its arguments and what was read."""

    def __init__(
        self,
        words: Lexicon,
        tool: str,
        arguments: Mapping[str, Json],
        known: Known,
        rng: random.Random,
        *,
        brief: bool = False,
        answer: Any = None,
    ) -> None:
        """Takes what there is to say of a call; `answer` is what it would give, None where that is not known."""
        self.words, self.arguments, self.known, self.rng, self.brief = words, arguments, known, rng, brief
        self.answer = answer
        self.roles: dict[str, list[str]] = {}
        self._names: dict[str, list[str]] = {}
        self._seen: dict[str, list[Seen | None]] = {}
        for parameter, role in words.writes[tool].roles.items() if tool in words.writes else ():
            if parameter in arguments:
                self.roles.setdefault(role, []).append(parameter)
        lists = [value for value in arguments.values() if isinstance(value, list) and not self._objects("", value)]
        self.many = bool(lists) and (len(lists[0]) > 1 or is_plural(self._named("object")[0].partition(" (")[0]))

    def fill(self, template: str) -> str:
        """Returns the template with every slot filled; an empty sentence left by an empty slot goes."""
        return clean(template.format(**{name: self.slot(name) for name in slots_in(template)})).replace(". .", ".")

    def plain(self) -> str:
        """Returns the arguments as they are, for a write without words."""
        return sentence(listed([f"{name.replace('_', ' ')}: {value}" for name, value in self.arguments.items()]))

    def slot(self, name: str) -> str:
        """Returns one slot: `pairs` (of object and target), `replacements`, `settlement`, a role, or an argument."""
        if name in ("pairs", "replacements"):
            return self._pairs("for" if name == "pairs" else "with")
        if name == "settlement":
            return self._settlement()
        if name in self.roles:
            return self._role(name)
        value = self.arguments.get(name, "")
        objects = self._objects(name, value)
        if objects:
            return objects
        return listed([str(one) for one in value]) if isinstance(value, list) else str(value)

    def _objects(self, name: str, value: Json) -> str:
        """Returns a list of objects in words, each by the template that the lexicon has for one; "" if it is none."""
        return listed(self._each_object(name, value))

    def _each_object(self, name: str, value: Json) -> list[str]:
        if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
            return []
        texts = self.words.facts.get(name)
        if not texts:
            return [listed([str(part) for part in each.values()]) for each in value]
        return [texts[0].format(**{key: self._own(part) for key, part in each.items()}) for each in value]

    def _own(self, value: Json) -> Json:
        """Returns the name of what is the user's where a value is its id: "your Visa credit card"."""
        own = tuple(row_id for row_id, row in self.words.rows.items() if row.scope)
        row = self.known.find(value, own) if isinstance(value, str) else None
        name = label(self.words, row.id, row.row, row.above) if row is not None else ""
        return f"your {name}" if name and str(value) not in name else value

    def _list(self, role: str) -> tuple[str, list[Json]]:
        for parameter in self.roles.get(role, ()):
            value = self.arguments[parameter]
            if isinstance(value, list):
                return parameter, value
        return "", []

    def _rows(self, role: str) -> list[Seen | None]:
        if role not in self._seen:
            _, ids = self._list(role)
            scalars = [value for value in self.arguments.values() if isinstance(value, str)]
            inner = _preferred(self.words, role == "target")
            self._seen[role] = [self.known.find(one, inner, scalars[0] if scalars else None) for one in ids]
        return self._seen[role]

    def _named(self, role: str) -> list[str]:
        if role not in self._names:
            self._names[role] = self._find_names(role)
        return self._names[role]

    def _find_names(self, role: str) -> list[str]:
        parameter, ids = self._list(role)
        noun = parameter.removeprefix("new_").removesuffix("s").removesuffix("_id").replace("_", " ")
        rows = self._rows(role)
        # A report after the yes need not repeat the numbers.
        names = labels(self.words, [row for row in rows if row is not None])
        texts = []
        for one, row in zip(ids, rows, strict=True):
            if row is None:
                texts.append(f"{noun} {one}")
            elif self.brief:
                name = names.pop(0)
                texts.append(f"the {full_label(self.words, row) if role == 'target' else name}")
            else:
                name = names.pop(0)
                number = f"{noun} {one}"
                if str(one) in name:
                    texts.append(f"the {name}")
                    continue
                if role == "target":
                    texts.append(f"the {full_label(self.words, row, number)}")
                else:
                    texts.append(f"the {name[:-1]}; {number})" if name.endswith(")") else f"the {name} ({number})")
        return texts

    def _pairs(self, joint: str) -> str:
        """Says what becomes what; several things that become the same are named together."""
        olds: dict[str, list[str]] = {}
        for old, new in zip(self._named("object"), self._named("target"), strict=False):
            olds.setdefault(new, []).append(old)
        together = any(len(several) > 1 for several in olds.values())
        pairs = [f"{listed(each)}{', each' if len(each) > 1 else ''} {joint} {new}" for new, each in olds.items()]
        return "; ".join(pairs) if together or len(pairs) > 2 else listed(pairs)

    def _settlement(self) -> str:
        own = self.words.settlement
        if own is None:
            return ""
        by = self._role(own.role)
        if own.paid:
            changed = self.known.find(self.arguments[self.roles["object"][0]], tuple(self.words.rows))
            if self.answer is None or changed is None:
                return own.unknown.format(by)
            return self._settled(own, by, _total(self.answer, own.paid) - _total(changed.row, own.paid))
        old = [price(self.words, row) for row in self._rows("object") if row is not None]
        new = [price(self.words, row) for row in self._rows("target") if row is not None]
        _, ids = self._list("object")
        if len(old) != len(ids) or len(new) != len(ids) or None in old or None in new:
            return own.unknown.format(by)
        return self._settled(own, by, sum(p or 0.0 for p in new) - sum(p or 0.0 for p in old))

    def _settled(self, own: Settlement, by: str, exact: float) -> str:
        difference = round(exact, 2)
        texts = own.more if difference > 0 else own.less if difference < 0 else own.even
        return capitals(sentence(self.rng.choice(texts).format(by, money(abs(difference)))))

    def _role(self, role: str) -> str:
        objects = [text for name in self.roles[role] if (text := self._objects(name, self.arguments[name]))]
        if objects:
            return listed(objects)
        if self._list(role)[1]:
            return listed(self._named(role))
        parameters = self.roles[role]
        values = {name: str(self.arguments[name]) for name in parameters}
        if len(parameters) > 1:
            texts = self.words.facts.get(role)
            text = texts[0].format(**values) if texts else listed(list(values.values()))
            return clean(_COMMAS.sub(", ", text))
        value = values[parameters[0]]
        if isinstance(self.arguments[parameters[0]], bool):
            return "yes" if self.arguments[parameters[0]] else "no"
        if parameters[0] in self.words.choices or role in self.words.facts:
            return value.replace("_", " ") if parameters[0] in self.words.choices else value
        row = self.known.find(value, tuple(self.words.rows))
        if row is None:
            return f"{parameters[0].removesuffix('_id').replace('_', ' ')} {value}"
        name = label(self.words, row.id, row.row, row.above)
        if value not in name:
            return f"your {name}" if row.id in self.words.rows and self.words.rows[row.id].scope else f"the {name}"
        inner = [] if self.brief else contents(self.words, row)
        stated = [text for key, each in self.arguments.items() for text in self._each_object(key, each)]
        if stated and all(one.endswith(tuple(stated)) for one in inner):
            return name  # what is inside is named by another argument, and stays
        return f"{name} ({listed(inner)})" if 0 < len(inner) <= _MAX_CONTENTS else name


def _total(row: Any, path: str) -> float:
    """Returns the sum of a row's amounts at a path: `fees.*.amount`."""
    return sum(amount for amount in values_at(row, path.split(".")) if isinstance(amount, (int, float)))


@remembered(1)
def _preferred(words: Lexicon, other: bool) -> tuple[str, ...]:
    """Returns the rows that are the user's (or the other ones), innermost first."""
    found = [row_id for row_id, row in words.rows.items() if bool(row.scope) is not other]
    return tuple(sorted(found, key=lambda row_id: -row_id.count(".")))
