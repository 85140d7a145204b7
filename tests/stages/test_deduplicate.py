"""Near-duplicates: the same words, the same task in the same manner, and what must not be taken for either."""

from __future__ import annotations

import pickle
import random
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import content_id
from schemas.behavior import Behavior, Scenario
from schemas.dialogue import Dialogue, Message, ToolCall
from schemas.task import Task
from schemas.verdict import Judged
from stages.deduplicate import CHUNK, Deduplicate, NearDuplicates, shingles, signature
from tests.tool_specs.phrasing.samples import TASKS

WORDS = [f"word{number}" for number in range(500)]
TASK = TASKS["cancel_named"]


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=60) | st.text(alphabet="ab1_ .,'-#@$", max_size=40))
def test_a_text_is_split_where_its_words_are(text: str):
    words = re.findall(r"[\w#@$.,'-]*\w", text.lower())
    if len(words) >= 3:
        assert shingles(text) == [" ".join(words[at : at + 3]) for at in range(len(words) - 2)]
    else:
        assert shingles(text) == [" ".join(words)]


def judged(name: str, texts: list[str], task: Task = TASK, register: str = "neutral", answer: str = "{}") -> Judged:
    behavior = Behavior(id=f"behavior-{name}", task_id=task.id, seed=1, disclosure="drip", register=register)
    messages: list[Message] = []
    for number, text in enumerate(texts):
        messages.append(Message(role="user" if number % 2 == 0 else "assistant", content=text))
    messages.insert(1, Message(role="tool", content=answer, tool_call_id="call_1", name="get"))
    dialogue = Dialogue(
        id=content_id("dialogue", name),
        scenario=Scenario(id=f"scenario-{name}", task=task, behavior=behavior),
        messages=tuple(messages),
        ended="user_done",
        initial_digest="",
        final_digest="",
        engines={},
    )
    return Judged(id=dialogue.id, dialogue=dialogue, verdicts=())


def talk(seed: int, turns: int = 8) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=20)) for _ in range(turns)]


def kept(*records: Judged, stage: Deduplicate | None = None) -> list[str | None]:
    stage = stage or Deduplicate()
    state = stage.start()
    refused = [stage.accept(state, record.id, stage.features(record)) for record in records]
    assert all(each is None or each.reason == "near_duplicate" for each in refused)
    return [each.detail if each else None for each in refused]


def other_task() -> Task:
    return TASKS["cancel_with_camera"]


def test_the_first_of_two_equal_texts_stays() -> None:
    one = judged("one", talk(1))
    same = judged("same", [text.upper() for text in talk(1)], other_task())
    verdicts = kept(one, same)
    assert verdicts[0] is None
    assert verdicts[1] is not None
    assert one.id in verdicts[1]


def test_a_few_changed_words_make_no_other_dialogue() -> None:
    texts = talk(2)
    texts[3] = texts[3].replace(texts[3].split()[4], "different")
    assert kept(judged("one", talk(2)), judged("two", texts, other_task()))[1] is not None


def test_half_other_words_do() -> None:
    mixed = [*talk(3)[:4], *talk(4)[4:]]
    assert kept(judged("one", talk(3)), judged("two", mixed, other_task())) == [None, None]


def test_two_manners_of_one_task_share_what_tools_answer_and_both_stay() -> None:
    answer = " ".join(WORDS)
    one = judged("one", talk(5), answer=answer)
    two = judged("two", talk(6), register="terse", answer=answer)
    assert kept(one, two) == [None, None]


def test_one_task_drawn_twice_is_told_once_per_manner() -> None:
    again = msgspec.structs.replace(TASK, id="task-drawn-again", spec=msgspec.structs.replace(TASK.spec, number=7))
    verdicts = kept(judged("one", talk(7)), judged("two", talk(8), again), judged("three", talk(9), again, "chatty"))
    assert verdicts[0] is None
    assert verdicts[1] is not None
    assert verdicts[1].startswith("same task and manner")
    assert verdicts[2] is None


def test_short_texts_have_features_too() -> None:
    assert kept(judged("one", ["hi"]), judged("two", ["hi"], other_task()))[1] is not None
    assert shingles("") == [""]


def test_the_threshold_is_a_setting() -> None:
    texts = talk(10)
    texts[2] = texts[2][:60] + talk(11)[2][60:]
    pair = judged("one", talk(10)), judged("two", texts, other_task())
    assert kept(*pair)[1] is not None
    assert kept(*pair, stage=Deduplicate(threshold=0.97)) == [None, None]
    with pytest.raises(ValueError, match="choose one from"):
        Deduplicate(threshold=0.2)


def test_features_depend_on_content_alone() -> None:
    stage = Deduplicate()
    assert stage.features(judged("one", talk(1))) == stage.features(judged("another", talk(1)))
    assert [len(each) for each in stage.features(judged("one", talk(1))).values()] == [136]


