from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.tool import ToolSpec
from tool_specs.graph import build_graph
from tool_specs.graph_embedding import MEANING, TOOLDIAL, Rule, Similarity
from tool_specs.hashed_vectors import hashed_vectors

TEXT = {"type": "string"}


def said(text: str) -> dict[str, str]:
    return {**TEXT, "description": text}


def spec(name: str, description: str, parameters: dict[str, object], returns: dict[str, object]) -> ToolSpec:
    return ToolSpec(
        name=name,
        description=description,
        parameters={
            "type": "object",
            "properties": parameters,
            "required": [each for each in parameters if each != "limit"],
        },
        returns={"type": "object", "properties": returns},
        effect="read" if returns else "write",
    )


GIVEN = {
    "borower_id": said("The reader's id."),
    "status": said("The loan's status."),
    "rack": said("Where the book stands."),
}
TAKEN = {
    "borrower_id": said("The reader's id."),
    "shelf": said("Where the book stands."),
    "status": said("The loan's status."),
    "limit": said("The reader's id."),
}
TOOLS = [
    spec("find_loan", "Look a loan up.", {"title": said("Title of the book.")}, GIVEN),
    spec("renew_loan", "Look a loan up, longer.", TAKEN, {}),
]


def edges(similarity: Similarity) -> set[tuple[str, str]]:
    graph = build_graph(TOOLS, similar=similarity)
    return {(edge.output_path, edge.parameter) for edge in graph.edges if edge.kind == "embedding"}


def meanings(texts: Sequence[str]) -> NDArray[np.float32]:
    """A vectoriser that knows that a rack is a shelf."""
    return hashed_vectors([text.replace("rack", "shelf") for text in texts])


def test_three_thresholds_must_be_passed_at_once() -> None:
    assert edges(Similarity(hashed_vectors, TOOLDIAL)) == {("find_loan.borower_id", "borrower_id")}
    assert edges(Similarity(hashed_vectors, Rule(0.99, 0.5, 0.77))) == set()
    assert edges(Similarity(hashed_vectors, Rule(0.83, 0.99, 0.77))) == set()
    assert edges(Similarity(hashed_vectors, Rule(0.83, 0.5, 0.999))) == set()


def test_meaning_finds_what_spelling_does_not() -> None:
    assert ("find_loan.rack", "shelf") not in edges(Similarity(hashed_vectors, MEANING))
    assert ("find_loan.rack", "shelf") in edges(Similarity(meanings, MEANING))


def test_ignored_words_and_what_is_not_required_are_left_out() -> None:
    everything = edges(Similarity(hashed_vectors, Rule(0.0, -1.0, 0.0)))
    assert ("find_loan.status", "shelf") in everything
    assert not any(parameter == "limit" for _, parameter in everything)
    assert not any(
        "status" in pair[0] for pair in edges(Similarity(hashed_vectors, Rule(0.0, -1.0, 0.0, TOOLDIAL.ignored)))
    )


def test_names_that_agree_stay_lexical_and_a_tool_does_not_feed_itself() -> None:
    graph = build_graph(TOOLS, similar=Similarity(hashed_vectors, Rule(0.0, -1.0, 0.0)))
    kinds = {(edge.output_path, edge.parameter): edge.kind for edge in graph.edges}
    assert kinds["find_loan.status", "status"] == "lexical"
    assert all(edge.source_tool != edge.target_tool for edge in graph.edges if edge.kind == "embedding")
    assert all(0.0 <= edge.score <= 1.0 for edge in graph.edges)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = build_graph(TOOLS, similar=Similarity(hashed_vectors, MEANING))
    monkeypatch.setattr("tool_specs.graph_embedding._BLOCK", 1)
    assert build_graph(TOOLS, similar=Similarity(hashed_vectors, MEANING)) == whole


def test_hashed_vectors_put_near_spellings_near() -> None:
    rows = hashed_vectors(["loan id", "loan_ids", "reader card", "", "loan id"])
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    assert unit[0] @ unit[1] > 0.8 > 0.3 > abs(unit[0] @ unit[2])
    assert not rows[3].any() and (rows[0] == rows[4]).all()
    assert (hashed_vectors(["loan id", "loan_ids", "reader card", "", "loan id"]) == rows).all()
