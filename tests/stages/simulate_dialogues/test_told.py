"""What is told of a request so far, in whatever order: people say what they want before they say instead of what."""

from __future__ import annotations

import asyncio
from itertools import permutations

import pytest

from schemas.completion import Completion, CompletionRequest
from schemas.dialogue import Dialogue
from stages.base import Services
from stages.simulate_dialogues import SimulateDialogues
from tests.stages.simulate_dialogues.talks import SANDBOX, told

DETAILS = (
    "i want the cheapest black one you have in stock, in place of something i have",
    "paypal for the difference",
    "the office chair",
)


class Says:
    """A user of few words, whatever it is asked; it agrees to what it has told, and leaves."""

    revision = "says/1"

    def __init__(self, *lines: str) -> None:
        self._lines = [*lines, "yes", "no, that's all, bye ###STOP###"]

    async def complete(self, request: CompletionRequest) -> Completion:
        return Completion(content=self._lines.pop(0))


@pytest.mark.parametrize("details", list(permutations(DETAILS)))
def test_details_may_come_in_any_order(details: tuple[str, ...]) -> None:
    one = told("exchange_cheapest_black", "vague_start")
    user = Says("hi, i need to exchange something", "nora.field2208@example.com", *details)
    services = Services(sandboxes={"retail": SANDBOX}, engines={"user": user})
    (made,) = asyncio.run(SimulateDialogues(user=user.revision).process(one, services))
    assert isinstance(made, Dialogue), made.detail
    assert made.final_digest == one.task.goal_digest
