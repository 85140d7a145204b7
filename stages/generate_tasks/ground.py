"""Ground: what the generator knows of one world before the first task: people, chains, plans, column pools.

Built once per worker from the sandbox alone, kept in `Services.memo`. Everything in it is a function of the world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from schemas.base import Json, digest
from schemas.graph import ApiGraph
from schemas.program import Call, Fact, Program, Step
from schemas.task import Call as Made
from schemas.tool import ToolSpec
from stages.generate_tasks.strangers import NONE, Strangers, strangers_of
from tool_specs.chains import Chain, Feeds, root_chains, stated_chains
from tool_specs.domain import Follow
from tool_specs.graph import build_graph, confirm, feeds
from tool_specs.lexicon import ColumnWords, Lexicon
from tool_specs.programs import MISSING, ReadAsk, run
from tool_specs.reading import Reader, row_argument, walk
from tool_specs.remember import remembered
from tool_specs.sandbox import Sandbox

T = TypeVar("T")
GRAPH_SEED = 11
_OF_THE_DOMAIN = ("static:", "states:", "sayable:", "fed by:")
"""Pools that follow from the domain alone: which columns there are, and in which words."""
INDEXED = 3_000
"""Donors that can be found by a value: of a larger table, evenly spread ones."""


@dataclass
class Ground:
    """See the module's text.

    Attributes:
        feeds: column id -> (tool, parameter) pairs, confirmed by execution.
        identities: sets of facts by which a person can be found, one per identity tool, in the policy's order. Where
            users are nobody in the world: what they may begin by stating (see `strangers`).
        strangers: what users who are nobody in the world may begin with.
        start: the writes that led from the world to the state that this is the ground of.
        only: the one person whose tasks are made here; None where it may be anybody.
        earlier: the ground of the world itself, and `changed` the rows in which this one differs from it.
    """

    sandbox: Sandbox
    reader: Reader
    lexicon: Lexicon
    specs: Mapping[str, ToolSpec]
    graph: ApiGraph
    feeds: Feeds
    identities: tuple[tuple[str, ...], ...]
    initial_digest: str
    strangers: Strangers
    pools: dict[str, Any] = field(default_factory=dict)
    tables_of_tools: dict[str, str] = field(default_factory=dict)
    start: tuple[Made, ...] = ()
    only: str | None = None
    earlier: Ground | None = None
    changed: frozenset[tuple[str, str]] = frozenset()
    _chains: dict[tuple[str, ...], list[Chain]] = field(default_factory=dict)
    _people: dict[tuple[float, str], list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, sandbox: Sandbox) -> Ground:
        """Explores a world."""
        domain = sandbox.domain
        specs = domain.specs
        graph = confirm(build_graph(list(specs.values())), sandbox, GRAPH_SEED)
        types = dict(domain.principal.types)
        identities = []
        for tool in domain.identity_tools:
            wanted = [specs[tool].types.get(parameter) for parameter in specs[tool].required]
            names = tuple(name for kind in wanted for name, known in types.items() if known == kind)
            if len(names) == len(wanted):
                identities.append(names)
        reader, fed = Reader(sandbox), _with_untried(feeds(graph), graph, specs)
        strangers = NONE if domain.principal.table else strangers_of(specs, fed, domain.lexicon, reader)
        return cls(
            sandbox=sandbox,
            reader=reader,
            lexicon=domain.lexicon,
            specs=specs,
            graph=graph,
            feeds=fed,
            identities=tuple(identities) or tuple((fact,) if fact else () for fact in strangers.tools),
            initial_digest=sandbox.digest(),
            strangers=strangers,
        )

    def at(self, calls: Sequence[Made], person: str) -> Ground:
        """Returns the ground of the state after some writes that succeed, for tasks of one person."""
        state = self.sandbox.fork()
        for call in calls:
            state.call(call.tool, call.arguments)
        changed = frozenset((table, row) for table, rows in state.diff().items() for row in rows)
        state = state.settled()
        return replace(
            self,
            sandbox=state,
            reader=Reader(state),
            initial_digest=state.digest(),
            pools={name: pool for name, pool in self.pools.items() if name.startswith(_OF_THE_DOMAIN)},
            start=tuple(calls),
            only=person,
            earlier=self,
            changed=changed,
            _people={},
        )

    def follows(self, tool: str | None) -> Mapping[str, Follow]:
        """Returns how arguments of a write follow from its others."""
        return self.sandbox.domain.follows.get(tool or "", {})

    def chains(self, identity: tuple[str, ...]) -> list[Chain]:
        """Returns the chains that start from these facts of a person, and those that need no fact."""
        if identity not in self._chains and identity and identity[0] in self.strangers.tools:
            (fact,) = identity
            self._chains[identity] = stated_chains(self.specs, self.strangers.tools[fact], fact, self.feeds)
        if identity not in self._chains:
            types = self.sandbox.domain.principal.types
            found = root_chains(self.specs, {name: types[name] for name in identity}, self.feeds)
            self._chains[identity] = [c for c in found if not _asks_who_again(c, self.sandbox.domain.identity_tools)]
        return self._chains[identity]

    def people(self, split: str, validation: float) -> list[str]:
        """Returns the people of a split, sorted; who is where depends on the person's id alone."""
        if self.only is not None:
            return [self.only]
        key = (validation, split)
        if self.strangers.tools:
            # They are in both splits: there, what a task is about decides.
            return list(self.strangers.facts)
        if key not in self._people:
            table = self.sandbox.world.tables[self.sandbox.domain.principal.table]
            self._people[key] = sorted(person for person in table if split_of(person, validation) == split)
        return self._people[key]

    def neighbours(self, split: str, validation: float) -> list[str]:
        """Returns the people whose things may be looked at, whoever the tasks are made for."""
        return self.people(split, validation) if self.earlier is None else self.earlier.people(split, validation)

    def by_reads(self, chain: Chain, split: str, validation: float) -> dict[int, list[str]]:
        """Returns the people of a split by the number of reads that a chain makes for them."""
        steps, name = _reading(chain, self.sandbox.domain.identity_tools)
        key = f"reads:{validation}:{split}:{name}"
        if key not in self.pools:
            found: dict[int, list[str]] = {}
            program = Program(steps=steps, pick="all")
            for person in self.beginning(chain, self.people(split, validation)):
                reads = len(run([program], self.facts_of(person), self.reader).reads)
                found.setdefault(reads, []).append(person)
            self.pools[key] = found
        known: dict[int, list[str]] = self.pools[key]
        return known

    def beginning(self, chain: Chain, people: Sequence[str]) -> Sequence[str]:
        """Returns the people who know what a chain starts from: everybody, where users are somebody in the world."""
        if not self.strangers.tools:
            return people
        wanted = {o.name for o in getattr(chain.steps[0], "arguments", {}).values() if isinstance(o, Fact)}
        return [person for person in people if self.strangers.facts[person].keys() == wanted]

    def principal_id(self, person: str) -> str | None:
        """Returns the row id of a person, None for one who is nobody in the world."""
        return None if self.strangers.tools else person

    def facts_of(self, person: str) -> dict[str, Json]:
        """Returns what a person knows by heart (or states from the beginning)."""
        if self.strangers.tools:
            return dict(self.strangers.facts[person])
        principal = self.sandbox.domain.principal
        return principal.known(self.sandbox.world.tables[principal.table][person])

    def known(self, person: str, identity: tuple[str, ...]) -> dict[str, Json]:
        """Returns what a person can state who is found by these facts.

        Who remembers what policy asks for first remembers the rest as well; the others know only the second way.
        """
        facts = self.facts_of(person)
        if self.strangers.tools:
            return facts
        return facts if identity == self.identities[0] else {name: facts[name] for name in identity}

    def words(self, column: str) -> ColumnWords | None:
        """Returns a column's words; `a.options.color` also answers to `a.options.*`."""
        found = self.lexicon.columns.get(column)
        if found is None and "." in column:
            found = self.lexicon.columns.get(column.rsplit(".", 1)[0] + ".*")
        return found

    def column_values(self, tool: str, path: Sequence[str]) -> list[Any]:
        """Returns the values that stand at a path of a tool's results over the whole world, sorted, each once.

        `*` in the path walks a collection. Only rows that some read has keys for are seen (`donors`).
        """
        key = f"values:{tool}:{'.'.join(path)}"
        if key not in self.pools:
            seen: dict[str, Any] = {}
            for _, value in self.donors(tool):
                for each in walk(value, path):
                    seen.setdefault(repr(each), each)
            self.pools[key] = sorted(seen.values(), key=_listing)
        found: list[Any] = self.pools[key]
        return found

    def donors(self, tool: str) -> list[tuple[str, Any]]:
        """Returns (row id, result) of a one-parameter read for every row of the one table that it shows.

        A tool that shows rows of several tables, or whose argument is no row id, has no donors.
        """
        key = f"donors:{tool}"
        if key not in self.pools:
            self.pools[key] = self._donors(tool)
        found: list[tuple[str, Any]] = self.pools[key]
        return found

    def donor(self, tool: str, row: str) -> Any:
        """Returns what a one-parameter read shows of one row; None if it is no donor."""
        key = f"donor:{tool}"
        if key not in self.pools:
            self.pools[key] = dict(self.donors(tool))
        return self.pools[key].get(row)

    def donors_having(self, tool: str, path: Sequence[str]) -> dict[str, list[tuple[str, Any]]]:
        """Returns text value -> the donors in which it stands at a path, of at most `INDEXED` donors."""
        key = f"having:{tool}:{'.'.join(path)}"
        if key not in self.pools:
            index: dict[str, list[tuple[str, Any]]] = {}
            donors = self.donors(tool)
            for donor in donors[:: max(1, -(-len(donors) // INDEXED))]:
                for value in dict.fromkeys(v for v in walk(donor[1], path) if isinstance(v, str)):
                    index.setdefault(value, []).append(donor)
            self.pools[key] = index
        found: dict[str, list[tuple[str, Any]]] = self.pools[key]
        return found

    def remember(self, pool: str, key: Any, build: Callable[[], T], size: int = 500) -> T:
        """Returns what `build` made for a key, of which the last `size` are kept. It must depend on the world alone."""
        kept: dict[Any, T] = self.pools.setdefault(pool, {})
        if key not in kept:
            made = build()
            if len(kept) >= size:
                del kept[next(iter(kept))]
            kept[key] = made
        return kept[key]

    def readers_of(self, row: tuple[str, str]) -> list[ReadAsk]:
        """Returns the one-parameter reads that show just this row when they are given its id."""
        for spec in self.specs.values():
            if spec.effect == "read":
                self.donors(spec.name)
        tools = [tool for tool, table in self.tables_of_tools.items() if table == row[0]]
        return [self._ask_for(tool, row[1]) for tool in tools]

    def _ask_for(self, tool: str, row: str) -> ReadAsk:
        spec = self.specs[tool]
        return self.reader.ask(tool, {spec.required[0]: row_argument(spec, spec.required[0], row)})

    def _donors(self, tool: str) -> list[tuple[str, Any]]:
        spec = self.specs[tool]
        if self.earlier is not None and self.earlier.donors(tool):
            return self._donors_since(tool, self.earlier)
        if len(spec.required) != 1:
            return []
        for table, rows in self.sandbox.world.tables.items():
            sample = next(iter(sorted(rows)), None)
            if sample is None:
                continue
            answer = self.reader.answer(self._ask_for(tool, sample))
            if answer.value is not MISSING and answer.rows == {(table, sample)}:
                self.tables_of_tools[tool] = table
                asks = ((row, self._ask_for(tool, row)) for row in sorted(rows))
                return [(row, self.reader.answer(ask).value) for row, ask in asks]
        return []

    def _donors_since(self, tool: str, earlier: Ground) -> list[tuple[str, Any]]:
        """Returns the donors of the world with those rows looked at anew that are others now."""
        table = self.tables_of_tools[tool]
        changed = {row for of, row in self.changed if of == table}
        rows = self.sandbox.world.tables[table]
        kept = [donor for donor in earlier.donors(tool) if donor[0] not in changed]
        new = [(row, self.reader.answer(self._ask_for(tool, row)).value) for row in changed if row in rows]
        return sorted([*kept, *new], key=lambda donor: donor[0])


@remembered(1)
def _reading(chain: Chain, identity_tools: tuple[str, ...]) -> tuple[tuple[Step, ...], str]:
    """Returns the steps of a chain that decide how many reads it makes, and a name that like ones share."""
    # What is walked after the last call reads nothing, and however a person is found, that is one read.
    last = max((number for number, step in enumerate(chain.steps) if isinstance(step, Call)), default=-1)
    first = chain.steps[0]
    who = isinstance(first, Call) and first.tool in identity_tools
    return chain.steps[: last + 1], f"{'who' if who else first}:{chain.steps[1 : last + 1]}"


def _asks_who_again(chain: Chain, identity_tools: Sequence[str]) -> bool:
    return any(isinstance(step, Call) and step.tool in identity_tools for step in chain.steps[1:])


def _with_untried(fed: Feeds, graph: ApiGraph, specs: Mapping[str, ToolSpec]) -> Feeds:
    """Adds edges by type into writes that take objects: no single value can try those; the plans of the write do."""
    more = {column: list(targets) for column, targets in fed.items()}
    for edge in graph.edges:
        spec = specs[edge.target_tool]
        untried = edge.confirmed is None and edge.kind == "typed" and "." not in edge.parameter
        properties = spec.parameters["properties"].values()
        if untried and spec.effect == "write" and any("properties" in each.get("items", {}) for each in properties):
            more.setdefault(edge.output_path, []).append((edge.target_tool, edge.parameter))
    return more


def _listing(value: Json) -> tuple[str, Json]:
    return str(type(value)), repr(value) if isinstance(value, (dict, list)) else value


def split_of(person: str, validation: float) -> str:
    """Returns the split that a person belongs to."""
    return "validation" if int(digest(["split", person])[:8], 16) / 2**32 < validation else "train"
