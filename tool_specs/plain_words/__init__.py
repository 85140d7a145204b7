"""Plain words: a lexicon for a domain that has none, from its tools and from what a world's reads answer.

    worded(domain, world).lexicon.writes["renew_loan"].ask  -> ("renew {object}", "have {object} renewed", ...)

Names say what things are called, schemas and values say what can be asked by. What a domain's own lexicon states wins:
a partial one (`Lexicon(partial=True)`) needs only the words that ought to be better. Not promised: beauty.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from schemas.world import World
from tool_specs.domain import Domain
from tool_specs.lexicon import ColumnWords, Lexicon, RowWords, Texts, WriteWords
from tool_specs.phrasing.english import inside, plural, sentence
from tool_specs.plain_words import columns as column_texts
from tool_specs.plain_words import questions as question_texts
from tool_specs.plain_words.observe import Observed, observe
from tool_specs.plain_words.parameters import parameters_of
from tool_specs.plain_words.people import ask_identity, facts_of
from tool_specs.plain_words.rows import RowKind, person_types, rows_of
from tool_specs.plain_words.writes import choice_texts, literal_roles, write_words
from tool_specs.sandbox import Sandbox

__all__ = ["merged", "plain_lexicon", "worded"]

_TRANSFER_ONLY: dict[str, Texts] = {
    "complaint": ("make a formal complaint", "file a complaint about how I was treated"),
    "manager": ("speak to a manager", "talk to somebody in charge"),
    "my_data": ("get a copy of all the data that you store about me", "see everything you have stored about me"),
    "job": ("apply for a job with you", "hand in a job application"),
    "invoice": ("get a printed invoice sent by post", "have a paper copy of an invoice mailed to me"),
    "feedback": ("leave a compliment for one of your colleagues", "pass on praise for somebody on your team"),
}
_OUT: Texts = (
    "I'm sorry, that's something I can't do from here.",
    "That's beyond what I can do here, I'm afraid.",
    "I don't have a way to do that, I'm sorry.",
)


def worded(domain: Domain, world: World) -> Domain:
    """Returns the domain with all its words; one whose lexicon is whole comes back as it is."""
    if not domain.lexicon.partial:
        return domain
    derived = plain_lexicon(domain, observe(Sandbox(domain, world)))
    return dataclasses.replace(domain, lexicon=merged(derived, domain.lexicon))


def merged(derived: Lexicon, own: Lexicon) -> Lexicon:
    """Returns a lexicon with a domain's own words where it has them, and derived ones everywhere else."""
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(Lexicon):
        if field.name == "partial":
            continue
        mine = getattr(own, field.name)
        if isinstance(mine, Mapping):
            changes[field.name] = {**getattr(derived, field.name), **mine}
        elif mine and mine != field.default:
            changes[field.name] = mine
    return dataclasses.replace(derived, **changes, partial=False)


def plain_lexicon(domain: Domain, observed: Observed) -> Lexicon:
    """Returns words for all that a domain's tools show and do."""
    rows = rows_of(domain, observed)
    people = person_types(domain)
    facts = facts_of(domain)
    columns: dict[str, ColumnWords] = {}
    questions: dict[str, Texts] = {}
    answers: dict[str, Texts] = {}
    for row in rows:
        taken: set[str] = set()
        told = _told_by_lists(row, observed)
        columns.update(told)
        for path, (kind, schema) in row.columns.items():
            if row.summary is not None and f"{row.summary.id}.{path}" in told:
                continue
            if kind == "id" and path != row.own_id:
                continue  # it names another row, of which nothing is said here
            id_ = f"{row.id}.{path}"
            name = path.rpartition(".")[2]
            words = column_texts.words_for(name, kind, observed.values.get(id_, ()), taken, enum=_enum(schema))
            columns[id_] = words
            for key, asks, answer in question_texts.questions(id_, words, kind):
                questions[key], answers[key] = asks, answer
        for name in row.options:
            columns[f"{row.id}.{name}.*"] = column_texts.option_words(name)
        key, asks, answer = question_texts.rows_counted(row.id, owned=row.owned)
        questions[key], answers[key] = asks, answer
    writes: dict[str, WriteWords] = {}
    choices: dict[str, dict[str, Texts]] = {}
    for name, tool in domain.tools.items():
        if tool.spec.effect == "write":
            parameters = parameters_of(tool.spec, rows, people, observed.feeds)
            writes[name] = write_words(tool.spec, rows, people, observed.feeds)
            facts = {**literal_roles(parameters), **facts}
            facts.update((p.name, (f"{p.noun} {{value}}",)) for p in parameters if p.what == "object" and p.noun)
            for parameter, values in choice_texts(parameters).items():
                choices[parameter] = {**choices.get(parameter, {}), **values}
    return Lexicon(
        rows={row.id: _row_words(row) for row in rows},
        columns=columns,
        writes=writes,
        facts=facts,
        ask_identity=ask_identity(domain),
        questions=questions,
        answers=answers,
        choices=choices,
        out_of_scope=_TRANSFER_ONLY if domain.transfer_tool else {},
        refusals={**_refusals(domain), "out_of_scope": _OUT},
    )


def _told_by_lists(row: RowKind, observed: Observed) -> dict[str, ColumnWords]:
    """Returns words for what a list says of its rows: whoever asks by that spares the reads of the others."""
    found: dict[str, ColumnWords] = {}
    if row.summary is None:
        return found
    for path, (kind, schema) in row.summary.columns.items():
        if kind in ("enum", "boolean", "handle"):
            id_, name = f"{row.summary.id}.{path}", path.rpartition(".")[2]
            found[id_] = column_texts.words_for(name, kind, observed.values.get(id_, ()), set(), enum=_enum(schema))
    return found


def _enum(schema: Any) -> tuple[Any, ...]:
    return tuple(schema.get("enum", ()))


def _row_words(row: RowKind) -> RowWords:
    many = plural(row.noun)
    scope = (f"all my {many}", f"my {many}") if row.owned else ()
    return RowWords(singular=row.noun, plural=many, label=row.label, scope=scope)


def _refusals(domain: Domain) -> dict[str, Texts]:
    """Returns how an agent explains each guard: by its rule."""
    found: dict[str, Texts] = {}
    for guard in domain.guards:
        rule = inside(guard.rule)
        found[guard.name] = (
            f"I'm sorry, I can't do that: {rule}.",
            "I'm afraid that isn't possible: {detail}.",
            f"That can't be done, I'm sorry. {sentence(guard.rule)}",
            "I can't do that, I'm afraid, because {detail}.",
        )
    return found
