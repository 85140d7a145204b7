"""The API graph: how right its edges are, and how it grows.

    python benchmarks/graph.py quality [--world NAME=FILE ...] [--embed hashed|MODEL]
    python benchmarks/graph.py scale [--counts 1000 4000 16000]

`quality` executes every pair of an output and a parameter whose JSON types agree, on a generated world or on a file,
and holds the edges that were found by type and by name (and by name alone) against what execution confirmed. Pairs into
a parameter that refuses nothing (free text) say nothing and are left out; so are those that could not be tried, and
parameters that list their values. With `--embed`, edges by meaning are added to those by type and name, and to those by
name alone, under each rule, and held against the same executions. `scale` makes catalogues of made-up tools and takes
CPU time, memory and the exponent of the growth from the smallest to the largest, against the limits of 60 s, 4 GiB and
1.2.
"""

from __future__ import annotations

import argparse
import math
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.graph_catalogue import catalogue
from pipeline.embedding import vectors_of
from schemas.graph import ApiGraph, Edge
from schemas.tool import ToolSpec
from tool_specs.catalog import DOMAINS, domain
from tool_specs.graph import build_graph, confirm, input_slots, output_slots
from tool_specs.graph_embedding import RULES, Similarity
from tool_specs.graph_facts import facts
from tool_specs.graph_slots import Slot
from tool_specs.sandbox import Sandbox
from tool_specs.worlds import generate_world, load_world

SECONDS, GIBIBYTES, EXPONENT = 60.0, 4.0, 1.2
SEEDS = (0, 1, 2)
UNLIKELY = 0.001
"""Score of a pair that no rule proposes: it is tried, but rarely picked to fill the other arguments of a try."""

Pair = tuple[str, str, str]


def pairs_of(edges: Iterable[Edge]) -> set[Pair]:
    return {(edge.output_path, edge.target_tool, edge.parameter) for edge in edges}


def every_pair(specs: Sequence[ToolSpec]) -> ApiGraph:
    likely = pairs_of(build_graph(specs).edges)
    outputs = [slot for spec in specs if spec.effect == "read" for slot in output_slots(spec)]
    edges: dict[Pair, Edge] = {}
    for spec in specs:
        for wanted in input_slots(spec) if spec.effect != "generic" else ():
            schema = spec.parameters["properties"].get(wanted.parameter)
            if schema is None or "enum" in schema:
                continue
            for slot in outputs:
                pair = slot.column, spec.name, wanted.parameter
                if _fit(slot, wanted) and (slot.tool, slot.path) != (wanted.tool, wanted.path):
                    score = 1.0 if pair in likely else UNLIKELY
                    edges[pair] = Edge(
                        source_tool=slot.tool,
                        output_path=slot.column,
                        target_tool=spec.name,
                        parameter=wanted.parameter,
                        kind="declared",
                        score=score,
                    )
    return ApiGraph(tools={spec.name: spec.effect for spec in specs}, edges=tuple(edges.values()))


def _fit(slot: Slot, wanted: Slot) -> bool:
    shared = not slot.kinds or not wanted.kinds or bool(slot.kinds & wanted.kinds)
    return shared or ("integer" in slot.kinds and "number" in wanted.kinds)


