from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.errors import StorageError
from pipeline.view.command import view


def static(run: Path, folder: Path, count: int = 1000) -> int:
    return view(run, None, "127.0.0.1", 0, folder, count, None, None)


@pytest.mark.parametrize("count", [1000, 4])
def test_every_link_leads_to_a_file(toy_run: Path, tmp_path: Path, count: int) -> None:
    folder = tmp_path / "shown"
    assert static(toy_run, folder, count) == 0
    files = {path.name: path.read_text() for path in folder.glob("*.html")}
    assert sum(name.startswith("1-dialogue-") for name in files) == min(count, 20)
    assert "<b>20</b><span>kept of 20 wanted</span>" in files["index.html"]
    for name, page in files.items():
        for target in re.findall(r'(?:href|src)="([^"#]+)', page):
            assert (folder / target).is_file(), (name, target)
    assert "<form" not in files["1-kept.html"]


def test_files_are_the_same_for_the_same_run(toy_run: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        static(toy_run, tmp_path / name)
    one = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert one == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}


def test_of_many_dialogues_some_are_written_and_the_page_says_so(toy_run: Path, tmp_path: Path) -> None:
    static(toy_run, tmp_path / "shown", 4)
    assert len(list((tmp_path / "shown").glob("1-dialogue-*.html"))) == 4
    assert "These files hold 4 of 20" in (tmp_path / "shown" / "1-kept.html").read_text()


def test_a_folder_that_holds_something_stays_as_it_is(toy_run: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(StorageError, match="is not empty"):
        static(toy_run, tmp_path)
    with pytest.raises(StorageError, match="lies in the run's own folder"):
        static(toy_run, toy_run / "shown")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"] and not (toy_run / "shown").exists()
