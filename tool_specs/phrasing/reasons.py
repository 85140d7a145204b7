"""Why tempting rows lose: those that would win if a filter were left out, or that fit and cannot be had.

"The laptop ($2,674.40) costs more, but its order is still pending."
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from schemas.base import Json
from schemas.program import Filter, OrderKey
from tool_specs.lexicon import ColumnWords
from tool_specs.phrasing.columns import column_words, fill_value, value_texts
from tool_specs.phrasing.english import is_plural, listed, number, sentence
from tool_specs.phrasing.labels import agent_text, state_text
from tool_specs.phrasing.outcomes import WITH, Outcome, column_value
from tool_specs.programs import MISSING, BindingRow, column, passes, rank

MAX_TEMPTING = 3


def tempting_rows(got: Outcome, everything: list[BindingRow], winner: BindingRow) -> list[BindingRow]:
    """Returns rows that fail a filter but would stand before the winner."""
    found: list[BindingRow] = []
    for row in rank(got.sense.program, everything):
        if got.key_of(row) == got.key_of(winner):
            break
        failed = [rule for rule in got.sense.program.where if not passes(rule, row)]
        if len(failed) == 1 and _speaks_against(got, failed[0], row):
            found.append(row)
    return found


def nearly(got: Outcome, row: BindingRow) -> bool:
    """Whether a row is as described and only cannot be had."""
    failed = [rule for rule in got.sense.program.where if not passes(rule, row)]
    words = column_words(got.words, got.id(failed[0].column)) if len(failed) == 1 else None
    return words is not None and words.kind == "boolean"


def _speaks_against(got: Outcome, rule: Filter, row: BindingRow) -> bool:
    """Whether there is a reason to tell: what another kind of thing would be, nobody thinks of."""
    words = column_words(got.words, got.id(rule.column))
    named = words is not None and words.kind == "text"
    if got.away is not None and got.is_outer(rule, got.away):
        return False  # nor of versions of what is not among the things in question
    return rule.other is None and not named and column(row, rule.column) is not MISSING


def why_not(got: Outcome, rows: list[BindingRow], names: list[str], key: OrderKey) -> str:
    """Says why rows lose that would win without a filter; of many, the first few are named."""
    groups: dict[tuple[int, str], list[int]] = {}
    for place, row in enumerate(rows):
        number_, rule = next((n, rule) for n, rule in enumerate(got.sense.program.where) if not passes(rule, row))
        value = "" if _is_option(got, rule) else str(column(row, rule.column))
        groups.setdefault((number_, value), []).append(place)
    sentences = []
    for (number_, _), places in groups.items():
        named = [place for place in places if place < len(names)]
        if not named:
            continue
        members = [f"{got.article(names[place])}{got.bracketed(rows[place], key)}" for place in named]
        others = len(places) - len(named)
        if others:
            members.append(f"{number(others)} {'others' if others > 1 else 'other'}")
        many = len(members) > 1 or is_plural(names[named[0]].partition(" (")[0])
        reason = reason_for(got, got.sense.program.where[number_], [rows[place] for place in places], many)
        who = listed(members).replace(") (", ", ")
        sentences.append(sentence(f"{who} {_exceeds(got, key, many)}, but {reason}"))
    return " ".join(sentences)


def _is_option(got: Outcome, rule: Filter) -> bool:
    """Whether any value of the column can be said, and it is the row's own: a colour, a size."""
    words, level = column_words(got.words, got.id(rule.column)), got.level_at(rule.column)
    return words is not None and bool(words.any_value) and (level is None or level.place >= got.level.place)


def reason_for(got: Outcome, rule: Filter, rows: Sequence[BindingRow], many: bool) -> str:
    """Says why rows that fail a rule in the same way do: "they're black", "its order is still pending"."""
    column_, level = got.id(rule.column), got.level_at(rule.column)
    words = column_words(got.words, column_)
    value = column_value(rows[0], rule.column)
    text = agent_text(words, column_, value)
    if level is not None and level.place < got.level.place:
        several = len({id(row.get(level.name)) for row in rows}) > 1
        noun = level.words.plural if several else level.words.singular
        it = f"{'their' if many else 'its'} {noun}"
        return state_text(words, value, it, several) or f"{it} {'are' if several else 'is'} {text}"
    it = "they" if many else "it"
    if words is None or words.kind == "boolean" or (words.values and not words.any_value):
        return state_text(words, value, it, many) or f"{it}{_be(many)} {text}"
    values = {str(column_value(row, rule.column)) for row in rows}
    plain = len(values) == 1 and not any(str(value).lower() in got.name(got.seen(row)).lower() for row in rows)
    if plain:
        return state_text(words, value, it, many) or predicate(words, column_, value, many, got.rng)
    return predicate(words, column_, rule.value, many, got.rng, negated=True)


def _exceeds(got: Outcome, key: OrderKey, many: bool) -> str:
    """Says that rows would win: they cost more."""
    words = column_words(got.words, got.id(key.column))
    if words is not None and words.kind == "money" and any(not text.startswith("with ") for text in words.most):
        return ("cost " if many else "costs ") + ("more" if key.descending else "less")
    return "would rank higher"


def predicate(
    words: ColumnWords, column_: str, value: Json, many: bool, rng: random.Random, *, negated: bool = False
) -> str:
    """Says a value of a row as a clause: "it's size 11", "they come with a backlight"; or that it is another one."""
    texts, template = value_texts(words, value)
    said = [fill_value(text, value, column_, words) if template else text for text in texts]
    it = "they" if many else "it"
    being = [re.sub(r"^that(?:'s| is) ", "", text) for text in said if not WITH.match(text)]
    if negated:
        being = [text for text in being if not text.startswith(("not", "non"))]
        having = [text for text in said if text.startswith(("with ", "in ")) and not text.startswith("with no ")]
        if being:
            return f"{it} {'aren' if many else 'isn'}'t {rng.choice(being)}"
        return (
            f"{it} {'don' if many else 'doesn'}'t come {rng.choice(having)}" if having else "that's not what you want"
        )
    if being:
        return f"{it}{_be(many)} {rng.choice(being)}"
    having = [text for text in said if text.startswith(("with ", "without ", "in "))]
    if having:
        return f"{it} {'come' if many else 'comes'} {rng.choice(having)}"
    return f"{'their' if many else 'its'} {column_.rpartition('.')[2]} is {value}"


def _be(many: bool) -> str:
    return "'re" if many else "'s"
