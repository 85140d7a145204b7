"""Serving: how a scripted agent deals with one request. The steps shared by writes and questions are here.

work out what was told (reads, one call at a time) -> what is missing or does not exist? -> ask
all there -> rehearse on the rows that were read -> refuse, or list the details -> yes -> write -> report
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeVar

from schemas.base import Json
from schemas.dialogue import Act, Message, ToolCall
from schemas.program import Call, Fact, Program
from stages.simulate_dialogues.agent_words import AgentWords
from stages.simulate_dialogues.desk import Desk
from stages.simulate_dialogues.notebook import Notebook
from stages.simulate_dialogues.wishes import UNTOLD, FoundAt, Wish, programs_of
from tool_specs.programs import Selection, steps_of
from tool_specs.reading import row_argument
from tool_specs.remember import remembered

T = TypeVar("T")
Turn = Generator[Message, Message, T]
"""A piece of a dialogue: yields the agent's messages, is sent the others', and returns what came of it."""

_CALL = Act(kind="call")


class Farewell(Exception):
    """The user has said good-bye: nothing that was under way goes on.

    Attributes:
        withdrawn: Whether something was, which the user has taken back.
    """

    def __init__(self, *, withdrawn: bool) -> None:
        """Notes how the user has left."""
        super().__init__()
        self.withdrawn = withdrawn


class Serving:
    """What one agent does at its desk.

    Attributes:
        refused: Requests that were refused.
        calls: Calls made so far, earlier episodes included: they count up within the dialogue.
    """

    def __init__(self, desk: Desk, notebook: Notebook, words: AgentWords) -> None:
        """Takes a desk, an empty notebook and a way of speaking."""
        self.desk = desk
        self.notebook = notebook
        self.words = words
        self.refused: set[int] = set()
        self.calls = 0
        self._before: list[str] = []
        self._acts_before: list[Act] = []

    # Speaking and calling

    def prefix(self, text: str, *acts: Act) -> None:
        """Keeps words for the beginning of the next message: reads may come before it."""
        self._before.append(text)
        self._acts_before.extend(acts)

    def turn_to(self, tool: str) -> None:
        """Leads over to another request, where something is to be said about the one before; or to the first."""
        if any(act.kind in ("response", "refuse") for act in self._acts_before):
            self.prefix(self.words.turn_to(tool, first=False))
        elif len(self.notebook.wishes) > 1 and not any(wish.closed for wish in self.notebook.wishes.values()):
            self.prefix(self.words.turn_to(tool, first=True))

    def forget_prefix(self) -> None:
        """Drops what was kept."""
        self._before.clear()
        self._acts_before.clear()

    def say(self, text: str, *acts: Act, rephrase: Callable[[], str] | None = None) -> Turn[Message]:
        """Says something and takes in the answer; brings the user back from another topic.

        Args:
            text: What is said after what was kept by `prefix`.
            acts: What it means.
            rephrase: Puts the question in other words if it must be asked again.
        """
        content = " ".join(part for part in (*self._before, text) if part)
        acts = (*self._acts_before, *acts)
        self.forget_prefix()
        while True:
            reply = yield Message(role="assistant", content=content, acts=acts)
            self.notebook.hear(reply)
            kinds = {act.kind for act in reply.acts}
            if "user_bye" in kinds:
                raise Farewell(withdrawn="withdraw" in kinds)
            if kinds != {"off_topic"}:
                self.react(reply)
                return reply
            content = self.words.back_to_business(rephrase() if rephrase else text)

    def react(self, reply: Message) -> None:
        """Begins the next message with an answer to the user's mood."""
        kinds = {act.kind for act in reply.acts}
        if "vent" in kinds:
            self.prefix(self.words.calm())
        elif "complain" in kinds and (words := self.words.soothe(waited=self.calls > 0)):
            self.prefix(words)

    def call(self, tool: str, arguments: dict[str, Json]) -> Turn[Message]:
        """Makes a call and returns the tool's message."""
        self.calls += 1
        call = ToolCall(id=f"call_{self.calls}", name=tool, arguments=arguments)
        return (yield Message(role="assistant", content="", tool_calls=(call,), acts=(_CALL,)))

    def read(self, tool: str, arguments: dict[str, Json]) -> Turn[Any]:
        """Reads and notes the answer."""
        answer = yield from self.call(tool, arguments)
        return self.notebook.note_read(tool, arguments, answer)

    def identified(self, tool: str) -> Turn[Any]:
        """Returns what an identity tool answers of the user; looks again where an own write has changed that."""
        answer = self.notebook.identified_as(tool)
        reader, parameter = self.desk.row_reads.get(self.desk.domain.principal.table, ("", ""))
        if answer is None and reader and self.notebook.principal is not None:
            own: Json = row_argument(self.desk.specs[reader], parameter, self.notebook.principal)
            yield from self.read(reader, {parameter: own})
            answer = self.notebook.identified_as(tool)
        return answer

    # Working out

    def work_out(self, wish: Wish) -> Turn[tuple[Sequence[Program], Selection | None]]:
        """Follows the told selections, asking for facts they need; reads what has not been read."""
        while True:
            programs = programs_of(wish)
            missing = self._missing_fact(programs)
            if missing is None:
                break
            text = self.words.ask_fact(wish, missing)
            yield from self.say(text, Act(kind="request", request=wish.number, slot=missing))
        if all(program is UNTOLD for program in programs):
            return programs, None
        facts = self.facts
        state: FoundAt = (programs, len(self.notebook.writes), tuple(facts[name] for name in _facts_in(programs)))
        if wish.found is not None and wish.found[0][0] is programs and wish.found[0][1:] == state[1:]:
            return programs, wish.found[1]
        machine = steps_of(programs, facts, exhaustive=self.words.careful)
        answer: Any = None
        while True:
            try:
                ask = machine.send(answer)
            except StopIteration as stop:
                selection: Selection = stop.value
                wish.found = state, selection
                return programs, selection
            if ask.tool in self.desk.identity_names:
                answer = self.notebook.reads[ask.key] = yield from self.identified(ask.tool)
            elif ask.key in self.notebook.reads:
                answer = self.notebook.reads[ask.key]
            else:
                answer = yield from self.read(ask.tool, ask.arguments)

    @property
    def facts(self) -> dict[str, Json]:
        """What was told. Identifying facts need not be: their reads are answered by who the user is."""
        return {name: "" for name in self.desk.domain.principal.facts} | self.notebook.facts

    def _missing_fact(self, programs: Sequence[Program]) -> str | None:
        known, identifying = self.notebook.facts, self.desk.domain.principal.facts
        return next((name for name in _facts_in(programs) if name not in known and name not in identifying), None)


@remembered(1)
def _facts_in(programs: Sequence[Program]) -> tuple[str, ...]:
    """Returns the names of the facts that selections start from, in order."""
    found: dict[str, None] = {}
    for program in programs:
        for step in program.steps:
            operands = step.arguments.values() if isinstance(step, Call) else (step.source,)
            found.update((operand.name, None) for operand in operands if isinstance(operand, Fact))
        if program.within:
            found[program.within.fact] = None
    return tuple(found)
