"""Misspellings: typing errors that people really make, of words that carry no value.

    >>> misspelled("i want to return the chair please", pick=lambda options: options[0], limit=1)
    'i wnat to return the chair please'

Only words listed here are ever touched, so an e-mail address, an id, a name or a number cannot be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

COMMON: dict[str, tuple[str, ...]] = {
    "about": ("abuot", "abut"),
    "account": ("acount", "accuont"),
    "actually": ("actualy", "acutally"),
    "address": ("adress", "addres"),
    "already": ("alredy", "allready"),
    "and": ("adn",),
    "anything": ("anythign", "anyting"),
    "because": ("becuase", "becasue"),
    "before": ("befor", "beofre"),
    "bought": ("bougth", "bouhgt"),
    "cancel": ("cancle", "cancell"),
    "change": ("chnage", "chagne"),
    "cheapest": ("cheapset", "cheepest"),
    "could": ("coud", "cuold"),
    "delivered": ("deliverd", "delievered"),
    "different": ("diferent", "differnt"),
    "everything": ("everyting", "everythign"),
    "exchange": ("exchagne", "exhange"),
    "expensive": ("expensve", "expnsive"),
    "for": ("fro",),
    "from": ("form", "frmo"),
    "have": ("ahve", "hvae"),
    "hello": ("helo", "hellp"),
    "help": ("hlep",),
    "instead": ("insted", "intead"),
    "know": ("knwo",),
    "like": ("liek",),
    "looking": ("lookign",),
    "maybe": ("mayeb",),
    "money": ("moeny",),
    "need": ("nede", "ned"),
    "order": ("oder", "ordr"),
    "ordered": ("orderd", "odered"),
    "orders": ("oders", "ordres"),
    "payment": ("paymnet", "payement"),
    "pending": ("pendign",),
    "please": ("pleae", "plese"),
    "question": ("qustion", "quesiton"),
    "really": ("realy",),
    "refund": ("refud", "refnud"),
    "return": ("retrun", "reutrn"),
    "right": ("rigth",),
    "send": ("sned",),
    "shipped": ("shiped",),
    "should": ("shoud", "shuold"),
    "some": ("soem",),
    "something": ("somthing", "somethign"),
    "still": ("stil",),
    "sure": ("suer",),
    "swap": ("sawp",),
    "thanks": ("thnaks", "thansk"),
    "that": ("taht", "tht"),
    "the": ("teh", "hte"),
    "their": ("thier",),
    "them": ("tehm",),
    "there": ("tehre",),
    "thing": ("thign",),
    "this": ("tihs",),
    "time": ("tiem",),
    "today": ("tody",),
    "together": ("togehter",),
    "tomorrow": ("tommorow",),
    "want": ("wnat", "watn"),
    "wanted": ("wnated",),
    "what": ("waht",),
    "when": ("wehn",),
    "which": ("whcih", "wich"),
    "with": ("wiht", "wth"),
    "would": ("woud", "wuold"),
    "wrong": ("worng",),
    "yes": ("yse",),
    "your": ("yuor",),
    "yours": ("yuors",),
}
"""Word -> how it gets mistyped."""

REAL_WORDS = frozenset({"form", "abut", "ned", "fro"})
"""Mistypings that are words too: they prove nothing to a detector."""

MISTYPED = frozenset(form for forms in COMMON.values() for form in forms) - REAL_WORDS

_FORMS = {word: telling for word, forms in COMMON.items() if (telling := [f for f in forms if f not in REAL_WORDS])}
"""The mistypings that prove something, of the words that have any."""

_WORD = re.compile(r"[A-Za-z]+")


def candidates(text: str, protected: frozenset[str] = frozenset()) -> list[tuple[int, int, str]]:
    """Returns (start, end, word) of the words of a text that may be mistyped."""
    found = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        if (start and text[start - 1] in "@#_-.'\u2019") or text[end : end + 1] in ("@", "_", "-", "'", "\u2019"):
            continue
        word = match.group()
        if word.lower() in _FORMS and word.lower() not in protected and (word.islower() or start == 0):
            found.append((start, end, word))
    return found


def misspelled(
    text: str,
    pick: Callable[[Sequence[str]], str],
    limit: int,
    protected: frozenset[str] = frozenset(),
    choose: Callable[[Sequence[tuple[int, int, str]]], Sequence[tuple[int, int, str]]] = lambda places: places,
) -> str:
    """Mistypes some words of a text.

    Args:
        text: What was meant.
        pick: Chooses among the mistypings of a word.
        limit: At most so many words.
        protected: Words (lower case) that must stay as they are.
        choose: Puts the candidate places in the order of preference.
    """
    places = list(choose(candidates(text, protected)))[:limit]
    for start, end, word in sorted(places, reverse=True):
        form = pick(_FORMS[word.lower()])
        text = text[:start] + (form.capitalize() if word[0].isupper() else form) + text[end:]
    return text


def has_misspelling(text: str) -> bool:
    """Whether a text has a word that nobody types on purpose."""
    return not MISTYPED.isdisjoint(map(str.lower, _WORD.findall(text)))


def corrected(text: str) -> str:
    """Returns a text with the mistyped words put right."""
    return _WORD.sub(lambda match: _as_written(match.group()), text)


def _as_written(word: str) -> str:
    right = _RIGHT.get(word.lower())
    return word if right is None else right.capitalize() if word[0].isupper() else right


_RIGHT = {form: word for word, forms in COMMON.items() for form in forms if form not in REAL_WORDS}


_APOSTROPHE = re.compile(
    r"\b(?:(what|that|who|where|how|there|let)(s)|(i|you|we|they)(m|ve|re)|(don|doesn|didn|isn|aren|wasn|haven|wouldn)(t))\b",
    re.IGNORECASE,
)


def spelt_out(text: str) -> str:
    """Returns a text with the apostrophes that people leave out."""
    return _APOSTROPHE.sub(
        lambda match: match[0] if match[0].lower() == "were" else "'".join(filter(None, match.groups())), text
    )
