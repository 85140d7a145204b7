import os
import signal
import subprocess
import sys
from pathlib import Path

from pipeline.temporary import OwnFolder, sweep

CHILD = """
import sys, time
from pathlib import Path
from pipeline.temporary import OwnFolder
folder = OwnFolder("own-", Path(sys.argv[1]))
print(folder.path, flush=True)
time.sleep(60)
"""


def other_process(place):
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(place)], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    )
    return child, Path(child.stdout.readline().strip())


def test_a_folder_is_there_until_it_is_removed(tmp_path):
    folder = OwnFolder("own-", tmp_path)
    (folder.path / "deep").mkdir()
    assert folder.path.parent == tmp_path and folder.path.is_dir()
    folder.remove()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_has_is_not(tmp_path):
    child, theirs = other_process(tmp_path)
    try:
        (theirs / "sockets").mkdir()
        mine = OwnFolder("own-", tmp_path)
        assert theirs.is_dir() and sweep("own-", tmp_path) == []
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
    OwnFolder("own-", tmp_path).remove()
    assert list(tmp_path.iterdir()) == [mine.path]
    mine.remove()


def test_folders_without_an_owner_and_of_other_names_stay(tmp_path):
    (tmp_path / "own-being-made").mkdir()
    other = OwnFolder("other-", tmp_path)
    other._lock.close()  # dead, but not ours to sweep
    assert sweep("own-", tmp_path) == []
    assert len(list(tmp_path.iterdir())) == 2
