"""From a dialogue to what a trainer is given of it: whole or turn by turn, which messages its loss counts, which tools.

    Shape().examples(row_id, messages, tools)                      # one example, the dialogue as it is
    Shape(turn_split=True).examples(row_id, messages, tools)       # one per message of the agent

Messages and tools are in OpenAI form. Example of a split dialogue (`trained` marks what the loss counts)::

    id "dialogue-1c2d:1"   user "is my book due?" | agent calls get_loan                                  0 1
    id "dialogue-1c2d:2"   user ... | agent calls get_loan | tool {"due": "Friday"} | agent "On Friday."  0 0 0 1

Nothing here is worded anew, except that earlier prose of the agent can be left out of a split dialogue's context.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from schemas.base import Json, rng_of

Loss = Literal["assistant", "calls"]
Object = dict[str, Json]

OMITTED = "[Response provided]"
"""What stands for prose that was left out; the words of arXiv 2602.24287, which measured what leaving it out costs."""


class Example(msgspec.Struct, frozen=True):
    """What a trainer is given at a time.

    Attributes:
        id: of the dialogue; of a split one, with the number of the agent's message.
        messages, tools: in OpenAI form.
        trained: per message, whether the loss counts it; the last one's always.
        about: further columns of the row, where a format asks for them.
    """

    id: str
    messages: Sequence[Object]
    tools: Sequence[Object]
    trained: Sequence[bool]
    about: Mapping[str, Json] = {}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How dialogues become examples.

    Attributes:
        turn_split: one example per message of the agent; the loss counts that message alone, so that none counts twice.
        omit_prose: leave out what the agent said earlier (calls and results stay); for split dialogues.
        loss: what the loss counts of the agent's messages: all, or those that make calls.
        drop_tools: probability with which a tool that the dialogue does not call is left out; the others are shuffled.
        seed: of what is dropped and of the order. The dialogue's id is the other part.
    """

    turn_split: bool = False
    omit_prose: bool = False
    loss: Loss = "assistant"
    drop_tools: float = 0.0
    seed: int = 0

    def examples(self, row_id: str, messages: Sequence[Object], tools: Sequence[Object]) -> Iterator[Example]:
        """Yields a dialogue's examples; none if the loss would count nothing of it."""
        counted = [self._counts(message) for message in messages]
        places = [place for place, counts in enumerate(counted) if counts]
        if not places:
            return
        tools = self._some(row_id, messages, tools)
        if not self.turn_split:
            # What follows the last message that counts would be read for nothing.
            end = places[-1] + 1
            yield Example(row_id, messages[:end], tools, counted[:end])
            return
        context = [_without_prose(message) for message in messages] if self.omit_prose else messages
        for number, place in enumerate(places, 1):
            yield Example(f"{row_id}:{number}", [*context[:place], messages[place]], tools, [False] * place + [True])

    def _counts(self, message: Object) -> bool:
        return message["role"] == "assistant" and (self.loss == "assistant" or bool(message.get("tool_calls")))

    def _some(self, row_id: str, messages: Sequence[Object], tools: Sequence[Object]) -> Sequence[Object]:
        """Returns the tools that the dialogue calls and some of the others, shuffled."""
        if not self.drop_tools:
            return tools
        called = {call["function"]["name"] for message in messages for call in message.get("tool_calls", ())}
        rng = rng_of("tools", self.seed, row_id)
        kept = [tool for tool in tools if tool["function"]["name"] in called or rng.random() >= self.drop_tools]
        rng.shuffle(kept)
        return kept


def _without_prose(message: Object) -> Object:
    if message["role"] != "assistant" or not message["content"]:
        return message
    return {**message, "content": "" if message.get("tool_calls") else OMITTED}
