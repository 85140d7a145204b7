"""What a benchmark has, too, is found by its words and by its writes, and nothing else is."""

from __future__ import annotations

import asyncio
import pickle
import random
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.verdict import Drop, Judged
from stages.base import Services
from stages.decontaminate import (
    GRAM,
    Benchmark,
    DecontaminateDialogues,
    DecontaminateTasks,
    Item,
    call_key,
    hashes,
    index_of,
    words_of,
)
from tests.stages.test_deduplicate import TASK, WORDS, judged, talk

QUESTION = "I lent a book on the third of May and my neighbour would like to have it until the end of June"
NOTHING = Services(sandboxes={})


def exam(*items: Item) -> Benchmark:
    return index_of([Item("exam.json: 1", (QUESTION,), ()), *items])


@given(st.lists(st.sampled_from("abcde"), max_size=60), st.lists(st.sampled_from("abcde"), max_size=60))
def test_runs_of_words_have_equal_hashes_if_they_are_equal(one: list[str], other: list[str]) -> None:
    def runs(words: list[str]) -> list[tuple[str, ...]]:
        return [tuple(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1)]

    both = list(zip([*runs(one), *runs(other)], [*hashes(one).tolist(), *hashes(other).tolist()], strict=True))
    assert len(set(both)) == len({run for run, _ in both}) == len({value for _, value in both})


@pytest.mark.parametrize(
    ("text", "words"),
    [("I'd like #W12-3, please!", "i d like w12 3 please"), ("Übung (zwei): I\u2019d go_on", "übung zwei i d go on")],
)
def test_case_and_punctuation_do_not_count(text: str, words: str) -> None:
    assert words_of(text) == words.split()


def test_thirteen_words_in_a_row_are_found_and_twelve_are_not() -> None:
    words = QUESTION.upper().replace(" ", ", ").split()
    assert exam().known_text([" ".join(words[2:15])]) == (
        "'a book on the third of may and my neighbour would like to' stands in exam.json: 1"
    )
    assert exam().known_text([" ".join(words[:12]), " ".join(words[12:])]) is None
    assert exam().known_text([" ".join([*words[:12], "magazine", *words[12:]])]) is None
    assert index_of([]).known_text([QUESTION]) is None


def test_two_texts_are_not_read_as_one() -> None:
    words = QUESTION.split()
    halves = [" ".join(["x"] * GRAM + words[:10]), " ".join(words[10:] + ["x"] * GRAM)]
    assert exam().known_text(halves) is None


ARGUMENTS = {"loan_id": "L3", "days": 14, "out": ["b1", "b2"], "back": ["c2", "c1"]}


@pytest.mark.parametrize(
    ("arguments", "same"),
    [
        ({"days": 14.0, "back": ["c2", "c1"], "out": ["b1", "b2"], "loan_id": "L3"}, True),
        ({**ARGUMENTS, "out": ["b2", "b1"], "back": ["c1", "c2"]}, True),
        ({**ARGUMENTS, "out": ["b2", "b1"]}, False),
        ({**ARGUMENTS, "days": 15}, False),
        ({**ARGUMENTS, "note": ""}, False),
    ],
)
def test_equal_calls_are_found_whatever_the_order(arguments: dict[str, object], same: bool) -> None:
    assert (call_key("renew", arguments) == call_key("renew", ARGUMENTS)) is same
    assert call_key("lend", arguments) != call_key("renew", ARGUMENTS)
    found = exam(Item("exam.json: 2", (), (("renew", ARGUMENTS),))).known_call([("renew", arguments)])
    assert (found is not None and found.endswith("is a call of exam.json: 2")) is same


def test_a_task_is_known_by_its_writes_and_by_its_text() -> None:
    write = TASK.writes[0]
    by_call = exam(Item("exam.json: 2", (), ((str(write.tool), write.arguments),)))
    read = exam(Item("exam.json: 2", (), (("get_loan", {}),)))
    told = msgspec.structs.replace(TASK, text=QUESTION)
    for benchmark, task, reason in ((by_call, TASK, "is a call of exam.json: 2"), (read, told, "stands in exam")):
        (drop,) = asyncio.run(DecontaminateTasks(benchmark=benchmark).process(task, NOTHING))
        assert isinstance(drop, Drop)
        assert (drop.reason, drop.owner, drop.record_id) == ("contamination", None, TASK.id)
        assert reason in drop.detail and drop.record
    assert asyncio.run(DecontaminateTasks(benchmark=read).process(TASK, NOTHING)) == [TASK]


def test_a_dialogue_is_dropped_or_reported() -> None:
    clean, said = judged("a", talk(1)), judged("b", [*talk(2), f"well. {QUESTION}"])
    answered = judged("c", talk(3), answer=QUESTION)
    dropping = DecontaminateDialogues(benchmark=exam())
    (drop,) = asyncio.run(dropping.process(said, NOTHING))
    assert isinstance(drop, Drop) and drop.reason == "contamination" and drop.record_id == said.id
    reporting = DecontaminateDialogues(benchmark=exam(), action="report")
    for stage, record, reported in ((dropping, clean, False), (dropping, answered, False), (reporting, said, True)):
        (kept,) = asyncio.run(stage.process(record, NOTHING))
        assert isinstance(kept, Judged)
        assert (kept.verdicts[-1].check, kept.verdicts[-1].passed) == ("contamination", True)
        assert bool(kept.verdicts[-1].detail) is reported


def test_a_stage_says_little_of_its_benchmark_and_travels_to_workers() -> None:
    stage = DecontaminateDialogues(benchmark=exam())
    assert exam().known_text([QUESTION])
    assert "grams" not in repr(stage)
    assert pickle.loads(pickle.dumps(stage)) == stage


def test_looking_is_cheap() -> None:
    rng = random.Random(1)
    items = [Item(str(number), (" ".join(rng.choices(WORDS, k=200)),), ()) for number in range(200)]
    benchmark = index_of(items)
    dialogues = [talk(number, turns=20) for number in range(200)]  # 400 words each
    benchmark.known_text(dialogues[0])
    began = time.process_time()
    for texts in dialogues:
        benchmark.known_text(texts)
    assert (time.process_time() - began) / len(dialogues) < 0.002  # 0.1 ms on a quiet machine
