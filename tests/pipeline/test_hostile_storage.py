"""Disks that fill up, disks that are read-only, clocks that go backwards."""

import contextlib
import os
import shutil
import subprocess
import sys

import pytest

from pipeline.dataset import write_dataset
from pipeline.errors import WHOLE, StorageError
from pipeline.facts import facts_of
from pipeline.house import HOME
from pipeline.local import Inline
from pipeline.observe.state import read_state
from pipeline.plan import Again
from pipeline.progress import Silent
from pipeline.run_folder import RunFolder
from pipeline.runner import run
from pipeline.view.opened import Opened
from tests.pipeline.fake_run import write_run
from tests.pipeline.toy import files, plan


@contextlib.contextmanager
def disk(folder, size):
    """A disk of its own, of so many KiB; a skip where nobody may mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("to mount a small disk takes root")
    try:
        yield lambda *options: subprocess.run(["mount", "-o", ",".join(("remount", *options)), str(folder)], check=True)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "whole"
    run(plan(out, count=60), Inline, Silent())
    return out


def test_a_run_whose_disk_fills_up_again_and_again_goes_on_each_time(tmp_path, whole):
    full = 0
    with disk(tmp_path / "disk", size := 40) as remount:
        out = tmp_path / "disk" / "run"
        while True:
            try:
                outcome = run(plan(out, count=60), Inline, Silent())
                break
            except StorageError as error:
                assert "no room left on the device" in str(error) and "--out" in str(error), error
                assert not (out / "run.json").exists()
                full += 1
            size += 24
            remount(f"size={size}k")
        assert outcome.exit_code == WHOLE and full >= 3
        assert files(out) == files(whole)
        assert not [path for path in out.rglob("*") if path.name.endswith(".tmp")]


def test_a_data_set_whose_disk_fills_up_is_whole_or_absent(tmp_path):
    apart = files(write_dataset(write_run(tmp_path / "whole")))
    full = 0
    with disk(tmp_path / "disk", 50_000) as remount:
        out = tmp_path / "disk" / "run"
        subprocess.run(["cp", "-r", str(tmp_path / "whole"), str(out)], check=True)
        shutil.rmtree(out / "dataset")
        size = shutil.disk_usage(out).used // 1024 + 4
        remount(f"size={size}k")
        while True:
            try:
                write_dataset(out)
                break
            except StorageError as error:
                assert "no room left on the device" in str(error)
                assert not (out / "dataset").exists() and not list(out.glob(".dataset*"))
                full += 1
            size += 16
            remount(f"size={size}k")
        assert full >= 2
        assert files(out / "dataset") == apart


def test_a_run_on_a_read_only_disk_is_read_as_ever_and_not_continued(tmp_path, whole):
    with disk(tmp_path / "disk", 50_000) as remount:
        out = tmp_path / "disk" / "run"
        subprocess.run(["cp", "-r", str(whole), str(out)], check=True)
        fake = write_run(tmp_path / "disk" / "fake")
        remount("ro")
        assert RunFolder(out).manifest()["kept"] == 60 == len(list(RunFolder(out).rows()))
        assert len(Opened(fake, 1).kept) == 20 == facts_of(fake).total
        for made in (plan(out, count=90), plan(tmp_path / "disk" / "other", count=6)):
            with pytest.raises(StorageError, match=r"cannot be written \(Read-only file system\).*--out"):
                run(made, Inline, Silent())


CLOCK = """
import itertools, sys, time
from pathlib import Path
hours = itertools.count()
time.time = lambda: 1_800_000_000.0 - 3600.0 * next(hours)  # every look is an hour before the last one
time.time_ns = lambda: int(time.time() * 1e9)
from pipeline.local import Inline
from pipeline.progress import Silent
from pipeline.runner import run
from tests.pipeline.toy import WriteNotes, plan
try:
    run(plan(Path(sys.argv[1]), count=60, write=WriteNotes(fail_at=13)), Inline, Silent())
except Exception as error:
    print(type(error).__name__)
"""


def test_a_clock_that_goes_backwards_changes_nothing(tmp_path, whole):
    out = tmp_path / "run"
    for path in sorted((tmp_path / "nothing", out)):
        subprocess.run([sys.executable, "-c", CLOCK, str(path)], cwd=HOME, check=True, timeout=120)
    for path in out.rglob("*"):  # and files from the next century
        if path.is_file():
            os.utime(path, (4_200_000_000, 4_200_000_000))
    run(plan(out, count=60), Inline, Silent(), again=Again(update=True))
    assert files(out) == files(whole)
    state = read_state(out)
    assert state is not None and state.state == "finished"
    assert run(plan(out, count=60), Inline, Silent()).nothing_to_do
