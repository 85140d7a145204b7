"""The command line of `vllm serve`, from what this version of it knows: flags come and go from one to the next.

    flags = probe("python3")                       # asks `--help`, about seven seconds
    command = command_line(settings, flags, host="127.0.0.1", port=8101)

What a recipe asks for and this version does not know is an error that names what was probably meant. What WRIT would
only like to have (tokens found in the prefix cache, say) is left out where it is unknown.
"""

from __future__ import annotations

import difflib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from pipeline.engines.settings import VllmSettings
from pipeline.engines.vllm_environment import server_environment
from pipeline.errors import RecipeError, UserError

MODULE = "vllm.entrypoints.openai.api_server"
"""What `vllm serve` runs; builds for the CPU have it too, while their program `vllm` may not start."""
OWN = ("model", "served-model-name", "host", "port", "uds", "tensor-parallel-size", "revision", "api-key")
"""Flags that follow from the settings and may not be given a second time."""
_HELP_SECONDS = 180
_GPU_SHARE = 0.9
"""Of a GPU's memory, what all servers on it take together; vLLM's own default for one that has it alone."""
_LINE = re.compile(r"^ {1,4}(-.*?)(?: {2,}.*)?$", re.MULTILINE)
_FLAG = re.compile(r"(?:^|, )--([a-z0-9][a-z0-9-]*)")
_CHOICES = re.compile(r"(?<!\S)--([a-z0-9][a-z0-9-]*) \{([^}]*)\}")


@dataclass(frozen=True)
class Flags:
    """What a version of vLLM knows.

    Attributes:
        version: of vLLM, or empty where it does not say.
        names: of flags, without the dashes; `no-` forms included.
        choices: flag -> the values it takes, where they are listed.
    """

    version: str
    names: frozenset[str]
    choices: Mapping[str, tuple[str, ...]]


def probe(settings: VllmSettings) -> Flags:
    """Asks the vLLM of the settings' interpreter what it knows.

    Raises:
        UserError: there is no vLLM, or it cannot say.
    """
    python = settings.python or sys.executable
    code = f"import runpy, vllm; print('version', vllm.__version__); runpy.run_module({MODULE!r}, run_name='__main__')"
    try:
        done = subprocess.run(
            [python, "-c", code, "--help=all"],
            env=server_environment(settings), capture_output=True, text=True, timeout=_HELP_SECONDS,
        )  # fmt: skip
    except OSError as error:
        raise UserError(
            f"engines: vllm.python {python}: cannot be run ({error.strerror}); name an interpreter"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise UserError(f"engines: {python} -m {MODULE} --help did not end in {_HELP_SECONDS} s") from error
    flags = read_help(done.stdout)
    if done.returncode or "port" not in flags.names:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it said nothing"]
        raise UserError(
            f"engines: {python} has no vLLM that starts ({last[0]}); install it there (pip install 'writ[vllm]'), or "
            "name in vllm.python the interpreter of an environment that has it"
        )
    return flags


def read_help(text: str) -> Flags:
    """Reads what `--help=all` prints."""
    lines = [found.group(1) for found in _LINE.finditer(text)]
    version = re.search(r"^version (\S+)", text, re.MULTILINE)
    return Flags(
        version=version.group(1) if version else "",
        names=frozenset(name for line in lines for name in _FLAG.findall(line)),
        choices={name: tuple(values.split(",")) for line in lines for name, values in _CHOICES.findall(line)},
    )


def command_line(settings: VllmSettings, flags: Flags, host: str, port: int) -> list[str]:
    """Returns what starts a server.

    Raises:
        RecipeError: `vllm.args` has a flag that this version does not know, or one that is WRIT's to choose.
    """
    given = {name.lstrip("-").replace("_", "-"): value for name, value in settings.args.items()}
    for name, value in given.items():
        _known(name, value, flags)
    if "tool-call-parser" in given:
        given.setdefault("enable-auto-tool-choice", True)
    wanted: dict[str, Any] = {"enable-prompt-tokens-details": True, "disable-uvicorn-access-log": True}
    if settings.tensor_parallel > 1:
        wanted["distributed-executor-backend"] = "mp"  # the processes of one server are its own, not Ray's
    if not settings.gpus_each:
        wanted["enable-chunked-prefill"] = False  # on CPUs, requests with a seed end the engine otherwise
    if 0 < settings.gpus_each < 1:
        wanted["gpu-memory-utilization"] = round(_GPU_SHARE * settings.gpus_each, 3)
    for name, value in wanted.items():
        flag = name if value is not False else f"no-{name}"
        if flag in flags.names and f"no-{name}" not in given:
            given.setdefault(name, value)
    words = [settings.python or sys.executable, "-m", MODULE, "--model", settings.model]
    words += ["--served-model-name", settings.name, "--host", host, "--port", str(port)]
    words += ["--tensor-parallel-size", str(settings.tensor_parallel)]
    if settings.revision:
        words += ["--revision", settings.revision]
    return words + [word for name, value in given.items() for word in _words(name, value)]


def _known(name: str, value: Any, flags: Flags) -> None:
    if name in OWN:
        raise RecipeError(f"engines: vllm.args.{name}: WRIT chooses that itself; leave it out")
    flag = f"no-{name}" if value is False else name.partition(".")[0]
    if flag not in flags.names:
        close = difflib.get_close_matches(flag, flags.names, n=1)
        hint = f"did you mean {close[0]}?" if close else f"see {MODULE} --help=all"
        raise RecipeError(f"engines: vllm.args.{name}: vLLM {flags.version} has no flag --{flag}; {hint}")


def _words(name: str, value: Any) -> Iterator[str]:
    if value is False:
        yield f"--no-{name}"
        return
    yield f"--{name}"
    if isinstance(value, list):
        yield from map(str, value)
    elif value is not True:
        yield orjson.dumps(value).decode() if isinstance(value, dict) else str(value)
