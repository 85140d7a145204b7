"""Rows of `writ export --format verl` for verl's supervised fine-tuning; verl runs this file, WRIT copies it.

data.custom_cls.path=<folder>/writ_dataset.py data.custom_cls.name=WritDataset
"""

from __future__ import annotations

import json
from typing import Any

import torch
from verl.utils.dataset.multiturn_sft_dataset import MultiTurnSFTDataset


class WritDataset(MultiTurnSFTDataset):  # type: ignore[misc]  # of a type that only verl's environment knows
    """verl's data set of dialogues; messages and tools are JSON text, and a message may say `"loss": false`."""

    tools: list[Any]

    def _read_files_and_process(self) -> None:
        super()._read_files_and_process()
        self.tools = [json.loads(text) for text in self.tools]

    def _build_messages(self, example: dict[str, Any]) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = super()._build_messages(
            {**example, self.messages_key: json.loads(example[self.messages_key])}
        )
        return messages

    def _process_single_message(self, index: int, message: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        ids, counted, *rest = super()._process_single_message(index, message, *args, **kwargs)
        return ids, counted if message.get("loss", True) else torch.zeros_like(counted), *rest
