"""A small Qwen3 in plain PyTorch, with the names of weights that `transformers` and vLLM load.

    model = Qwen3(Shape())
    loss, right = model(tokens, targets, weights, mask)      # all [rows, length]; mask from `Documents`

Several documents stand in one row, and none of them sees another one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.attention.flex_attention import create_block_mask, flex_attention


@dataclass(frozen=True)
class Shape:
    """How large the model is: the default has 26 million parameters."""

    vocabulary: int = 4096
    width: int = 512
    layers: int = 10
    heads: int = 8
    key_heads: int = 4
    head: int = 64
    inner: int = 1024
    theta: float = 100_000.0
    context: int = 16_384

    def config(self) -> dict[str, Any]:
        """Returns the `config.json` of a model of this shape."""
        return {
            "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": self.vocabulary,
            "hidden_size": self.width, "intermediate_size": self.inner, "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads, "num_key_value_heads": self.key_heads, "head_dim": self.head,
            "hidden_act": "silu", "rms_norm_eps": 1e-6, "rope_theta": self.theta,
            "rope_parameters": {"rope_type": "default", "rope_theta": self.theta}, "attention_bias": False,
            "tie_word_embeddings": True, "max_position_embeddings": self.context, "torch_dtype": "bfloat16",
            "dtype": "bfloat16", "bos_token_id": None, "pad_token_id": 0, "eos_token_id": 1,
        }  # fmt: skip


class Norm(nn.Module):
    """RMS norm."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        """Normalises the last axis."""
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), 1e-6).to(x.dtype)


class Attention(nn.Module):
    """Grouped-query attention with normed queries and keys and rotary positions."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.q_proj = nn.Linear(shape.width, shape.heads * shape.head, bias=False)
        self.k_proj = nn.Linear(shape.width, shape.key_heads * shape.head, bias=False)
        self.v_proj = nn.Linear(shape.width, shape.key_heads * shape.head, bias=False)
        self.o_proj = nn.Linear(shape.heads * shape.head, shape.width, bias=False)
        self.q_norm, self.k_norm = Norm(shape.head), Norm(shape.head)

    def forward(self, x: Tensor, rotation: tuple[Tensor, Tensor], mask: Any) -> Tensor:
        """Attends within documents; `mask` is a block mask, a dense one, or None (causal over the whole row)."""
        rows, length, _ = x.shape
        q = self.q_norm(self.q_proj(x).view(rows, length, -1, self.shape.head)).transpose(1, 2)
        k = self.k_norm(self.k_proj(x).view(rows, length, -1, self.shape.head)).transpose(1, 2)
        v = self.v_proj(x).view(rows, length, -1, self.shape.head).transpose(1, 2)
        q, k = turned(q, rotation), turned(k, rotation)
        if mask is None or isinstance(mask, Tensor):
            y = F.scaled_dot_product_attention(q, k, v, mask, is_causal=mask is None, enable_gqa=True)
        else:
            y = flex_attention(q, k, v, block_mask=mask, enable_gqa=True)
        return self.o_proj(y.transpose(1, 2).reshape(rows, length, -1))


class Inner(nn.Module):
    """The gated feed-forward part."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(shape.width, shape.inner, bias=False)
        self.up_proj = nn.Linear(shape.width, shape.inner, bias=False)
        self.down_proj = nn.Linear(shape.inner, shape.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Returns what is added."""
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    """One layer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = Norm(shape.width), Norm(shape.width)
        self.self_attn, self.mlp = Attention(shape), Inner(shape)

    def forward(self, x: Tensor, rotation: tuple[Tensor, Tensor], mask: Any) -> Tensor:
        """Adds attention and the feed-forward part."""
        x = x + self.self_attn(self.input_layernorm(x), rotation, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Qwen3(nn.Module):
    """The model; its loss is weighted per target."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.width)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=0.02)
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                nn.init.normal_(weight, std=0.02 / (2 * shape.layers) ** 0.5)

    def forward(self, tokens: Tensor, targets: Tensor, weights: Tensor, mask: Any) -> tuple[Tensor, Tensor]:
        """Returns the mean loss over targets by weight, and which targets the model would have written itself."""
        rotation = rotation_of(self.shape, tokens.shape[1], tokens.device)
        x = self.embed_tokens(tokens)
        x = x.bfloat16() if x.is_cuda else x
        for layer in self.layers:
            x = layer(x, rotation, mask)
        logits = F.linear(self.norm(x), self.embed_tokens.weight).float()
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").view(targets.shape)
        return (loss * weights).sum() / weights.sum().clamp_min(1.0), logits.argmax(-1) == targets


def rotation_of(shape: Shape, length: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Returns cosines and sines, each [length, head / 2]."""
    frequency = shape.theta ** (-torch.arange(0, shape.head, 2, device=device, dtype=torch.float32) / shape.head)
    angle = torch.outer(torch.arange(length, device=device, dtype=torch.float32), frequency)
    return angle.cos(), angle.sin()


def turned(x: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """Turns pairs (i, i + head / 2) by their angle."""
    cos, sin = (part.to(x.dtype) for part in rotation)
    one, two = x.chunk(2, dim=-1)
    return torch.cat((one * cos - two * sin, two * cos + one * sin), dim=-1)


class Documents:
    """Says who sees whom in rows that hold several documents: dense off the GPU, in blocks on it."""

    def __init__(self, rows: int, length: int, device: str) -> None:
        """Keeps one function and one tensor for all batches, so that nothing is compiled twice."""
        self.numbers = torch.zeros(rows, length, dtype=torch.int32, device=device)
        numbers = self.numbers

        def sees(row: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
            return (query >= key) & (numbers[row, query] == numbers[row, key])

        self.sees = sees
        self._make: Any = torch.compile(create_block_mask, dynamic=False) if device == "cuda" else create_block_mask

    def dense(self, numbers: Tensor) -> Tensor:
        """Returns [rows, 1, length, length] for rows [rows, length] of documents' numbers."""
        earlier = torch.ones(numbers.shape[1], numbers.shape[1], dtype=torch.bool, device=numbers.device).tril()
        return (numbers[:, None, :, None] == numbers[:, None, None, :]) & earlier

    def blocks(self, numbers: Tensor) -> Any:
        """Returns the same as a mask in blocks; it holds until the next one is made."""
        self.numbers.copy_(numbers)
        rows, length = numbers.shape
        return self._make(self.sees, rows, None, length, length, device=numbers.device.type)


def save(model: Qwen3, folder: Path, shard: int = 15 << 20) -> None:
    """Writes the weights in bf16, in files of at most `shard` bytes, with their index and configuration."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    weights = {f"model.{name}": value.detach().to("cpu", torch.bfloat16) for name, value in model.named_parameters()}
    shards: list[dict[str, Tensor]] = [{}]
    room = shard
    for name, value in weights.items():
        if value.nbytes > room and shards[-1]:
            shards.append({})
            room = shard
        shards[-1][name] = value.contiguous()
        room -= value.nbytes
    where = {}
    for number, part in enumerate(shards, 1):
        file = f"model-{number:05}-of-{len(shards):05}.safetensors"
        save_file(part, folder / file, metadata={"format": "pt"})
        where |= dict.fromkeys(part, file)
    index = {"metadata": {"total_size": sum(value.nbytes for value in weights.values())}, "weight_map": where}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "config.json").write_text(json.dumps(model.shape.config(), indent=1))
    (folder / "generation_config.json").write_text('{"eos_token_id": 1, "pad_token_id": 0}')