def quality(files: dict[str, Path], embed: str | None) -> None:
    print("domain    pairs tried  confirmed  | specs              edges  right  precision  recall")
    rules = {f"+{name}": Similarity(vectors_of(embed), rule) for name, rule in RULES.items()} if embed else {}
    for name in DOMAINS:
        found = domain(name)
        world = load_world(found, files[name]) if name in files else generate_world(found, 7, 200)
        specs = [tool.spec for tool in found.tools.values()]
        tried: set[Pair] = set()
        good: set[Pair] = set()
        for seed in SEEDS:  # what one visit could not try, or had no luck with, another may
            edges = confirm(every_pair(specs), Sandbox(found, world), seed).edges
            tried |= pairs_of(edge for edge in edges if edge.confirmed is not None)
            good |= pairs_of(edge for edge in edges if edge.confirmed)
        refusing = {pair[1:] for pair in tried - good}
        tried = {pair for pair in tried if pair[1:] in refusing}
        good &= tried
        bare = [
            ToolSpec(
                name=spec.name, description="", parameters=spec.parameters, returns=spec.returns, effect=spec.effect
            )
            for spec in specs
        ]
        ways = [(kind, given, added) for kind, given in (("typed", specs), ("untyped", bare)) for added in ("", *rules)]
        for kind, given, added in ways:
            # Descriptions are what a model compares; names and types have been looked at without them.
            said = given if not added or given is specs else _without_types(specs)
            proposed = pairs_of(build_graph(said, similar=rules.get(added)).edges) & tried
            right = proposed & good
            print(
                f"{name:9} {len(tried):11} {len(good):10}  | {kind + added:18} {len(proposed):5} {len(right):6} "
                f"{len(right) / max(1, len(proposed)):10.3f} {len(right) / max(1, len(good)):7.3f}"
            )
            if kind + added == "untyped":
                for word, pairs in (("missed", good - proposed), ("wrong", proposed - good)):
                    for output, tool, parameter in sorted(pairs):
                        print(f"    {word}: {output} -> {tool}({parameter})")


def _without_types(specs: Sequence[ToolSpec]) -> list[ToolSpec]:
    return [msgspec.structs.replace(spec, types={}) for spec in specs]


def scale(counts: Sequence[int]) -> bool:
    print("tools   edges     specs   graph   facts   peak memory   (CPU seconds)")
    times: dict[int, tuple[float, float]] = {}
    worst = 0.0
    for count in counts:  # one process each: memory is a process's peak
        done = subprocess.run(
            [sys.executable, __file__, "one", str(count)], check=True, capture_output=True, text=True, timeout=1800
        )
        edges, made, graph, whole, memory = map(float, done.stdout.split())
        print(f"{count:6} {edges:8.0f} {made:8.2f} {graph:7.2f} {whole:7.2f} {memory:9.2f} GiB", flush=True)
        times[count] = graph, whole
        worst = max(worst, memory)
    first, last = times[counts[0]], times[counts[-1]]
    exponents = [
        math.log(after / before) / math.log(counts[-1] / counts[0]) for before, after in zip(first, last, strict=True)
    ]
    both = math.log(sum(last) / sum(first)) / math.log(counts[-1] / counts[0])
    print(f"{counts[-1]} tools: {sum(last):.1f} s of {SECONDS:g} s; {worst:.2f} GiB of {GIBIBYTES:g} GiB")
    print(f"growth: graph n^{exponents[0]:.2f}, facts n^{exponents[1]:.2f}, both n^{both:.2f}; limit n^{EXPONENT}")
    return sum(last) <= SECONDS and worst <= GIBIBYTES and both <= EXPONENT


def one(count: int) -> None:
    begun = time.process_time()
    specs = catalogue(count, seed=1)
    made = time.process_time() - begun
    begun = time.process_time()
    graph = build_graph(specs)
    built = time.process_time() - begun
    begun = time.process_time()
    facts(graph, {spec.name: spec for spec in specs})
    whole = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(len(graph.edges), made, built, whole, peak)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("quality", "scale", "one"))
    parser.add_argument("count", nargs="?", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--counts", nargs="+", type=int, default=[1000, 4000, 16000])
    parser.add_argument("--world", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--embed", help="`hashed`, or a sentence-transformers model by its name or path")
    given = parser.parse_args()
    if given.what == "one":
        one(given.count)
    elif given.what == "quality":
        quality({name: Path(file) for name, _, file in (each.partition("=") for each in given.world)}, given.embed)
    else:
        return 0 if scale(given.counts) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
