"""Questions about columns: what can be asked, in which words, and how it is answered.

questions("get_loan.due_date", words, "date")
    -> ("get_loan.due_date", ("what the due date of {object} is", ...), ("The due date is {value}.", ...))
"""

from __future__ import annotations

from collections.abc import Iterator

from tool_specs.lexicon import ColumnWords, Texts
from tool_specs.plain_words.columns import LEFT, counts, happened
from tool_specs.plain_words.kinds import Kind


def questions(id_: str, words: ColumnWords, kind: Kind) -> Iterator[tuple[str, Texts, Texts]]:
    """Yields (key, questions, answers) of what can be asked about a column."""
    name = words.name
    if kind in ("id", "boolean", "text"):
        return
    asks: Texts = (
        f"what the {name} of {{object}} is",
        f"which {name} {{object}} {{has}}",
        f"what's the {name} of {{object}}?",
        f"which {name} {{does}} {{object}} have?",
    )
    if name.startswith("number of ") and kind == "number":
        counted = name.removeprefix("number of ")
        head, _, last = counted.rpartition(" ")
        asks = (f"how many {counted} {{object}} {{has}}", f"how many {counted} {{does}} {{object}} have?")
        if last in LEFT:
            asks = (f"how many {head} are {last} for {{object}}", f"how many {head} are {last} for {{object}}?")
    elif done := happened(id_.rpartition(".")[2]):
        asks = (f"when {{object}} {{was}} {done}", f"when {{was}} {{object}} {done}?")
    elif kind == "money" and name in ("price", "cost"):
        asks = ("how much {object} cost{s}", "what {object} cost{s}", "how much {does} {object} cost?", *asks[:1])
    answers: Texts = (
        f"The {name} of {{object}} is {{value}}.",
        f"The {name} is {{value}}.",
        f"Its {name} is {{value}}.",
    )
    yield id_, asks, answers
    if kind in ("money", "number", "duration"):
        high, low = ("longest", "shortest") if kind == "duration" else ("highest", "lowest")
        if name.endswith("year"):
            high, low = "latest", "earliest"
        for how, word in (("max", high), ("min", low)):
            texts = (f"what the {word} {name} among {{object}} is", f"what's the {word} {name} among {{object}}?")
            yield (
                f"{how}:{id_}",
                texts,
                (f"The {word} {name} is {{value}}.", f"The {word} {name} among them is {{value}}."),
            )
    if kind == "money" or counts_rows(id_, kind):
        total = _total(name)
        texts = (f"what the {total} of {{object}} is", f"what's the {total} of {{object}}?")
        yield (
            f"sum:{id_}",
            texts,
            (f"The {total} is {{value}}.", "Altogether that's {value}.", "It adds up to {value}."),
        )


def counts_rows(id_: str, kind: Kind) -> bool:
    """Whether the numbers of a column can be added up: pages can, years cannot."""
    return kind == "number" and bool(counts(id_.rpartition(".")[2]))


def _total(name: str) -> str:
    return name.replace("number of", "total number of", 1) if name.startswith("number of") else f"total {name}"


def rows_counted(row_id: str, *, owned: bool) -> tuple[str, Texts, Texts]:
    """Returns (key, questions, answers) for how many rows there are."""
    asks: Texts = ("how many {objects} there are", "how many {objects} are there?")
    if owned:
        asks = ("how many {objects} I have", "how many {objects} do I have?", *asks)
    return f"count:{row_id}", asks, ("I count {value} in all.", "The number is {value}.")
