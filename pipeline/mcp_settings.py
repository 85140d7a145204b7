"""What a recipe says of a domain that is an MCP server. Unknown keys are errors, as in the rest of a recipe.

Example (see docs/mcp.md)::

    domains:
      - name: shop
        mcp:
          command: [mcp-server-sqlite, --db-path, shop.db]
          workdir_template: shop/                    # every server works on a copy of its own
          reset: workdir                             # a fresh copy is enough; the server need not start again
          probes: [{tool: read_query, arguments: {query: "SELECT * FROM orders ORDER BY order_id"}}]
          only: []                                   # of the server's own tools, none: the templates are the tools
          templates:
            - name: get_order
              description: Look an order up.
              tool: read_query
              effect: read
              parameters: {order_id: {type: string, description: The order's id, such as O1.}}
              arguments: {query: "SELECT * FROM orders WHERE order_id = {order_id:sql}"}
              answer: {parse: python, shape: row}
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from pipeline.live_settings import LiveSettings, Probe, Strict, from_recipe
from schemas.tool import Effect
from tool_specs.templates import slots_in

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression ({error})") from error
    return text


Expression = Annotated[str, AfterValidator(_expression)]


class AnswerForm(Strict):
    """How an answer is read.

    Attributes:
        parse: `auto` takes structured content, else text that is JSON; `python` reads a Python literal, `lines` makes a
            row of each line that `line` matches (its named groups), `json` and `text` say what they are.
        path: keys that lead from the answer to what is meant.
        line: for `lines`, a regular expression with named groups.
        shape: `whole`, or of a list of rows: `rows` (as `{name: [...]}`), the one `row`, or the one `value`.
        rows: the name under which `rows` stand.
        columns: those of the rows that are kept; none means all.
        missing: what is said when there is no such row.
        error: an answer that matches is an error, whatever the server calls it; `error_says` what is said then, if not
            the rest of the answer.
    """

    parse: Literal["auto", "json", "python", "lines", "text"] = "auto"
    path: tuple[str, ...] = ()
    line: Expression | None = None
    shape: Literal["whole", "rows", "row", "value"] = "whole"
    rows: str = "rows"
    columns: tuple[str, ...] = ()
    missing: str = "not found"
    error: Expression | None = None
    error_says: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> AnswerForm:
        if (self.parse == "lines") != (self.line is not None):
            raise ValueError("`line` (a regular expression with named groups) belongs to `parse: lines`, and is needed")
        return self


class Seed(Probe):
    """A read of the server whose answer's columns give the first values to explore with; agents do not see it."""

    answer: AnswerForm = AnswerForm()


class Template(Strict):
    """A tool made of a call with slots: `{slot}` as it is, `{slot:sql}` as an SQL literal, `{slot:json}` as JSON.

    Attributes:
        name: what agents call it.
        tool: the server's tool that is called.
        parameters: parameter -> JSON Schema; all are required.
        arguments: of the server's tool. A text that is just `{slot}` becomes the value itself.
    """

    name: Name
    description: str
    tool: str
    effect: Effect
    parameters: dict[str, dict[str, Any]] = {}
    arguments: dict[str, Any] = {}
    answer: AnswerForm = AnswerForm()

    @model_validator(mode="after")
    def _slots(self) -> Template:
        used = set(slots_in(self.arguments))
        for name in sorted(used - self.parameters.keys()):
            raise ValueError(f"arguments: there is no parameter for the slot {{{name}}}; add it to `parameters`")
        for name in sorted(self.parameters.keys() - used):
            raise ValueError(f"parameters.{name}: no argument has a slot {{{name}}}; use it, or leave it out")
        return self


class McpSettings(LiveSettings):
    """See the module's text.

    Attributes:
        url: where a server speaks streamable HTTP (otherwise: standard input and output); `{port}` is a free port, also
            in `command`.
        reset: how a server is brought back to its beginning: `restart`, `workdir` (a fresh copy under the running
            server), `command` (`reset_command`, run in the working folder), or `tool` (`reset_tool`).
        probes: without any, the content of the working folder makes two states different.
        seeds: reads that exploration starts from, beside those that need no argument.
    """

    section: ClassVar[str] = "mcp"

    url: str | None = None
    reset: Literal["restart", "workdir", "command", "tool"] = "restart"
    reset_command: tuple[str, ...] = ()
    reset_tool: Probe | None = None
    templates: tuple[Template, ...] = ()
    seeds: tuple[Seed, ...] = ()

    @model_validator(mode="after")
    def _possible(self) -> McpSettings:
        if not self.command and not self.url:
            raise ValueError("give a command that starts the server, or the url of one that runs")
        if self.reset == "workdir" and self.workdir_template is None:
            raise ValueError("reset: workdir copies workdir_template; name that folder")
        if (self.reset == "command") != bool(self.reset_command) or (self.reset == "tool") != bool(self.reset_tool):
            raise ValueError("reset: command goes with reset_command, reset: tool with reset_tool")
        names = [each.name for each in self.templates]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"templates: two are named {name!r}; rename one")
        if not self.probes and self.workdir_template is None:
            raise ValueError("nothing tells states apart: give probes (reads of the server), or a workdir_template")
        return self

    @property
    def origin(self) -> str:
        """Where the world comes from, in words that hold on any machine."""
        return Path(self.workdir_template or (self.command[0] if self.command else str(self.url))).name

    @property
    def resettable(self) -> bool:
        """Whether a write can be undone."""
        return self.workdir_template is not None or self.reset in ("command", "tool")

    def _absolute(self, folder: Path) -> dict[str, Any]:
        return {**super()._absolute(folder), "reset_command": from_recipe(self.reset_command, folder)}
