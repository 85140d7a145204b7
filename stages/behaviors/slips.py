"""Slips: a value told wrongly once, as fingers do it, and put right later.

    >>> from tool_specs.dice import Dice
    >>> slipped("ann@example.com", Dice(1))
    'ann@exmaple.com'

What may slip: an e-mail address or a zip code by which the user is found, and a stated id or house number. A slip never
equals the truth. What is outdated (`stale`) is no slip of the fingers: an address that the user had once.
"""

from __future__ import annotations

import re

from schemas.base import Json
from schemas.program import Call, Fact
from schemas.task import Knowledge, Task
from tool_specs.dice import Dice
from tool_specs.domain import Domain
from tool_specs.phrasing.roles import parameters_of, roles
from tool_specs.remember import remembered

_DIGITS = re.compile(r"\d")
_LEAST_DIGITS = 2
_NEAR = 2
"""Letters or digits in which a slip may differ from the truth."""


def slippable(task: Task, domain: Domain) -> list[Knowledge]:
    """Returns what the user could tell wrongly: facts by which it is found, then stated ids and numbers."""
    identifying = outdated(task, domain)
    untold = _maybe_untold(task, domain)
    stated = [entry for entry in task.knowledge if not entry.identity and entry.name not in untold]
    return identifying + [entry for entry in stated if _numbered(entry)]


def outdated(task: Task, domain: Domain) -> list[Knowledge]:
    """Returns the facts by which the user is found of which an old one could be told."""
    return [entry for entry in identity_told(task, domain) if "@" in str(entry.value) or _numbered(entry)]


def _maybe_untold(task: Task, domain: Domain) -> set[str]:
    """Facts that nobody asks for any more once a request has been refused or left undone for what it is about."""
    found: set[str] = set()
    for request in task.requests:
        if request.kind in ("refuse", "withhold", "abandon") and request.tool is not None:
            left = request.kind == "abandon"  # before it has come to most of it
            for role in roles(domain.lexicon, request)[0 if left else 1 :]:
                sources = parameters_of(domain.lexicon, request, role).values()
                found.update(source.fact for source in sources if source.fact is not None)
    return found


def _numbered(entry: Knowledge) -> bool:
    return isinstance(entry.value, str) and len(_DIGITS.findall(entry.value)) >= _LEAST_DIGITS


@remembered(2, size=64)
def identity_told(task: Task, domain: Domain) -> tuple[Knowledge, ...]:
    """Returns the facts by which the user lets itself be found: those that the task's programs start from.

    Where the programs start from none, the facts of the best identity tool that the user can satisfy.
    """
    ways = identity_ways(task, domain)
    return ways[0] if ways else tuple(entry for entry in task.knowledge if entry.identity)


@remembered(2, size=64)
def identity_ways(task: Task, domain: Domain) -> tuple[tuple[Knowledge, ...], ...]:
    """Returns the ways by which the user can be found, the facts of each; that of the task's programs first."""
    known = {entry.name: entry for entry in task.knowledge if entry.identity}
    used = {
        operand.name
        for request in task.requests
        for program in request.programs
        for step in program.steps
        if isinstance(step, Call)
        for operand in step.arguments.values()
        if isinstance(operand, Fact)
    }
    by_type = {kind: fact for fact, kind in domain.principal.types.items()}
    ways = []
    for tool in domain.identity_tools:
        spec = domain.tools[tool].spec
        ways.append(tuple(by_type.get(spec.types.get(name, ""), name) for name in spec.required))
    ways.sort(key=lambda way: not used.issuperset(way))
    return tuple([tuple(known[name] for name in way) for way in ways if all(name in known for name in way)])


def near(one: str, other: str) -> bool:
    """Whether fingers could make one word of the other: a few places differ, or a shift of one or two."""
    if abs(len(one) - len(other)) > _NEAR or one == other:
        return False
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) <= _NEAR
    short, long = sorted((one, other), key=len)
    return any(long[:at] + long[at + len(long) - len(short) :] == short for at in range(len(short) + 1))


def stale(value: Json) -> str:
    """Returns what a user once had in place of an identifying value: the same for the same value, and far from it.

    >>> stale("ann@example.com"), stale("10247")
    ('ann1984@example.com', '43570')
    """
    text = str(value)
    user, at, host = text.partition("@")
    if at:
        olds = (f"{_DIGITS.sub('', user)}{year}@{host}" for year in (84, 61, 77, 1984, 20735))
        return next(old for old in olds if old != text and not near(old, text))
    return _DIGITS.sub(lambda match: str((int(match[0]) + 3) % 10), text)


def slipped(value: Json, dice: Dice) -> str:
    """Returns a value as it comes out when one types too fast."""
    text = str(value)
    if "@" in text:
        user, _, host = text.partition("@")
        return f"{user}@{_swapped_letters(host.partition('.')[0], dice)}.{host.partition('.')[2]}"
    return _wrong_digit(text, dice)


def _swapped_letters(word: str, dice: Dice) -> str:
    places = [place for place in range(1, len(word) - 1) if word[place] != word[place + 1]]
    if not places:
        return word + word[-1:]
    place = dice.pick(places)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _wrong_digit(text: str, dice: Dice) -> str:
    places = [match.start() for match in _DIGITS.finditer(text)]
    pairs = [place for place in places if place + 1 in places and text[place] != text[place + 1]]
    if pairs:
        place = dice.pick(pairs)
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    place = dice.pick(places)
    other = str((int(text[place]) + dice.between(1, 9)) % 10)
    return text[:place] + other + text[place + 1 :]
