"""OpenAPI 3.0 and 3.1 documents as tools: one per operation, its path, query and body folded into one schema.

    paths: {/loans/{loan_id}/renewals: {post: {operationId: renewLoan, requestBody: ... {"days": ...}}}}

becomes the tool `renewLoan(loan_id, days)`, a write because it is a POST. `x-writ-effect: read` (or write, generic), or
`x-read-only: true`, beside an operation says otherwise. `Operation.places` says where each argument goes.

Not part of the tool: header and cookie parameters (they belong to the connection), and bodies that are neither JSON nor
a form. A document with a reference that leads nowhere is refused; schemas that contain themselves are bounded, and a
note says where.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from schemas.base import Json
from schemas.tool import Effect, EffectSource, ToolSpec
from tool_specs.folded import Folded
from tool_specs.references import BadSchema, Schemas
from tool_specs.tool_list import Note, ToolList, ToolListError, called, renamed, twice

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_READS = frozenset({"get", "head", "options", "trace", "query"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_STYLES = {"spaceDelimited": " ", "pipeDelimited": "|", "deepObject": "deep"}
_EFFECTS: tuple[Effect, ...] = ("read", "write", "generic")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """How a tool's call becomes a request.

    Attributes:
        path: the template, such as `/loans/{loan_id}`.
        places: parameter -> (`path`, `query`, `body` or `whole body`, name there).
        content_type: of the body; None where there is none.
        styles: parameter -> how a list or object of the query is written where it is not repeated: the separator
            (`,`, ` ` or `|`), or `deep`.
        answers: status (`200`, `2xx`, `default`) -> the JSON Schema of its content; None where that is no JSON.
    """

    spec: ToolSpec
    method: str
    path: str
    places: Mapping[str, tuple[str, str]]
    content_type: str | None
    styles: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, dict[str, Json] | None] = field(default_factory=dict)

    def answer_schema(self, status: int) -> dict[str, Json] | None:
        """Returns the schema that the content of a successful answer must satisfy, if the document says so."""
        for code in (str(status), f"{status // 100}xx", "default"):
            if code in self.answers:
                return self.answers[code]
        return None


def read_openapi(document: dict[str, Json]) -> tuple[ToolList, tuple[Operation, ...]]:
    """Returns a document's operations as tools, and how to call them, in the same order.

    Raises:
        ToolListError: the document is of another version, malformed, or refers to what is not there.
    """
    version = str(document.get("openapi", ""))
    if not re.match(r"3\.\d", version):
        named = f"Swagger {document['swagger']}" if "swagger" in document else f"OpenAPI {version or 'of no version'}"
        raise ToolListError(
            f"{named} is not read; convert it to OpenAPI 3.0 or 3.1 first (for example with swagger2openapi)"
        )
    paths = document.get("paths", {})
    if not isinstance(paths, dict):
        raise ToolListError("`paths` must be an object from path to operations")
    reading = _Reading(document)
    found = list(reading.operations(paths))
    if not found:
        raise ToolListError("the document has no operations; add some under `paths`")
    twice((each.spec.name, f"{each.method.upper()} {each.path}") for each in found)
    names, notes = renamed(each.spec.name for each in found)
    operations = tuple(replace(each, spec=called(each.spec, names[each.spec.name])) for each in found)
    info = document.get("info")
    title = str(info.get("title", "")) if isinstance(info, dict) else ""
    bounded = [
        Note("bounded", place, f"{at} contains itself; it is cut there")
        for place, at in reading.schemas.bounded.items()
    ]
    listed = ToolList(
        form="openapi",
        title=title,
        specs=tuple(each.spec for each in operations),
        sources={names[each.spec.name]: each.spec.name for each in found},
        notes=(*notes, *reading.notes, *bounded),
    )
    return listed, operations


class _Reading:
    def __init__(self, document: dict[str, Json]) -> None:
        self.document = document
        self.schemas = Schemas(document)
        self.notes: list[Note] = []

    def operations(self, paths: Mapping[str, Json]) -> Iterator[Operation]:
        for path, item in paths.items():
            if path.startswith("x-"):
                continue
            item = self._object(item, path)
            for method in METHODS:
                if method in item:
                    place = f"{method.upper()} {path}"
                    try:
                        yield self._operation(method, path, self._object(item[method], place), item, place)
                    except BadSchema as error:
                        raise ToolListError(_at(place, str(error))) from error

    def _operation(self, method: str, path: str, body: dict[str, Json], item: dict[str, Json], place: str) -> Operation:
        name = str(body.get("operationId") or _name_of(method, path))
        folded = Folded(place, self.notes)
        for parameter in self._parameters(body, item, place):
            self._parameter(parameter, folded, place)
        for wanted in re.findall(r"\{([^{}]+)\}", path):
            if ("path", wanted) not in folded.places.values():
                raise ToolListError(f"{place}: no parameter describes {{{wanted}}} of the path; add it with `in: path`")
        content_type = self._body(body, folded, place)
        effect, source = _effect(method, {**item, **body}, place)
        texts = [str(body.get(key) or "").strip() for key in ("summary", "description")]
        answers = self._answers(body, place)
        spec = ToolSpec(
            name=name,
            description="\n\n".join(text for text in dict.fromkeys(texts) if text) or place,
            parameters=folded.schema(),
            returns=_returns(answers),
            effect=effect,
            effect_source=source,
        )
        return Operation(
            spec=spec,
            method=method,
            path=path,
            places=folded.places,
            content_type=content_type,
            styles=folded.styles,
            answers=answers,
        )

    def _parameters(self, body: dict[str, Json], item: dict[str, Json], place: str) -> list[dict[str, Json]]:
        """Returns an operation's parameters; its own ones replace those of the path."""
        found: dict[tuple[str, str], dict[str, Json]] = {}
        for listed in (item.get("parameters") or (), body.get("parameters") or ()):
            if not isinstance(listed, (list, tuple)):
                raise ToolListError(f"{place}: `parameters` must be a list")
            for number, each in enumerate(listed):
                parameter = self._object(each, f"{place}, parameter {number + 1}")
                where, name = parameter.get("in"), parameter.get("name")
                if not isinstance(name, str) or where not in ("path", "query", "header", "cookie"):
                    raise ToolListError(
                        f"{place}, parameter {number + 1}: it needs a `name`, and `in`: path, query, header or cookie"
                    )
                found[where, name] = parameter
        return list(found.values())

    def _parameter(self, parameter: dict[str, Json], folded: Folded, place: str) -> None:
        where, name = str(parameter["in"]), str(parameter["name"])
        if where in ("header", "cookie"):
            if parameter.get("required"):
                self.notes.append(
                    Note("left out", place, f"the {where} {name!r} is required; give it with the connection")
                )
            return
        media = self._object(next(iter(self._inside(parameter, "content", place).values()), {}), place)
        schema = self.schemas.plain(parameter.get("schema", media.get("schema", {})), f"{place}, parameter {name!r}")
        schema = dict(schema) if isinstance(schema, dict) else {}
        if parameter.get("description"):
            schema = {
                "description": str(parameter["description"]).strip(),
                **{k: v for k, v in schema.items() if k != "description"},
            }
        if "example" in parameter:
            schema.setdefault("examples", [parameter["example"]])
        style = self._style(parameter, schema, place)
        folded.add(where, name, schema, required=where == "path" or parameter.get("required") is True, style=style)

    def _style(self, parameter: dict[str, Json], schema: dict[str, Json], place: str) -> str:
        where, style = parameter["in"], parameter.get("style")
        usual = "form" if where == "query" else "simple"
        if style in (None, usual):
            return "," if where == "query" and parameter.get("explode") is False else ""
        if where == "query" and style in _STYLES:
            return _STYLES[style]
        if schema.get("type") in ("array", "object"):
            said = f"{parameter['name']!r} has the style {style!r}, which is not known here; it is written as {usual!r}"
            self.notes.append(Note("left out", place, said))
        return ""

    def _body(self, body: dict[str, Json], folded: Folded, place: str) -> str | None:
        if "requestBody" not in body:
            return None
        given = self._object(body["requestBody"], f"{place}, request body")
        content = self._inside(given, "content", f"{place}, request body")
        kinds = [kind for kind in content if _is_json(kind)] or [kind for kind in content if kind in _FORMS]
        required = given.get("required") is True
        if not kinds:
            if content:
                self.notes.append(
                    Note("left out", place, f"a body of type {', '.join(content)} is neither JSON nor a form")
                )
            return None
        media = self._object(content[kinds[0]], f"{place}, request body")
        schema = self.schemas.plain(media.get("schema", {}), f"{place}, request body")
        fields = _fields(schema)
        if fields is None:
            whole = dict(schema) if isinstance(schema, dict) else {}
            folded.add("whole body", "body", whole, required=required)
            return kinds[0]
        properties, needed = fields
        for name, each in properties.items():
            if not (isinstance(each, dict) and each.get("readOnly") is True):
                folded.add("body", name, each if isinstance(each, dict) else {}, required=required and name in needed)
        return kinds[0]

    def _answers(self, body: dict[str, Json], place: str) -> dict[str, dict[str, Json] | None]:
        found: dict[str, dict[str, Json] | None] = {}
        for code, each in self._inside(body, "responses", place).items():
            code = str(code).lower()
            if code == "default" or code.startswith("2"):
                where = f"{place}, response {code}"
                content = self._inside(self._object(each, where), "content", where)
                found[code] = next(
                    (self._schema(content[kind], where) for kind in content if _is_json(kind)), {} if content else None
                )
        return found

    def _schema(self, media: Json, where: str) -> dict[str, Json]:
        plain = self.schemas.plain(self._object(media, where).get("schema", {}), where)
        return plain if isinstance(plain, dict) else {}

    def _inside(self, holder: dict[str, Json], key: str, place: str) -> dict[str, Json]:
        return self._object(holder.get(key) or {}, f"{place}, {key}")

    def _object(self, value: Json, place: str) -> dict[str, Json]:
        try:
            found, _ = self.schemas.follow(value, place)
        except BadSchema as error:
            raise ToolListError(str(error)) from error
        if not isinstance(found, dict):
            raise ToolListError(f"{place}: an object is wanted here")
        return found


