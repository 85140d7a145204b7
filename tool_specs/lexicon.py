"""Lexicon: a domain's words. Data only; grammars elsewhere put them together.

What has no words here cannot be asked for: the generator uses a column as a criterion only if it has a phrase. Keys
are column ids (`schemas.program.column_id`): `get_loan.status`, `get_reader.loans.*`, `get_loan.copies.*.shelf`.

Example::

    Lexicon(
        rows={"get_loan": RowWords(singular="loan", plural="loans", label="{title} (loan {loan_id})")},
        columns={
            "get_loan.status": ColumnWords(name="status", values={"open": ("that I still have",)}),
            "get_loan.due": ColumnWords(name="due date", least=("due first",), most=("due last",), kind="date"),
        },
        writes={"renew_loan": WriteWords(roles={"loan_id": "object"}, ask=("renew {object}",), ...)},
    )
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ValueKind = Literal["money", "number", "date", "time", "duration", "minutes", "boolean", "enum", "text", "id"]
Texts = tuple[str, ...]
"""Variants of one phrase; a grammar picks among them by seed."""


@dataclass(frozen=True)
class RowWords:
    """Words for the rows of a collection.

    Attributes:
        singular: noun with neither article nor capital: `order`.
        label: how one concrete row is named, a format over the row's own keys: `{name}`, `order {order_id}`.
        scope: what the collection is called as a whole, in the user's voice: `everything I've ordered`.
        details: column ids (of this row or its ancestors) that an agent mentions when it describes a row.
        sought: where rows of a search are, with a slot for each of its parameters: `at {branch} on {day}`.
        either: how it is said that each of the alternative ways to search will do: `on the shelf or in the depot`.
    """

    singular: str
    plural: str
    label: str
    scope: Texts = ()
    details: Texts = ()
    sought: Texts = ()
    either: Texts = ()


@dataclass(frozen=True)
class ColumnWords:
    """Words for a column.

    Attributes:
        values: JSON text of a value -> phrases that qualify the row's noun, in the user's voice, said after the
            noun: `"delivered"` -> `("that has been delivered", "I've already received")`.
        any_value: phrases for values without their own, with `{value}` (and `{key}`, the last part of the column's
            path): `("in {value}", "with {key} {value}")`. Empty: other values cannot be asked for.
        most, least: superlatives that go before the noun: `("most expensive", "priciest")`.
        agent_values: like `values`, as an agent says it of the user's things: `"delivered"` -> `("is delivered",)`.
        spoken: whether people describe a row by it although its values also fit tools' parameters, as an id does
            that nobody says: where a trip goes, which class it is in.
    """

    name: str
    kind: ValueKind = "enum"
    values: Mapping[str, Texts] = field(default_factory=dict)
    any_value: Texts = ()
    most: Texts = ()
    least: Texts = ()
    agent_values: Mapping[str, Texts] = field(default_factory=dict)
    spoken: bool = False


@dataclass(frozen=True)
class WriteWords:
    """Words for a write.

    Attributes:
        roles: parameter -> role. Parameters of one role are told together.
        topic: the matter, vaguely, in the user's voice: `("return something",)`. One that names a role (`change the
            due date of a loan`) is said only where the request tells that role.
        ask: the request in the user's voice as an infinitive, with `{object}`, `{target}`, ... for the roles it can
            take; roles without a place in it are told in sentences of their own (`say`).
        say: role -> sentences in the user's voice that tell this role alone, with `{<role>}`.
        question: role -> what an agent asks when the role has not been told.
        confirm: the details as an agent lists them before the write, with `{<role>}` and `{arguments...}`.
        done: what an agent says after the write, with the same slots.
        noun: the action as a noun: `return`.
        tail: what policy tells to add after the write.
        reminder: what policy tells to say before the details are listed, once per request: that nothing may be missing.
        joint: the request (an infinitive for the agent to do) where one selection gives both the object and what it
            is changed to: "see which of my items has the cheapest other version, and swap it for that". Slots:
            `{scope}` "my pending items", `{everything}` "everything that is pending", `{best}` "the cheapest other
            version", `{versions}` "other versions", `{top}` "cheapest one". Empty: it cannot be asked for.
            `say["joint"]` has sentences with the same slots, for when the request has been raised.
    """

    roles: Mapping[str, str]
    topic: Texts
    ask: Texts
    say: Mapping[str, Texts]
    question: Mapping[str, Texts]
    confirm: Texts
    done: Texts
    noun: str
    tail: Texts = ()
    reminder: Texts = ()
    joint: Texts = ()


@dataclass(frozen=True)
class Settlement:
    """How the difference is settled where a write changes one thing for another; `{0}` is what settles it.

    Attributes:
        role: the role that says what settles it: `payment`.
        more, less: `{1}` more or less is to be paid.
        even: nothing is.
        unknown: the amounts have not been read.
        paid: where a write's answer and the row that it changes have what was paid, `fees.*.amount`: what the write
            adds to it is the difference. Empty: the difference is that of the prices of the two things.
    """

    role: str
    more: Texts
    less: Texts
    even: Texts
    unknown: str
    paid: str = ""


@dataclass(frozen=True)
class Lexicon:
    """All words of a domain.

    Attributes:
        facts: knowledge type -> phrases in the user's voice that state it, with `{value}`: what the user knows by
            heart (identity) and values told literally.
        ask_identity: what the agent says to find out who it talks to.
        questions: what an information request asks, keyed by the answer's column id, or `count:<row id>`, or
            `sum:<column id>` (also min, max); phrases with `{object}` for the described row(s).
        answers: same keys; how an agent says it, with `{value}` and `{object}`.
        choices: parameter name -> value -> phrases in the user's voice (`reason` -> "no longer needed" -> ...).
        originals: column id -> phrases for "the one already on the row" (the original payment method).
        out_of_scope: key -> requests (infinitives, user's voice) that no tool serves and policy hands to a human.
        refusals: rule name or tool error text -> how an agent explains the refusal; `{detail}` is what the rule found.
        settlement: fills the slot `{settlement}` of confirmations.
        service: what the agent works for, for greetings: `our store`.
        partial: what is not said here is derived from the tools (`plain_words`); otherwise it has no words.
    """

    rows: Mapping[str, RowWords] = field(default_factory=dict)
    columns: Mapping[str, ColumnWords] = field(default_factory=dict)
    writes: Mapping[str, WriteWords] = field(default_factory=dict)
    facts: Mapping[str, Texts] = field(default_factory=dict)
    ask_identity: Texts = ()
    questions: Mapping[str, Texts] = field(default_factory=dict)
    answers: Mapping[str, Texts] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, Texts]] = field(default_factory=dict)
    originals: Mapping[str, Texts] = field(default_factory=dict)
    out_of_scope: Mapping[str, Texts] = field(default_factory=dict)
    refusals: Mapping[str, Texts] = field(default_factory=dict)
    settlement: Settlement | None = None
    service: str = "our service"
    partial: bool = False
