"""Language user: a customer that a language model speaks for. It sees its instruction and the agent's words, no gold.

Its explicit actions stand at the end of a message and are taken off it::

    ###STOP###           everything is done or refused: the act `user_bye`
    ###TRANSFER###       the agent has handed the user over; where that has not happened, the user has left
    ###OUT-OF-SCOPE###   the dialogue has nothing to do with the user's goal any more: nobody goes on with it
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemas.base import Json
from schemas.behavior import Scenario
from schemas.completion import Completion, CompletionRequest, Sampling
from schemas.dialogue import Act, Message
from stages.base import Engine
from stages.simulate_dialogues.asking import Broken, Fault, Reply, ask
from stages.simulate_dialogues.chat import as_user, prompt, user_prompt
from stages.simulate_dialogues.distrust import cut_off, said_again, unusable
from tool_specs.phrasing.answers import affirms

STOP, TRANSFER, OUT_OF_SCOPE = "STOP", "TRANSFER", "OUT-OF-SCOPE"
_RULES = ("Your manner", "Rules")
_MARK = re.compile(r"\s*###\s*(STOP|TRANSFER|OUT[-_ ]OF[-_ ]SCOPE)\s*###\s*")

_HANDED_OVER = re.compile(
    r"\b(?:transfer|hand(?:ing|ed)? (?:you )?over|(?:connect|put)(?:ing)? you (?:to|with|through))", re.IGNORECASE
)
"""By such words an agent says that somebody else goes on."""


class LanguageUser:
    """Speaks for the user of one dialogue."""

    def __init__(
        self,
        engine: Engine,
        scenario: Scenario,
        session: str,
        sampling: Sampling | None = None,
        tools: Sequence[str] = (),
        template: str = "",
    ) -> None:
        """Opens a session.

        Args:
            engine: Who writes the messages.
            scenario: Of it the behaviour's instruction, and nothing else.
            session: Names the dialogue and the attempt; the engine's session ends with the role.
            sampling: How messages are drawn; a seed that is not given follows from session and turn.
            tools: Names of the agent's tools, which no user writes.
            template: Stands in place of `prompts/user.md`, with its slot.
        """
        self._engine = engine
        self._session = f"{session}/user"
        self._sampling = sampling or Sampling()
        self._tools = tuple(tools)
        instruction = scenario.behavior.instruction
        # What it is told of its goal it may say in these very words; how it is told to behave it may not.
        rules = [part for part in instruction.split("\n\n# ") if part.startswith(_RULES)]
        self._secret = "\n".join([*rules, user_prompt("", template)])
        self._chat: list[Json] = [
            {"role": "system", "content": user_prompt(instruction, template)},
            {"role": "user", "content": prompt("opening")},
        ]
        self._heard = 0
        self._turn = 0

    async def speak(self, history: Sequence[Message]) -> Message:
        """Returns the next message; it is empty where the user only ends the dialogue.

        Raises:
            Broken: what the engine answers cannot be used, or the user has left.
            EngineError: the engine does not answer.
        """
        self._chat.extend(as_user(history[self._heard :]))
        self._heard = len(history)
        request = CompletionRequest(
            role="user",
            session=self._session,
            turn=self._turn,
            messages=tuple(self._chat),
            sampling=self._sampling,
        )
        reply, generation = await ask(self._engine, request, lambda got: self._read(got, history), "user")
        self._turn += 2 if generation.repaired else 1
        if reply.mark == TRANSFER:
            claimed = bool(history) and _HANDED_OVER.search(history[-1].content) is not None
            what = (
                "the agent said that it hands the user over"
                if claimed
                else "the user ended the dialogue as handed over"
            )
            raise Broken("user_faults", "agent" if claimed else "user", f"{what}; no transfer was made")
        if reply.mark == OUT_OF_SCOPE:
            raise Broken("user_faults", "agent", "the user found that the dialogue had left its goal")
        acts = (Act(kind="user_bye"),) if reply.mark == STOP else ()
        return Message(role="user", content=reply.content, acts=acts, generation=generation)

    def _read(self, got: Completion, history: Sequence[Message]) -> Reply | Fault:
        fault = cut_off(got, self._sampling.max_tokens)
        if fault is not None:
            return fault
        if got.tool_calls:
            return Fault("hidden_call", "It makes a call; you are the customer and have no tools.")
        marks = [match.group(1).replace("_", "-").replace(" ", "-") for match in _MARK.finditer(got.content)]
        text = _MARK.sub(" ", got.content).strip()
        if not text and (not marks or not history):
            return Fault("empty_turn", "It is empty; write what you would type.")
        asked = history[-1].acts if history else ()
        if marks and any(act.kind == "confirm" for act in asked) and not affirms(text.lower()):
            return Fault("user_faults", "The agent waits for your yes or no; answer that, and do not end the chat yet.")
        fault = unusable(text, "user", self._secret, self._tools) if text else None
        return fault or said_again(text, history, "user") or Reply(text, mark=marks[-1] if marks else "")
