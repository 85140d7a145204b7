from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.live_folder import WorkingFolder


@pytest.fixture
def template(tmp_path: Path) -> Path:
    root = tmp_path / "template"
    (root / "sub" / "empty").mkdir(parents=True)
    (root / "a.txt").write_text("first")
    (root / "sub" / "b.txt").write_text("second")
    for path in (root / "a.txt", root / "sub" / "b.txt"):
        os.utime(path, (1_000_000, 1_000_000))
    return root


def content(root: Path) -> dict[str, str | None]:
    return {path.relative_to(root).as_posix(): path.read_text() if path.is_file() else None for path in root.rglob("*")}


def test_whatever_was_done_to_it_it_is_fresh_again(template: Path) -> None:
    folder = WorkingFolder(str(template))
    folder.refresh()
    fresh = folder.digest()
    assert content(folder.path) == content(template)
    (folder.path / "a.txt").write_text("FIRST")  # of the same length
    assert folder.digest() != fresh
    (folder.path / "a.txt").write_text("Third")
    other = folder.digest()
    (folder.path / "a.txt").write_text("Forth")
    assert folder.digest() not in (fresh, other), "also within one tick of the clock"
    (folder.path / "sub" / "b.txt").unlink()
    (folder.path / "sub" / "b.txt").mkdir()
    (folder.path / "sub" / "b.txt" / "deep").write_text("x")
    (folder.path / "sub" / "empty").rmdir()
    (folder.path / "sub" / "empty").write_text("a file now")
    (folder.path / "link").symlink_to(template)
    folder.refresh()
    assert content(folder.path) == content(template) and folder.digest() == fresh
    folder.remove()
    assert not folder.home.exists() and content(template)["a.txt"] == "first"


def test_two_copies_have_one_digest(template: Path) -> None:
    one, two = WorkingFolder(str(template)), WorkingFolder(str(template))
    one.refresh(), two.refresh()
    assert one.digest() == two.digest()
    one.remove(), two.remove()


def test_what_a_killed_process_left_is_swept_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    gone, mine = tmp_path / f"writ-mcp-{ended.pid}-abc", tmp_path / f"writ-mcp-{os.getpid()}-abc"
    gone.mkdir(), mine.mkdir()
    folder = WorkingFolder(None)
    assert not gone.exists() and mine.exists() and folder.home.parent == tmp_path
    folder.remove()
