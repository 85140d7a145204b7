import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import StorageError
from pipeline.storage import FileInfo, Manifest, read_json, read_shard, whole, write_bytes, write_manifest, write_shard
from schemas.verdict import Drop, Verdict

DROPS = [Drop(id=f"drop-{n}", stage="simulate", reason="structure", detail="x" * 50 + str(n)) for n in range(400)]
HOME = Path(__file__).parents[2]


def test_records_come_back_and_the_same_records_are_the_same_bytes(tmp_path):
    first = write_shard(tmp_path / "a.parquet", DROPS, Drop)
    again = write_shard(tmp_path / "deep/er/b.parquet", DROPS, Drop)
    assert first == again == FileInfo((tmp_path / "a.parquet").stat().st_size, first.digest)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "deep/er/b.parquet").read_bytes()
    assert read_shard(tmp_path / "a.parquet", Drop) == DROPS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "deep"]


@pytest.mark.parametrize("left", [0, 3, 200, -200, -1])
def test_a_shard_cut_off_anywhere_is_named_with_what_to_do(tmp_path, left):
    path = tmp_path / "r0-00000.parquet"
    write_shard(path, DROPS, Drop)
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(StorageError, match=r"r0-00000\.parquet: was cut off in the middle.*run the same command again"):
        read_shard(path, Drop)


def test_other_files_are_refused_in_words(tmp_path):
    path = tmp_path / "x.parquet"
    path.write_text("id,stage\n1,2\n")
    with pytest.raises(StorageError, match="no Parquet file"):
        read_shard(path, Drop)
    write_shard(path, [Verdict(check="replay", passed=True)], Verdict)
    with pytest.raises(StorageError, match="holds Verdict, not Drop"):
        read_shard(path, Drop)
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(StorageError, match="no record of WRIT"):
        read_shard(path, Drop)
    with pytest.raises(StorageError, match="cannot be read"):
        read_shard(tmp_path / "absent.parquet", Drop)


def test_a_manifest_vouches_for_its_files(tmp_path):
    info = write_shard(tmp_path / "a.parquet", DROPS, Drop)
    manifest = Manifest(key="k1", rows=400, drops=0, files={"a.parquet": info})
    assert whole(tmp_path / "a.json", "k1") is None
    write_manifest(tmp_path / "a.json", manifest)
    assert whole(tmp_path / "a.json", "k1") == manifest
    assert whole(tmp_path / "a.json", "another key") is None
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(StorageError, match=r"4 bytes instead of \d+.*Delete .*a\.json"):
        whole(tmp_path / "a.json", "k1")
    (tmp_path / "a.parquet").unlink()
    assert whole(tmp_path / "a.json", "k1") is None  # somebody wants it anew
    (tmp_path / "a.json").write_text('{"key": "k1"')
    with pytest.raises(StorageError, match="run the same command again"):
        whole(tmp_path / "a.json", "k1")
    with pytest.raises(StorageError, match="is not JSON"):
        read_json(tmp_path / "a.json")


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"cannot be written.*--out"):
        write_bytes(tmp_path / "file" / "run" / "a.json", b"{}")


def limited(command: str) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    return subprocess.run([sys.executable, "-c", command], preexec_fn=limit, cwd=HOME, capture_output=True, text=True)


FILL = """
from pathlib import Path
from pipeline.errors import StorageError
from pipeline.storage import write_bytes
folder = Path({folder!r})
write_bytes(folder / "small", b"x" * 1000)
try:
    write_bytes(folder / "large", b"x" * 3_000_000)
except StorageError as error:
    print(error)
"""


def test_a_file_that_outgrows_its_room_leaves_nothing_behind(tmp_path):
    done = limited(FILL.format(folder=str(tmp_path)))
    assert "large: no room left" in done.stdout and "--out" in done.stdout, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    small = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() == 0 and subprocess.run(small, capture_output=True).returncode == 0:
        try:
            script = FILL.format(folder=str(folder))
            done = subprocess.run([sys.executable, "-c", script], cwd=HOME, capture_output=True, text=True)
            assert f"no room left on the device ({os.strerror(errno.ENOSPC)})" in done.stdout, done.stderr
            assert [path.name for path in folder.iterdir()] == ["small"]
        finally:
            subprocess.run(["umount", str(folder)], check=True)
    else:
        # Without the right to mount, the device that is always full stands in for one.
        with pytest.raises(OSError) as caught, Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"x")
        assert caught.value.errno == errno.ENOSPC
