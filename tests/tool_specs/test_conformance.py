from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from schemas.world import Tables, World
from tests.tool_specs.library import library, world
from tool_specs.conformance import EpisodeError, conform, read_episodes
from tool_specs.domain import Domain
from tool_specs.retail.rows import Order
from tool_specs.sandbox import Sandbox


def test_every_recorded_episode_agrees(retail: Domain, real_world: World, real_retail: Path) -> None:
    episodes = list(read_episodes(real_retail / "calls.jsonl"))
    assert len(episodes) == 512
    assert [str(each) for each in conform(retail, real_world, episodes)] == []


def test_recorded_final_databases_agree(retail: Domain, real_world: World, real_retail: Path) -> None:
    """The whole database at the end, with the fields that are null written out; a sample, as each takes a while."""
    episodes = [each for each in read_episodes(real_retail / "calls.jsonl") if each["changed"]][::12]
    start = Sandbox(retail, real_world)
    for episode in episodes:
        fork = start.fork()
        for step in episode["steps"]:
            fork.call(step["name"], step["arguments"])
        tables: Tables = {table: dict(fork.state.rows(table)) for table in real_world.tables}
        optional = dict.fromkeys(Order.__annotations__)
        tables["orders"] = {id_: {**optional, **row} for id_, row in tables["orders"].items()}
        text = json.dumps(tables, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == episode["db_sha256"], episode["episode"]
    assert len(episodes) > 20


def episode(**changes: Any) -> dict[str, Any]:
    loan = {"loan_id": "L1", "reader": "R0", "title": "Book L1", "renewals": 2.0, "note": None}
    made: dict[str, Any] = {
        "episode": "7",
        "steps": [
            {
                "name": "renew_loan",
                "arguments": {"loan_id": "L1", "times": 2},
                "error": False,
                "content": json.dumps(loan),
            },
            {"name": "get_loan", "arguments": {"loan_id": "x"}, "error": True, "content": "Error: Loan not found"},
            {"name": "find_reader", "arguments": {"card": "C-1-1"}, "error": False, "content": "R1"},
        ],
        "changed": {"loans": {"L1": loan}},
    }
    made = copy.deepcopy(made)
    made.update(changes)
    return made


def places(*episodes: dict[str, Any]) -> list[str]:
    return [each.place for each in conform(library(), world(), episodes)]


def test_numbers_and_nulls_are_equal_as_json() -> None:
    assert places(episode(), episode()) == [], "each episode starts afresh"


def test_differences_are_placed() -> None:
    wrong = episode()
    wrong["steps"][0]["content"] = wrong["steps"][0]["content"].replace("2.0", "3")
    wrong["steps"][1]["content"] = "Error: no such loan"
    wrong["steps"][2].update(error=True, content="Error: Reader not found")
    assert places(wrong) == [
        "step 0 renew_loan: content.renewals",
        "step 1 get_loan: content",
        "step 2 find_reader: error",
    ]
    assert places(episode(changed={})) == ['changed: loans["L1"]']
    assert places(episode(changed={"loans": {"L1": None}})) == ['changed: loans["L1"]']
    more = episode()
    more["changed"]["readers"] = {"R1": {"card": "9"}}
    assert places(more) == ['changed: readers["R1"]']
    (mismatch,) = conform(library(), world(), [episode(changed={})])
    assert str(mismatch).startswith('episode 7, changed: loans["L1"]: recorded nothing, got {"loan_id":"L1"')


def test_true_is_not_one() -> None:
    wrong = episode()
    wrong["changed"]["loans"]["L1"]["renewals"] = True
    assert places(wrong) == ['changed: loans["L1"].renewals']


def test_loose_errors_compare_the_flag_only() -> None:
    wrong = episode()
    wrong["steps"][1]["content"] = "Error: other words"
    loose = library(loose_errors=frozenset({"get_loan"}))
    assert conform(loose, world(), [wrong]) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"steps": []}\n{"steps"', "line 2: not JSON"),
        ("[]", "line 1: an episode is an object"),
        ('{"steps": [{"name": "a"}]}', r"steps\[0\].arguments is missing"),
        ('{"steps": [], "changed": []}', '"changed" must be an object'),
    ],
)
def test_bad_files(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "episodes.jsonl"
    path.write_text(text)
    with pytest.raises(EpisodeError, match=words):
        list(read_episodes(path))
    with pytest.raises(EpisodeError, match="cannot be read"):
        list(read_episodes(tmp_path / "absent.jsonl"))
