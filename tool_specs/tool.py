"""`@tool`: a plain typed function becomes a tool; its signature and docstring are the schema, stated once.

Example::

    @tool(effect="read")
    def get_loan(db: State, loan_id: Annotated[str, Sem("loan_id")]) -> Loan:
        '''Look a loan up.

        Args:
            loan_id: The loan's id, such as 'L1'.
        '''
        loan = db.row("loans", loan_id)
        if loan is None:
            raise ToolError("Loan not found")
        return cast(Loan, loan)

Not promised: positional-only and variadic parameters, or docstrings in another style than Google's.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, get_type_hints

from schemas.base import Json
from schemas.tool import Effect, ToolSpec
from tool_specs.annotations import OneOf, Sem, schema_of, types_in
from tool_specs.arguments import Check, check_of, complaint
from tool_specs.docstring import read_docstring

__all__ = ["OneOf", "Sem", "Tool", "ToolDefinitionError", "ToolError", "tool", "tools_of"]


class ToolError(Exception):
    """The answer of a tool that cannot do what it was asked: the agent reads it as `Error: <message>`."""


class ToolDefinitionError(ValueError):
    """A function that cannot become a tool as it stands; the message says where and what to write."""


@dataclass(frozen=True, eq=False)
class Tool:
    """A tool: its interface and the function that does it.

    Attributes:
        spec: What agents, graphs and checks see.
        function: Takes the state and the arguments by name; returns JSON or raises `ToolError`.
    """

    spec: ToolSpec
    function: Callable[..., Json]
    checks: Mapping[str, Check] = field(repr=False)
    _usual: tuple[tuple[str, Check], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Picks the required parameters out: nearly all calls give exactly those."""
        object.__setattr__(self, "_usual", tuple((name, self.checks[name]) for name in self.spec.required))

    def complaint(self, arguments: Json) -> str | None:
        """Returns what is wrong with the arguments' names and types, or None."""
        # The usual call must cost next to nothing; everything else may take its time.
        if type(arguments) is dict and len(arguments) == len(self._usual):
            for name, check in self._usual:
                if name not in arguments or not check(arguments[name]):
                    break
            else:
                return None
        return complaint(self.spec.parameters, self.checks, arguments)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles by name: the module's attribute is this tool, not the bare function."""
        return _tool_at, (self.function.__module__, self.function.__qualname__)


def _tool_at(module: str, name: str) -> Tool:
    found: Tool = getattr(importlib.import_module(module), name)
    return found


def tool(*, effect: Effect) -> Callable[[Callable[..., Json]], Tool]:
    """Makes a tool of a typed function whose first parameter is the state.

    Args:
        effect: `read` looks things up, `write` changes the state, `generic` does neither.

    Raises:
        ToolDefinitionError: the docstring or the annotations do not say all that the schema needs.
    """

    def make(function: Callable[..., Json]) -> Tool:
        return _make(function, effect)

    return make


def _make(function: Callable[..., Json], effect: Effect) -> Tool:
    name = function.__name__
    where = f"{function.__code__.co_filename}:{function.__code__.co_firstlineno}"
    parameters = list(inspect.signature(function).parameters.values())
    if not parameters or any(each.kind is not each.POSITIONAL_OR_KEYWORD for each in parameters):
        raise ToolDefinitionError(
            f"tool {name!r} ({where}): write it as `def {name}(db: State, argument: type, ...)`; "
            "the first parameter is the state, the others are plain named ones."
        )
    hints = get_type_hints(function, include_extras=True)
    document = read_docstring(function.__doc__)
    _check_documented(name, where, [each.name for each in parameters[1:]], document.arguments, hints)
    if not document.body:
        raise ToolDefinitionError(f"tool {name!r} ({where}) has no description: open its docstring with a sentence.")
    properties: dict[str, Json] = {}
    semantic: dict[str, str] = {}
    checks: dict[str, Check] = {}
    for each in parameters[1:]:
        schema = schema_of(hints[each.name])
        if each.default is not each.empty:
            schema["default"] = each.default
        properties[each.name] = {"description": document.arguments[each.name], **schema}
        # A list parameter has the type of its elements: `item_ids` is filled with values of type item_id.
        semantic.update((path.removesuffix(".*"), kind) for path, kind in types_in(hints[each.name], each.name))
        checks[each.name] = check_of(schema_of(hints[each.name], loose=True))
    required = [each.name for each in parameters[1:] if each.default is each.empty]
    semantic.update(types_in(hints["return"], "return"))
    spec = ToolSpec(
        name=name,
        description=document.body,
        parameters={
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        },
        returns=schema_of(hints["return"]),
        effect=effect,
        types=semantic,
    )
    return Tool(spec, function, checks)


def _check_documented(
    name: str, where: str, parameters: list[str], documented: Mapping[str, str], hints: Mapping[str, Any]
) -> None:
    for each in parameters:
        if not documented.get(each):
            raise ToolDefinitionError(
                f"tool {name!r} ({where}): the docstring says nothing about parameter {each!r}; "
                f"add a line `{each}: <what it is, with an example>` to its `Args:` section."
            )
        if each not in hints:
            raise ToolDefinitionError(
                f"tool {name!r} ({where}): parameter {each!r} has no type; write `{each}: str` or another type."
            )
    for each in documented:
        if each not in parameters:
            raise ToolDefinitionError(
                f"tool {name!r} ({where}): the docstring's `Args:` section describes {each!r}, "
                "which is no parameter; rename or remove that line."
            )
    if "return" not in hints:
        raise ToolDefinitionError(
            f"tool {name!r} ({where}) has no return type; write `-> str`, or a TypedDict that lists its fields."
        )


def tools_of(module: ModuleType) -> tuple[Tool, ...]:
    """Returns the tools that a module defines or imports, in that order."""
    return tuple(each for each in vars(module).values() if isinstance(each, Tool))
