"""A judge behind a real endpoint: asked once per dialogue, findings in the rows, refused where they do not stand."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.checklists.judgements import verdicts_of
from pipeline.errors import RecipeError
from pipeline.json_rows import json_rows
from pipeline.recipe_file import load_recipe
from tests.pipeline.engines.served import WRIT, Served, recipe, run, served

MORE = {
    "checklists": True,
    "profiles": {"seed": 7},
    "count": 12,
    "tasks": {"information": 0.5, "ask_first": 0.5},
    "behaviors": {"disclosure": {"vague_start": 1.0}, "register": {"neutral": 1.0}, "traits": {}},
}
PRICED = {"prices": {"prompt": 1000.0}}


def judged_recipe(folder: Path, url: str, **more: Any) -> Path:
    engine = {"http": {"base_url": url, "model": "scripted"}, **more.pop("judge", {})}
    return recipe(folder, url, **{**MORE, "engines": {"judge": engine, **more.pop("engines", {})}, **more})


def rows_of(out: Path) -> list[dict[str, Any]]:
    return [row for path in sorted((out / "dataset/data").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def writ(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(WRIT), *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)


def open_in(row: dict[str, Any]) -> list[str]:
    turns = json.loads(row["checklist"])["turns"]
    return [item["id"] for turn in turns for item in turn["items"] if item["judge"] == "llm"]


def judge_requests(server: Served) -> dict[tuple[str, int], int]:
    return {place: count for place, count in server.counts().items() if place[0].endswith("/judge")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[tuple[str, int], int]]]:
    """A run whose money ends while its dialogues are judged, and that goes on with more."""
    folder = tmp_path_factory.mktemp("judged")
    out = folder / "out"
    with served(folder, out) as server:
        stopped = run(judged_recipe(folder, server.url, judge=PRICED, engines={"budget": 3.0, "concurrency": 1}), out)
        assert stopped.returncode == 1, stopped.stdout + stopped.stderr
        assert judge_requests(server)
        done = run(judged_recipe(folder, server.url, judge=PRICED, engines={"concurrency": 4}), out)
        assert done.returncode == 0, done.stdout + done.stderr
        yield out, judge_requests(server)


@pytest.mark.slow
def test_open_items_are_judged_once_and_stand_in_the_rows(made: tuple[Path, dict[tuple[str, int], int]]) -> None:
    out, requests = made
    assert set(requests.values()) == {1}, "a finished judgement was asked for again after the run had stopped"
    rows = rows_of(out)
    judged = [row for row in rows if row["judgement"] is not None]
    assert len(rows) == 12 and len(judged) >= 6
    assert sum(bool(open_in(row)) for row in rows) >= 6
    for row in judged:
        judgement = json.loads(row["judgement"])
        assert judgement["engine"] == "http:scripted" and list(judgement.get("items", {})) == open_in(row)
        said = [json.loads(each)["content"] for each in row["messages"]]
        for finding in judgement.get("items", {}).values():
            assert finding["met"] and any(quote in content for quote in finding["quotes"] for content in said)
        profile = json.loads(row["metadata"])["behavior"]["profile"]
        for name, reading in judgement.get("profile", {}).items():
            assert reading["agrees"] and any(reading["quote"] in content for content in said)
            assert reading["value"] == reading["rule"] == profile["facts"][name.removeprefix("profile.")].lower()
    assert sum(bool(json.loads(row["judgement"]).get("profile")) for row in judged) >= 3


def noted(out: Path) -> list[str]:
    """Sessions of the whole lines of a run's journals."""
    lines = [line for path in (out / "journal").glob("*") for line in path.read_bytes().splitlines(keepends=True)]
    return [json.loads(line.partition(b" ")[2])["key"].split(" ")[0] for line in lines if line.endswith(b"\n")]


