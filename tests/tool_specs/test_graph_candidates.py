from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.graph_catalogue import catalogue
from schemas.tool import ToolSpec
from tool_specs.graph import build_graph
from tool_specs.graph_candidates import MAX_ELSEWHERE, MAX_SOURCES, MIN_SCORE, Candidates
from tool_specs.graph_slots import input_slots, output_slots
from tool_specs.names import agreement, namespace, output_names, parameter_name, subject

TEXT = {"type": "string"}


def spec(name: str, parameters: dict[str, object], returns: object = None, effect: str = "read") -> ToolSpec:
    return ToolSpec(
        name=name,
        description="",
        parameters={"type": "object", "properties": parameters, "required": list(parameters)},
        returns={"type": "object", "properties": returns} if returns else None,
        effect=effect,  # type: ignore[arg-type]
    )


def test_services_and_subjects_by_name() -> None:
    assert namespace("acme_get_order") == namespace("acmeGetOrder") == "acme"
    assert namespace("get_order") == namespace("look_up_order") == ""
    assert subject("acme_hotels_list_rooms") == {"room"}
    assert subject("cancel_order") == {"order"}
    assert subject("___") == frozenset()


def test_a_parameter_looks_in_its_own_service_first_and_trusts_the_others_less() -> None:
    tools = [
        spec(f"{brand}_get_loan", {"loan_id": TEXT}, {"loan_id": TEXT, "reader_id": TEXT}) for brand in ("acme", "brix")
    ]
    tools += [spec(f"{brand}_renew_loan", {"loan_id": TEXT}, effect="write") for brand in ("acme", "brix")]
    found = {(edge.source_tool, edge.target_tool): edge.score for edge in build_graph(tools).edges}
    assert found["brix_get_loan", "brix_renew_loan"] == found["acme_get_loan", "acme_renew_loan"] == 1.0
    assert found["acme_get_loan", "brix_renew_loan"] == 0.85


def test_json_types_must_agree_and_whole_numbers_are_numbers() -> None:
    tools = [
        spec("get_fine", {"reader": TEXT}, {"amount": {"type": "integer"}, "days": {"type": "string"}}),
        spec("pay_fine", {"amount": {"type": "number"}, "days": {"type": "integer"}}, effect="write"),
    ]
    assert [(edge.output_path, edge.parameter) for edge in build_graph(tools).edges] == [("get_fine.amount", "amount")]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_found_by_words_is_what_comparing_every_pair_finds(seed: int) -> None:
    rng = random.Random(seed)
    words = ["loan", "reader", "id", "name", "shelf", "code", "new", "copies"]

    def name() -> str:
        return "_".join(rng.choices(words, k=rng.randint(1, 3)))

    tools = [
        spec(f"get_{name()}_{number}", {name(): TEXT for _ in range(2)}, {name(): TEXT for _ in range(3)})
        for number in range(6)
    ]
    outputs = [slot for tool in tools for slot in output_slots(tool)]
    candidates = Candidates(outputs)
    for wanted in (slot for tool in tools for slot in input_slots(tool)):
        bag = parameter_name(wanted.tool, wanted.path)
        pairs = {
            number: max(agreement(known, bag) for known in output_names(slot.tool, slot.path))
            for number, slot in enumerate(outputs)
            if (slot.tool, slot.path) != (wanted.tool, wanted.path)
        }
        numbers, scores = candidates.lexical(wanted)
        assert dict(zip(numbers.tolist(), scores.round(9).tolist(), strict=True)) == {
            number: round(score, 9) for number, score in pairs.items() if score >= MIN_SCORE
        }


@pytest.fixture(scope="module")
def tools() -> list[ToolSpec]:
    return catalogue(2_000, seed=1)


def test_a_catalogue_is_the_same_each_time_and_its_names_differ(tools: list[ToolSpec]) -> None:
    assert catalogue(2_000, seed=1) == tools and catalogue(2_000, seed=2) != tools
    assert len({tool.name for tool in tools}) == 2_000
    assert len(catalogue(50, seed=1)) == 50


def test_many_tools_are_linked_in_proportion_to_their_number(tools: list[ToolSpec]) -> None:
    started = time.process_time()
    small = build_graph(tools[:500])
    first = time.process_time() - started
    started = time.process_time()
    graph = build_graph(tools)
    second = time.process_time() - started
    assert second < 12 * first + 1  # four times the tools; pairs would be sixteen times as many
    assert len(graph.edges) < 6 * len(small.edges)
    per: dict[tuple[str, str], list[str]] = {}
    for edge in graph.edges:
        per.setdefault((edge.target_tool, edge.parameter), []).append(edge.source_tool)
    for (target, _), sources in per.items():
        assert len(sources) <= MAX_SOURCES
        assert sum(namespace(source) != namespace(target) for source in sources) <= MAX_ELSEWHERE


def test_every_id_finds_the_reads_of_its_own_service(tools: list[ToolSpec]) -> None:
    linked = {(edge.output_path, edge.target_tool) for edge in build_graph(tools).edges}
    for source in tools:
        verb, thing = source.description.split(" ")[0], source.description.split("(")[0].removeprefix("Get one ")
        if verb == "Get" and source.name.startswith("fenlo"):
            own = next(iter(source.returns["properties"]))  # type: ignore[index]
            update = next(t for t in tools if t.description.startswith(f"Change a {thing}(") and t.name[:5] == "fenlo")
            assert (f"{source.name}.{own}", update.name) in linked
