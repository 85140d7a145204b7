"""The command line follows from what this vLLM knows."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest

from pipeline.engines.vllm_flags import Flags, command_line, probe
from pipeline.errors import RecipeError, UserError
from tests.pipeline.engines.vllm_servers import real, stand_in


def test_flags_are_read_from_the_help() -> None:
    flags = probe(stand_in())
    assert flags.version == "0.0.1"
    assert {"model", "port", "enforce-eager", "no-enforce-eager", "max-model-len"} <= flags.names
    assert "this-flag" not in flags.names and "tool-parser-plugin" not in flags.names, "these are only spoken of"
    assert flags.choices == {"tool-call-parser": ("hermes", "pythonic")}


def test_what_this_version_lacks_is_left_out() -> None:
    command = command_line(stand_in(), probe(stand_in()), "127.0.0.1", 8101)
    assert command[2:] == [
        "vllm.entrypoints.openai.api_server", "--model", "model", "--served-model-name", "model", "--host", "127.0.0.1",
        "--port", "8101", "--tensor-parallel-size", "1", "--no-enable-chunked-prefill",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"max_model_len": 4096}, ["--max-model-len", "4096"]),
        ({"enforce_eager": True}, ["--enforce-eager"]),
        ({"enforce-eager": False}, ["--no-enforce-eager"]),
        ({"tool_call_parser": "hermes"}, ["--tool-call-parser", "hermes", "--enable-auto-tool-choice"]),
        ({"enable_chunked_prefill": True}, ["--enable-chunked-prefill"]),
    ],
)
def test_flags_of_a_recipe(args: dict[str, Any], words: list[str]) -> None:
    command = command_line(stand_in(args=args), probe(stand_in()), "127.0.0.1", 8101)
    assert " ".join(words) in " ".join(command)
    assert command.count("--enable-chunked-prefill") + command.count("--no-enable-chunked-prefill") == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"max_model_lenght": 4096}, "vLLM 0.0.1 has no flag --max-model-lenght; did you mean max-model-len?"),
        ({"port": 8000}, "vllm.args.port: WRIT chooses that itself"),
        ({"max_model_len": False}, "has no flag --no-max-model-len"),
    ],
)
def test_flags_that_cannot_be(args: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeError, match=re.escape(said)):
        command_line(stand_in(args=args), probe(stand_in()), "127.0.0.1", 8101)


def test_a_server_that_has_a_fraction_of_a_gpu_takes_that_much_of_its_memory() -> None:
    flags = Flags("1", frozenset({"gpu-memory-utilization"}), {})

    def memory(**changes: Any) -> list[str]:
        words = command_line(stand_in(**changes), flags, "127.0.0.1", 8101)
        return [after for word, after in itertools.pairwise(words) if word == "--gpu-memory-utilization"]

    assert memory(gpus=0.5) == ["0.45"] and memory(gpus=0.25) == ["0.225"]
    assert memory(gpus=0.5, args={"gpu_memory_utilization": 0.6}) == ["0.6"]
    assert memory(gpus=1) == memory(gpus=0) == []


@pytest.mark.parametrize(
    ("python", "said"),
    [("./no/such/python", "cannot be run"), ("/bin/true", r"has no vLLM that starts \(it said nothing\); install it")],
)
def test_an_interpreter_without_vllm(python: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        probe(stand_in().model_copy(update={"python": python}))


@pytest.mark.slow
@pytest.mark.vllm
def test_the_real_vllm_says_what_it_knows() -> None:
    settings = real()
    flags = probe(settings)
    assert flags.version[0].isdigit()
    assert "hermes" in flags.choices["tool-call-parser"]
    command = command_line(settings, flags, "127.0.0.1", 8101)
    assert {"--enable-prompt-tokens-details", "--no-enable-chunked-prefill", "--enable-auto-tool-choice"} <= set(
        command
    )
    with pytest.raises(RecipeError, match="did you mean max-num-seqs"):
        command_line(real(args={"max_num_seq": 4}), flags, "127.0.0.1", 8101)