def _fields(schema: Any) -> tuple[dict[str, Json], set[str]] | None:
    """Returns an object's properties and which are required, those of `allOf` joined; None if it is no plain object."""
    if not isinstance(schema, dict) or "oneOf" in schema or "anyOf" in schema:
        return None
    properties, required = dict(schema.get("properties") or {}), set(schema.get("required") or ())
    for part in schema.get("allOf") or ():
        inside = _fields(part)
        if inside is None:
            return None
        properties, required = {**inside[0], **properties}, required | inside[1]
    return (properties, required) if properties else None


def _effect(method: str, said: Mapping[str, Json], place: str) -> tuple[Effect, EffectSource]:
    for key in ("x-writ-effect", "x-effect"):
        if key in said:
            if said[key] not in _EFFECTS:
                raise ToolListError(f"{place}: `{key}: {said[key]}` is unknown; write read, write or generic")
            return said[key], "declared"
    for key in ("x-read-only", "x-readonly", "x-readOnly"):
        if key in said:
            if not isinstance(said[key], bool):
                raise ToolListError(f"{place}: `{key}: {said[key]}` is unknown; write true or false")
            return "read" if said[key] else "write", "declared"
    return "read" if method in _READS else "write", "method"


def _returns(answers: Mapping[str, dict[str, Json] | None]) -> dict[str, Json] | None:
    """Returns what a call returns where it succeeds, or None where nobody says what that looks like."""
    good = [answers[code] for code in sorted(answers) if code != "default"] or list(answers.values())
    return next((schema for schema in good if schema), None)


def _at(place: str, message: str) -> str:
    return message if message.startswith(place) else f"{place}: {message}"


def _is_json(kind: str) -> bool:
    return bool(re.fullmatch(r"(application|text)/([\w.+-]+\+)?json|\*/\*", kind.split(";")[0].strip().lower()))


def _name_of(method: str, path: str) -> str:
    """Returns a name for an operation that has none: `get_loans_by_loan_id` for `GET /loans/{loan_id}`."""
    parts = [f"by_{part[1:-1]}" if part.startswith("{") else part for part in path.strip("/").split("/") if part]
    return "_".join([method, *parts])
