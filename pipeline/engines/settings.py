"""What a recipe says about language models: who speaks for which role, how, and what it may cost.

Example::

    engines:
      agent:
        http: {base_url: https://api.example.com/v1, model: large-1, api_key_env: EXAMPLE_API_KEY}
        sampling: {temperature: 0.7, max_tokens: 1024}
        prices: {prompt: 0.15, cached: 0.03, completion: 0.6}     # per million tokens
      user:
        http: {base_url: [http://10.0.0.4:8000/v1, http://10.0.0.5:8000/v1], model: small-1}
      concurrency: 256
      budget: 20.0

A role that is left out is played by a script. Keys come from environment variables only, and what decides no content
(addresses, prices, concurrency, budget, deadlines) may change between a run and its continuation.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from pydantic import AfterValidator, Field, model_validator

from pipeline.engines.vllm_model import folder_digest, folder_of, is_folder
from pipeline.errors import RecipeError
from pipeline.live_settings import Strict
from schemas.completion import EngineRole, Sampling, Voice

PROMPT_SLOTS: Mapping[EngineRole, tuple[str, ...]] = {
    "agent": ("policy",),
    "user": ("instruction",),
    "verbaliser": (),
    "rewriter": (),
    "judge": (),
    "proposer": (),
}
"""What must stand in a role's prompt in braces, where a recipe has its own; the agent's may have {service}, too."""
ROLES: tuple[EngineRole, ...] = ("agent", "user", "verbaliser", "rewriter", "judge", "proposer")
Addresses = Mapping[EngineRole, tuple[str, ...]]
"""Role -> base URLs, with `/v1`, of replicas that the run serves itself."""
Seconds = Annotated[float, Field(gt=0, le=86_400)]


def _url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no address; give one such as http://localhost:8000/v1")
    if parts.username or parts.password or parts.query:
        raise ValueError("an address holds no key; name the environment variable that does in api_key_env")
    return url.rstrip("/")


def _sampling(values: dict[str, Any]) -> dict[str, Any]:
    try:
        msgspec.convert(values, Sampling)
    except msgspec.ValidationError as error:
        raise ValueError(f"{error}; known are {', '.join(Sampling.__struct_fields__)}") from None
    return values


Url = Annotated[str, AfterValidator(_url)]


class Transport(Strict):
    """How requests travel. Nothing of it decides what is answered.

    Attributes:
        timeout: seconds for one attempt, from sending to having all of the answer.
        connect_timeout: seconds until a connection stands.
        body_timeout: seconds for the answer's body once its head has come: no answer is streamed, so the rest of an
            honest one follows at once.
        attempts: tries of one request while the endpoint serves others; then the record is dropped.
        give_up: seconds without any answer from any endpoint after which the run stops, to be continued later.
        affinity_margin: requests in flight that an endpoint may have more than the idlest before sessions leave it.
        metrics: whether endpoints are asked for `/metrics` (vLLM's names) to adapt the number of open dialogues.
    """

    timeout: Seconds = 600.0
    connect_timeout: Seconds = 10.0
    body_timeout: Seconds = 30.0
    attempts: Annotated[int, Field(ge=1, le=100)] = 10
    give_up: Seconds = 300.0
    affinity_margin: Annotated[int, Field(ge=0, le=10_000)] = 4
    metrics: bool = True


class HttpSettings(Transport):
    """An OpenAI-compatible endpoint, or several that serve the same model.

    Attributes:
        base_url: up to and with `/v1`; one, or a list.
        model: the name that requests ask for.
        revision: what the name does not say (a date, a commit); part of every key.
        answers_as: the name that answers bear, where it is another.
        api_key_env: environment variable that holds the key; None where none is needed.
    """

    base_url: Url | Annotated[tuple[Url, ...], Field(min_length=1)]
    model: Annotated[str, Field(min_length=1)]
    revision: str = ""
    answers_as: str | None = None
    api_key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None

    @property
    def urls(self) -> tuple[str, ...]:
        """All addresses."""
        return (self.base_url,) if isinstance(self.base_url, str) else self.base_url

    @property
    def name(self) -> str:
        """What the model is called in requests."""
        return self.model

    @property
    def version(self) -> str:
        """What its name does not say."""
        return self.revision


class VllmSettings(Transport):
    """A model that the run serves itself, with vLLM.

    Attributes:
        model: a Hugging Face id, or a folder (relative to the recipe; it begins with `/`, `./`, `../` or `~/`).
        revision: of the model; part of every key, as a folder's content is.
        replicas: servers.
        tensor_parallel: GPUs of one server.
        gpus: of one server, as Ray counts: a fraction shares a GPU and takes that much of its memory, unless `args`
            say otherwise; 0 serves on the CPU; None: `tensor_parallel`.
        pools: names of machines that a server needs, with the share of one; see `pipeline.cluster.places`.
        args: further flags of `vllm serve`, without the dashes: {max_model_len: 32768, tool_call_parser: hermes}.
        env: environment variables of the servers.
        python: interpreter of the environment that has vLLM (relative to the recipe); None: the one that runs this.
        start_timeout: seconds until a server must be healthy, a download of the model included.
        restarts: how often a server that died is started again.
    """

    model: Annotated[str, Field(min_length=1)]
    revision: str = ""
    replicas: Annotated[int, Field(ge=1, le=1024)] = 1
    tensor_parallel: Annotated[int, Field(ge=1, le=64)] = 1
    gpus: Annotated[float, Field(ge=0, le=64)] | None = None
    pools: dict[str, Annotated[float, Field(gt=0, le=1024)]] = {}
    args: dict[str, Any] = {}
    env: dict[str, str] = {}
    python: str | None = None
    start_timeout: Seconds = 1800.0
    restarts: Annotated[int, Field(ge=0, le=1000)] = 3

    @property
    def name(self) -> str:
        """What the model is called in requests."""
        return Path(self.model).name if is_folder(self.model) else self.model

    @property
    def gpus_each(self) -> float:
        """GPUs of one server."""
        return float(self.tensor_parallel) if self.gpus is None else self.gpus

    @property
    def version(self) -> str:
        """What its name does not say."""
        return self.revision or (folder_digest(Path(self.model)) if is_folder(self.model) else "")

    @property
    def serving(self) -> str:
        """What makes servers different, as text: roles for which it is the same share their servers."""
        return self.model_dump_json(exclude=set(Transport.model_fields))

    def at(self, folder: Path) -> VllmSettings:
        """Returns the settings with paths from a recipe's folder made absolute."""
        changes: dict[str, str] = {}
        if is_folder(self.model):
            changes["model"] = folder_of(self.model, folder)
        if self.python is not None and os.sep in self.python:
            # Not resolved: the interpreter of an environment is a link that must be called by its own name.
            changes["python"] = folder_of(self.python, folder)
        return self.model_copy(update=changes)


class Prices(Strict):
    """Money per million tokens; `cached` is what prompt tokens cost that a prefix cache had (None: as all others)."""

    prompt: Annotated[float, Field(ge=0)] = 0.0
    cached: Annotated[float, Field(ge=0)] | None = None
    completion: Annotated[float, Field(ge=0)] = 0.0


class EngineSettings(Strict):
    """Who speaks for a role.

    Attributes:
        http, vllm: one of the two.
        sampling: fields of `schemas.completion.Sampling`.
        guided: a JSON Schema holds every answer in a form: words, or a call by the tools' own schemas. For models that
            do not call tools by themselves.
        licence: the model's, for the card of the data set; it decides nothing else.
        prompt: a text file (relative to the recipe) in place of WRIT's prompt for the role, see `PROMPT_SLOTS`; once
            the recipe is read, its text.
    """

    http: HttpSettings | None = None
    vllm: VllmSettings | None = None
    sampling: Annotated[dict[str, Any], AfterValidator(_sampling)] = {"max_tokens": 2048}
    guided: bool = False
    prices: Prices = Prices()
    licence: str = ""
    prompt: str = ""

    @model_validator(mode="after")
    def _one(self) -> EngineSettings:
        if (self.http is None) == (self.vllm is None):
            raise ValueError("an engine is one of http and vllm; give one of them")
        return self

    @property
    def model(self) -> HttpSettings | VllmSettings:
        """What serves it."""
        model = self.http or self.vllm
        assert model is not None
        return model

    @property
    def revision(self) -> str:
        """Name and version of what answers, such as `http:large-1@2026-05`."""
        kind = "http" if self.http else "vllm"
        version = self.model.version
        return f"{kind}:{self.model.name}" + (f"@{version}" if version else "") + ("+guided" if self.guided else "")

    @property
    def voice(self) -> Voice:
        """What of it decides content."""
        return Voice(engine=self.revision, sampling=msgspec.convert(self.sampling, Sampling), prompt=self.prompt)


def _prompt(role: EngineRole, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"engines.{role}.prompt: {path} cannot be read as text ({error})") from error
    lacking = [slot for slot in PROMPT_SLOTS[role] if f"{{{slot}}}" not in text]
    if lacking:
        raise RecipeError(
            f"engines.{role}.prompt: {path} has no {{{lacking[0]}}}; what stands for it is filled in there"
        )
    return text


class Engines(Strict):
    """The engines of a run.

    Attributes:
        concurrency: dialogues open at once, in all processes together; what endpoints bear may be less.
        budget: money that the run may spend, in the currency of the prices; then it stops, to be continued with more.
    """

    agent: EngineSettings | None = None
    user: EngineSettings | None = None
    verbaliser: EngineSettings | None = None
    rewriter: EngineSettings | None = None
    judge: EngineSettings | None = None
    proposer: EngineSettings | None = None
    concurrency: Annotated[int, Field(ge=1, le=100_000)] = 64
    budget: Annotated[float, Field(gt=0)] | None = None

    def at(self, folder: Path) -> Engines:
        """Returns the engines with paths from a recipe's folder made absolute, and prompts read.

        Raises:
            RecipeError: a prompt cannot be read, or lacks a slot.
        """
        changes: dict[str, EngineSettings] = {}
        for role, each in self.roles.items():
            own: dict[str, Any] = {}
            if each.vllm is not None:
                own["vllm"] = each.vllm.at(folder)
            if each.prompt:
                own["prompt"] = _prompt(role, folder / Path(each.prompt).expanduser())
            changes[role] = each.model_copy(update=own)
        return self.model_copy(update=changes)

    @property
    def served(self) -> dict[EngineRole, VllmSettings]:
        """Role -> its model, for those that the run serves itself."""
        return {role: each.vllm for role, each in self.roles.items() if each.vllm is not None}

    @property
    def roles(self) -> Mapping[EngineRole, EngineSettings]:
        """Role -> who speaks for it; scripts are left out."""
        found = ((role, getattr(self, role)) for role in ROLES)
        return {role: settings for role, settings in found if settings is not None}

    @model_validator(mode="after")
    def _priced(self) -> Engines:
        if self.budget is not None and not any(each.prices != Prices() for each in self.roles.values()):
            raise ValueError("a budget needs prices; add `prices: {prompt: ..., completion: ...}` to an engine")
        return self

    @property
    def voices(self) -> dict[EngineRole, Voice]:
        """Role -> what decides content."""
        return {role: settings.voice for role, settings in self.roles.items()}
