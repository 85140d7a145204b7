from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.dataset import write_dataset
from pipeline.errors import StorageError, UserError
from pipeline.publish.hub import token_of
from pipeline.publish.upload import upload_of
from pipeline.run_folder import RunFolder
from pipeline.storage import write_json
from tests.pipeline.fake_run import write_run
from tests.pipeline.publish.hub import Hub, Repo, hub

pytestmark = pytest.mark.slow
WRIT = Path(sys.executable).with_name("writ")
REPO = "org/toy"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = write_run(tmp_path_factory.mktemp("made") / "run")
    write_dataset(run)
    return run


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "run"))


@pytest.fixture
def server() -> Iterator[Hub]:
    with hub() as state:
        yield state


def environment(server: Hub | None, token: str | None, home: Path) -> dict[str, str]:
    found = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
    found |= {"HF_HUB_DISABLE_XET": "1", "HF_HOME": str(home), "HOME": str(home)}
    if server is not None:
        found["HF_ENDPOINT"] = server.url
    if token is not None:
        found["HF_TOKEN"] = token
    return found


def publish(
    run: Path, *options: str, server: Hub | None = None, token: str | None = "hf_good", repo: str = REPO
) -> subprocess.CompletedProcess:
    home = run.parent / "home"
    home.mkdir(exist_ok=True)
    command = [str(WRIT), "publish", str(run), "--repo", repo, *options]
    done = subprocess.run(command, env=environment(server, token, home), capture_output=True, text=True, timeout=300)
    assert "Traceback" not in done.stderr, done.stderr
    if token:
        assert token not in done.stdout + done.stderr
        assert not any(token.encode() in path.read_bytes() for path in run.parent.rglob("*") if path.is_file())
    return done


def local(run: Path) -> dict[str, bytes]:
    folder = run / "dataset"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_without_yes_nothing_is_asked_and_all_is_said(run: Path, server: Hub) -> None:
    done = publish(run, server=server, token=None)
    assert done.returncode == 0, done
    assert "private data set org/toy at http://127.0.0.1" in done.stdout and "dry run" in done.stdout
    for path, content in local(run).items():
        (line,) = [line for line in done.stdout.splitlines() if line.strip().startswith(path)]
        assert path == "README.md" or f"{len(content):,} bytes" in line
    assert "config default: train 16 rows, validation 4 rows" in done.stdout
    assert "config_name: sharegpt" in done.stdout
    assert server.asked == [] and server.repos == {}


def test_the_hub_gets_what_the_dry_run_said(run: Path, server: Hub) -> None:
    (run / "dataset" / "notes.txt").write_text("mine")
    assert "no part of the data set: notes.txt" in publish(run, server=server).stdout
    done = publish(run, "--yes", server=server)
    assert done.returncode == 0, done
    assert f"{server.url}/datasets/org/toy" in done.stdout
    repo = server.repos[REPO]
    assert repo.private and repo.commits == ["Data", "Card"]
    wanted = {path: content for path, content in local(run).items() if path != "notes.txt"}
    card = wanted.pop("README.md").decode().replace("path/to/this/folder", REPO)
    assert repo.files == {**wanted, "README.md": card.encode()}
    for words in ('load_dataset("org/toy", split="train")', "eprint = {2606.02908}", "Fingerprint: `", "seed 7"):
        assert words in card


