"""Renders prompts as tokens with a model's own chat template: a script for the interpreter that has vLLM.

    echo '{"prompts": [[...messages...]], "tools": [...]}' | python render_prompts.py MODEL      # -> [[1, 85, 91, ...]]

It imports nothing of this project: that interpreter has an environment of its own.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def parsed(message: dict[str, Any]) -> dict[str, Any]:
    """Returns a message with the arguments of its calls as objects, as servers hand them to templates."""
    calls = [
        {**call, "function": {**call["function"], "arguments": json.loads(call["function"]["arguments"])}}
        for call in message.get("tool_calls", ())
    ]
    return {**message, "tool_calls": calls} if calls else message


def main(model: str) -> None:
    """Reads what is asked and prints the tokens."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    asked = json.load(sys.stdin)
    found = [
        tokenizer.apply_chat_template(
            [parsed(each) for each in prompt], tools=asked["tools"] or None, add_generation_prompt=True,
            tokenize=True, return_dict=False,
        )
        for prompt in asked["prompts"]
    ]  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
