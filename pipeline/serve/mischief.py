"""What a scripted server does wrong on purpose, and how long it takes: everything that clients must survive.

    Mischief.parse(["storm=0.2", "error=0.05", "loop=0.01"], seed=7)

Each is a probability per attempt, drawn from the seed, the session and the number of the attempt, so a run can be had
again. Those of transport (`storm` to `model`) vanish when the request is made again often enough; those of content
(`loop`, `truncate`) stay, because a model that errs at one place errs there again.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from msgspec.structs import replace

from pipeline.errors import UserError
from schemas.base import rng_of
from schemas.completion import Completion, CompletionRequest

Fault = Literal["storm", "error", "reset", "half", "loris", "type", "shape", "model", "loop", "truncate"]
"""429 with Retry-After, 500, a connection cut before the answer or in its middle, an answer byte by byte, HTML, JSON of
another form, another model's name; and a model that says the same for ever, or is cut off."""
_CONTENT: frozenset[Fault] = frozenset({"loop", "truncate"})


@dataclass(frozen=True)
class Mischief:
    """Probabilities of faults. Without any, the server behaves."""

    chances: tuple[tuple[Fault, float], ...] = ()
    seed: int = 0

    @classmethod
    def parse(cls, words: Sequence[str], seed: int) -> Mischief:
        """Reads `name=probability` words.

        Raises:
            UserError: a name or a number is none.
        """
        chances: list[tuple[Fault, float]] = []
        for word in words:
            name, _, number = word.partition("=")
            known = [each for each in get_args(Fault) if each == name]
            if not known:
                close = difflib.get_close_matches(name, get_args(Fault), n=1)
                hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(get_args(Fault))}"
                raise UserError(f"--fault {word}: there is no fault {name!r}; {hint}")
            try:
                chance = float(number)
            except ValueError:
                chance = -1.0
            if not 0 <= chance <= 1:
                raise UserError(f"--fault {word}: give a probability, such as {name}=0.1")
            chances.append((known[0], chance))
        return cls(tuple(chances), seed)

    def of(self, request: CompletionRequest, attempt: int) -> Fault | None:
        """Returns what goes wrong with an attempt (from 0) at a request."""
        for name, chance in self.chances:
            part = [] if name in _CONTENT else [attempt]
            if rng_of("fault", name, self.seed, request.session, request.turn, part).random() < chance:
                return name
        return None

    @staticmethod
    def spoiled(completion: Completion, fault: Fault | None, request: CompletionRequest) -> Completion:
        """Returns what a model says instead that loops or is cut off."""
        if fault == "loop":
            return replace(completion, content="Let me check that for you.", tool_calls=(), finish_reason="stop")
        if fault == "truncate":
            usage = replace(completion.usage, completion_tokens=request.sampling.max_tokens or 16)
            half = completion.content[: len(completion.content) // 2]
            calls = tuple(replace(call, arguments=call.arguments[:-1]) for call in completion.tool_calls)
            return replace(completion, content=half, tool_calls=calls, usage=usage, finish_reason="length")
        return completion


@dataclass(frozen=True)
class Latency:
    """Seconds that an answer takes: always the same, or log-normal around a median.

    Attributes:
        median: half of the answers are faster.
        sigma: of the logarithm; 0 makes all alike, 1 makes one in twenty five times as slow.
    """

    median: float = 0.0
    sigma: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Latency:
        """Reads `0.05` or `0.05,1.0`.

        Raises:
            UserError: it is neither.
        """
        median, _, sigma = text.partition(",")
        try:
            found = cls(float(median), float(sigma or 0))
        except ValueError:
            found = cls(-1.0)
        if found.median < 0 or found.sigma < 0:
            raise UserError(f"--latency {text}: give seconds (0.05), or median and sigma of a log-normal (0.05,1.0)")
        return found

    def of(self, seed: int, session: str, turn: int) -> float:
        """Returns the seconds of one answer."""
        if not self.sigma:
            return self.median
        return self.median * math.exp(self.sigma * rng_of("latency", seed, session, turn).gauss(0, 1))