def with_calls(record: Judged, *loans: str) -> Judged:
    calls = tuple(ToolCall(id=f"call_{loan}", name="get_loan", arguments={"loan_id": loan}) for loan in loans)
    message = Message(role="assistant", content="", tool_calls=calls)
    dialogue = msgspec.structs.replace(record.dialogue, messages=(*record.dialogue.messages, message))
    return msgspec.structs.replace(record, dialogue=dialogue)


def retold(task: Task, words: str) -> Task:
    return msgspec.structs.replace(task, id=f"{task.id}-again", text=words)


def test_task_texts_are_compared_with_those_of_other_tasks() -> None:
    stage = Deduplicate(task_text=0.9)
    words = " ".join(random.Random(1).choices(WORDS, k=60))
    one, other = retold(TASK, words), retold(other_task(), words)
    told_twice = judged("one", talk(1), one), judged("two", talk(2), one, "terse")
    assert kept(*told_twice, stage=stage) == [None, None]
    assert kept(*told_twice, judged("three", talk(3), other), stage=stage)[2:] == [
        f"task text: same text as {one.id} (similarity 1.00)"
    ]
    assert kept(*told_twice, judged("three", talk(3), retold(other, words[: len(words) // 2])), stage=stage)[2] is None


def test_user_turns_are_compared_with_those_of_every_dialogue() -> None:
    users, agents = talk(1)[::2], (talk(2)[1::2], talk(3)[1::2])
    one, two = ([text for pair in zip(users, said, strict=True) for text in pair] for said in agents)
    pair = judged("one", one), judged("two", two, other_task())
    assert kept(*pair) == [None, None]
    found = kept(*pair, stage=Deduplicate(user_turns=0.9))[1]
    assert found is not None and found.startswith(f"user turns: same text as {pair[0].id}")


def test_calls_are_compared_with_those_of_other_tasks() -> None:
    stage = Deduplicate(calls=0.9)
    loans = [f"L{number}" for number in range(8)]
    one = with_calls(judged("one", talk(1)), *loans)
    again = with_calls(judged("two", talk(2), register="terse"), *loans)
    other = with_calls(judged("three", talk(3), other_task()), *loans)
    fewer = with_calls(judged("four", talk(4), retold(other_task(), "x")), *loans[:3], "M1", "M2", "M3")
    assert kept(one, again, fewer, stage=stage) == [None, None, None]
    assert kept(one, again, other) == [None, None, None]
    found = kept(one, again, other, stage=stage)
    assert found[:2] == [None, None] and (found[2] or "").startswith(f"calls: same text as {TASK.id}")


def test_what_one_view_refuses_no_other_keeps() -> None:
    """A later dialogue does not repeat one that was dropped."""
    stage = Deduplicate(user_turns=0.9)
    one, two, three = talk(1), talk(2), talk(3)
    copied = [user if n % 2 == 0 else agent for n, (user, agent) in enumerate(zip(one, two, strict=True))]
    like_dropped = [user if n % 2 == 0 else agent for n, (user, agent) in enumerate(zip(three, two, strict=True))]
    tasks = [retold(TASK, str(number)) for number in range(3)]
    manners = ("neutral", "terse", "chatty")
    records = [judged(str(n), texts, tasks[n], manners[n]) for n, texts in enumerate((one, copied, like_dropped))]
    found = kept(*records, stage=stage)
    assert found[0] is None and found[1] is not None and found[2] is None


@pytest.mark.parametrize("pickled", [False, True])
def test_growing_over_many_chunks_loses_nothing(pickled: bool) -> None:
    rng = random.Random(1)
    index = NearDuplicates(0.8)
    rows = [rng.randbytes(136) for _ in range(CHUNK + 3000)]
    for number, row in enumerate(rows):
        assert index.accept(f"row-{number}", row) is None
    if pickled:
        index = pickle.loads(pickle.dumps(index))
    for number in range(0, len(rows), 997):
        assert f"row-{number} " in (index.accept("again", rows[number][:128] + b"anything") or "")
        assert (index.accept("again", rng.randbytes(128) + rows[number][128:]) or "").endswith(f"row-{number}")
    assert len(index) == len(rows)
    assert index.nbytes / len(index) < 600


def test_the_same_task_and_manner_is_seen_where_the_words_have_little_in_common() -> None:
    rng = random.Random(2)
    index, row = NearDuplicates(0.8), rng.randbytes(136)
    assert index.accept("row", row) is None
    one_band = row[:8] + rng.randbytes(120) + row[128:]
    assert index.accept("again", one_band) == "same task and manner as row"
    assert index.accept("other", one_band[:128] + b"anything") is None


def test_signatures_estimate_similarity() -> None:
    one = signature([f"run {number}" for number in range(300)])
    other = signature([f"run {number}" for number in range(100, 400)])
    same = sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
    assert abs(same - 0.5) < 0.15