@pytest.mark.slow
def test_no_judgement_is_asked_for_twice_after_kill_9(tmp_path: Path) -> None:
    out, engines = tmp_path / "out", {"concurrency": 1}
    with served(tmp_path, out, "--latency", "3,3") as slow:  # one after the other: it is killed long before the last
        path = judged_recipe(tmp_path, slow.url, engines=engines)
        process = subprocess.Popen([str(WRIT), "run", str(path), "--out", str(out), "--executor", "inline"])
        while process.poll() is None and not noted(out):
            time.sleep(0.05)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    before = noted(out)
    assert before and all(session.endswith("/judge") for session in before)
    with served(tmp_path, out) as server:
        done = run(judged_recipe(tmp_path, server.url, engines=engines), out)
        assert done.returncode == 0, done.stdout + done.stderr
        requests = judge_requests(server)
    assert set(requests.values()) == {1} and not {*before} & {session for session, _ in requests}
    rows = rows_of(out)
    assert len(rows) == 12 and sum(bool(open_in(row)) for row in rows) >= 6
    for row in rows:
        items = json.loads(row["judgement"] or "{}").get("items", {})
        assert list(items) == open_in(row), "also those that were judged before the kill"
    assert json.loads((out / "run.json").read_text())["spent"]["judge_dialogues"]["judge"]["requests"] == len(
        [*before, *requests]
    )


def test_verdicts_from_parquet_have_the_keys_of_all_rows(tmp_path: Path) -> None:
    rows = [{"verdicts": {"reply.0": True}}, {"verdicts": {"reply.1": False}}, {"verdicts": None}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "theirs.parquet")
    found = [verdicts_of(row) for _, row in json_rows(tmp_path / "theirs.parquet")]
    assert found == [{"reply.0": True}, {"reply.1": False}, {}]


@pytest.mark.slow
def test_stats_card_and_costs_tell_of_the_judge(made: tuple[Path, dict[tuple[str, int], int]]) -> None:
    out, requests = made
    told = writ("stats", out).stdout
    items = sum(len(open_in(row)) for row in rows_of(out))
    line = f"Checklists: http:scripted looked at {items} items that no rule decides: {items} are met, 0 are not, 0 stay"
    assert line in " ".join(told.split()) and line in (out / "dataset" / "README.md").read_text()
    assert "items of checklists that a language model judged" in told and "r*.noticed" in told
    read = sum(len(json.loads(row["judgement"]).get("profile", {})) for row in rows_of(out) if row["judgement"])
    line = (
        f"Profiles: http:scripted read {read} fields back, {read} of them as the profile has them; the rule read {read}"
    )
    assert line in " ".join(told.split()) and "profiles that a language model read back" in told
    spent = json.loads((out / "run.json").read_text())["spent"]
    assert list(spent["judge_dialogues"]) == ["judge"] and len(spent) == 1
    assert spent["judge_dialogues"]["judge"]["requests"] == len(requests)
    assert spent["judge_dialogues"]["judge"]["cost"] > 3.0


@pytest.mark.slow
def test_scores_use_what_the_judge_found(made: tuple[Path, dict[tuple[str, int], int]], tmp_path: Path) -> None:
    out, _ = made
    file, scores = next((out / "dataset/data").glob("train*.parquet")), tmp_path / "scores.jsonl"
    assert writ("score", out, file, "--out", scores).returncode == 0
    assert all(not json.loads(line)["undecided"] for line in scores.read_text().splitlines())

    row = next(row for row in rows_of(out) if open_in(row))
    judgement = json.loads(row["judgement"])
    item = next(iter(judgement["items"]))
    judgement["items"][item]["met"] = False
    messages = [json.loads(each) for each in row["messages"]]
    lines = [
        {"id": row["id"], "messages": messages, "judgement": judgement},
        {"id": row["id"], "messages": messages},
        {"id": row["id"], "messages": messages, "judgement": {"items": 7}},
        {"id": row["id"], "messages": messages, "verdicts": ["reply.0"]},
    ]
    theirs = tmp_path / "theirs.jsonl"
    theirs.write_text("".join(json.dumps(each) + "\n" for each in lines))
    result = writ("score", out, theirs, "--out", scores)
    assert result.returncode == 1
    assert f"{theirs}:3: its judgement is none" in result.stderr and f"{theirs}:4: its verdicts are" in result.stderr
    missed, unknown = [json.loads(line) for line in scores.read_text().splitlines()]
    assert missed["missed"] == [item] and missed["score"] < 1
    assert item in unknown["undecided"] and unknown["score"] == 1


