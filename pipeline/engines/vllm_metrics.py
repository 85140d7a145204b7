"""What a vLLM server says of itself at `/metrics`: how full its KV cache is, and who waits.

Example (of some three hundred lines; the engines of one server are added up)::

    vllm:num_requests_running{engine="0",model_name="small-1"} 12.0
    vllm:kv_cache_usage_perc{engine="0",model_name="small-1"} 0.41
    vllm:cache_config_info{block_size="16",num_gpu_blocks="16384",...} 1.0
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SAMPLE = re.compile(r"^(vllm:\w+)(?:\{(.*)\})? ([0-9.eE+-]+|NaN)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Load:
    """How busy a server is.

    Attributes:
        running, waiting: requests in the engine, and before it.
        kv_usage: used share of the KV cache, between 0 and 1.
        kv_tokens: what the KV cache holds, or 0 where it is not said.
        preemptions: requests that were thrown out of the cache and begun again, so far.
        prompt_tokens, generated_tokens: so far.
        prefix_queries, prefix_hits: tokens of prompts that were looked up in the prefix cache, and found, so far.
    """

    running: int
    waiting: int
    kv_usage: float
    kv_tokens: int
    preemptions: int
    prompt_tokens: int
    generated_tokens: int
    prefix_queries: int
    prefix_hits: int


def load_of(text: str) -> Load | None:
    """Reads the page; None where it is none of vLLM's."""
    sums: dict[str, float] = {}
    usages, tokens = [], 0
    for name, labels, value in _SAMPLE.findall(text):
        name = name.removeprefix("vllm:")
        if name == "cache_config_info":
            tokens += _capacity(dict(_LABEL.findall(labels)))
        elif name in ("kv_cache_usage_perc", "gpu_cache_usage_perc"):  # the second is what it was called before
            usages.append(float(value))
        else:
            sums[name] = sums.get(name, 0.0) + float(value)
    if "num_requests_running" not in sums:
        return None

    def count(name: str) -> int:
        return int(sums.get(name, 0.0))

    return Load(
        running=count("num_requests_running"),
        waiting=count("num_requests_waiting"),
        kv_usage=max(usages, default=0.0),
        kv_tokens=tokens,
        preemptions=count("num_preemptions_total"),
        prompt_tokens=count("prompt_tokens_total"),
        generated_tokens=count("generation_tokens_total"),
        prefix_queries=count("prefix_cache_queries_total"),
        prefix_hits=count("prefix_cache_hits_total"),
    )


def _capacity(labels: dict[str, str]) -> int:
    sizes = [labels.get(name, "") for name in ("block_size", "num_gpu_blocks")]
    return int(sizes[0]) * int(sizes[1]) if all(size.isdigit() for size in sizes) else 0
