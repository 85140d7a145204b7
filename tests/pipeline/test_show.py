from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.errors import StorageError, UserError
from pipeline.proof_words import argument_lines, burden_line, criterion, mistake_lines, read_reasons
from pipeline.run_folder import RunFolder
from pipeline.show import fold, show
from pipeline.stats import stats
from schemas.dialogue import Message
from tests.pipeline.fake_run import judged, request, write_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"))


def printed(run: Path, dialogue_id: str | None) -> str:
    console = Console(file=io.StringIO(), width=100)
    show(run, dialogue_id, console)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_without_an_id_a_few_of_each_kind_are_listed(run: Path) -> None:
    text = printed(run, None)
    assert text.count("read_heavy") == 3
    assert "drip, terse" in text and "writ show" in text


def test_a_dialogue_is_found_by_the_beginning_of_its_id(run: Path) -> None:
    row_id = next(RunFolder(run).rows()).id
    text = printed(run, row_id[:16])
    assert row_id in text
    assert "hi <b>there</b>, renew the one that is due first" in text
    assert 'find_reader(email="ann@example.com", rate=0.1, gap=null) → ann' in text
    assert "burden 5: no fewer reads determine the answer, and 5 are enough" in text
    assert text.isascii() is False and "passed: replay" in text


def test_an_id_that_is_not_there_names_the_nearest_and_says_how_many_there_are(run: Path) -> None:
    row_id = next(RunFolder(run).rows()).id
    wrong = row_id[:-1] + ("0" if row_id[-1] != "0" else "1")
    with pytest.raises(StorageError) as caught:
        printed(run, wrong)
    assert f"the nearest of its 20 rows: {row_id}" in str(caught.value) and len(str(caught.value)) < 400
    with pytest.raises(StorageError, match=r"no kept row begins with 'zzz'; it has 20 rows\. `writ show`"):
        printed(run, "zzz")
    with pytest.raises(StorageError, match="20 rows begin with 'dialogue-', for example dialogue-"):
        printed(run, "dialogue-")


def test_words_of_a_proof() -> None:
    task, asked = judged(1).dialogue.scenario.task, request()
    assert list(argument_lines(task, asked)) == [
        'loan_id = "L1": found by comparing what was read: get_reader.loans.*',
        'note = "please": the user says it (note)',
    ]
    assert list(criterion(asked)) == [
        "selection 1 (object): find_reader → get_reader → each of loans → get_loan; "
        'where status is "open"; lowest due first; take the first'
    ]
    reads = list(read_reasons(asked))
    assert len(reads) == 5
    assert reads[0].reasons == ('nothing else gives the value "ann"', "the policy demands it")
    assert reads[2].reasons == (
        'if loan L1 had status "open" and due "2024-01-01", the answer would be loan_id = "L3"',
    )
    assert reads[3].reasons == (
        'if loan L2 had status "open" and due "2024-01-01", the answer would be loan_id = "L2"',
    )
    assert list(mistake_lines(asked)) == ['reversed order: loan_id = "L3"']
    assert "4 if only plausible changes count" in burden_line(asked.proof)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ('{"id":"L1","copies":[1,2],"place":{"room":1},"rows":{"a":{},"b":{}}}', 'id "L1", 2 copies, 2 rows'),
        ("[1,2,3]", "3 entries"),
        ("Error: no  such\nloan", "Error: no such loan"),
        ("{broken", "{broken"),
    ],
)
def test_results_are_folded_to_a_line(content: str, shown: str) -> None:
    assert fold(Message(role="tool", content=content)) == shown


def test_stats_print_what_the_manifest_says(run: Path) -> None:
    console = Console(file=io.StringIO(), width=110)
    stats(run, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "20 of 20 trajectories about 20 tasks" in text
    assert "library/read_heavy/1x12/train: 2 of 3; no scope (4)" in text
    assert "message 7: <L9>" in text
    assert "13.3 kept per second" in text


@pytest.mark.parametrize("what", ["folder", "unknown", "ambiguous", "stats"])
def test_bad_input_is_said_in_words(run: Path, tmp_path: Path, what: str) -> None:
    with pytest.raises(UserError) as caught:
        if what == "folder":
            printed(tmp_path, None)
        elif what == "stats":
            stats(tmp_path, Console(file=io.StringIO()))
        else:
            printed(run, "dialogue-zzz" if what == "unknown" else "dialogue-")
    assert str(tmp_path if what in ("folder", "stats") else run) in str(caught.value)
