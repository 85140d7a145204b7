"""Verbalise tasks: an engine's words are taken only where the task can be read in them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from schemas.completion import Completion, CompletionRequest, Sampling, Usage
from schemas.task import Task
from stages.base import Engine, EngineError, Services
from stages.verbalise_tasks import VerbaliseTasks
from stages.verbalise_tasks.back_translation import read, same, wanted
from stages.verbalise_tasks.scripted import ScriptedVerbaliser
from tests.stages.proven import proven, world

ORDERS = (("read_heavy", 1, 4), ("read_heavy", 1, 6), ("write_intensive", 2, 3), ("information", 0, 3),
          ("fallback", 1, 4), ("conditional", 1, 3), ("must_refuse", 0, 3))  # fmt: skip


@pytest.fixture(scope="module", params=["retail", "airline"])
def tasks(request: pytest.FixtureRequest) -> list[Task]:
    found = [scenario.task for scenario in proven(request.param, ORDERS, times=2)]
    assert len(found) >= 10
    return found


def engine_for(tasks: list[Task]) -> ScriptedVerbaliser:
    name = tasks[0].domain
    return ScriptedVerbaliser({name: world(name).domain.lexicon}, {task.id: task for task in tasks}.get)


def worded(task: Task, engine: Engine, **sampling: int) -> Task:
    services = Services(sandboxes={task.domain: world(task.domain)}, engines={"verbaliser": engine})
    stage = VerbaliseTasks(verbaliser=engine.revision, sampling=Sampling(**sampling))  # type: ignore[arg-type]
    (made,) = asyncio.run(stage.process(task, services))
    assert isinstance(made, Task)
    return made


def test_words_that_hold_are_taken_and_nothing_else_changes(tasks: list[Task]) -> None:
    engine = engine_for(tasks)
    taken = 0
    for task in tasks:
        made = worded(task, engine)
        if made.worded == engine.revision:
            taken += 1
            assert made.text != task.text
        else:
            assert made.text == task.text and made.worded.startswith("grammar: ")
        assert msgspec.structs.replace(made, text=task.text, worded="") == task
    assert taken >= 0.8 * len(tasks)


class Spoils:
    """A verbaliser whose words are changed by a function."""

    revision = "spoils/1"

    def __init__(self, engine: Engine, spoil: Callable[[Completion, CompletionRequest], Completion]) -> None:
        self._engine, self._spoil = engine, spoil

    async def complete(self, request: CompletionRequest) -> Completion:
        return self._spoil(await self._engine.complete(request), request)


def words_changed(change: Callable[[str], str]) -> Callable[[Completion, CompletionRequest], Completion]:
    def spoil(got: Completion, request: CompletionRequest) -> Completion:
        reading = "/reading/" in request.session
        return got if reading else msgspec.structs.replace(got, content=change(got.content))

    return spoil


def secret_of(task: Task) -> str:
    request = task.requests[0]
    name = next(n for n, s in request.sources.items() if s.provenance == "evidence")
    value = request.arguments[name]
    return str(value[0] if isinstance(value, list) else value)


@pytest.fixture(scope="module")
def heavy() -> Task:
    return proven("retail", (("read_heavy", 1, 4),), times=1)[0].task


def test_words_that_give_the_answer_away_are_not_taken(heavy: Task) -> None:
    engine = Spoils(engine_for([heavy]), words_changed(lambda text: f"{text} I mean {secret_of(heavy)}."))
    made = worded(heavy, engine)
    assert (made.worded, made.text) == ("grammar: leak", heavy.text)


def test_words_that_lack_a_fact_are_not_taken(heavy: Task) -> None:
    email = next(str(entry.value) for entry in heavy.knowledge if entry.identity)
    made = worded(heavy, Spoils(engine_for([heavy]), words_changed(lambda text: text.replace(email, "me"))))
    assert (made.worded, made.text) == ("grammar: insufficient", heavy.text)


def test_words_that_are_read_otherwise_are_not_taken(heavy: Task) -> None:
    columns = world("retail").domain.lexicon.columns.values()
    superlatives = sorted({text for own in columns for text in (*own.most, *own.least)}, key=len, reverse=True)

    def blunt(text: str) -> str:
        for each in superlatives:
            text = text.replace(each, "nice")
        return text

    made = worded(heavy, Spoils(engine_for([heavy]), words_changed(blunt)))
    assert (made.worded, made.text) == ("grammar: read otherwise", heavy.text)


@pytest.mark.parametrize("answer", ["I think it is about a loan.", '{"requests": [{"intent": "x"}]}', "{", "[]"])
def test_a_reader_that_answers_anything_else_reads_otherwise(heavy: Task, answer: str) -> None:
    def spoil(got: Completion, request: CompletionRequest) -> Completion:
        return msgspec.structs.replace(got, content=answer) if request.response_format is not None else got

    assert worded(heavy, Spoils(engine_for([heavy]), spoil)).worded == "grammar: read otherwise"


def test_words_that_were_cut_off_are_not_taken(heavy: Task) -> None:
    def full(got: Completion, request: CompletionRequest) -> Completion:
        return msgspec.structs.replace(got, usage=Usage(completion_tokens=64))

    assert worded(heavy, Spoils(engine_for([heavy]), full), max_tokens=64).worded == "grammar: truncated"


def test_an_engine_without_an_answer_leaves_the_grammars_words(heavy: Task) -> None:
    class Silent:
        revision = "silent/1"

        async def complete(self, request: CompletionRequest) -> Completion:
            raise EngineError("no answer")

    assert worded(heavy, Silent()) == msgspec.structs.replace(heavy, worded="grammar: no answer")


def test_the_reader_is_told_all_of_the_domains_terms_and_nothing_of_the_task(heavy: Task) -> None:
    asked: list[CompletionRequest] = []

    def keep(got: Completion, request: CompletionRequest) -> Completion:
        asked.append(request)
        return got

    worded(heavy, Spoils(engine_for([heavy]), keep))
    reader = next(request for request in asked if request.response_format is not None)
    prompt = str(reader.messages[0]["content"])
    lexicon = world("retail").domain.lexicon
    assert all(tool in prompt for tool in lexicon.writes) and all(column in prompt for column in lexicon.columns)
    assert heavy.text not in str(reader.messages) and secret_of(heavy) not in str(reader.messages)
    assert reader.sampling.temperature == 0.0


def test_a_reading_is_the_same_in_any_order_and_with_words_around_it(heavy: Task) -> None:
    gold = wanted(world("retail").domain.lexicon, heavy)
    assert same(gold, gold[::-1]) and not same(gold, gold * 2)
    assert read('Here it is: {"requests": [{"intent": "a", "criteria": [{"column": "c", "value": true}]}]}') == [
        ("a", frozenset({("c", "true")}))
    ]
