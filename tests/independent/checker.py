"""The checks of one row: its replay, and for each request the answer, both bounds and the stated witnesses."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.independent.changes import put
from tests.independent.interpreter import NOTHING, SEVERAL, ReadId, Reads, Undetermined, answer, read_id
from tests.independent.reach import Reach, World, spoken, texts
from tests.independent.search import Search, smallest_hitting
from tests.independent.sessions import after, parts
from tool_specs.domain import GuardContext
from tool_specs.sandbox import Sandbox

TRIES = 4000
"""Changed worlds tried per read."""
TRIES_BESIDE = 150
"""The same for reads that a proof does without."""


def loaded(value: Any) -> Any:
    """Returns JSON that may still be text."""
    return json.loads(value) if isinstance(value, (str, bytes)) else value


def named_facts(request: Mapping[str, Any]) -> set[str]:
    """Names the facts that a request refers to: each decision is measured alone, without what others give away."""
    found = {source["fact"] for source in request["sources"].values() if source.get("fact")}
    if request.get("condition"):
        found.add(request["condition"]["fact"])
    for program in request["programs"]:
        if program.get("within"):
            found.add(program["within"]["fact"])
        for step in program["steps"]:
            operands = step["arguments"].values() if step["type"] == "call" else [step["source"]]
            found |= {operand["name"] for operand in operands if operand["type"] == "fact"}
    return found


class Checker:
    """Checks rows against one world."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.world = World(sandbox)
        self.counts: Counter[str] = Counter()

    def check(self, row: Mapping[str, Any]) -> list[str]:
        """Returns what disagrees in one row: in each of its tasks, on the state that those before have left."""
        found: list[str] = []
        here, done = self, []
        for number, (messages, task) in enumerate(parts(row)):
            if task:
                found += [f"task {number}: {what}" if number else what for what in here._task(messages, task)]
                if task.get("start", []) != done:
                    found.append(f"task {number}: it says that {task['start']} was done before, but {done} was")
            if len(messages) < len(row["messages"]) and messages[-1] is not row["messages"][-1]:
                state, writes = after(here.sandbox, messages)
                done = [*done, *writes]
                here = Checker(state)
                here.counts = self.counts
        self.counts["rows"] += 1
        self.counts["tasks of sessions"] += len(row["metadata"].get("further", []))
        return found

    def _task(self, messages: Sequence[Mapping[str, Any]], task: Mapping[str, Any]) -> list[str]:
        if self.sandbox.digest() != task["initial_digest"]:
            return ["the world is not the one of the task"]
        found = [f"replay: {what}" for what in self._replay(messages, task)]
        burdens = [request["proof"]["lower"] for request in task["requests"]]
        if task["burden"] != max(burdens, default=0):
            found.append(f"burden {task['burden']} is not the maximum of {burdens}")
        writes = sum(request["kind"] == "write" for request in task["requests"])
        if task["num_writes"] != writes:
            found.append(f"num_writes {task['num_writes']}, but {writes} requests write")
        found += [f"precedence: {what}" for what in self._orders(task)]
        for number, request in enumerate(task["requests"]):
            if request["programs"] or request["sources"]:
                found += [
                    f"request {number} ({request['kind']} {request['tool']}): {what}"
                    for what in self._request(task, request)
                ]
            if request.get("flaw"):
                found += [f"request {number}: flaw: {what}" for what in self._flaw(task, request, request["flaw"])]
        return found

    def _flaw(self, task: Mapping[str, Any], request: Mapping[str, Any], flaw: Mapping[str, Any]) -> Iterator[str]:
        """What is told first determines nothing, for the stated reason; what must be asked for is the user's alone."""
        facts = {entry["name"]: entry["value"] for entry in task["knowledge"]}
        self.counts[f"flaws: {flaw['kind']}"] += 1
        if flaw["kind"] == "ask_first":
            table = self.sandbox.domain.lexicon.writes[request["tool"]].roles
            own = {n: source for n, source in request["sources"].items() if table.get(n, n) == flaw["role"]}
            started = named_facts({**request, "sources": {}})
            if not own or any(source["fact"] is None or source["fact"] in started for source in own.values()):
                yield f"the {flaw['role']} need not be asked for"
            return
        first = {**request, "programs": flaw["programs"]}
        try:
            answer(first, {**facts, **flaw["facts"]}, Reads(self.sandbox))
        except Undetermined as error:
            expected = NOTHING if flaw["kind"] == "conflict" else SEVERAL
            if expected not in {misfit.what for misfit in error.misfits}:
                yield f"what is told first does not leave {expected}: {error}"
        else:
            yield "what is told first determines the write"

    def _orders(self, task: Mapping[str, Any]) -> Iterator[str]:
        """A decision that may be carried out before another one leaves the other one's answer as it is."""
        facts = {entry["name"]: entry["value"] for entry in task["knowledge"]}
        requests = list(enumerate(task["requests"]))
        fixed = {tuple(pair) for pair in task["precedence"]}
        for (i, earlier), (j, later) in itertools.permutations(requests, 2):
            if earlier["kind"] != "write" or not later["programs"] or (j, i) in fixed:
                continue
            if (later.get("condition") or {}).get("branch"):
                continue  # it is wanted in place of the other one
            first = Reads(self.sandbox)
            answer(later, facts, first)
            fork = self.sandbox.fork()
            fork.call(earlier["tool"], earlier["arguments"])
            again = Reads(fork)  # who the user is was found out before anything changed
            again.made.update((key, v) for key, v in first.made.items() if key[0] in self.sandbox.domain.identity_tools)
            try:
                same = answer(later, facts, again) == later["arguments"]
            except Undetermined:
                same = False
            if not same:
                yield f"request {i} may come before request {j}, but changes its answer"

    def _replay(self, messages: Sequence[Mapping[str, Any]], task: Mapping[str, Any]) -> Iterator[str]:
        fork = self.sandbox.fork()
        answers = {m["tool_call_id"]: m["content"] for m in messages if m["role"] == "tool"}
        for message in messages:
            for call in message.get("tool_calls") or ():
                arguments = loaded(call["function"]["arguments"])
                result = fork.call(call["function"]["name"], arguments)
                if answers.get(call["id"]) != result.content:
                    yield f"{call['id']} ({call['function']['name']}) answers otherwise"
        if fork.digest() != task["goal_digest"]:
            yield f"ends in {fork.digest()[:12]}, not in the goal {task['goal_digest'][:12]}"

    def _request(self, task: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[str]:
        whole = request["arguments"]
        if request["kind"] == "refuse" and request["tool"] is not None:
            request = looked_at(request)
        if request["kind"] == "withhold":
            request = weighed(request)
        facts = {entry["name"]: entry["value"] for entry in task["knowledge"]}
        proof = request["proof"]
        named = named_facts(request)
        told = [each for each in task["knowledge"] if each["identity"] or each["name"] in named]
        self.counts["requests"] += 1

        def outcome(reads: Reads, sandbox: Any) -> Any:
            arguments = answer(request, facts, reads)
            if request["kind"] != "refuse" or request["tool"] is None:
                return arguments
            rule = request["refusal"]["rule"]
            call = {**whole, **arguments}
            return arguments, self._objection(sandbox, task["principal"], request["tool"], call, rule)

        reads = Reads(self.sandbox)
        try:
            gold = outcome(reads, self.sandbox)
        except Undetermined as error:
            yield f"no unique answer: {error}"
            return
        reach = Reach(self.world, told, reads.made)
        arguments = gold[0] if isinstance(gold, tuple) else gold
        if arguments != request["arguments"]:
            yield f"the programs give {arguments}, stated are {request['arguments']}"
            return
        if isinstance(gold, tuple) and not gold[1]:
            yield "must be refused, but nothing is against it"
        needed = [read_id(r["tool"], r["arguments"]) for r in (proof["reachable"][n] for n in proof["reads"])]
        if len(set(needed)) != proof["upper"] or proof["lower"] != proof["upper"]:
            yield f"{len(set(needed))} reads, stated bounds {proof['lower']} and {proof['upper']}"
        try:
            alone = outcome(Reads(self.sandbox, frozenset(needed) | self._shown(needed, reads, reach)), self.sandbox)
        except Undetermined as error:
            alone = str(error)
        if alone != gold:
            yield f"upper bound: the stated reads alone give {alone}"
        unreachable = [key for key in needed if key not in reach.everything]
        if unreachable:
            yield f"the user's words do not lead to {unreachable[0]}"
        search = Search(self.world, reach, request, outcome, gold, task)
        yield from self._enough(search, needed, list(reads.made))
        yield from self._lower(search, needed, list(reads.made), arguments, proof)
        yield from self._stated(search, proof)

    def _shown(self, needed: list[ReadId], reads: Reads, reach: Reach) -> frozenset[ReadId]:
        """Reads that add nothing: all they answer is one value that the others show."""
        shown = reach.told_strings.union(*(self.world.strings(key) for key in needed))
        return frozenset(key for key, value in reads.made.items() if isinstance(value, str) and value in shown)

    def _enough(self, search: Search, needed: list[ReadId], made: list[ReadId]) -> Iterator[str]:
        """No read that the programs make beside the stated ones could change the answer alone."""
        for key in made:
            if key in needed:
                continue
            self.counts["reads beside a proof"] += 1
            for clause in search.clauses(key, TRIES_BESIDE):
                if not clause & set(needed):
                    yield f"upper bound: {key} is not among the stated reads and could change the answer"
                    break

    def _lower(
        self, search: Search, needed: list[ReadId], made: list[ReadId], arguments: Mapping[str, Any], proof: Any
    ) -> Iterator[str]:
        """Clauses from own witnesses and own instrumental values; then the size of the smallest set that meets them."""
        clauses: set[frozenset[ReadId]] = set()
        for key in needed:
            found: set[frozenset[ReadId]] = set()
            for clause in search.clauses(key, TRIES, made):
                leaders = search.reach.leaders(clause)
                found.add(leaders)
                if len(leaders) == 1:
                    break
            clauses |= found
            self.counts["reads with own witness"] += bool(found)
        wanted = [text for value in arguments.values() for text in spoken(value)]
        done: set[str] = set()
        while True:
            for text in wanted:
                suppliers = search.reach.suppliers(text) if text not in search.reach.told_strings else None
                if suppliers:
                    clauses.add(suppliers)
            done.update(wanted)
            forced = {next(iter(clause)) for clause in clauses if len(clause) == 1}
            needs = {text for key in forced for value in json.loads(key[1]).values() for text in texts(value)}
            wanted = sorted(needs - done)
            if not wanted:
                break
        size = smallest_hitting(clauses)
        if size != proof["lower"]:
            met = set().union(*clauses) if clauses else set()
            unmet = [key for key in needed if key not in met]
            yield f"lower bound: own search shows {size} of the stated {proof['lower']}; nothing found for {unmet[:3]}"
        self.counts["reads in proofs"] += len(needed)

    def _stated(self, search: Search, proof: Mapping[str, Any]) -> Iterator[str]:
        """The stated witnesses are what they say: sound worlds, another answer, and only these reads differ."""
        for number, clause in enumerate(proof["clauses"]):
            if clause["why"] != "policy" and not set(clause["reads"]) & set(proof["reads"]):
                yield f"clause {number} ({clause['why']} {clause['value']!r}): none of the stated reads meets it"
            witness = clause.get("witness")
            if witness is None:
                continue
            self.counts["stated witnesses"] += 1
            try:
                rows = self._applied(witness)
            except (KeyError, IndexError) as error:
                yield f"clause {number}: the stated witness cannot be made: {error}"
                continue
            differing = search.judge(None, rows)
            stated = {read_id(r["tool"], r["arguments"]) for r in (proof["reachable"][n] for n in clause["reads"])}
            if differing is None:
                yield f"clause {number}: the stated witness is none: {search.why_not(rows)}"
            elif not differing <= stated:
                yield f"clause {number}: on its witness {sorted(differing - stated)[:2]} differ too"

    def _applied(self, witness: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        rows: dict[str, dict[str, Any]] = {}
        for edit in witness["edits"]:
            row = self.sandbox.state.row(edit["table"], edit["key"])
            for place, value in edit["values"]:
                if not place:  # a whole row, which the world may not have had
                    row = value
                    continue
                # Only a whole part of a row may be new to it.
                row = put(row, tuple(place), value) if len(place) > 1 else {**row, place[0]: value}
            rows.setdefault(edit["table"], {})[edit["key"]] = row
        return rows

    def _objection(self, sandbox: Any, person: str, tool: str, arguments: Mapping[str, Any], rule: str) -> bool:
        """Whether the stated rule stands against a call on a state."""
        context = GuardContext(sandbox=sandbox, principal_id=person, confirmed=True, history=False)
        if rule != "tool_error":
            return any(name == rule for name, _ in self.sandbox.domain.violations(context, tool, arguments))
        return bool(sandbox.fork().call(tool, arguments).error)


def weighed(request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a request whose condition does not hold cut down to what its proof speaks of: the number it is on."""
    last = request["condition"]["bind"]["program"]
    (number,) = request["communicate"]
    return {**request, "sources": {}, "arguments": {"answer": number}, "programs": request["programs"][: last + 1]}


def looked_at(request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a refused request cut down to what its proof speaks of: the arguments that the broken rule looks at."""
    names = request["refusal"]["looked_at"]
    sources = {name: request["sources"][name] for name in names}
    last = max((s["bind"]["program"] for s in sources.values() if s.get("bind")), default=-1)
    if any(source["provenance"] == "policy" for source in sources.values()):
        last = len(request["programs"])  # what follows may rest on rows of any program
    arguments = {name: request["arguments"][name] for name in names}
    return {**request, "sources": sources, "arguments": arguments, "programs": request["programs"][: last + 1]}
