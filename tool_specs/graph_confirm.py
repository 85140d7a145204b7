"""Tries the edges of an API graph: real values from the world, real calls on forks.

A few people of the world are visited. For each one the reads are walked from what that person knows, and every value
is kept with the read and the row that it came from. An edge into a read is confirmed once a call with one of its
values finds something. For a write, related values (an order, that order's own item, that item's own product) fill the
parameters until a call on a fork succeeds; then each edge's values go into that very call, one parameter at a time.
So it is with reads whose several arguments must fit together.

Not promised: that a refuted edge can never work. It was tried with some people and never did. A write that never
succeeds says nothing about its edges: they stay untried.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec
import orjson

from schemas.base import Json, canonical, rng_of
from schemas.graph import ApiGraph, Edge
from schemas.tool import ToolSpec
from tool_specs.graph_lessons import Lesson, Lessons
from tool_specs.graph_person import Found, Person, Read
from tool_specs.reading import strings, values_at
from tool_specs.sandbox import Sandbox

PEOPLE = 32
"""People visited at most; fewer when every edge is confirmed earlier."""
STRANGERS = 4
"""Visits where users are nobody in the world."""
READS_PER_TOOL = 24
"""Different calls of one read per person."""
SUCCESSES = 12
"""Successful calls of one write that are looked for; into each of them the values of the open edges are put."""
SEARCHES = 96
"""Calls per write and person in search of one success."""
SWAPS = 8
"""Values per edge that are put into one successful call."""
SWAPPED_READS = 2
"""Calls of one read and person into which the values of the open edges are put."""


class _Confirmation:
    def __init__(self, graph: ApiGraph, sandbox: Sandbox, seed: int) -> None:
        self.graph = graph
        self.sandbox = sandbox
        self.seed = seed
        self.specs: dict[str, ToolSpec] = {name: tool.spec for name, tool in sandbox.domain.tools.items()}
        self.failures: dict[int, int] = {}
        self.worked: set[int] = set()
        self.successes: dict[str, int] = defaultdict(int)
        self.by_source: dict[str, list[int]] = defaultdict(list)
        self.by_target: dict[str, list[int]] = defaultdict(list)
        self.by_parameter: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, edge in enumerate(graph.edges):
            if edge.source_tool in self.specs and edge.target_tool in self.specs and "." not in edge.parameter:
                self.by_source[edge.output_path].append(number)
                self.by_target[edge.target_tool].append(number)
                self.by_parameter[edge.target_tool, edge.parameter].append(number)
        self.lessons = Lessons(sandbox, self.by_source)

    def run(self) -> ApiGraph:
        domain = self.sandbox.domain
        rows = self.sandbox.world.tables.get(domain.principal.table, {})
        rng = rng_of("graph", self.seed, self.sandbox.world.digest)
        # Where users are nobody, one visit shows all that anybody can read; others only try other values.
        for person_id in rng.sample(list(rows), min(PEOPLE, len(rows))) or [""] * STRANGERS:
            facts: dict[str, list[Json]] = defaultdict(list)
            known = domain.principal.known(rows[person_id]) if rows else {}
            for name, value in known.items():
                facts[domain.principal.types.get(name, name)].append(value)
            person = Person(facts)
            self._walk(person)
            for tool in self.by_target:
                if self.specs[tool].effect == "write":
                    self._try_write(person, tool, rng)
                else:
                    self._try_read(person, tool)
            if len(self.worked) == len(self.graph.edges):
                break
        edges = [
            msgspec.structs.replace(edge, confirmed=True if n in self.worked else False if n in self.failures else None)
            for n, edge in enumerate(self.graph.edges)
        ]
        return msgspec.structs.replace(self.graph, edges=tuple(edges))

    def _walk(self, person: Person) -> None:
        """Calls reads with what is known until nothing new can be asked."""
        waiting: list[tuple[str, dict[str, Json], list[int]]] = []
        for spec in self.specs.values():
            known = {name: person.facts.get(spec.types.get(name, "")) for name in spec.required}
            if spec.effect == "read" and all(known.values()):
                waiting.append((spec.name, {name: values[0] for name, values in known.items() if values}, []))
        self._call_all(person, waiting)
        early, person.early = person.early, None
        filled = [(number, self._fill(person, number, found)) for number, found in early or ()]
        self._call_all(person, [(self.graph.edges[n].target_tool, each[0], [n]) for n, each in filled if each])

    def _call_all(self, person: Person, waiting: list[tuple[str, dict[str, Json], list[int]]]) -> None:
        made = person.made
        for tool, arguments, numbers in waiting:  # grows while it runs
            key = canonical(arguments)
            if key not in made[tool]:
                # Past the limit only edges that have not been tried at all are worth a call.
                if len(made[tool]) >= READS_PER_TOOL and all(n in self.worked or n in self.failures for n in numbers):
                    continue
                lesson = self.lessons.read(tool, arguments, key)
                made[tool][key] = lesson is not None
                if lesson is not None:
                    waiting.extend(self._learn(person, lesson, arguments))
            self._note(numbers, made[tool][key])

    def _note(self, numbers: Sequence[int], success: bool) -> None:
        for number in numbers:
            if success:
                self.worked.add(number)
            else:
                self.failures[number] = self.failures.get(number, 0) + 1

    def _learn(
        self, person: Person, lesson: Lesson, arguments: dict[str, Json]
    ) -> Iterator[tuple[str, dict[str, Json], list[int]]]:
        """Keeps a result's values; yields the reads that they allow, with the edges that they are tries of."""
        number = len(person.reads)
        given = frozenset(strings(list(arguments.values())))
        person.reads.append(Read(given, given | lesson.touched))
        person.related.clear()
        for text in given:
            person.used[text].append(number)
        for text in person.reads[-1].touched:
            person.count[text] += 1
        for column, values in lesson.columns:
            known = person.known[column]
            for each, form, row in values:
                if form in known:
                    continue
                known.add(form)
                found = Found(each, number, row)
                person.values[column].append(found)
                for edge in self.by_source[column]:
                    target = self.specs[self.graph.edges[edge].target_tool]
                    # Past the limit a try of an edge that has worked is never made.
                    asked = max(len(person.made[target.name]), person.queued[target.name])
                    spent = edge in self.worked and asked >= READS_PER_TOOL
                    if target.effect != "read" or spent:
                        continue
                    if person.early is not None and self._too_early(person, edge):
                        person.early.append((edge, found))
                    else:
                        filled = self._fill(person, edge, found)
                        if filled is not None:
                            # One argument alone costs nothing to fill; with several, a long queue is of no use.
                            person.queued[target.name] += len(target.required) > 1
                            yield target.name, filled[0], [edge]

    def _too_early(self, person: Person, number: int) -> bool:
        """Whether another argument of the edge's read has sources, none of which has shown a value yet."""
        edge = self.graph.edges[number]
        others = [self.by_parameter[edge.target_tool, name] for name in self.specs[edge.target_tool].required]
        return any(
            sources
            and number not in sources
            and not any(person.values.get(self.graph.edges[n].output_path) for n in sources)
            for sources in others
        )

    def _try_write(self, person: Person, tool: str, rng: random.Random) -> None:
        """Looks for a call that succeeds, then puts the values of the edges into it, one at a time."""
        waiting = [n for n in self.by_target[tool] if n not in self.worked]
        open_ = [n for n in waiting if person.values.get(self.graph.edges[n].output_path)]
        # Past the limit only edges that have not been tried at all are worth a search.
        if self.successes[tool] >= SUCCESSES and all(n in self.failures for n in open_):
            return
        proven = [
            n for n in self.by_target[tool] if n in self.worked and person.values.get(self.graph.edges[n].output_path)
        ]
        for turn in range(SEARCHES if open_ else 0):
            # Every other search starts where one has succeeded before: an open edge may be one that never can.
            start = proven if proven and turn % 2 else open_
            number = start[turn // 2 % len(start)]
            filled = self._fill(person, number, rng.choice(person.values[self.graph.edges[number].output_path]), rng)
            if filled is not None and self._succeeds(tool, filled[0]):
                self.successes[tool] += 1
                self._note(filled[1], True)
                self._swap(person, tool, filled[0], rng)
                return

    def _try_read(self, person: Person, tool: str) -> None:
        """Puts the values of open edges into calls that found something, where several arguments must fit together."""
        if len(self.specs[tool].required) < 2 or all(n in self.worked for n in self.by_target[tool]):
            return
        found = [key for key, good in person.made[tool].items() if good]
        for key in found[:SWAPPED_READS]:
            self._swap(person, tool, orjson.loads(key), random.Random(key))

    def _swap(self, person: Person, tool: str, arguments: dict[str, Json], rng: random.Random) -> None:
        """Tries every open edge inside a call that works: only that edge's parameter can make it fail."""
        near = dict.fromkeys(strings(arguments), 1.0)
        for number in self.by_target[tool]:
            edge = self.graph.edges[number]
            options = person.values.get(edge.output_path, [])
            if number not in self.worked and self._gives(edge, arguments):
                self.worked.add(number)
            if number in self.worked or not options:
                continue
            shaped = [_shaped(self.specs[tool], edge.parameter, each.value) for each in options]
            if arguments.get(edge.parameter) in shaped:
                self.worked.add(number)  # the call has a value of this edge already
                continue
            ranked = list(zip(person.kinship(options, near), shaped, strict=True))
            rng.shuffle(ranked)
            ranked.sort(key=lambda pair: -pair[0])
            good = any(self._succeeds(tool, {**arguments, edge.parameter: value}) for _, value in ranked[:SWAPS])
            self._note([number], good)

    def _gives(self, edge: Edge, arguments: dict[str, Json]) -> bool:
        """Whether a read of one of the call's own values gives the call's argument."""
        spec = self.specs[edge.source_tool]
        if len(spec.required) != 1 or edge.parameter not in arguments:
            return False
        path = edge.output_path.split(".")[1:]
        for value in {canonical(each): each for each in strings(list(arguments.values()))}.values():
            result = self.sandbox.call(spec.name, {spec.required[0]: value})
            if not result.error:
                for each in values_at(result.value, path):
                    if _shaped(self.specs[edge.target_tool], edge.parameter, each) == arguments[edge.parameter]:
                        return True
        return False

    def _succeeds(self, tool: str, arguments: dict[str, Json]) -> bool:
        if self.specs[tool].effect == "read":
            return self.lessons.read(tool, arguments, canonical(arguments)) is not None
        return not self.sandbox.fork().call(tool, arguments).error

    def _fill(
        self, person: Person, number: int, found: Found, rng: random.Random | None = None
    ) -> tuple[dict[str, Json], list[int]] | None:
        """Returns arguments with the value in its place, and the edges that were used."""
        edge = self.graph.edges[number]
        spec = self.specs[edge.target_tool]
        arguments: dict[str, Json] = {edge.parameter: _shaped(spec, edge.parameter, found.value)}
        others = [name for name in spec.required if name not in arguments]
        if not others:
            return arguments, [number]
        rng = rng or random.Random(canonical([number, found.value]))  # another value, another chance
        chosen, used = [found], [number]
        for name in others:
            schema = spec.parameters["properties"][name]
            if "enum" in schema:
                arguments[name] = rng.choice(schema["enum"])
                continue
            picked = self._pick(person, spec.name, name, chosen, rng)
            if picked is not None:
                source, value = picked
                used.append(source)
                chosen.append(value)
                arguments[name] = _shaped(spec, name, value.value)
            elif person.facts.get(spec.types.get(name, "")):
                arguments[name] = rng.choice(person.facts[spec.types[name]])
            else:
                arguments[name] = _made_up(schema)
                if arguments[name] is None:
                    return None
        return arguments, used

    def _pick(
        self, person: Person, tool: str, name: str, chosen: Sequence[Found], rng: random.Random
    ) -> tuple[int, Found] | None:
        """Picks a value for another parameter: a source first, then its value most related to those chosen."""
        sources = [n for n in self.by_parameter[tool, name] if person.values.get(self.graph.edges[n].output_path)]
        if not sources:
            return None
        # What has worked is taken four times as often: which source fits is learnt on the way.
        weights = [(4.0 if n in self.worked else 1.0) * self.graph.edges[n].score for n in sources]
        source = rng.choices(sources, weights)[0]
        options, nearest = person.options(self.graph.edges[source].output_path, chosen)
        if len(options) == 1 or rng.random() < 0.15:
            return source, rng.choice(options)
        return source, rng.choice(nearest)


def _shaped(spec: ToolSpec, parameter: str, value: Json) -> Json:
    schema = spec.parameters["properties"][parameter]
    return [value] if schema.get("type") == "array" else value


def _made_up(schema: dict[str, Json]) -> Json:
    if "default" in schema:
        return schema["default"]
    if schema.get("examples"):
        return schema["examples"][0]
    return {"string": "x", "integer": 1, "number": 1.0, "boolean": True}.get(str(schema.get("type")))


def confirm(graph: ApiGraph, sandbox: Sandbox, seed: int = 0) -> ApiGraph:
    """Returns the graph with `confirmed` set by execution.

    Args:
        graph: edges to try; those of tools that the sandbox lacks stay untried (None).
        sandbox: the initial world; only forks of it are written to.
        seed: which people are visited and which values fill other parameters.
    """
    return _Confirmation(graph, sandbox, seed).run()
