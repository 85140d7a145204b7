from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from pipeline.view.opened import Opened
from pipeline.view.replay import Change, Worlds, leaves_apart, told_by_results
from pipeline.view.transcript import evidence_of, places_of
from schemas.base import Json
from schemas.dialogue import Message
from tests.pipeline.fake_run import judged


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [("b", 2, 3)]),
        ({"a": {"x": 1}}, {"a": {"y": 1}}, [("a.x", 1, None), ("a.y", None, 1)]),
        ([1, 2], [1, 2, 3], [("2", None, 3)]),
        (None, {"a": 1}, [("", None, {"a": 1})]),
        ({"a": [1]}, {"a": "1"}, [("a", [1], "1")]),
        ({"a": 1}, {"a": 1}, []),
    ],
)
def test_values_that_differ_are_told_by_their_path(
    before: Json, after: Json, found: list[tuple[str, Json, Json]]
) -> None:
    assert list(leaves_apart(before, after)) == found


def test_changes_of_a_real_run_are_those_that_its_final_states_have(real_run: Path) -> None:
    run, worlds = Opened(real_run, 1), Worlds(real_run)
    sandbox, missing = worlds.sandbox("retail")
    assert sandbox is not None and missing == ""
    seen = 0
    for row in run.kept.table.to_pylist():
        judged = run.judged(row["id"])
        assert judged is not None
        dialogue = judged.dialogue
        changes = worlds.changes(dialogue)
        assert changes.missing == ""
        final = sandbox.fork()
        for message in dialogue.messages:
            for call in message.tool_calls:
                final.call(call.name, call.arguments)
        assert final.digest() == dialogue.final_digest
        told = {change.row for each in changes.by_call.values() for change in each}
        assert {f"{table} {key}" for table, rows in final.diff().items() for key in rows} <= told
        assert bool(told) == bool(row["num_writes"])
        seen += len(told)
    assert seen > 10 and sandbox.diff() == {}


def test_every_read_of_a_real_proof_or_one_in_its_place_is_found_among_the_calls(real_run: Path) -> None:
    run = Opened(real_run, 1)
    found = 0
    for row in run.kept.table.to_pylist():
        judged = run.judged(row["id"])
        assert judged is not None
        made = places_of(judged.dialogue)
        for key in evidence_of(judged.dialogue.scenario.task, made):
            assert key in made
            found += 1
    assert found > 50


def test_what_cannot_be_replayed_says_why(toy_run: Path) -> None:
    run, worlds = Opened(toy_run, 1), Worlds(toy_run)
    judged = run.judged(run.kept.page({}).rows[0]["id"])
    assert judged is not None
    changes = worlds.changes(judged.dialogue)
    assert changes.by_call == {} and "its world of library is not generated; give --recipe" in changes.missing


def test_what_cannot_be_replayed_is_told_by_results() -> None:
    dialogue = judged(1).dialogue
    results = [
        ("get_loan", '{"loan_id":"L1","status":"open","due":"Friday","copies":[1]}'),
        ("get_loan", '{"loan_id":"L2","status":"open","due":"Monday","copies":[2]}'),
        ("get_reader", '{"loan_id":"L1"}'),
        ("renew", '{"loan_id":"L1","status":"open","due":"Sunday","copies":[1]}'),
        ("renew", '{"loan_id":"L9","status":"open","due":"Sunday","copies":[1]}'),
        ("renew", "renewed"),
    ]
    messages = tuple(
        Message(role="tool", content=content, tool_call_id=f"call_{place}", name=name)
        for place, (name, content) in enumerate(results)
    )
    found = told_by_results(structs.replace(dialogue, messages=messages))
    assert found == {"call_3": (Change("loan_id L1", "due", "Friday", "Sunday"),)}


def test_of_a_real_run_results_tell_no_more_than_the_world(real_run: Path) -> None:
    run, worlds = Opened(real_run, 1), Worlds(real_run)
    compared = 0
    for row in run.kept.table.to_pylist():
        found = run.judged(row["id"])
        assert found is not None
        whole = worlds.changes(found.dialogue).by_call
        for call, told in told_by_results(found.dialogue).items():
            values = {(each.path, str(each.after)) for each in whole[call]}
            assert {(each.path, str(each.after)) for each in told} <= values
            compared += len(told)
    assert compared > 10
