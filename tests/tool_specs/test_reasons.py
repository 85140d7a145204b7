"""A reason counts where somebody gives it, and not where its words only stand."""

from __future__ import annotations

import re

import pytest

from tool_specs.reasons import gives

HAPPENED = re.compile(r"\b(ill|flooded|stolen)\b")
ABOUT = re.compile(r"\b(water|police)\b")


@pytest.mark.parametrize(
    "text",
    [
        "my bag was stolen",
        "hello\nthe cellar is flooded, so the book is gone",
        "i couldn't come because i'm ill",
        "can i keep it longer? i'm ill",
        "could you renew it because i was ill?",
        "water damage",
        "it's because of the water in the cellar",
        "i'm not happy, my book was stolen",
    ],
)
def test_what_happened_is_a_reason(text: str) -> None:
    assert gives(text, HAPPENED, ABOUT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "it was not stolen",
        "what if it gets stolen?",
        "does the fee count if it was stolen?",
        "btw somebody was ill at the desk lol",
        "i work for the police and bring it back late",
        "the water in the fountain is lovely",
        "it has nothing to do with the police",
        "the deposit covers stolen books",
        "do you have a book about water and its history in the town?",
    ],
)
def test_what_is_asked_denied_supposed_or_beside_the_matter_is_none(text: str) -> None:
    assert not gives(text, HAPPENED, ABOUT)


def test_a_topic_alone_needs_more_than_being_named() -> None:
    assert not gives("i like the water by the old library", HAPPENED, ABOUT)
    assert not gives("water damage", HAPPENED)
