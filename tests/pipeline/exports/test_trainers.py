"""Exports through the trainers' own code: what the loss counts is what the options say, message for message.

The trainers are in an environment of their own: `.venv/trainers` (TRL and OpenAI), or the one that WRIT_TRAINERS names.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.exports.command import export
from pipeline.exports.formats import FORMATS
from stages.training_examples import Shape
from tests.pipeline.fake_run import judged, row, write_run
from tests.servers.trainers import said

HERE = Path(__file__).resolve().parents[3]
READER = HERE / "tests" / "servers" / "trainers.py"
MESSAGES = {record.id: record.messages for record in (row(judged(number)) for number in range(20))}
TAKES_TOOLS = {
    "qwen2_5", "qwen3", "qwen3_instruct_2507", "qwen3_6", "qwen3_8", "llama3_1", "llama3_2", "gptoss", "glm4moe",
    "gemma4", "lfm2_2_5", "nemotron_3_nano", "muse_glimmer", "deepseekv3_training",
}  # fmt: skip
"""Of TRL's templates, stock ones that render calls; docs/exports.md names their families."""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"))


def read(name: str, folder: Path, *options: str) -> list[list[str]]:
    """What the trainer's code makes of an export, or a skip."""
    python = os.environ.get("WRIT_TRAINERS") or str(HERE / ".venv" / "trainers" / "bin" / "python")
    if not Path(python).exists():
        pytest.skip("trainers are not installed; `make .venv/.trainers` installs TRL's and OpenAI's code")
    home = folder.parent / "home"
    environment = {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "MODELSCOPE_CACHE": str(home)}
    command = [python, str(READER), name, str(folder), *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode == 3:
        pytest.skip(done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line.removeprefix("row ")) for line in done.stdout.splitlines() if line.startswith("row ")]


def counted(run: Path, shape: Shape) -> list[list[str]]:
    """The texts that shall count, example by example, in the order of the run's rows."""
    from pipeline.run_folder import RunFolder

    found = []
    for each in RunFolder(run).rows():
        if each.split == "train":
            examples = shape.examples(each.id, MESSAGES[each.id], each.tools)
            found += [[said(m) for m, t in zip(e.messages, e.trained, strict=True) if t] for e in examples]
    return found


@pytest.mark.parametrize(
    "shape", [Shape(), Shape(turn_split=True), Shape(turn_split=True, omit_prose=True, loss="calls")]
)
@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.whole])
def test_the_loss_counts_what_was_asked(run: Path, tmp_path: Path, name: str, shape: Shape) -> None:
    export(run, name, tmp_path / "out", shape, Console(quiet=True))
    assert read(name, tmp_path / "out", *(["--split"] * shape.turn_split)) == counted(run, shape)


@pytest.mark.parametrize("name", ["axolotl", "openai", "ms-swift", "verl"])
def test_single_messages_of_a_whole_dialogue_can_count(run: Path, tmp_path: Path, name: str) -> None:
    shape = Shape(loss="calls")
    export(run, name, tmp_path / "out", shape, Console(quiet=True))
    assert read(name, tmp_path / "out") == counted(run, shape)


def test_stock_templates_render_the_rows(run: Path, tmp_path: Path) -> None:
    export(run, "trl", tmp_path / "out", Shape(), Console(quiet=True))
    found = {name.removesuffix(".jinja"): rest for name, *rest in read("templates", tmp_path / "out")}
    assert set(found) >= TAKES_TOOLS
    for name in sorted(TAKES_TOOLS):
        problem, text, *_ = found[name]
        assert problem == "" and "renew" in text and "L1" in text and "It is renewed." in text, (name, problem)
        # Some write the null of each of the three calls so; nothing else has become one.
        assert text.count("None") in (0, 3), name
    for name in sorted(TAKES_TOOLS & {each.removesuffix("_training") for each in found if each.endswith("_training")}):
        problem, _, *texts = found[f"{name}_training"]
        assert problem == "" and len(texts) == 5 and "It is renewed." in "".join(texts), (name, problem)
    problem, *_ = found["deepseekv3"]
    assert "can only concatenate str" in problem  # as docs/exports.md says
