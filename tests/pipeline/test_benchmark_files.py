"""Benchmark files in three forms and three formats; what is wrong with one is told with its place."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.benchmark_files import items_of, read_benchmarks
from pipeline.commands import run_recipe
from pipeline.errors import UserError
from pipeline.run_folder import RunFolder
from schemas.base import decode
from schemas.task import Task

TEXT = "my neighbour has lent a book of mine to somebody who lives on the other side of the river"
CALL = {"name": "renew", "arguments": {"loan_id": "L3"}}
TAU2 = {
    "id": "7",
    "user_scenario": {"persona": None, "instructions": {"reason_for_call": TEXT, "known_info": "You are Ann."}},
    "evaluation_criteria": {"actions": [{"action_id": "7_0", **CALL}, {**CALL, "requestor": "user"}]},
}
TALK = {
    "messages": [
        {"role": "system", "content": "the policy"},
        {"role": "user", "content": TEXT},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"function": {"name": "renew", "arguments": json.dumps(CALL["arguments"])}}],
        },
        {"role": "tool", "content": "done"},
    ]
}


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("exam.json", [TAU2]),
        ("exam.json", {"tasks": [TAU2]}),
        ("exam.jsonl", [TALK]),
        ("exam.jsonl", [{"instruction": TEXT, "actions": [{"name": "renew", "kwargs": {"loan_id": "L3"}}]}]),
        ("exam.parquet", [{"text": TEXT, "calls": [CALL]}]),
        ("exam.parquet", [{"messages": json.dumps(TALK["messages"])}]),
    ],
)
def test_every_form_is_read(tmp_path, name, rows):
    path = tmp_path / name
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_text(json.dumps(rows) if path.suffix == ".json" else "\n\n".join(map(json.dumps, rows)) + "\n")
    (item,) = items_of(path)
    assert TEXT in item.texts and "the policy" not in item.texts
    assert item.calls == (("renew", {"loan_id": "L3"}),)
    benchmarks = read_benchmarks([name], tmp_path)
    assert (benchmarks.files[0].name, benchmarks.files[0].items) == (name, 1)
    assert f"stands in {name}: " in benchmarks.index.known_text([TEXT])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("absent.json", None, "absent.json: cannot be read (No such file or directory)"),
        ("exam.txt", b"[]", "exam.txt: is no .json, .jsonl or .parquet file"),
        ("exam.json", b"[]", "exam.json: has no items"),
        ("exam.json", b'{"a": 1}', 'exam.json: is no list; give a JSON list of tasks, or an object with "tasks"'),
        ("exam.json", b'[\n{"text": "a"},\n{"text": }\n]', "exam.json:3: is not JSON"),
        ("exam.jsonl", b'{"text": "a"}\n{"text":\n', "exam.jsonl:2: is not JSON"),
        ("exam.jsonl", b'{"text": "a"}\n[1]\n', "exam.jsonl:2: is no JSON object"),
        ("exam.jsonl", b'{"question": "a"}\n', "exam.jsonl:1: is no task that is known; give `user_scenario`"),
        ("exam.json", b'[{"text": "a", "calls": [{"tool": "x"}]}]', "exam.json: [0]: a call is no"),
        ("exam.json", b'[{"messages": [{"content": "a"}]}]', "[0]: messages[0] is no object with a `role`"),
        ("exam.parquet", b"PAR1", "exam.parquet: is no Parquet file, or was cut off"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, name, content, words):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_benchmarks([name], tmp_path)
    assert words in str(caught.value)


RECIPE = """name: mine
domains: [{{name: retail, world: {{size: 60, seed: 3}}}}]
tasks: {{write_intensive: 1.0}}
grid: {{decisions: {{1: 1.0}}}}
behaviors_per_task: 1
{more}
"""


def made(folder: Path, name: str, more: str = "") -> RunFolder:
    (folder / f"{name}.yaml").write_text(RECIPE.format(more=more))
    assert run_recipe(folder / f"{name}.yaml", None, 6, None, folder / name, None, "inline") == 0
    return RunFolder(folder / name)


def test_a_run_leaves_out_what_a_benchmark_has(tmp_path):
    first = list(made(tmp_path, "first").rows())
    gold = next(r for r in first[0].metadata["task"]["requests"] if r["kind"] == "write")
    long = max((m["content"] for row in first[1:] for m in row.messages if m["role"] == "assistant"), key=len)
    rows = [{"text": "", "calls": [{"name": gold["tool"], "arguments": gold["arguments"]}]}, {"text": long}]
    (tmp_path / "exam.jsonl").write_text("\n".join(map(json.dumps, rows)))

    run = made(tmp_path, "second", "contamination: {files: [exam.jsonl]}")
    drops = [drop for drop in run.drops() if drop.reason == "contamination"]
    tasks = [drop for drop in drops if drop.stage == "decontaminate_tasks"]
    assert [decode(drop.record, Task).id for drop in tasks] == [first[0].task_id]
    assert "is a call of exam.jsonl: 0" in tasks[0].detail
    said = [drop for drop in drops if drop.stage == "decontaminate_dialogues"]
    assert said and all("stands in exam.jsonl: 1" in drop.detail for drop in said)
    kept = list(run.rows())
    assert len(kept) == 6 and not {drop.record_id for drop in said} & {row.id for row in kept}
    assert kept[0].metadata["verdicts"][-1]["check"] == "contamination"
    assert "pairs of acts that may follow one another" in (run.path / "report.html").read_text()
    told = f"{len(drops)} tasks and dialogues that have one of either were dropped"
    assert told in (run.path / "dataset" / "README.md").read_text() and told in (run.path / "report.html").read_text()

    run = made(tmp_path, "third", "contamination: {files: [exam.jsonl], action: report}")
    assert [row.id for row in run.rows()] == [row.id for row in first]
    reported = [row.id for row in run.rows() if row.metadata["verdicts"][-1]["detail"]]
    assert first[0].id in reported and len(reported) == 1 + len(said)
    assert f"{len(reported)} rows have one of either" in (run.path / "dataset" / "README.md").read_text()


def test_a_changed_benchmark_is_another_run(tmp_path):
    (tmp_path / "exam.jsonl").write_text('{"text": "a"}\n')
    made(tmp_path, "mine", "contamination: {files: [exam.jsonl]}")
    (tmp_path / "exam.jsonl").write_text('{"text": "b"}\n')
    with pytest.raises(UserError, match=r"made with something else: contamination\.files"):
        made(tmp_path, "mine", "contamination: {files: [exam.jsonl]}")


def test_the_tasks_of_tau2_are_read(real_retail):
    path = real_retail / "tasks.json"
    if not path.is_file():
        pytest.skip("the tasks of tau2 are not here; set WRIT_SHARED to the folder that has tau2/retail/tasks.json")
    tasks = json.loads(path.read_text())
    benchmarks = read_benchmarks([str(path)], real_retail)
    assert benchmarks.files[0].items == len(tasks) > 100
    long = [text for item in items_of(path) for text in item.texts if len(text.split()) > 20]
    assert len(long) > 100 and all(benchmarks.index.known_text([text]) for text in long)
    for task in tasks:
        for action in task["evaluation_criteria"]["actions"]:
            assert benchmarks.index.known_call([(action["name"], action["arguments"])])
