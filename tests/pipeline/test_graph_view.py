from __future__ import annotations

import importlib.util
import io
import itertools
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import networkx
import orjson
import pytest
from rich.console import Console
from typer.testing import CliRunner

from benchmarks.graph_catalogue import catalogue
from pipeline.cli import app
from pipeline.graph_layout import bundled, lay_out
from pipeline.graph_picture import graph_svg
from pipeline.graph_view import of_domain, of_list, write_graph
from schemas.base import plain
from schemas.graph import Edge
from tests.tool_specs.library import library, world
from tool_specs.catalog import domain
from tool_specs.tool_lists import read_tools
from tool_specs.worlds import generate_world

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


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
    svg, markdown, graphml = write_graph(of_domain(library(), world()), tmp_path, console)
    ElementTree.parse(svg)
    net = networkx.read_graphml(graphml)
    assert net.nodes["renew_loan"]["effect"] == "write" and net.nodes["get_loan"]["depth"] == 2
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
    seen = of_domain(retail, generate_world(retail, 1, 60))
    graph = msgspec.structs.replace(seen.graph, edges=seen.graph.edges[::-1]) if reverse else seen.graph
    layout = lay_out(graph, seen.whole, 80)
    writes = {box.x for box in layout.boxes.values() if box.effect == "write"}
    reads = {box.x for box in layout.boxes.values() if box.effect == "read"}
    assert len(writes) == 1 and max(reads) < min(writes)
    by_column: dict[float, list[tuple[float, float]]] = {}
    for box in layout.boxes.values():
        by_column.setdefault(box.x, []).append((box.y, box.y + box.height))
    for spans in by_column.values():
        ordered = sorted(spans)
        assert all(above[1] < below[0] for above, below in itertools.pairwise(ordered))
    root = ElementTree.fromstring(graph_svg("Retail", ["16 tools"], graph, seen.whole))
    drawn = root.findall(".//{http://www.w3.org/2000/svg}g")
    assert len(drawn) == len(layout.lines)


def test_a_few_tools_that_nobody_can_execute_are_drawn_with_the_way_to_their_ids(tmp_path: Path) -> None:
    listed = read_tools([plain(spec) for spec in catalogue(20, seed=1)])
    seen = of_list(listed, "gym.json")
    layout = lay_out(seen.graph, seen.whole, 80)
    assert layout.lines and all("id" in line.parameter for line in layout.lines)
    assert all(layout.boxes[line.source].x < layout.boxes[line.target].x for line in layout.lines)
    console = Console(file=io.StringIO(), width=200)
    svg, markdown, _ = write_graph(seen, tmp_path, console)
    ElementTree.parse(svg)
    assert "API graph of gym.json" in markdown.read_text() and "nothing executed" in markdown.read_text()
    assert "9 of 9 writes can be reached: 1 after 0 reads, 8 after 1 read" in console.file.getvalue()  # type: ignore[attr-defined]


def test_many_tools_are_drawn_as_a_card_per_community_that_do_not_overlap(tmp_path: Path) -> None:
    listed = read_tools([plain(spec) for spec in catalogue(400, seed=1)])
    seen = of_list(listed, "all.json")
    svg, markdown, graphml = write_graph(seen, tmp_path)
    root = ElementTree.parse(svg).getroot()
    name = "{http://www.w3.org/2000/svg}"
    cards = [
        tuple(float(each.get(key, "0")) for key in ("x", "y", "width", "height")) for each in root.iter(f"{name}rect")
    ]
    assert len(cards) == len(seen.whole.communities) > 5
    for (x1, y1, w1, h1), (x2, y2, w2, h2) in itertools.combinations(cards, 2):
        assert x1 + w1 < x2 or x2 + w2 < x1 or y1 + h1 < y2 or y2 + h2 < y1
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    assert all(x + w < width and y + h < height for x, y, w, h in cards)
    told = {each.text.split(":")[0] for each in root.iter(f"{name}title") if each.text and "before" in each.text}
    told |= {each.text.split(":")[0] for each in root.iter(f"{name}title") if each.text and "at once" in each.text}
    assert told == set(seen.graph.tools)  # every tool is somewhere
    assert "## Communities" in markdown.read_text() and "## Edges" not in markdown.read_text()
    assert networkx.read_graphml(graphml).number_of_edges() == len(seen.graph.edges)
    again = tmp_path / "again"
    again.mkdir()
    assert write_graph(of_list(listed, "all.json"), again)[0].read_bytes() == svg.read_bytes()


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
def test_a_browser_draws_every_card_inside_the_picture(tmp_path: Path) -> None:
    seen = of_list(read_tools([plain(spec) for spec in catalogue(120, seed=1)]), "all.json")
    svg = write_graph(seen, tmp_path)[0]
    script = (
        "const wide=[...document.querySelectorAll('svg text')].filter(t=>{const b=t.getBBox();"
        "const s=t.ownerSVGElement.viewBox.baseVal;return b.x<0||b.x+b.width>s.width||b.y+b.height>s.height});"
        "document.title=wide.length+' outside of '+document.querySelectorAll('svg text').length"
    )
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><title>-</title>{svg.read_text()}<script>{script}</script>")
    done = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom", page.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    title = done.stdout.split("<title>")[1].split("</title>")[0]
    assert title.startswith("0 outside of ") and int(title.split()[-1]) > 120


def test_a_file_of_tools_gets_a_graph_and_a_bad_one_exit_code_2(tmp_path: Path) -> None:
    good, bad = tmp_path / "tools.json", tmp_path / "bad.json"
    good.write_bytes(orjson.dumps([plain(spec) for spec in catalogue(60, seed=1)]))
    bad.write_bytes(orjson.dumps([{"name": "a"}, {"name": "a"}]))
    runner = CliRunner()
    done = runner.invoke(app, ["graph", str(good), "--out", str(tmp_path / "out"), "--embed", "hashed"])
    assert done.exit_code == 0, done.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"graph.svg", "graph.md", "graph.graphml"}
    for arguments, words in (
        ([str(bad)], "two tools are named 'a'"),
        ([str(tmp_path / "none.yaml")], "cannot be read"),
        ([str(good), "--world", str(good)], "--world is for domains"),
        ([str(good), "--rule", "loose"], "there is no such rule"),
    ):
        done = runner.invoke(app, ["graph", *arguments, "--out", str(tmp_path / "other")])
        assert done.exit_code == 2 and words in done.output, done.output
        assert not (tmp_path / "other").exists()


@pytest.mark.skipif(importlib.util.find_spec("sentence_transformers") is not None, reason="it is installed")
def test_an_embedding_that_is_not_installed_is_named_with_what_to_do(tmp_path: Path) -> None:
    good = tmp_path / "tools.json"
    good.write_bytes(orjson.dumps([plain(spec) for spec in catalogue(5, seed=1)]))
    done = CliRunner().invoke(app, ["graph", str(good), "--embed", "all-MiniLM-L6-v2"])
    assert done.exit_code == 2 and "pip install 'writ[embeddings]'" in done.output
