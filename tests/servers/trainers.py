"""Reads an export as its trainer does, with the trainer's own code, and prints what the loss counts.

    python trainers.py FORMAT FOLDER [--split]          # by an interpreter that has the trainer

One JSON line per example of `train`: the texts that the loss counts. Exit code 3 if the trainer is not there. A
tokenizer of bytes and a template in the manner of Qwen 2.5 stand for a model's; LLaMA-Factory has its own template of
that name, and TRL's bundled ones are rendered by `templates`.

Beside TRL and OpenAI, which `make .venv/.trainers` installs, it was written for axolotl 0.19.0, llamafactory 0.9.5,
ms-swift 4.6.0 and verl 0.9.1: put them and torch's CPU build in any environment, and name its interpreter in
WRIT_TRAINERS.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

os.environ["DISABLE_VERSION_CHECK"] = "1"  # LLaMA-Factory's, of transformers
TEMPLATE = """\
{%- macro call(tool_call) -%}
<tool_call>
{"name": "{{ tool_call.function.name }}", "arguments": {{ tool_call.function.arguments | tojson }}}
</tool_call>
{%- endmacro -%}
{%- for message in messages -%}
{%- if message.role == 'system' -%}
<|im_start|>system
{{ message.content }}{% if tools %}

{{ tools | tojson }}{% endif %}<|im_end|>
{% elif message.role == 'assistant' -%}
<|im_start|>assistant
{% generation %}{{ message.content }}{% for each in message.tool_calls %}{% if not loop.first or message.content %}
{% endif %}{{ call(each) }}{% endfor %}<|im_end|>{% endgeneration %}
{% else -%}
<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}
"""


def tokenizer() -> Any:
    """A tokenizer of bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    inner = Tokenizer(models.BPE(vocab=letters, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    found = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    found.add_special_tokens({"additional_special_tokens": ["<|im_start|>"]})
    found.chat_template = TEMPLATE
    return found


def spans(words: Any, ids: list[int], counted: list[bool]) -> list[str]:
    """The texts of runs of tokens that count, without the end of a turn."""
    found, run = [], []
    for token, counts in [*zip(ids, counted, strict=True), (0, False)]:
        if counts:
            run.append(token)
        elif run:
            found += [text.strip() for text in words.decode(run).split("<|im_end|>") if text.strip()]
            run = []
    return found


def rows(path: Path) -> Any:
    """The examples, as `datasets` reads them."""
    from datasets import load_dataset

    return load_dataset("parquet", data_files=str(path), split="train")


def trl(folder: Path, split: bool) -> Iterator[list[str]]:
    """What `SFTTrainer` does with a row before it is tokenized: assistant_only_loss, or prompt and completion."""
    from trl.data_utils import is_conversational

    words = tokenizer()
    for row in rows(folder / "train.parquet"):
        assert is_conversational(row)
        messages = row["prompt"] + row["completion"] if split else row["messages"]
        made = words.apply_chat_template(
            messages, tools=row["tools"], tokenize=True, return_dict=True, return_assistant_tokens_mask=True
        )
        ids, counted = made["input_ids"], [bool(each) for each in made["assistant_masks"]]
        if split:
            prompt = words.apply_chat_template(row["prompt"], tools=row["tools"], tokenize=True, return_dict=True)
            start = len(prompt["input_ids"])
            assert ids[:start] == prompt["input_ids"]
            counted = [False] * start + counted[start:]
        yield spans(words, ids, counted)


def openai(folder: Path, split: bool) -> Iterator[list[str]]:
    """OpenAI's own types take every line."""
    from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
    from pydantic import TypeAdapter

    messages = TypeAdapter(list[ChatCompletionMessageParam])
    tools = TypeAdapter(list[ChatCompletionToolParam])
    for line in (folder / "train.jsonl").read_text(encoding="utf-8").splitlines():
        value = json.loads(line)
        list(messages.validate_python(value["messages"]))
        list(tools.validate_python(value["tools"]))
        for message in value["messages"]:
            for call in message.get("tool_calls", ()):
                call["function"]["arguments"] = json.loads(call["function"]["arguments"])
        yield [said(m) for m in value["messages"] if m["role"] == "assistant" and m.get("weight", 1)]


def axolotl(folder: Path, split: bool) -> Iterator[list[str]]:
    """Axolotl's strategy `chat_template` gives the labels."""
    from axolotl.prompt_strategies.chat_template import ChatTemplatePrompter, ChatTemplateStrategy

    words = tokenizer()
    prompter = ChatTemplatePrompter(
        words,
        chat_template=words.chat_template,
        field_messages="messages",
        message_field_training="train",
        message_property_mappings={"role": "role", "content": "content"},
    )
    strategy = ChatTemplateStrategy(
        prompter, words, train_on_inputs=False, sequence_len=10**6, roles_to_train=["assistant"], train_on_eos="turn"
    )
    found = rows(folder / "train.parquet")
    for row in found.map(strategy.tokenize_prompt, batched=True, remove_columns=found.column_names):
        yield spans(words, row["input_ids"], [label != -100 for label in row["labels"]])


def llama_factory(folder: Path, split: bool) -> Iterator[list[str]]:
    """LLaMA-Factory finds the data set by name, converts it, and gives the labels."""
    from llamafactory.data.converter import SharegptDatasetConverter
    from llamafactory.data.parser import get_dataset_list
    from llamafactory.data.processor.supervised import SupervisedDatasetProcessor
    from llamafactory.data.template import TEMPLATES
    from llamafactory.hparams import DataArguments

    words = tokenizer()
    (attributes,) = get_dataset_list(["writ_train"], str(folder))
    settings = DataArguments(template="qwen", mask_history=split, cutoff_len=10**6)
    convert = SharegptDatasetConverter(attributes, settings)
    processor = SupervisedDatasetProcessor(TEMPLATES["qwen"], words, None, settings)
    for row in rows(folder / attributes.dataset_name):
        made = convert(row)
        assert made["_prompt"], "skipped"
        out = processor.preprocess_dataset({key: [value] for key, value in made.items()})
        yield spans(words, out["input_ids"][0], [label != -100 for label in out["labels"][0]])


def ms_swift(folder: Path, split: bool) -> Iterator[list[str]]:
    """ms-swift's preprocessor gives its own roles and keeps what each message says of the loss."""
    from swift.dataset.preprocessor.core import AutoPreprocessor

    for row in AutoPreprocessor()(rows(folder / "train.parquet"), strict=True, load_from_cache_file=False):
        found = []
        for message in row["messages"]:
            if message.get("loss"):
                content = message["content"]
                found.append(content if isinstance(content, str) else called(content))
        yield found


def verl(folder: Path, split: bool) -> Iterator[list[str]]:
    """The class beside the files gives the loss mask, message by message."""
    import transformers.models.qwen2_vl.modeling_qwen2_vl as vision
    from omegaconf import OmegaConf

    for name in ("Qwen2VLCausalLMOutputWithPast",):  # newer transformers have lost what verl imports for images
        setattr(vision, name, getattr(vision, name, object))
    sys.path.insert(0, str(folder))
    from writ_dataset import WritDataset

    words = tokenizer()
    settings = OmegaConf.create({"max_length": 10**6, "truncation": "error", "pad_mode": "no_padding"})
    found = WritDataset(str(folder / "train.parquet"), words, settings)
    for place in range(len(found)):
        row = found[place]
        yield spans(words, row["input_ids"].tolist(), [bool(each) for each in row["loss_mask"].tolist()])


def templates(folder: Path, split: bool) -> Iterator[list[str]]:
    """TRL's bundled chat templates render the first example: name, what went wrong, and the text that counts."""
    from transformers.utils.chat_template_utils import render_jinja_template

    row = rows(folder / "train.parquet")[0]
    for file in sorted(resources.files("trl").joinpath("chat_templates").iterdir(), key=lambda each: each.name):
        if not file.name.endswith(".jinja"):
            continue
        training = file.name.endswith("_training.jinja")
        try:
            (text,), places = render_jinja_template(
                [row["messages"]],
                tools=row["tools"],
                chat_template=file.read_text(encoding="utf-8"),
                return_assistant_tokens_mask=training,
                bos_token="<s>",
                eos_token="</s>",
            )
        except Exception as error:
            yield [file.name, f"{type(error).__name__}: {error}", ""]
        else:
            counted = [text[start:end] for start, end in places[0]] if training else []
            yield [file.name, "", text, *counted]


def said(message: dict[str, Any]) -> str:
    """The text of a message of the agent in `TEMPLATE`."""
    return "\n".join(
        [*filter(None, [message["content"]]), *(called(c["function"]) for c in message.get("tool_calls", ()))]
    )


def called(function: dict[str, Any]) -> str:
    """The text of a call in `TEMPLATE`."""
    arguments = json.dumps(function["arguments"], ensure_ascii=False)
    return f'<tool_call>\n{{"name": "{function["name"]}", "arguments": {arguments}}}\n</tool_call>'


READERS: dict[str, Callable[[Path, bool], Iterator[list[str]]]] = {
    "trl": trl,
    "openai": openai,
    "axolotl": axolotl,
    "llama-factory": llama_factory,
    "ms-swift": ms_swift,
    "verl": verl,
    "templates": templates,
}

if __name__ == "__main__":
    try:
        for texts in READERS[sys.argv[1]](Path(sys.argv[2]), "--split" in sys.argv):
            print("row", json.dumps(texts))
    except ImportError as error:
        print(f"{sys.argv[1]} is not in this environment ({error})")
        sys.exit(3)