@pytest.mark.slow
def test_dialogues_of_others_are_judged_when_they_are_scored(
    made: tuple[Path, dict[tuple[str, int], int]], tmp_path: Path
) -> None:
    """The scripted judge looks for the evidence of the checklist: what somebody else says instead is not met."""
    out, _ = made
    row = next(row for row in rows_of(out) if open_in(row))
    messages = [json.loads(each) for each in row["messages"]]
    words = [message for message in messages if message["role"] == "assistant" and message["content"]]
    other = [{**each, "content": "Certainly, one moment please."} if each in words else each for each in messages]
    lines = [{"id": row["id"], "messages": messages}, {"id": row["id"], "messages": other}]
    theirs, scores = tmp_path / "theirs.jsonl", tmp_path / "scores.jsonl"
    theirs.write_text("".join(json.dumps(each) + "\n" for each in lines))
    with served(tmp_path, out) as server:
        done = writ("score", out, theirs, "--out", scores, "--judge", server.url, "--model", "scripted")
        assert done.returncode == 0, done.stderr
        assert set(judge_requests(server).values()) == {1} and len(judge_requests(server)) == 2
    same, changed = [json.loads(line) for line in scores.read_text().splitlines()]
    assert same["undecided"] == changed["undecided"] == [] and same["score"] == 1
    assert {*open_in(row)} <= {*changed["missed"]} and not {*open_in(row)} & {*same["missed"]}
    assert list(same["judgement"]["items"]) == open_in(row) and same["judgement"]["engine"] == "http:scripted"
    wrong = writ("score", out, theirs, "--judge", "nowhere.yaml")
    assert wrong.returncode == 2 and "nowhere.yaml: is neither a YAML file with an engine" in wrong.stderr


@pytest.mark.slow
def test_an_endpoint_that_answers_nonsense_costs_no_dialogue(tmp_path: Path) -> None:
    with served(tmp_path, tmp_path / "out", "--fault", "loop=1") as server:
        done = run(judged_recipe(tmp_path, server.url, count=6), tmp_path / "out")
        assert done.returncode == 0, done.stdout + done.stderr
        requests = judge_requests(server)
    judged = [json.loads(row["judgement"]) for row in rows_of(tmp_path / "out") if row["judgement"]]
    assert judged and len(rows_of(tmp_path / "out")) == 6
    for judgement in judged:
        assert "items" not in judgement and set(judgement["refused"].values()) == {"unusable"} and judgement["repaired"]
        assert "profile" in judgement["refused"] and all(
            not each.get("value") for each in judgement.get("profile", {}).values()
        )
    spent = json.loads((tmp_path / "out" / "run.json").read_text())["spent"]["judge_dialogues"]["judge"]
    assert spent["requests"] == len(requests), "no request of a session was made twice"
    assert {turn for _, turn in requests} == {2, 4}, "one request, and one to repair it"
    told = " ".join(writ("stats", tmp_path / "out").stdout.split())
    assert "0 are met, 0 are not" in told and f"(of {len(judged)} dialogues it was asked once more)" in told


@pytest.mark.slow
def test_without_a_judge_it_is_said_what_waits_for_one(tmp_path: Path) -> None:
    done = run(recipe(tmp_path, "http://unused", **{**MORE, "count": 6, "engines": {}}), tmp_path / "out")
    assert done.returncode == 0, done.stderr
    rows = rows_of(tmp_path / "out")
    assert all(row["judgement"] is None for row in rows)
    waiting = f"Checklists: {sum(len(open_in(row)) for row in rows)} items wait for a judge"
    assert waiting in " ".join(writ("stats", tmp_path / "out").stdout.split())
    assert waiting in (tmp_path / "out" / "dataset" / "README.md").read_text()


def test_a_judge_with_nothing_to_judge_is_refused(tmp_path: Path) -> None:
    path = judged_recipe(tmp_path, "http://127.0.0.1:9/v1", checklists=False, profiles=None)
    with pytest.raises(RecipeError, match=r"engines.judge: has nothing to judge; add `checklists: true`"):
        load_recipe(path)
