from __future__ import annotations

import io
import itertools
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from rich.console import Console

from pipeline.graph_layout import bundled, lay_out
from pipeline.graph_view import graph_svg, write_graph
from schemas.graph import Edge
from tests.tool_specs.library import library, world
from tool_specs.catalog import domain
from tool_specs.graph import build_graph, confirm
from tool_specs.sandbox import Sandbox
from tool_specs.worlds import generate_world


def edge(output: str, parameter: str, confirmed: bool | None = True) -> Edge:
    return Edge(
        source_tool="get_reader",
        output_path=f"get_reader.{output}",
        target_tool="move",
        parameter=parameter,
        kind="typed",
        score=1.0,
        confirmed=confirmed,
    )


def test_picture_table_and_summary_of_a_toy_domain(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=120)
    svg, markdown = write_graph(library(), world(), tmp_path, console)
    ElementTree.parse(svg)
    assert "| get_loan | loan_id | `get_reader.loans.*` | same type | confirmed |" in markdown.read_text()
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "get_reader.loans.*" in text and "confirmed by a call" in text


def test_fields_of_a_record_are_drawn_as_one_line() -> None:
    fields = [edge(f"address.{name}", name) for name in ("street", "town", "zip")]
    lines = bundled([*fields, edge("address.zip", "postcode", confirmed=False)])
    assert [(line.output, line.parameter) for line in lines] == [
        ("address (3 fields)", "street … zip"),
        ("address.zip", "postcode"),
    ]


def test_outputs_that_feed_one_parameter_stay_apart() -> None:
    assert len(bundled([edge(f"ids.{name}", "id") for name in ("a", "b", "c")])) == 3


@pytest.mark.parametrize("reverse", [False, True])
def test_retail_reads_stand_left_of_writes_and_boxes_do_not_overlap(reverse: bool) -> None:
    retail = domain("retail")
    graph = confirm(
        build_graph([tool.spec for tool in retail.tools.values()]), Sandbox(retail, generate_world(retail, 1, 60))
    )
    if reverse:
        graph = msgspec.structs.replace(graph, edges=graph.edges[::-1])
    layout = lay_out(graph, retail, 80)
    writes = {box.x for box in layout.boxes.values() if box.effect == "write"}
    reads = {box.x for box in layout.boxes.values() if box.effect == "read"}
    assert len(writes) == 1 and max(reads) < min(writes)
    by_column: dict[float, list[tuple[float, float]]] = {}
    for box in layout.boxes.values():
        by_column.setdefault(box.x, []).append((box.y, box.y + box.height))
    for spans in by_column.values():
        ordered = sorted(spans)
        assert all(above[1] < below[0] for above, below in itertools.pairwise(ordered))
    root = ElementTree.fromstring(graph_svg(graph, retail))
    drawn = root.findall(".//{http://www.w3.org/2000/svg}g")
    assert len(drawn) == len(layout.lines)
