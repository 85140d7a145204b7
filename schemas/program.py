"""Program: how the arguments of one decision follow from reads; anybody can run it again.

A program streams *rows*. A row is a set of named bindings; each step adds one: `Call` reads with a tool, `Each`
walks a collection. Filters drop rows as soon as their columns are bound (before further reads), an ordering of at
most two keys ranks what is left, `pick` says which rows remain. A later program may continue from the rows an
earlier one picked (`start`), which is how "the most expensive thing I own, swapped for its cheapest version" is said.

Example row ("of everything I borrowed and still have, the loan that is due first")::

    {"steps": [
        {"type": "call", "name": "reader_id", "tool": "find_reader",
         "arguments": {"email": {"type": "fact", "name": "email"}}},
        {"type": "call", "name": "reader", "tool": "get_reader",
         "arguments": {"reader_id": {"type": "at", "path": ["reader_id"]}}},
        {"type": "each", "name": "loan_id", "source": {"type": "at", "path": ["reader", "loans"]}},
        {"type": "call", "name": "loan", "tool": "get_loan",
         "arguments": {"loan_id": {"type": "at", "path": ["loan_id"]}}}],
     "where": [{"column": ["loan", "status"], "op": "eq", "value": "open"}],
     "order": [{"column": ["loan", "due"], "descending": false}],
     "pick": "first"}
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from schemas.base import Json, Path, Record

Pick = Literal["only", "first", "all", "each"]
"""`only`: exactly one row is left (the words presuppose it); `first`: best by `order`; `all`: every row; `each`: the
best row per row of the program that this one continues (`start`)."""


class Fact(Record, tag_field="type", tag="fact"):
    """A value that the user states: the name of an entry of `Task.knowledge`."""

    name: str


class At(Record, tag_field="type", tag="at"):
    """A value in the row: binding name first, then keys and positions inside it."""

    path: Path


Operand = Fact | At


class Call(Record, tag_field="type", tag="call", omit_defaults=True):
    """Reads with a tool and binds its result.

    Attributes:
        also: further tools that answer the same question; each is read with the same arguments, and each result makes
            a row of its own.
    """

    name: str
    tool: str
    arguments: dict[str, Operand]
    also: tuple[str, ...] = ()

    @property
    def tools(self) -> tuple[str, ...]:
        """All tools that are read."""
        return (self.tool, *self.also)


class Each(Record, tag_field="type", tag="each"):
    """Binds every element of a list, or every value of an object of rows; `source` may be a fact that is a list."""

    name: str
    source: Operand


Step = Call | Each


class Filter(Record):
    """Keeps rows whose column agrees. `other`, when given, is a column to compare with instead of `value`."""

    column: Path
    op: Literal["eq", "ne"] = "eq"
    value: Json = None
    other: Path | None = None


class OrderKey(Record):
    """One key of an ordering."""

    column: Path
    descending: bool = False


class Term(Record):
    """What one of the selections under a budget costs: a column of its row, less another column of the same row."""

    program: int
    column: Path
    less: Path | None = None


class Budget(Record):
    """A limit on what rows of several selections cost together: "as long as I pay no more than $40 extra in total".

    Of the combinations that stay within it, the one is meant that is best by the ordering of the first selection, then
    by that of the second, and so on: "if it is not enough for the best of both, the lamp comes first".

    Attributes:
        fact: the limit, which the user states.
        terms: the selections (`first`), the one that matters most first.
    """

    fact: str
    terms: tuple[Term, ...]


class Program(Record):
    """One selection of rows. See the module's text for its meaning.

    Attributes:
        role: what the selected rows are to the request (`object`, `target`, `payment`, ...): the lexicon's word for
            the parameters that they fill, and the slot under which a user tells the program.
        prefer: wishes, tried in order once all rows are there (`first` only): the rows that pass the first one that
            any row passes are ranked; where none passes any of them, all rows are: "the cheapest blue one, and if
            there is none, the cheapest of any colour".
        within: a budget over rows of this program and of earlier ones, on the last of them.
    """

    steps: tuple[Step, ...]
    where: tuple[Filter, ...] = ()
    order: tuple[OrderKey, ...] = ()
    pick: Pick = "only"
    start: int | None = None
    role: str = "object"
    # Unset where there is none: a program without wishes has the bytes that it had before there were any.
    prefer: tuple[Filter, ...] | UnsetType = UNSET
    within: Budget | UnsetType = UNSET

    @property
    def facts(self) -> tuple[str, ...]:
        """The names of the facts that it starts from or stays within, in order."""
        found: dict[str, None] = {}
        for step in self.steps:
            operands = step.arguments.values() if isinstance(step, Call) else (step.source,)
            found.update((operand.name, None) for operand in operands if isinstance(operand, Fact))
        return (*found, *([self.within.fact] if self.within else ()))

    @property
    def wishes(self) -> tuple[Filter, ...]:
        """The wishes, none where `prefer` is not set."""
        return self.prefer or ()


class Bind(Record):
    """Where an argument (or an answer) comes from: a column of the rows that program number `program` picked.

    `many` gives the list over all picked rows; `aggregate` folds it into one value (`difference`: of the greatest and
    the least).
    """

    program: int
    column: Path
    many: bool = False
    aggregate: Literal["none", "count", "sum", "min", "max", "difference"] = "none"


class Condition(Record):
    """A number that decides whether something is to be done at all: "only if its price is over $50".

    Attributes:
        bind: where the number stands.
        above: whether it has to be above the limit; below it otherwise. Equal is neither.
        fact: the limit, which the user states.
        branch: where something else is wanted if the condition does not hold: whether this is what is wanted if it does
            (`then`), or that (`otherwise`), for which the same condition must not hold.
    """

    bind: Bind
    above: bool
    fact: str
    # Unset where there is one branch only: such a condition has the bytes that it had before there were two.
    branch: Literal["then", "otherwise"] | UnsetType = UNSET


def column_id(programs: tuple[Program, ...], program: int, path: Path) -> str:
    """Names a column independently of bindings: `get_loan.status`, `get_reader.loans.*`.

    This is the key under which a lexicon and the API graph know the column. A fact list is `fact:<name>`.

    Raises:
        KeyError: no step binds the path's first element.
    """
    here: Program | None = programs[program]
    while here is not None:
        for step in here.steps:
            if step.name == path[0]:
                return ".".join([_source_id(programs, program, step), *(str(p) for p in path[1:])])
        program = here.start if here.start is not None else -1
        here = programs[program] if program >= 0 else None
    raise KeyError(f"no step binds {path[0]!r}")


def _source_id(programs: tuple[Program, ...], program: int, step: Step) -> str:
    if isinstance(step, Call):
        return step.tool
    if isinstance(step.source, Fact):
        return f"fact:{step.source.name}"
    return column_id(programs, program, step.source.path) + ".*"
