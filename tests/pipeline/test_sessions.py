"""A run with sessions: rows, pictures and pages tell all their tasks; a recipe that cannot have them is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.acts import act_pairs
from pipeline.commands import run_recipe
from pipeline.errors import RecipeError
from pipeline.recipe_file import load_recipe
from pipeline.run_folder import RunFolder
from pipeline.view.opened import Opened
from pipeline.view.replay import Worlds
from pipeline.view.transcript import transcript

RECIPE = """\
name: sessions
seed: 4
count: 16
domains: [{name: retail, world: {size: 60, seed: 2}}]
tasks: {write_intensive: 1.0}
grid: {decisions: {1: 1.0}}
behaviors_per_task: 1
sessions: {2: 0.5, 3: 0.5}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sessions")
    (folder / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    assert run_recipe(folder / "recipe.yaml", None, None, None, folder / "run", None, "inline") == 0
    return folder / "run"


def test_rows_hold_several_tasks_and_still_fill_their_cells(run: Path) -> None:
    rows = list(RunFolder(run).rows())
    assert len(rows) == 16
    assert sum(row.num_tasks > 1 for row in rows) >= 10
    assert {row.kind for row in rows} == {"write_intensive"}
    for row in rows:
        assert row.num_tasks == 1 + len(row.metadata.get("further", ()))
        assert len(row.information_gain) == len(row.messages)
        for each in row.metadata.get("further", ()):
            assert row.messages[each["begins"]]["role"] == "user"
            assert each["task"]["principal"] == row.metadata["task"]["principal"]


def test_gains_of_earlier_tasks_stay_where_they_were(run: Path) -> None:
    row = next(row for row in RunFolder(run).rows() if row.num_tasks > 1)
    begin = row.metadata["further"][0]["begins"]
    assert any(gain for gain in row.information_gain[:begin])
    own = [gain for gain in row.information_gain[begin:] if gain is not None]
    # Who the user is has been found out before: no turn of the further task can tell that.
    assert own


def test_a_page_shows_the_decisions_and_changes_of_every_task(run: Path) -> None:
    opened, worlds = Opened(run, 1), Worlds(run)
    for row in opened.kept.table.to_pylist():
        judged = opened.judged(row["id"])
        assert judged is not None
        dialogue, changes = judged.dialogue, worlds.changes(judged.dialogue)
        assert changes.missing == ""
        shown = "".join(transcript(dialogue, changes))
        writes = [write for task in dialogue.scenario.tasks for write in task.writes]
        assert shown.count('<span class="mark write">') == len(writes)
        assert len([each for each in changes.by_call.values() if each]) == len(writes)


def test_dialogue_acts_are_counted_over_the_whole_session(run: Path) -> None:
    folder = RunFolder(run)
    rows = list(folder.rows())
    judged = run / "stages" / sorted(each.name for each in (run / "stages").iterdir() if "sessions" in each.name)[0]
    shards = sorted(path.stem for path in judged.glob("*.parquet") if ".drops" not in path.name)
    counted = act_pairs(judged, shards, {row.id for row in rows})
    turns = sum(message["role"] in ("user", "assistant") for row in rows for message in row.messages)
    assert sum(counted.values()) == turns - len(rows)


@pytest.mark.parametrize(
    ("sessions", "told"),
    [
        ("{1: 0.5}", "give numbers from 2 to 5"),
        ("{2: 0.7, 3: 0.5}", "the rest, with one task, cannot be negative"),
        ("{2: 1.5}", "a share is between 0 and 1"),
    ],
)
def test_shares_that_cannot_be_are_refused(tmp_path: Path, sessions: str, told: str) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE.replace("{2: 0.5, 3: 0.5}", sessions), encoding="utf-8")
    with pytest.raises(RecipeError, match=told):
        load_recipe(path)


def test_a_live_server_has_no_state_to_go_on_from(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    domain = "{name: notes, mcp: {command: [notes-server], workdir_template: .}}"
    text = RECIPE.replace("{name: retail, world: {size: 60, seed: 2}}", domain)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match="sessions: further tasks need a world that WRIT holds; notes is a server"):
        load_recipe(path)
