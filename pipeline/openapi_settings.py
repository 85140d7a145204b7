"""What a recipe says of a domain that is an HTTP service with an OpenAPI document. Unknown keys are errors.

Example (see examples/openapi)::

    domains:
      - name: desk
        openapi:
          document: desk.yaml                        # a file beside the recipe, or a URL
          base_url: http://127.0.0.1:8080
          reset: {method: POST, path: /reset}        # how the service goes back to its beginning
          probes: [{tool: dump_state}]               # reads that tell its states apart
          exclude: [dump_state]                      # what agents must not see; probes still ask it
          headers_from_env: {Authorization: DESK_AUTHORIZATION}

Secrets come from the environment: a recipe, a run and a message hold the variable's name, never its value.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from pipeline.live_settings import LiveSettings, Probe, Strict, from_recipe

_SECRET = re.compile(r"authorization|cookie|token|secret|password|key", re.IGNORECASE)


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{text!r} is no http:// or https:// URL")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL with a password would be stored with the run; use openapi.headers_from_env")
    return text.rstrip("/")


def is_url(text: str) -> bool:
    """Whether a document is to be fetched."""
    return text.startswith(("http://", "https://"))


class ResetSettings(Strict):
    """A request of the service, or a command of this machine, that takes it back to its beginning.

    Attributes:
        path: below `base_url`.
        body: JSON.
        command: run in the working folder; `{recipe}` is the recipe's folder.
    """

    method: Literal["POST", "PUT", "PATCH", "DELETE", "GET"] = "POST"
    path: str | None = None
    body: Any = None
    command: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> ResetSettings:
        if (self.path is None) == (not self.command):
            raise ValueError("give the path of a request, or a command; one of them")
        if self.path is not None and not self.path.startswith("/"):
            raise ValueError(f"path: {self.path!r} must begin with /; it is below base_url")
        return self


class OpenApiSettings(LiveSettings):
    """See the module's text.

    Attributes:
        document: file (relative to the recipe) or URL; in a URL `{port}` is that of a service started here.
        base_url: where the operations' paths begin. With a `command`, `{port}` is a free port, and the service is
            started on it; without one it runs already, and everybody who uses it takes turns.
        reset: None where the service is started here and starting it again is enough, or where nothing writes.
        headers: of every request, such as a tenant's name.
        headers_from_env: header -> variable of the environment that holds its whole value.
        seeds: reads that exploration starts from, beside those that need no argument.
    """

    section: ClassVar[str] = "openapi"

    document: str
    base_url: Annotated[str, AfterValidator(_url)]
    reset: ResetSettings | None = None
    processes: Annotated[int, Field(ge=1, le=64)] = 1
    headers: dict[str, str] = {}
    headers_from_env: dict[str, str] = {}
    seeds: tuple[Probe, ...] = ()

    @model_validator(mode="after")
    def _possible(self) -> OpenApiSettings:
        if self.command and "{port}" not in self.base_url:
            raise ValueError("a service that is started here gets its port: write base_url: http://127.0.0.1:{port}")
        if not self.command:
            if "{port}" in self.base_url + self.document:
                raise ValueError("{port} is that of a service started here; give its command, or write the port out")
            if self.processes != 1:
                raise ValueError("processes: a service that runs already is one; give a command to have several")
            if self.workdir_template is not None or self.env:
                raise ValueError("workdir_template and env are for a service that is started here; give its command")
        for name in self.headers:
            if _SECRET.search(name):
                raise ValueError(f"headers.{name}: looks like a secret; name a variable in headers_from_env instead")
        if is_url(self.document):
            _url(self.document)
        return self

    @property
    def origin(self) -> str:
        """Where the world comes from, in words that hold on any machine."""
        path = urlsplit(self.document).path if is_url(self.document) else self.document
        return Path(path).name or "openapi"

    @property
    def resettable(self) -> bool:
        """Whether a write can be undone."""
        return self.reset is not None or bool(self.command)

    def meaning(self) -> str:
        """Returns all that changes what is made, as text: not how long one waits, nor where things lie."""
        apart = {"timeout", "start_timeout", "processes", "workdir_template", "document", "base_url", "command", "env"}
        return self.model_dump_json(exclude=apart)

    def _absolute(self, folder: Path) -> dict[str, Any]:
        changes = super()._absolute(folder)
        if not is_url(self.document):
            changes["document"] = str((folder / self.document).resolve())
        if self.reset is not None and self.reset.command:
            command = from_recipe(self.reset.command, folder)
            changes["reset"] = self.reset.model_copy(update={"command": command})
        return changes
