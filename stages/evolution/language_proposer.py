"""A proposer that asks a language model for candidates: every other one; the rest moves weights by chance.

    proposer = LanguageProposer(ask, Sampling(temperature=1.0), seed=7, people={"short": (0.29, 0.11)})
    search(SPACE, measure, proposer, generations=12, children=8)
    proposer.asked, proposer.used, proposer.dropped       # 48, 101, Counter({"words": 9, "unusable": 2})

What it answers is data (`ideas.py`). Where nothing of an answer can be used, the candidate is one of chance, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import orjson

from schemas.behavior import BehaviorSpace
from schemas.completion import Completion, CompletionRequest, Sampling
from stages.base import EngineError, seeded
from stages.evolution.ideas import SCHEMA, taken
from stages.evolution.search import Elite, Mutation
from stages.structured import cut_off, form, json_in
from tool_specs.dice import Dice

_SHOWN = 3
"""Elites that are told of."""


@cache
def _prompt() -> str:
    return (Path(__file__).parent / "prompts" / "propose.md").read_text(encoding="utf-8").strip()


class LanguageProposer:
    """See the module's text; satisfies `Proposer`.

    Attributes:
        asked: requests.
        used: behaviours and weights that came into candidates.
        dropped: what did not, by reason; whole answers as `unusable` and `no_answer`.
    """

    def __init__(
        self,
        ask: Callable[[CompletionRequest], Completion],
        sampling: Sampling,
        seed: int,
        people: Mapping[str, tuple[float, float]],
    ) -> None:
        """Takes who is asked, and per feature its mean among people and among the simulator's users."""
        self._ask, self._sampling, self._seed, self._people = ask, sampling, seed, people
        self._chance = Mutation(seed)
        self.asked = self.used = 0
        self.dropped: Counter[str] = Counter()

    def propose(self, elites: Sequence[Elite], generation: int, number: int) -> BehaviorSpace:
        """Returns a candidate."""
        if number % 2 == 0:
            found = self._asked(elites, generation, number)
            if found is not None:
                return found
        return self._chance.propose(elites, generation, number)

    def _asked(self, elites: Sequence[Elite], generation: int, number: int) -> BehaviorSpace | None:
        parent = Dice("evolve", self._seed, "asked", generation, number).pick(elites)
        self.asked += 1
        try:
            answer = self._ask(self._request(parent, elites, f"evolve-{self._seed}/{generation}.{number}/proposer"))
        except EngineError:
            self.dropped["no_answer"] += 1
            return None
        proposal = json_in(answer.content)
        if proposal is None or cut_off(answer, self._sampling.max_tokens):
            self.dropped["unusable"] += 1
            return None
        found = taken(parent.space, proposal)
        self.used += found.used
        self.dropped.update(found.dropped)
        return found.space if found.used else None

    def _request(self, parent: Elite, elites: Sequence[Elite], session: str) -> CompletionRequest:
        axes = "\n".join(f"- {each.name}: {each.definition}" for each in parent.space.axes if each.pick == "most_one")
        lines = ["# People, and the customers as they were (means of features)"]
        lines += [f"- {name}: {theirs:.3g}, {ours:.3g}" for name, (theirs, ours) in self._people.items()]
        for place, each in enumerate((parent, *elites[:_SHOWN])):
            what = "The candidate to begin with" if place == 0 else f"Number {place} so far"
            lines.append(f"\n# {what}: likeness {each.measured.likeness:.3f}, coverage {each.measured.coverage:.3f}")
            lines.append(_weights(each.space))
        known = "\n".join(f"- {each.behavior} ({each.axis}): {each.definition}" for each in parent.space.behaviors)
        return seeded(
            CompletionRequest(
                role="proposer",
                session=session,
                turn=0,
                messages=(
                    {
                        "role": "system",
                        "content": f"{_prompt().replace('{axes}', axes)}\n\n# Known behaviours\n{known}",
                    },
                    {"role": "user", "content": "\n".join(lines)},
                ),
                response_format=form("candidate", SCHEMA),
                sampling=self._sampling,
            )
        )


def _weights(space: BehaviorSpace) -> str:
    return orjson.dumps({each.behavior: round(each.weight, 3) for each in space.behaviors if each.weight}).decode()
