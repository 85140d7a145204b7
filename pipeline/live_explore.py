"""Explores a live backend once: what its reads answer becomes a recorded world, and its tools get schemas of results.

The walk starts from reads that need no argument and from declared seeds, and follows the edges of the API graph, which
grows with what the answers look like. It is bounded, repeats no call, and depends on nothing but the answers. On the
way it is found out whether a backend can be trusted: two servers must answer alike, and a read must leave the state
as it is. What is not so is a problem, with the tool and its arguments.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from pipeline.errors import BackendError
from pipeline.live_sandbox import Answer, Backend, Written
from schemas.base import Json, canonical
from schemas.tool import ToolSpec
from schemas.world import Tables
from tool_specs.arguments import check_of
from tool_specs.graph import build_graph
from tool_specs.observed import schema_of_values
from tool_specs.reading import values_at
from tool_specs.recorded import row_id, row_of

ROUNDS = 8
COMPARED = 64
"""Recorded reads that a second server is asked as well."""
TRIED = 4
"""Calls by which an unknown effect is found out, or the read that writes."""


class Explorable(Backend, Protocol):
    """A backend that can also be asked twice."""

    def twice(self, tool: str, arguments: dict[str, Json]) -> tuple[Answer, Answer]:
        """Returns what two servers answer to a read in the initial state."""
        ...

    def renew(self) -> None:
        """Has every server reset before it is asked again."""
        ...

    def digests(self) -> tuple[str, str]:
        """Returns the digests of two servers in the initial state."""
        ...


@dataclass(frozen=True)
class Explored:
    """What came of it.

    Attributes:
        specs: the tools with their effects settled and results described.
        tables: the recorded world.
        problems: why the backend cannot be used; empty if it can.
        refused: tool -> calls that it answered with an error.
    """

    specs: tuple[ToolSpec, ...]
    tables: Tables
    problems: tuple[str, ...]
    refused: Mapping[str, int] = field(default_factory=dict)


def explore(
    backend: Explorable,
    specs: Sequence[ToolSpec],
    open_effects: frozenset[str],
    seeds: Mapping[str, Sequence[Json]],
    *,
    observable: bool,
    calls_per_read: int = 400,
    calls: int = 4_000,
    section: str = "mcp",
) -> Explored:
    """Explores.

    Args:
        backend: who is asked.
        specs: the tools.
        open_effects: those whose effect nobody has told.
        seeds: column -> values, for parameters of this name or semantic type.
        observable: whether a write can be undone, so that unknown effects may be tried.
        calls_per_read: most calls of one read.
        calls: most calls in all.
        section: the recipe's key for the backend, as messages name it.

    Raises:
        BackendError: nothing can be asked at all.
    """
    walk = _Walk(backend, {spec.name: spec for spec in specs}, seeds, calls_per_read, calls, section)
    first, second = backend.digests()
    if first != second:
        walk.problems.append(
            f"two fresh servers are in different states by their probes; correct {section}.probes or the data"
        )
    walk.run(open_effects)
    if open_effects and not walk.problems:
        walk.settle_effects(open_effects, observable)
        walk.run(frozenset())
    if not walk.problems:
        walk.find_silence()
    if not walk.problems:
        walk.compare()
        if backend.digest(()) != first:
            walk.find_writing_read(first)
    return Explored(tuple(walk.described()), walk.tables(), tuple(walk.problems), walk.refused)


class _Walk:
    def __init__(
        self,
        backend: Explorable,
        specs: dict[str, ToolSpec],
        seeds: Mapping[str, Sequence[Json]],
        calls_per_read: int,
        calls: int,
        section: str,
    ) -> None:
        self.backend, self.specs, self.seeds = backend, specs, seeds
        self.section = section
        self.problems: list[str] = []
        self.refused: dict[str, int] = {}
        self.answers: dict[str, dict[bytes, tuple[dict[str, Json], Answer]]] = {name: {} for name in specs}
        self._per_read, self._left = calls_per_read, calls
        self._broken: set[str] = set()

    def run(self, skipped: frozenset[str]) -> None:
        """Calls reads until nothing new can be asked, or a bound is reached."""
        for _ in range(ROUNDS):
            values = self.values()
            asked = sum(self._call_all(spec, values) for spec in self.specs.values() if self._is_read(spec, skipped))
            if not asked:
                return

    def _is_read(self, spec: ToolSpec, skipped: frozenset[str]) -> bool:
        return spec.effect == "read" and spec.name not in skipped and spec.name not in self._broken

    def _call_all(self, spec: ToolSpec, values: Mapping[tuple[str, str], list[Json]]) -> int:
        asked = 0
        for arguments in self._candidates(spec, values):
            known = self.answers[spec.name]
            key = canonical(arguments)
            if key in known:
                continue
            if len(known) >= self._per_read or self._left <= 0 or spec.name in self._broken:
                break
            try:
                answer = self.backend.read((), spec.name, arguments)
            except BackendError as error:
                self.problems.append(str(error))
                self._broken.add(spec.name)
                break
            asked += 1
            self._left -= 1
            known[key] = arguments, answer
            if answer.error:
                self.refused[spec.name] = self.refused.get(spec.name, 0) + 1
        return asked

    def _candidates(self, spec: ToolSpec, values: Mapping[tuple[str, str], list[Json]]) -> Iterator[dict[str, Json]]:
        options: list[Iterable[Json]] = []
        for name in spec.required:
            schema = spec.parameters["properties"].get(name, {})
            choices = schema.get("enum") or values.get((spec.name, name), ())
            check = check_of(schema)
            options.append([value for value in choices if check(value)])
        for chosen in itertools.product(*options):
            yield dict(zip(spec.required, chosen, strict=True))

    def values(self) -> dict[tuple[str, str], list[Json]]:
        """Returns (tool, parameter) -> the values that seeds and answers have for it, in the order they were found."""
        found: dict[tuple[str, str], dict[bytes, Json]] = {}
        for spec in self.specs.values():
            for name in spec.required:
                pool = found.setdefault((spec.name, name), {})
                for column in dict.fromkeys((name, spec.types.get(name, name))):
                    pool.update((canonical(value), value) for value in self.seeds.get(column, ()))
        described = list(self.described())
        graph = build_graph(described)
        for edge in sorted(graph.edges, key=lambda edge: -edge.score):
            pool = found.setdefault((edge.target_tool, edge.parameter), {})
            path = edge.output_path.split(".")[1:]
            for _, answer in self.answers[edge.source_tool].values():
                if not answer.error:
                    for value in values_at(answer.value, path):
                        if not isinstance(value, (dict, list)) and value is not None:
                            pool.setdefault(canonical(value), value)
        return {place: list(pool.values()) for place, pool in found.items()}

    def described(self) -> Iterator[ToolSpec]:
        """Yields the tools with results described by what they looked like, where nobody has said it."""
        for spec in self.specs.values():
            good = [answer.value for _, answer in self.answers[spec.name].values() if not answer.error]
            if spec.returns is None and good:
                yield msgspec.structs.replace(spec, returns=schema_of_values(good))
            else:
                yield spec

    def tables(self) -> Tables:
        """Returns the recorded world: every read has a table."""
        return {
            spec.name: {
                row_id(spec, arguments): row_of(answer.value)
                for arguments, answer in self.answers[spec.name].values()
                if not answer.error
            }
            for spec in self.specs.values()
            if spec.effect != "write"
        }

    def settle_effects(self, open_effects: frozenset[str], observable: bool) -> None:
        """Finds out what tools do of which nobody has told it: by what they change, else by their names."""
        values = self.values()
        before = self.backend.digest(())
        for name in sorted(open_effects) if observable else ():
            spec = self.specs[name]
            worked = False
            for arguments in itertools.islice(self._candidates(spec, values), TRIED):
                changed = self._changes(name, arguments, before)
                worked = worked or changed is not None
                if changed:
                    self.specs[name] = msgspec.structs.replace(spec, effect="write", effect_source="observed")
                    break
            else:
                # That nothing changed proves no more than the name says: a write may have had nothing to do.
                if worked and spec.effect == "read":
                    self.specs[name] = msgspec.structs.replace(spec, effect_source="observed")

    def _changes(self, name: str, arguments: dict[str, Json], before: str) -> bool | None:
        """Whether a call changes the state; None where it fails."""
        self.backend.renew()
        try:
            answer = self.backend.write((), name, arguments)
            return None if answer.error else self.backend.digest((Written(name, arguments, answer),)) != before
        except BackendError as error:
            self.problems.append(str(error))
            return None

    def find_silence(self) -> None:
        """Finds out whether no read could be asked, or none of those that were asked answered."""
        asked = {name: answers for name, answers in self.answers.items() if answers}
        reads = [f"{spec.name}({', '.join(spec.required)})" for spec in self.specs.values() if spec.effect == "read"]
        if reads and not asked:
            self.problems.append(
                f"no read can be asked, as each wants a value ({', '.join(reads)}); add {self.section}.seeds: reads "
                "that only the exploration sees, whose answers have such values"
            )
        if asked and all(answer.error for answers in asked.values() for _, answer in answers.values()):
            name, answers = next(iter(asked.items()))
            arguments, answer = next(iter(answers.values()))
            self.problems.append(f"no read answers: {name}({canonical(arguments).decode()}) says {_short(answer)}")

    def compare(self) -> None:
        """Asks two servers some of the reads again."""
        made = [
            (name, arguments, answer)
            for name, answers in self.answers.items()
            if self.specs[name].effect != "write"
            for arguments, answer in answers.values()
        ]
        for name, arguments, answer in made[:: max(1, len(made) // COMPARED)]:
            try:
                pair = self.backend.twice(name, arguments)
            except BackendError as error:
                self.problems.append(str(error))
                return
            for again in pair:
                if again != answer:
                    self.problems.append(
                        f"{name}({canonical(arguments).decode()}) does not answer the same on two servers: "
                        f"{_short(answer)} and {_short(again)}; nothing that it answers can be proven: leave it out "
                        f"with {self.section}.exclude"
                    )
                    return

    def find_writing_read(self, before: str) -> None:
        """Finds the read that changed the state."""
        for name, answers in self.answers.items():
            if self.specs[name].effect == "write":
                continue
            for arguments, _ in itertools.islice(answers.values(), TRIED):
                if self._changes(name, arguments, before):
                    source = self.specs[name].effect_source
                    self.problems.append(
                        f"{name}({canonical(arguments).decode()}) is a read by its {source} but changes the state; "
                        f"say what it is ({self.section}.effects, or its template's effect), or leave it out "
                        f"({self.section}.exclude)"
                    )
                    break
        if not self.problems:
            self.problems.append(
                "the state is another one after nothing but reads, and no single read does it; give probes that tell "
                "apart only what writes change"
            )


def _short(answer: Answer) -> str:
    text = answer.content()
    return repr(text if len(text) <= 160 else text[:160] + "...")
