"""Rewriting: a scripted dialogue in a language model's words. Calls, values, order and meaning stay as they are.

    "the cheapest of my loans that is overdue"  ->  "of everything I've got that's overdue, the cheapest one"
    "it was $4.50"                              ->  "that came to $4.55"     loses a value: the script's sentence stands

A rewrite is taken only if it can be shown to say the same: the same ids, amounts and numbers, the same meanings in the
lexicon's words, a question where there was one, a yes or no where there was one. Not shown: that what the lexicon has
no words for is the same; the rewriter is told to keep it, and the checks of dialogues come afterwards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from schemas.base import Json
from schemas.behavior import Scenario
from schemas.completion import Completion, CompletionRequest, Sampling
from schemas.dialogue import Generation, Message
from schemas.task import Task
from stages.base import Engine, seeded
from stages.behaviors.misspellings import corrected, has_misspelling
from stages.behaviors.space import playbooks_of
from stages.simulate_dialogues.chat import prompt
from stages.simulate_dialogues.distrust import cut_off, unusable
from tool_specs.domain import Domain
from tool_specs.lexicon import Lexicon
from tool_specs.phrasing.answers import affirms, refuses
from tool_specs.phrasing.recover import recover

_VALUE = re.compile(r"[$€£]?\d[\d,]*(?:\.\d+)?|\S+@\S+\w|#?\w*\d\w*")
_COUNT = re.compile(r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][A-Za-z]+(?:[ -][A-Z][A-Za-z]+)*")
_LOOSE = frozenset({"intent", "question", "out_of_scope"})
"""Meanings that any words of a message may happen to have: "send it back" in an agent's report asks for nothing."""


async def rewritten(
    engine: Engine, domain: Domain, scenario: Scenario, messages: Sequence[Message], session: str,
    sampling: Sampling | None, template: str = "",
) -> list[Message]:  # fmt: skip
    """Returns the messages, those in words in the engine's where they say the same.

    A `template` stands in place of `prompts/rewriter.md`.

    Raises:
        EngineError: the engine does not answer.
    """
    session = f"{session}/rewriter"
    drawn = sampling or Sampling()
    chat: list[Json] = [{"role": "system", "content": template or prompt("rewriter")}]
    found: list[Message] = []
    turn = 0
    for message in messages:
        if message.role == "tool" or message.tool_calls:
            found.append(message)
            continue
        chat.append({"role": "user", "content": f"{_writer(message, scenario)}:\n{message.content}"})
        request = CompletionRequest(role="rewriter", session=session, turn=turn, messages=tuple(chat), sampling=drawn)
        answer = await engine.complete(seeded(request))
        turn += 1
        lost = unlike(domain, scenario.task, message, answer, drawn.max_tokens)
        content = message.content if lost else answer.content.strip()
        chat.append({"role": "assistant", "content": content})
        generation = Generation(finish_reason=answer.finish_reason, usage=answer.usage, repaired=lost)
        found.append(msgspec.structs.replace(message, content=content, generation=generation))
    return found


def _writer(message: Message, scenario: Scenario) -> str:
    if message.role == "assistant":
        return "The agent, friendly and clear"
    return f"The customer, {scenario.behavior.register}" + (" and in a hurry" if _hurries(scenario) else "")


def _hurries(scenario: Scenario) -> bool:
    return any(each.rule == "impatience" for each in playbooks_of(scenario.behavior).values())


def unlike(domain: Domain, task: Task, message: Message, answer: Completion, max_tokens: int | None) -> str:
    """Says why a rewrite cannot stand for a message, or returns ""."""
    text, own = answer.content.strip(), message.content
    role = "agent" if message.role == "assistant" else "user"
    fault = cut_off(answer, max_tokens)
    if fault is None and (answer.tool_calls or not text):
        return "empty_turn" if not text else "hidden_call"
    fault = fault or unusable(text, role, prompt("rewriter"), tuple(domain.tools))
    if fault is not None:
        return fault.reason
    if _values(own) != _values(text):
        return "values"
    if message.role == "user" and has_misspelling(own) != has_misspelling(text):
        return "manner"
    own, text = corrected(own), corrected(text)
    if _meanings(domain.lexicon, task, own) != _meanings(domain.lexicon, task, text):
        return "meaning"
    if ("?" in own) != ("?" in text):
        return "question"
    if any(says(own.lower()) != says(text.lower()) for says in (affirms, refuses)):
        return "answer"
    return ""


def _values(text: str) -> tuple[Counter[str], frozenset[str], frozenset[str]]:
    """Returns what no rewrite may lose, add or change: numbers, ids, addresses; counts in words; names."""
    found = Counter(value.lower().rstrip(".,") for value in _VALUE.findall(text))
    counts = frozenset(word.lower() for word in _COUNT.findall(text) if word.lower() != "one")
    names = frozenset(name.lower() for name in _NAME.findall(text))
    return found, counts, frozenset(name for name in names if not name.startswith("i "))


def _meanings(words: Lexicon, task: Task, text: str) -> set[tuple[Json, ...]]:
    return {meaning for meaning in recover(words, text, task) if meaning[0] not in _LOOSE}