def test_datasets_loads_it_back_from_there(run: Path, server: Hub, tmp_path: Path) -> None:
    assert publish(run, "--yes", server=server).returncode == 0
    code = """
import json, datasets
found = datasets.load_dataset("org/toy")
plain = datasets.load_dataset("org/toy", "sharegpt", split="train")
row = found["train"][0]
rows = {name: part.num_rows for name, part in found.items()}
print(json.dumps([rows, plain.num_rows, row["id"], row["messages"], row["tools"]]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(server, "hf_good", tmp_path / "cache"),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    rows, plain, row_id, messages, tools = json.loads(done.stdout)
    assert rows == {"train": 16, "validation": 4} and plain == 16
    here = RunFolder(run).row(row_id)
    assert messages == here.messages and tools == here.tools


def test_a_smaller_data_set_leaves_nothing_old_behind(run: Path, server: Hub) -> None:
    old = {
        "data/train-00001-of-00002.parquet": b"old",
        "sharegpt/train-00000-of-00009.parquet": b"old",
        "traces/dialogue-0a1b.jsonl": b"old",
        "traces/notes.jsonl": b"mine",
        "LICENSE": b"mine",
    }
    server.repos[REPO] = Repo(private=True, files=dict(old))
    assert publish(run, "--yes", server=server).returncode == 0
    assert set(server.repos[REPO].files) == {*local(run), "LICENSE", "traces/notes.jsonl"}


def test_publishing_twice_sends_nothing_twice(run: Path, server: Hub) -> None:
    for _ in range(2):
        assert publish(run, "--yes", server=server).returncode == 0
    assert set(server.uploads.values()) == {1} and server.repos[REPO].commits == ["Data", "Card"]


def test_a_lost_connection_is_said_and_the_next_upload_goes_on(run: Path, server: Hub) -> None:
    server.let = 2
    done = publish(run, "--yes", server=server)
    assert done.returncode == 1, done
    assert "broke off" in done.stderr and "the same command goes on" in done.stderr
    assert len(server.blobs) == 2 and "README.md" not in server.repos[REPO].files
    arrived = {oid: server.uploads[oid] for oid in server.blobs}
    server.let = None
    assert publish(run, "--yes", server=server).returncode == 0
    assert {oid: server.uploads[oid] for oid in arrived} == arrived == dict.fromkeys(arrived, 1)
    assert set(server.repos[REPO].files) == set(local(run))


def test_nobody_there_is_said(run: Path, server: Hub) -> None:
    server.url = "http://127.0.0.1:9"
    done = publish(run, "--yes", server=server)
    assert done.returncode == 1 and "http://127.0.0.1:9 broke off" in done.stderr


@pytest.mark.parametrize(
    ("token", "words"),
    [("hf_unknown", "does not take this token (401)"), ("hf_reader", "may not write there (403")],
)
def test_a_token_that_will_not_do(run: Path, server: Hub, token: str, words: str) -> None:
    done = publish(run, "--yes", server=server, token=token)
    assert done.returncode == 2 and words in done.stderr, done
    assert server.repos == {} and server.uploads == {}


@pytest.mark.parametrize(
    ("token", "words"), [("", "HF_TOKEN is not set"), (" ", "HF_TOKEN is not set"), ("two words", "is no token")]
)
def test_what_is_no_token_is_not_sent(token: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        token_of({"HF_TOKEN": token})


def test_a_stored_token_is_not_taken(run: Path, server: Hub) -> None:
    (run.parent / "home").mkdir()
    (run.parent / "home" / "token").write_text("hf_good")
    done = publish(run, "--yes", server=server, token=None)
    assert done.returncode == 2 and "HF_TOKEN is not set" in done.stderr


@pytest.mark.parametrize(
    ("private", "options", "words"),
    [
        (False, (), "everybody would see what is uploaded"),
        (True, ("--public",), "is there, and private, which --public does not change"),
    ],
)
def test_a_repository_that_is_otherwise_visible(
    run: Path, server: Hub, private: bool, options: tuple[str, ...], words: str
) -> None:
    server.repos[REPO] = Repo(private=private)
    done = publish(run, "--yes", *options, server=server)
    assert done.returncode == 2 and words in done.stderr, done
    assert server.repos[REPO].files == {} and server.uploads == {}
    assert publish(run, "--yes", *({"--public"} - set(options)), server=server).returncode == 0


def test_public_makes_a_public_one(run: Path, server: Hub) -> None:
    assert publish(run, "--yes", "--public", server=server).returncode == 0
    assert not server.repos[REPO].private


@pytest.mark.parametrize(
    ("status", "code", "words"), [(413, 2, "the Hub refuses (413: too large)"), (409, 1, "cannot now (409: busy")]
)
def test_what_the_hub_says_is_told(run: Path, server: Hub, status: int, code: int, words: str) -> None:
    server.broken["/api/datasets/org/toy/commit/"] = (status, "too large" if status == 413 else "busy")
    done = publish(run, "--yes", server=server)
    assert done.returncode == code and words in done.stderr, done


@pytest.mark.parametrize(
    "repo", ["toy", "org/", "../toy", "org/toy/more", "org/to y", "org/a--b", "https://hub/org/toy", "org/toy.git"]
)
def test_names_that_cannot_be(run: Path, repo: str) -> None:
    with pytest.raises(UserError, match="is no name on the Hub"):
        upload_of(run, repo, public=False)


def _cut_off(run: Path) -> None:
    path = run / "dataset/data/train-00000-of-00001.parquet"
    path.write_bytes(path.read_bytes()[:-9])


def _linked(run: Path) -> None:
    secret = run.parent / "secret"
    secret.write_text("secret")
    (run / "dataset/data/train-00001-of-00001.parquet").symlink_to(secret)


def _linked_folder(run: Path) -> None:
    (run / "dataset" / "more").symlink_to(run.parent)


def _linked_whole(run: Path) -> None:
    (run / "dataset").rename(run.parent / "elsewhere")
    (run / "dataset").symlink_to(run.parent / "elsewhere")


def _missing(run: Path) -> None:
    (run / "dataset/data/train-00000-of-00001.parquet").unlink()


def _not_ended(run: Path) -> None:
    (run / "run.json").unlink()


def _older(run: Path) -> None:
    write_json(run / "run.json", {**json.loads((run / "run.json").read_text()), "kept": 21})


def _no_card(run: Path) -> None:
    (run / "dataset/README.md").write_text("# mine\n")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_cut_off, "is no whole Parquet file"),
        (_linked, "is a link to"),
        (_linked_folder, "is a link to"),
        (_linked_whole, "has no data set"),
        (_missing, "its card says"),
        (_not_ended, "has not ended"),
        (_older, "has 20 rows, the run 21"),
        (_no_card, "is no card of WRIT"),
    ],
)
def test_what_is_not_whole_is_not_uploaded(run: Path, damage: Callable[[Path], None], words: str) -> None:
    damage(run)
    with pytest.raises(StorageError, match=words):
        upload_of(run, REPO, public=False)
