"""Yes and no in people's words: what is denied is no yes, and what only asks for one is none either."""

from __future__ import annotations

import pytest

from tool_specs.phrasing.answers import affirms, hedges, refuses


@pytest.mark.parametrize(
    "text",
    [
        "that's not right",
        "that isnt correct",
        "it doesn\u2019t look right to me",
        "i don't think that's right",
        "you didn't get that right",
        "that would not be ok",
        "not ok.",
        "never do that",
        "i can't confirm that",
        "that's wrong",
        "ok no",
        "ok, wait",
        "yes, hold on, which card is that?",
        "okay, stop.",
    ],
)
def test_what_is_denied_is_a_no(text: str) -> None:
    assert refuses(text) and not affirms(text)


@pytest.mark.parametrize(
    "text",
    [
        "not sure",
        "i'm not so sure about that",
        "not exactly",
        "hardly perfect",
        "it's the red one, right?",
        "you send it back for me, ok?",
        "i need it right now",
        "are you sure? can't you just do it anyway?",
        "oh no, my cat just walked over the keyboard",
    ],
)
def test_who_doubts_or_asks_says_neither(text: str) -> None:
    assert not affirms(text) and not refuses(text) and not hedges(text)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "that's right",
        "not a problem, go ahead",
        "i don't mind, do it",
        "why not, go ahead",
        "can't wait, yes please",
        "ok, no rush",
        "sure, no problem",
        "i don't need it anymore. yes, cancel it",
        "isn't that too much? ok, do it",
        "yes, cancel that",
        "yes, no insurance please",
        "is that right? yes it is",
        "k",
    ],
)
def test_what_is_not_denied_is_a_yes(text: str) -> None:
    assert affirms(text) and not refuses(text)
