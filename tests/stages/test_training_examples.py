from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stages.training_examples import OMITTED, Shape

TOOLS = [
    {"type": "function", "function": {"name": name}} for name in ("get_loan", "renew", "get_reader", "pay", "find")
]


def call(tool: str, text: str = "") -> dict:
    function = {"name": tool, "arguments": {"loan_id": "L1"}}
    return {"role": "assistant", "content": text, "tool_calls": [{"id": "c", "type": "function", "function": function}]}


def said(text: str) -> dict:
    return {"role": "assistant", "content": text}


def user(text: str) -> dict:
    return {"role": "user", "content": text}


RESULT = {"role": "tool", "content": "{}", "tool_call_id": "c", "name": "get_loan"}
TALK = [
    {"role": "system", "content": "Policy."},
    user("is it due?"),
    said("Which loan?"),
    user("L1"),
    call("get_loan", "One moment."),
    RESULT,
    said("On Friday."),
]


def examples(talk=TALK, **options):
    return list(Shape(**options).examples("dialogue-1", talk, TOOLS))


def test_a_whole_dialogue_stays_as_it_is():
    (example,) = examples()
    assert example.id == "dialogue-1" and example.messages == TALK and example.tools == TOOLS
    assert example.trained == [False, False, True, False, True, False, True]


def test_a_split_dialogue_counts_each_message_once():
    split = examples(turn_split=True)
    assert [example.id for example in split] == ["dialogue-1:1", "dialogue-1:2", "dialogue-1:3"]
    assert [example.messages for example in split] == [TALK[:3], TALK[:5], TALK[:7]]
    assert all(sum(example.trained) == 1 and example.trained[-1] for example in split)


def test_prose_is_left_out_of_the_context_alone():
    last = examples(turn_split=True, omit_prose=True)[-1].messages
    assert [message["content"] for message in last] == ["Policy.", "is it due?", OMITTED, "L1", "", "{}", "On Friday."]
    assert last[4]["tool_calls"] == TALK[4]["tool_calls"]
    assert TALK[2]["content"] == "Which loan?"  # what is shared was not changed


def test_calls_alone_may_count_and_what_follows_them_goes():
    (example,) = examples(loss="calls")
    assert example.messages == TALK[:5] and example.trained == [False] * 4 + [True]
    assert [each.id for each in examples(loss="calls", turn_split=True)] == ["dialogue-1:1"]
    assert examples([user("hi"), said("Hello.")], loss="calls") == []


def test_dropped_tools_depend_on_seed_and_dialogue_alone():
    talk = [user("renew"), call("renew"), RESULT, said("Done.")]
    kept = [
        tuple(tool["function"]["name"] for tool in examples(talk, drop_tools=0.5, seed=n)[0].tools) for n in (1, 1, 2)
    ]
    assert kept[0] == kept[1] != kept[2]
    (all_dropped,) = examples(talk, drop_tools=1.0)
    assert [tool["function"]["name"] for tool in all_dropped.tools] == ["renew"]
    assert len({id(tools) for tools in (each.tools for each in examples(turn_split=True, drop_tools=0.5))}) == 1


MESSAGES = st.lists(
    st.one_of(
        st.text(max_size=5).map(user),
        st.text(max_size=5).map(said),
        st.sampled_from([tool["function"]["name"] for tool in TOOLS]).map(call),
    ),
    max_size=12,
)


@given(
    MESSAGES,
    st.builds(
        Shape,
        turn_split=st.booleans(),
        loss=st.sampled_from(["assistant", "calls"]),
        drop_tools=st.floats(0, 1),
        seed=st.integers(0, 5),
    ),
)
def test_what_counts_is_the_same_split_or_whole(talk, shape):
    found = list(shape.examples("d", talk, TOOLS))
    wanted = [m for m in talk if m["role"] == "assistant" and (shape.loss == "assistant" or "tool_calls" in m)]
    counted = [m for each in found for m, trained in zip(each.messages, each.trained, strict=True) if trained]
    assert counted == wanted
    called = {c["function"]["name"] for m in talk for c in m.get("tool_calls", ())}
    for each in found:
        names = [tool["function"]["name"] for tool in each.tools]
        assert each.trained[-1] and called <= set(names) and len(names) == len(set(names))
