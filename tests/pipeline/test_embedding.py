"""A real sentence-transformers model, where there is one: the environment names it, and nothing is downloaded.

    WRIT_EMBEDDING_MODEL=/path/of/a/model python -m pytest tests/pipeline/test_embedding.py

A model made on the spot would need the same libraries; without them the hashed letters of `test_graph_embedding.py`
stand for the interface.
"""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.embedding import vectors_of
from schemas.tool import ToolSpec
from tool_specs.graph import build_graph
from tool_specs.graph_embedding import MEANING, TOOLDIAL, Similarity

MODEL = os.environ.get("WRIT_EMBEDDING_MODEL", "")
pytestmark = pytest.mark.skipif(
    not MODEL or importlib.util.find_spec("sentence_transformers") is None,
    reason="needs sentence-transformers and a model: name its folder in WRIT_EMBEDDING_MODEL",
)
TEXT = {"type": "string"}


def tools() -> list[ToolSpec]:
    """A borrower is a reader, and a place on a shelf is none; letters do not say so."""

    def spec(name: str, takes: str, gives: str) -> ToolSpec:
        return ToolSpec(
            name=name,
            description=f"{name.replace('_', ' ').capitalize()}.",
            parameters={"type": "object", "properties": {takes: TEXT}, "required": [takes]},
            returns={"type": "object", "properties": {gives: TEXT}},
            effect="read",
        )

    return [
        spec("find_physician", "town", "doctor_number"),
        spec("book_visit", "physician_number", "receipt"),
        spec("find_shelf", "title", "row_colour"),
    ]


def test_a_model_knows_what_letters_do_not() -> None:
    vectors = vectors_of(MODEL)
    found = np.asarray(vectors(["doctor", "physician", "parking lot"]), np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    assert found[0] @ found[1] > found[0] @ found[2] + 0.2
    pairs = {
        rule: {(e.output_path, e.parameter) for e in build_graph(tools(), similar=Similarity(vectors, rule)).edges}
        for rule in (TOOLDIAL, MEANING)
    }
    assert ("find_physician.doctor_number", "physician_number") in pairs[MEANING]
    assert ("find_physician.doctor_number", "physician_number") not in pairs[TOOLDIAL]  # spelt otherwise
    assert not any(output == "find_shelf.row_colour" for output, _ in pairs[MEANING])


def test_the_command_draws_edges_by_meaning(tmp_path: Path) -> None:
    functions = [
        {"name": each.name, "description": each.description, "parameters": each.parameters, "returns": each.returns}
        for each in tools()
    ]
    path = tmp_path / "tools.json"
    path.write_text(json.dumps(functions))
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["graph", str(path), "--out", str(out), "--embed", MODEL, "--rule", "meaning"])
    assert done.exit_code == 0, done.output
    assert "embedding" in (out / "graph.graphml").read_text()
