"""From a server's listing to tools: names that agents may use, effects and where they were learnt, routes to the calls.

A route says how a tool's call becomes a call of the server and how its answer is read: as it stands, or by a template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mcp_types as types

from pipeline.errors import BackendError
from pipeline.live_pool import Offered
from pipeline.live_sandbox import Answer
from pipeline.live_settings import known_names
from pipeline.mcp_settings import AnswerForm, McpSettings, Template
from schemas.base import Json
from schemas.tool import ToolSpec
from tool_specs.templates import AnswerError, NotFound, at_path, parsed, rendered, shaped
from tool_specs.tool_list import ToolListError, twice
from tool_specs.tool_lists import read_tools


@dataclass(frozen=True)
class Route:
    """How a tool's call is made.

    Attributes:
        tool: the server's name of the tool that is called.
        arguments: a template's arguments, or None: they are passed on.
    """

    tool: str
    arguments: Mapping[str, Json] | None = None
    form: AnswerForm = field(default_factory=AnswerForm)

    def call(self, arguments: Mapping[str, Json]) -> dict[str, Json]:
        """Returns the arguments of the server's tool."""
        if self.arguments is None:
            return dict(arguments)
        found: dict[str, Json] = rendered(dict(self.arguments), arguments)
        return found

    def read(self, result: types.CallToolResult) -> Answer:
        """Returns what a server's answer says.

        Raises:
            BackendError: it is not what the template says it is.
        """
        text = "\n".join(block.text for block in result.content if isinstance(block, types.TextContent))
        form = self.form
        if result.is_error:
            return Answer(True, text.removeprefix("Error: ") or "the tool failed")
        if form.error is not None and re.search(form.error, text):
            return Answer(True, form.error_says or re.sub(form.error, "", text, count=1).strip() or text)
        value: Any = text if result.structured_content is None else result.structured_content
        try:
            if not form.path:
                return Answer(False, self._shaped(parsed(value, form.parse, form.line)))
            if isinstance(value, str):
                value = parsed(value, "auto", None)
            return Answer(False, self._shaped(parsed(at_path(value, form.path), form.parse, form.line)))
        except NotFound as error:
            return Answer(True, str(error))
        except AnswerError as error:
            raise BackendError(f"{self.tool}: {error}; correct the template's `answer`") from error

    def _shaped(self, value: Json) -> Json:
        form = self.form
        if form.columns and isinstance(value, list):
            value = [{name: row.get(name) for name in form.columns} for row in value if isinstance(row, dict)]
        return shaped(value, form.shape, form.rows, form.missing)


@dataclass(frozen=True)
class Listed(Offered):
    """The tools of a server, and how to call them.

    Attributes:
        routes: the names that agents use -> how to call.
    """

    routes: Mapping[str, Route]


def listed(name: str, settings: McpSettings, tools: Sequence[types.Tool]) -> Listed:
    """Returns the domain's tools.

    Raises:
        BackendError: two tools have one name, a tool is malformed, or the settings speak of a tool that there is not.
    """
    where = f"MCP server of {name}: tools/list"
    _known(name, settings, [tool.name for tool in tools])
    shown = [tool for tool in tools if settings.shows(tool.name)]
    try:
        twice((tool.name, f"tools[{number}]") for number, tool in enumerate(tools))
        found = read_tools([_entry(tool, settings) for tool in shown]) if shown else None
    except ToolListError as error:
        raise BackendError(f"{where}: {error}") from error
    specs = list(found.specs) if found is not None else []
    routes = {agent: Route(source) for agent, source in (found.sources if found is not None else {}).items()}
    guessed = frozenset(spec.name for spec in specs if spec.effect_source == "name")
    for template in settings.templates:
        if template.name in routes:
            raise BackendError(
                f"{name}: mcp.templates: {template.name!r} is a tool already; rename it, or exclude that"
            )
        specs.append(_template_spec(template, settings))
        routes[template.name] = Route(template.tool, template.arguments, template.answer)
    if not specs:
        raise BackendError(f"{where}: no tool is left; look at mcp.only, mcp.exclude and mcp.templates")
    notes = [note for note in (found.notes if found is not None else ()) if note.kind != "guessed"]
    return Listed(tuple(specs), guessed, tuple(notes), routes)


def _entry(tool: types.Tool, settings: McpSettings) -> dict[str, Json]:
    entry: dict[str, Json] = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    if tool.name in settings.effects:
        entry["x-writ-effect"] = settings.effects[tool.name]
    return {**entry, "types": settings.types.get(tool.name, {})}


def _template_spec(template: Template, settings: McpSettings) -> ToolSpec:
    parameters = {
        "type": "object",
        "properties": template.parameters,
        "required": list(template.parameters),
        "additionalProperties": False,
    }
    return ToolSpec(
        name=template.name,
        description=template.description,
        parameters=parameters,
        effect=template.effect,
        types=settings.types.get(template.name, {}),
    )


def _known(name: str, settings: McpSettings, server: Sequence[str]) -> None:
    templates = {template.name for template in settings.templates}
    named = {
        "only": settings.only or (),
        "exclude": settings.exclude,
        "effects": tuple(settings.effects),
        "templates": tuple(template.tool for template in settings.templates),
        "probes": tuple(each.tool for each in settings.probes if each.tool not in templates),
        "seeds": tuple(each.tool for each in settings.seeds if each.tool not in templates),
        "types": tuple(each for each in settings.types if each not in templates),
    }
    known_names(name, settings.section, named, server)
