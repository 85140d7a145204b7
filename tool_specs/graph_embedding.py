"""Edges by meaning: outputs and parameters that an embedding finds alike, with ToolDial's rule as a preset.

    build_graph(specs, similar=Similarity(vectors, TOOLDIAL))

Three things are compared, each with its own threshold: the spelling of the names (longest common subsequence over mean
length), the names with the key words around them, and the descriptions. `vectors` turns texts into rows of numbers: a
sentence-transformers model (`pipeline.embedding`), or `tool_specs.hashed_vectors`, which needs no model.

Unlike ToolDial, names and descriptions are taken as they are: no language model rewrites them before. As there, only
required parameters are looked at, and an output does not feed the tool that it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.base import Json
from schemas.tool import ToolSpec
from tool_specs.graph_slots import Slot
from tool_specs.names import namespace, subject, tokens

Vectors = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts -> one row of numbers each."""

MAX_SOURCES = 64
"""Sources kept per parameter, those with the most alike key words."""
_BLOCK = 512


@dataclass(frozen=True)
class Rule:
    """How much must agree; a threshold of 0 asks for nothing.

    Attributes:
        spelling: longest common subsequence of the two names over their mean length, more than this.
        keywords: cosine of the names with the words around them, more than this.
        descriptions: cosine of the descriptions, more than this.
        ignored: words whose outputs and parameters are never linked.
    """

    spelling: float
    keywords: float
    descriptions: float
    ignored: frozenset[str] = frozenset()


TOOLDIAL = Rule(0.83, 0.5, 0.77, frozenset({"status", "message", "page", "limit"}))
"""The three thresholds of ToolDial (arXiv 2503.00564)."""
MEANING = Rule(0.0, 0.8, 0.0)
"""Names that mean the same, however they are spelt."""
RULES = {"tooldial": TOOLDIAL, "meaning": MEANING}


@dataclass(frozen=True)
class Similarity:
    """An embedding, and the rule by which its likenesses become edges."""

    vectors: Vectors
    rule: Rule = field(default=TOOLDIAL)

    def search(
        self, tools: Mapping[str, ToolSpec], outputs: Sequence[Slot], inputs: Sequence[Slot]
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Returns for each input the numbers of the outputs that are alike, the most alike first, and their cosines."""
        gives = [_Said.of(tools[slot.tool], slot, output=True) for slot in outputs]
        takes = [_Said.of(tools[slot.tool], slot, output=False) for slot in inputs]
        asked = [
            n for n, slot in enumerate(inputs) if slot.path[0] in tools[slot.tool].required and self._meant(takes[n])
        ]
        offered = [n for n in range(len(outputs)) if self._meant(gives[n])]
        found = [(np.empty(0, np.int64), np.empty(0)) for _ in inputs]
        if not asked or not offered:
            return found
        keywords = _Compared(self.vectors, [takes[n].keywords for n in asked], [gives[n].keywords for n in offered])
        described = (
            _Compared(self.vectors, [takes[n].description for n in asked], [gives[n].description for n in offered])
            if self.rule.descriptions > 0
            else None
        )
        place = {name: number for number, name in enumerate(tools)}
        owners = np.array([place[outputs[n].tool] for n in offered])
        spelt: dict[tuple[str, str], bool] = {}
        for start in range(0, len(asked), _BLOCK):
            rows = range(start, min(start + _BLOCK, len(asked)))
            cosines = keywords.block(rows)
            good = cosines > self.rule.keywords
            if described is not None:
                good &= described.block(rows) > self.rule.descriptions
            good &= owners[None, :] != np.array([place[inputs[asked[row]].tool] for row in rows])[:, None]
            for row, number in enumerate(asked[n] for n in rows):
                near = np.flatnonzero(good[row])
                near = near[np.argsort(-cosines[row, near], kind="stable")]
                kept = []
                for each in near.tolist():
                    if self._spelt_alike(takes[number].name, gives[offered[each]].name, spelt):
                        kept.append(each)
                        if len(kept) == MAX_SOURCES:
                            break
                scores = np.clip(cosines[row, kept].astype(np.float64), 0.0, 1.0)
                found[number] = np.array([offered[each] for each in kept], np.int64), scores
        return found

    def _meant(self, said: _Said) -> bool:
        return self.rule.ignored.isdisjoint(tokens(said.name))

    def _spelt_alike(self, one: str, other: str, known: dict[tuple[str, str], bool]) -> bool:
        if self.rule.spelling <= 0:
            return True
        if (one, other) not in known:
            known[one, other] = 2 * _common(one, other) / (len(one) + len(other)) > self.rule.spelling
        return known[one, other]


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of a slot: its name with its object, that with the words around it, and its description."""

    name: str
    keywords: str
    description: str

    @classmethod
    def of(cls, spec: ToolSpec, slot: Slot, *, output: bool) -> _Said:
        schema = _schema_at(spec.returns if output else spec.parameters, slot.path)
        own = [part for part in slot.path if part != "*"][-1:]
        words = list(tokens(own[0])) if own else sorted(subject(spec.name))
        around = [word for word in tokens(spec.name) if word in subject(spec.name)]
        name = " ".join(words if len(words) > 1 else dict.fromkeys([*around, *words]))
        said = schema.get("description") if isinstance(schema, dict) else None
        text = str(said) if said else f"{name} of {' '.join(around)}"
        service = namespace(spec.name)
        head = re.split(r"[.\n]", spec.description, maxsplit=1)[0]
        return cls(name, " ".join([name, *around, service]).strip(), f"{text} {head}".strip())


def _schema_at(schema: Any, path: Sequence[str]) -> Json:
    for part in path:
        if not isinstance(schema, dict):
            return None
        inner = (schema.get("properties") or {}).get(part)
        schema = inner if inner is not None else schema.get("items") or schema.get("additionalProperties")
    return schema


class _Compared:
    """Cosines between two lists of texts, block by block; texts that are equal are embedded once."""

    def __init__(self, vectors: Vectors, rows: Sequence[str], columns: Sequence[str]) -> None:
        texts = {text: number for number, text in enumerate(dict.fromkeys([*rows, *columns]))}
        known = np.asarray(vectors(list(texts)), np.float32)
        lengths = np.linalg.norm(known, axis=1, keepdims=True)
        self._known = known / np.where(lengths > 0, lengths, 1.0)
        self._rows = np.array([texts[text] for text in rows])
        distinct = dict.fromkeys(columns)
        order = {text: number for number, text in enumerate(distinct)}
        self._distinct = self._known[[texts[text] for text in distinct]]
        self._columns = np.array([order[text] for text in columns])

    def block(self, rows: range) -> NDArray[np.float32]:
        """Returns the cosines of some rows with all columns."""
        cosines: NDArray[np.float32] = (self._known[self._rows[rows]] @ self._distinct.T)[:, self._columns]
        return cosines


def _common(one: str, other: str) -> int:
    """Returns the length of the longest common subsequence."""
    before = [0] * (len(other) + 1)
    for letter in one:
        now = [0]
        for place, each in enumerate(other):
            now.append(before[place] + 1 if letter == each else max(before[place + 1], now[place]))
        before = now
    return before[-1]
