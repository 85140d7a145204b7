"""What the retail desk says when it refuses is heard as a refusal."""

from __future__ import annotations

import pytest

from stages.validate_dialogues.guards import _REFUSAL
from tool_specs.retail.words.refusals import REFUSALS


@pytest.mark.parametrize("rule", [rule for rule in REFUSALS if rule != "transfer"])
def test_every_refusal_says_that_it_cannot_be_done(rule: str) -> None:
    for text in REFUSALS[rule]:
        assert _REFUSAL.search(text.lower()), text
