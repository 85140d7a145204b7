"""Scripted agent: a service desk that acts on what it was told and has read, and on nothing else.

It gets a domain (tools, policy, words) and a seed for its choices of words, and never the task. What the user means it
takes from the acts of the user's messages: perfect understanding of the words, and nothing more.

The order of business: find out who it is; for each request ask for what is missing, read and compare, list the details,
get a yes, write, report; refuse what the rules forbid; hand over what no tool can do.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence

from schemas.base import Json
from schemas.dialogue import Act, Message
from stages.simulate_dialogues.agent_words import AgentWords
from stages.simulate_dialogues.desk import Desk, IdentityTool
from stages.simulate_dialogues.fulfilling import Fulfilling
from stages.simulate_dialogues.notebook import Notebook
from stages.simulate_dialogues.serving import Farewell, Turn
from stages.simulate_dialogues.wishes import Wish
from tool_specs.domain import Domain

INTENT = "intent"
IDENTITY = "identity"


class ScriptedAgent:
    """Speaks for the desk. A function of the history: the same messages give the same answer."""

    def __init__(self, desk: Desk, seed: Json, before: Sequence[Message] = ()) -> None:
        """Takes a seat.

        Args:
            desk: The domain as an agent knows it.
            seed: Decides the choices of words.
            before: What was said and called in earlier episodes of the dialogue.
        """
        self._work = _Shift(desk, seed, before).run()
        self._heard = len(before)
        next(self._work)

    async def speak(self, history: Sequence[Message]) -> Message:
        """Returns the next message."""
        said: Message | None = None
        for message in history[self._heard :]:
            # Own messages in an unheard history are the past of a dialogue that goes on after a restart.
            if message.role != "assistant":
                said = self._work.send(message)
        self._heard = len(history)
        if said is None:
            raise ValueError("the agent has the last word already; let the user or a tool speak first")
        return said


class _Shift(Fulfilling):
    """One dialogue, as a generator that yields the agent's messages and is sent everybody else's."""

    def __init__(self, desk: Desk, seed: Json, before: Sequence[Message]) -> None:
        super().__init__(desk, Notebook(desk), AgentWords(desk, seed))
        self.notebook.recall(before)
        self.calls = sum(len(message.tool_calls) for message in before)

    def run(self) -> Generator[Message, Message, None]:
        """Serves one user from the first word to the last."""
        message = yield Message(role="assistant", content="")
        self.notebook.hear(message)
        self.react(message)
        try:
            yield from self._authenticate()
            while True:
                wish = self.notebook.open_wish()
                if wish is None:
                    reply = yield from self._ask_for_work()
                    self._answer_protest(reply)
                else:
                    yield from self._deal_with(wish)
        except Farewell as left:
            if left.withdrawn:
                yield self._bye(self.words.bye_undone())
        while True:
            yield self._bye(self.words.bye())

    def _bye(self, text: str) -> Message:
        return Message(role="assistant", content=text, acts=(Act(kind="system_bye"),))

    def _deal_with(self, wish: Wish) -> Turn[None]:
        if wish.kind == "write" and wish.tool is not None:
            yield from self.serve_write(wish)
        elif wish.kind == "answer":
            yield from self.serve_answer(wish)
        elif wish.kind == "out_of_scope":
            yield from self._hand_over(wish)
        else:
            act = Act(kind="request", request=wish.number, slot=INTENT)
            yield from self.say(self.words.what_exactly(), act, rephrase=self.words.what_exactly)

    def _ask_for_work(self) -> Turn[Message]:
        text = self.words.anything_else() if self.notebook.wishes else self.words.what_can_i_do()
        again = self.words.anything_else if self.notebook.wishes else self.words.what_can_i_do
        return (yield from self.say(text, Act(kind="request", slot=INTENT), rephrase=again))

    def _answer_protest(self, reply: Message) -> None:
        for act in reply.acts:
            if act.kind == "negate" and act.request in self.refused:
                self.prefix(self.words.still_no(), Act(kind="refuse", request=act.request))
                return

    def _authenticate(self) -> Turn[None]:
        tried: set[tuple[str, tuple[str, ...]]] = set()
        asked = False
        lacking: set[str | None] = set()
        while self.notebook.principal is None and self.desk.identity:
            tool = self._usable(tried)
            if tool is None:
                text = self._ask_who(lacking, again=asked)
                asked = True
                act = Act(kind="request", slot=IDENTITY)
                reply = yield from self.say(text, act, rephrase=self.words.who_is_it)
                lacking |= {act.slot for act in reply.acts if act.kind == "fail_inform"}
                continue
            values = {parameter: self.notebook.facts[fact] for parameter, fact in tool.facts.items()}
            tried.add((tool.name, tuple(map(str, values.values()))))
            answer = yield from self.call(tool.name, values)
            found = self.notebook.note_read(tool.name, values, answer)
            if not answer.error:
                self.notebook.identify(tool.name, values, found)
                self.prefix(self.words.identified())
                return
            if self._usable(tried) is None:
                asked = True
                told = [(fact, str(self.notebook.facts[fact])) for fact in tool.facts.values()]
                acts = [Act(kind="suggest", slot=fact, value=value) for fact, value in told]
                yield from self.say(self.words.nobody_found(told), Act(kind="response_fail", slot=IDENTITY), *acts)

    def _ask_who(self, lacking: Collection[str | None], *, again: bool) -> str:
        """Asks for the rest of what was told in part, for other facts than those that are lacking, or for any."""
        known, raised = self.notebook.facts, bool(self.notebook.wishes)
        ways = [tuple(tool.facts.values()) for tool in self.desk.identity]
        for facts in ways:
            rest = [fact for fact in facts if fact not in known]
            if 0 < len(rest) < len(facts):
                return self.words.ask_rest(rest, again=again, raised=raised)
        others = [facts for facts in ways if lacking and not set(facts) & set(lacking)]
        return self.words.ask_otherwise(others[0]) if others else self.words.ask_identity(again=again, raised=raised)

    def _usable(self, tried: set[tuple[str, tuple[str, ...]]]) -> IdentityTool | None:
        for tool in self.desk.identity:
            if all(fact in self.notebook.facts for fact in tool.facts.values()):
                values = tuple(str(self.notebook.facts[fact]) for fact in tool.facts.values())
                if (tool.name, values) not in tried:
                    return tool
        return None

    def _hand_over(self, wish: Wish) -> Turn[None]:
        wish.closed = True
        if self.desk.transfer is None:
            self.refused.add(wish.number)
            self.prefix(self.words.cannot_do(), Act(kind="refuse", request=wish.number))
            return
        tool, parameter = self.desk.transfer
        yield from self.call(tool, {parameter: self.words.summary(wish.words, self.notebook.writes)})
        self.forget_prefix()
        yield from self.say(self.desk.handed_over, Act(kind="refuse", request=wish.number))


class ScriptedAgents:
    """The engine of scripted agents; a domain's desk is made once and shared."""

    revision = "scripted/1"

    def __init__(self) -> None:
        """Starts without desks."""
        self._desks: dict[int, Desk] = {}

    def agent(self, domain: Domain, seed: Json, before: Sequence[Message] = ()) -> ScriptedAgent:
        """Returns an agent for one dialogue."""
        desk = self._desks.get(id(domain))
        if desk is None or desk.domain is not domain:
            desk = self._desks[id(domain)] = Desk(domain)
        return ScriptedAgent(desk, seed, before)
