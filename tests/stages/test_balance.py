"""Balance: no key has more than its share in any beginning of the kept rows; the order alone decides."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.task import Request
from schemas.verdict import Judged, Trials
from stages.balance import FREE, Balance
from stages.base import Refusal
from stages.deduplicate import Deduplicate
from stages.select_rows import SelectRows
from tests.pipeline.fake_run import judged, request

TOOLS = ("renew", "lend", "give_back")


def row(number: int, *writes: tuple[str, str], traits: tuple[str, ...] = (), passed: int | None = None) -> Judged:
    """A dialogue about a task that calls tools with loans."""
    record = judged(number)
    scenario = record.dialogue.scenario
    requests = tuple(write(tool, loan) for tool, loan in writes)
    scenario = msgspec.structs.replace(
        scenario,
        task=msgspec.structs.replace(scenario.task, requests=requests, principal=f"reader-{number}"),
        behavior=msgspec.structs.replace(scenario.behavior, traits=traits),
    )
    messages = tuple(msgspec.structs.replace(m, content=f"{number} {m.content}") for m in record.dialogue.messages)
    dialogue = msgspec.structs.replace(record.dialogue, scenario=scenario, messages=messages)
    trials = None if passed is None else Trials(attempt=0, attempts=10, passed=passed)
    return msgspec.structs.replace(record, dialogue=dialogue, trials=trials)


def write(tool: str, loan: str) -> Request:
    return msgspec.structs.replace(request(), tool=tool, arguments={"loan_id": loan, "note": "please"})


def decided(stage: Any, rows: list[Judged]) -> tuple[list[Judged], list[Refusal]]:
    state, kept, refused = stage.start(), [], []
    for number, record in enumerate(rows):
        # What decides goes to disk and back between the worker and the driver.
        features = msgspec.msgpack.decode(msgspec.msgpack.encode(stage.features(record)))
        found = stage.accept(state, f"row-{number}", features)
        if found is None:
            kept.append(record)
        else:
            refused.append(found)
    return kept, refused


def tools_of(record: Judged) -> list[str]:
    return sorted(str(each.tool) for each in record.dialogue.scenario.task.writes)


@given(
    st.lists(st.lists(st.sampled_from(TOOLS), max_size=3), max_size=150),
    st.sampled_from([0.1, 0.3, 0.5]),
)
def test_no_tool_has_more_than_its_share_in_any_beginning(drawn: list[list[str]], share: float) -> None:
    rows = [row(n, *((tool, f"L{n}") for tool in tools)) for n, tools in enumerate(drawn)]
    kept, refused = decided(Balance(tools=share, tool_pairs=share), rows)
    counts, pairs, writing, twice = Counter[str](), Counter[str](), 0, 0
    for record in kept:
        tools = tools_of(record)
        writing, twice = writing + bool(tools), twice + (len(tools) > 1)
        counts.update(set(tools))
        pairs.update({" + ".join((a, b)) for n, a in enumerate(tools) for b in tools[n + 1 :]})
        assert all(count <= max(FREE, share * writing) for count in counts.values())
        assert all(count <= max(FREE, share * twice) for count in pairs.values())
    assert len(kept) + len(refused) == len(rows)
    again, _ = decided(Balance(tools=share, tool_pairs=share), rows[: len(rows) // 2])
    assert again == kept[: len(again)]  # a longer run keeps what a shorter one keeps


def test_a_refusal_says_what_there_is_too_much_of() -> None:
    rows = [row(n, ("renew", f"L{n}")) for n in range(15)]
    kept, refused = decided(Balance(tools=0.5), rows)
    assert len(kept) == FREE and {each.reason for each in refused} == {"balance"}
    assert refused[0].detail == "tool renew would be in 11 of 11 rows; 50.00% may have it"


def test_values_are_those_that_were_found() -> None:
    rows = [row(n, ("renew", "L7" if n % 2 else f"M{n}")) for n in range(60)]
    kept, refused = decided(Balance(values=0.25), rows)
    found = sum(record.dialogue.scenario.task.requests[0].arguments["loan_id"] == "L7" for record in kept)
    assert FREE <= found <= 0.25 * len(kept) and "value loan_id L7" in refused[0].detail
    assert len([each for each in rows if each not in kept]) == len(refused)
    assert all("please" not in each.detail for each in refused)  # what users state is in every row


def test_manners_and_rows_without_writes() -> None:
    rows = [row(n, traits=("slip",) if n % 3 else ("typos",)) for n in range(60)]
    assert decided(Balance(tools=0.1, tool_pairs=0.1, values=0.1), rows)[1] == []
    kept, refused = decided(Balance(behaviors=0.5), rows)
    assert "manner drip+terse+slip would be" in refused[0].detail
    told = Counter(record.dialogue.scenario.behavior.traits for record in kept)
    assert told["slip",] <= max(FREE, 0.5 * len(kept))


def test_sequences_of_calls() -> None:
    rows = [row(n) for n in range(30)]  # all make the same calls
    kept, refused = decided(Balance(skeletons=0.2), rows)
    assert len(kept) == FREE
    assert "call skeleton find_reader > get_loan > renew would be" in refused[0].detail


def test_a_pass_rate_where_an_engine_measured_it() -> None:
    rows = [row(n, ("renew", f"L{n}"), passed=n) for n in range(11)]
    kept, refused = decided(Balance(pass_rate=(0.2, 0.8)), rows)
    assert [record.trials.passed for record in kept if record.trials] == [2, 3, 4, 5, 6, 7, 8]
    assert refused[0].detail == "0% of the tries passed; 20% to 80% are wanted"
    assert decided(Balance(pass_rate=(0.2, 0.8)), [row(1, ("renew", "L1"))])[1] == []


def test_neither_counts_what_the_other_refuses() -> None:
    both = SelectRows(deduplicate=Deduplicate(), balance=Balance(tools=0.5))
    one = row(0, ("renew", "L0"))
    kept, refused = decided(both, [one] * 5 + [row(n, ("renew", f"L{n}")) for n in range(1, 14)])
    assert [each.reason for each in refused] == ["near_duplicate"] * 4 + ["balance"] * 4
    assert len(kept) == FREE
    late = row(13, ("renew", "L13"))  # refused for balance, so no later row repeats it
    assert decided(both, [*kept, late, late])[1][-1].reason == "balance"


def test_what_is_told_names_the_key_next_to_its_limit() -> None:
    stage = SelectRows(deduplicate=Deduplicate(), balance=Balance(tools=0.9, values=0.9))
    state = stage.start()
    for number in range(6):
        record = row(number, ("renew" if number else "lend", "L1" if number < 4 else f"L{number}"))
        assert stage.accept(state, record.id, stage.features(record)) is None
    assert stage.told(state) == {
        "tools": {"limit": 0.9, "commonest": "renew", "count": 5, "rows": 6},
        "values": {"limit": 0.9, "commonest": "loan_id L1", "count": 4, "rows": 6},
    }
    assert Balance().told(Balance().start()) == {}


@pytest.mark.parametrize("limit", [0.0, 1.5])
def test_shares_in_recipes(limit: float) -> None:
    from pydantic import ValidationError

    from pipeline.recipe import Recipe
    from pipeline.recipe_sections import BalanceSettings

    with pytest.raises(ValidationError, match="tools"):
        BalanceSettings.model_validate({"tools": limit})
    with pytest.raises(ValidationError, match=r"pass_rate: 0\.9 is more than 0\.1"):
        BalanceSettings.model_validate({"pass_rate": [0.9, 0.1]})
    with pytest.raises(ValidationError, match="one try tells no rate; give simulate"):
        Recipe.model_validate({"name": "x", "domains": [{"name": "retail"}], "balance": {"pass_rate": [0.1, 0.9]}})
