"""ApiGraph: which tool's output can be which tool's input.

Example row (one edge)::

    {"source_tool": "get_reader", "output_path": "get_reader.loans.*", "target_tool": "get_loan",
     "parameter": "loan_id", "kind": "typed", "score": 1.0, "confirmed": true}
"""

from __future__ import annotations

from typing import Literal

from schemas.base import Record

EdgeKind = Literal["declared", "typed", "lexical", "embedding"]


class Edge(Record):
    """A value that one tool gives and another one takes.

    Attributes:
        output_path: column id of the value (`schemas.program.column_id`); `*` stands for any key or position, and a
            tool whose whole result is one scalar has its own name as path.
        parameter: name of the parameter; dotted where it lies deeper (`passengers.*.name`). A value that feeds a list
            goes into it as an element.
        kind: `declared` somebody says so, `typed` the semantic types are equal, `lexical` the names agree,
            `embedding` they mean the same by an embedding.
        score: 1.0 for declared and typed edges, how well the names agree for lexical ones, the cosine for those by an
            embedding (0 to 1).
        confirmed: True if a call with a real value succeeded, False if calls were made and none did, None if it was
            not tried or could not be.
    """

    source_tool: str
    output_path: str
    target_tool: str
    parameter: str
    kind: EdgeKind
    score: float
    confirmed: bool | None = None


class ApiGraph(Record):
    """Tools (name -> effect, in listing order) and the edges between them, in a fixed order."""

    tools: dict[str, str]
    edges: tuple[Edge, ...]
