r"""verl, for reinforcement learning: a prompt per dialogue, its checklist as the ground truth, and the reward function.

    {"data_source": "writ/retail", "prompt": [{"role": "system", ...}, {"role": "user", ...}], "ability": "tool_use",
     "reward_model": {"style": "rule", "ground_truth": "{\"version\": \"writ-checklist/1\", ...}"},
     "extra_info": {"index": "dialogue-1c2d...", "split": "train", "task_id": "task-0a1b...", "tools": "[...]",
                    "user": "You are a customer who writes to a service desk. ..."}}

The prompt ends with the user's first message; the rest of the dialogue is the rollout's, with tools and a user that the
trainer brings (`extra_info.user` is what a model in the user's seat is told). `writ_reward.py` beside the files has
`compute_score`, as `custom_reward_function` wants it; it needs two more files there and nothing of WRIT.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from pipeline.checklists.source import ASKED
from pipeline.dataset_files import ROW_GROUP_BYTES, parquet_writer
from pipeline.errors import UserError
from pipeline.exports.format import Format
from stages.derive_checklists import checker
from stages.training_examples import Example
from tool_specs.phrasing import answers

REWARD = "writ_reward.py"
_BESIDE = {checker: "writ_checker.py", answers: "writ_answers.py"}
_MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string())])
_MODEL = pa.struct([("style", pa.string()), ("ground_truth", pa.string())])
_INFO = pa.struct([(name, pa.string()) for name in ("index", "split", "task_id", "tools", "user")])
_SCHEMA = pa.schema(
    [
        ("data_source", pa.string()),
        ("prompt", pa.list_(pa.field("element", _MESSAGE))),
        ("ability", pa.string()),
        ("reward_model", _MODEL),
        ("extra_info", _INFO),
    ]
)


class VerlRlSink:
    """A Parquet file under way."""

    def __init__(self, path: Path, split: bool) -> None:
        self._sink = pa.OSFile(str(path), "wb")
        repeated = ["data_source", "ability", "extra_info.tools", "prompt.list.element.content"]
        self._file = parquet_writer(self._sink, _SCHEMA, repeated, ["data_source"])
        self._waiting: list[dict[str, Any]] = []
        self._bytes = 0

    def write(self, examples: Sequence[Example]) -> int:
        """Appends examples; each has such a form.

        Raises:
            UserError: the rows have no checklists.
        """
        for example in examples:
            row = _row(example)
            self._waiting.append(row)
            self._bytes += len(row["reward_model"]["ground_truth"])
            if self._bytes >= ROW_GROUP_BYTES:
                self._flush()
        return len(examples)

    def close(self) -> None:
        """Writes what waits, and ends the file."""
        self._flush()
        self._file.close()
        self._sink.close()

    def _flush(self) -> None:
        if self._waiting:
            self._file.write_table(pa.Table.from_pylist(self._waiting, schema=_SCHEMA))
            self._waiting, self._bytes = [], 0


def _row(example: Example) -> dict[str, Any]:
    about = example.about
    if about["checklist"] == "null":
        raise UserError(f"--format verl-rl: the run's rows have no checklists, which the reward is; {ASKED}")
    opening = [*takewhile(lambda message: message["role"] != "assistant", example.messages)]
    return {
        "data_source": f"writ/{about['domain']}",
        "prompt": [{"role": message["role"], "content": message["content"]} for message in opening],
        "ability": "tool_use",
        "reward_model": {"style": "rule", "ground_truth": about["checklist"]},
        "extra_info": {
            "index": example.id,
            "split": about["split"],
            "task_id": about["task_id"],
            "tools": orjson.dumps(example.tools).decode(),
            "user": orjson.loads(about["metadata"])["behavior"]["instruction"],
        },
    }


def _beside(folder: Path, splits: Sequence[str]) -> None:
    for module, name in _BESIDE.items():
        text = Path(str(module.__file__)).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace(f"from {answers.__name__} ", "from writ_answers "), encoding="utf-8")
    reward = Path(__file__).with_name("verl_reward.py").read_text(encoding="utf-8")
    (folder / REWARD).write_text(reward.replace(f"from {checker.__name__} ", "from writ_checker "), encoding="utf-8")


VERL_RL = Format(
    name="verl-rl",
    suffix=".parquet",
    sink=VerlRlSink,
    per_message=False,
    told=f"custom_reward_function.path={REWARD} custom_reward_function.name=compute_score",
    told_split="",
    columns=("domain", "split", "task_id", "checklist", "metadata"),
    whole="a rollout begins with the user's first message",
    beside=_beside,
)
