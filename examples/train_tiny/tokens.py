"""Makes a tokenizer out of chats, and token streams of them with the chat template that a server will use.

    .venv/vllm/bin/python examples/train_tiny/tokens.py chats.jsonl.gz --tokenizer tiny --out tokens

`tiny/` gets the tokenizer and the template; where it has one already, that is used. `tokens/chats.xz` holds the chats
one behind the other as 16-bit numbers, each beginning with `<|desk|>` (the agent's view) or `<|goal|>` (the user's).
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import lzma
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

SPECIAL = ("<|pad|>", "<|end|>", "<|desk|>", "<|goal|>", "<|user|>", "<|agent|>", "<|tool|>")
"""Their ids are 0 to 6; `train.py` knows them."""
WORDS = ("<tool_call>", "</tool_call>")
"""One token each and yet no special ones: the parser of a server looks for them in the text."""
PIECES = "|".join(
    (
        r'[^\s\p{L}\p{N}]*"[a-z_]+":[^\s\p{L}\p{N}]*',
        r"\p{N}",
        r"'\p{L}{1,2}\b",
        r" ?\p{L}+(?:_\p{L}+)*_?",
        r" ?[^\s\p{L}\p{N}]+",
        r"\s+",
    )
)
"""What a token may span at most: a key of JSON with all that stands around it, a digit, a word, punctuation."""
VOCABULARY = 4096
CONTEXT = 16384
SAMPLE = 6000
BATCH = 256


def read(file: Path) -> Iterator[dict[str, Any]]:
    """Yields the chats of a file."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def wrapped(tokenizer: Any) -> Any:
    """Returns a tokenizer as servers load it, with the chat template."""
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|end|>",
        pad_token="<|pad|>",
        chat_template=Path(__file__).with_name("chat_template.jinja").read_text(encoding="utf-8"),
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )


def tokenizer_of(chats: Iterator[dict[str, Any]]) -> Any:
    """Trains a byte-level BPE with a token per digit, so that ids are copied digit by digit."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    found = Tokenizer(models.BPE())
    template = wrapped(found)
    found.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex("|".join(map(re.escape, (*SPECIAL, *WORDS)))), "removed"),
            pre_tokenizers.Split(Regex(PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    found.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(WORDS),
        special_tokens=list(SPECIAL),
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    found.train_from_iterator((rendered(template, chat) for chat in chats), trainer)
    found.add_tokens([AddedToken(word, normalized=False) for word in WORDS])
    return wrapped(found)


def rendered(tokenizer: Any, chat: dict[str, Any]) -> str:
    """Returns a chat as a server shows it to the model; that there are tools says whose seat it is."""
    tools = [{"type": "function", "function": {"name": "any"}}] if chat["seat"] == "agent" else None
    text: str = tokenizer.apply_chat_template(chat["messages"], tools=tools, tokenize=False)
    return text


def stream_of(tokenizer: Any, chats: Iterator[dict[str, Any]]) -> tuple[int, np.ndarray]:
    """Returns how many chats there were, and their tokens one behind the other."""
    parts: list[np.ndarray] = []
    while batch := list(itertools.islice(chats, BATCH)):
        texts = [rendered(tokenizer, chat) for chat in batch]
        parts += [np.asarray(ids, np.uint16) for ids in tokenizer(texts, add_special_tokens=False)["input_ids"]]
    return len(parts), np.concatenate(parts)


def main() -> None:
    """Reads the command line."""
    from transformers import AutoTokenizer

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("chats", nargs="+", type=Path)
    parser.add_argument("--tokenizer", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    given = parser.parse_args()
    if (given.tokenizer / "tokenizer.json").exists():
        tokenizer = AutoTokenizer.from_pretrained(given.tokenizer)
    else:
        tokenizer = tokenizer_of(itertools.islice(read(given.chats[0]), SAMPLE))
        tokenizer.save_pretrained(given.tokenizer)
    given.out.mkdir(parents=True, exist_ok=True)
    for file in given.chats:
        number, stream = stream_of(tokenizer, read(file))
        target = given.out / f"{file.name.partition('.')[0]}.xz"
        target.write_bytes(lzma.compress(stream.tobytes()))
        print(f"{target}: {number:,} chats, {len(stream):,} tokens, {target.stat().st_size:,} bytes", flush=True)


if __name__ == "__main__":
    main()
