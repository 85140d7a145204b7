"""The card of a data set (README.md on the Hub): front matter that says how to load it, then measured facts only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import yaml

from pipeline.behavior_words import HEAD, behavior_rows, pairs_line
from pipeline.dataset_files import FEATURES
from pipeline.facts import Facts, quantiles
from pipeline.quality_words import acts_line, balance_line, contamination_line, gain_line, realism_figures, realism_line
from schemas.base import Json
from schemas.task import Kind

if TYPE_CHECKING:
    from pipeline.dataset import Written

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_FOLDERS = {"default": "data", "sharegpt": "sharegpt"}
_MEANINGS = {
    "id": "content-derived id of the dialogue",
    "domain": "kind of world",
    "kind": ", ".join(get_args(Kind)),
    "num_writes": "state-changing calls that the task needs",
    "burden": "reads that its hardest decision needs, proved: lower bound = upper bound",
    "plausible_burden": "the lower bound when only plausible changes of the world count",
    "num_turns": "user messages",
    "num_tool_calls": "calls, reads and writes and others",
    "num_read_calls": "calls that look things up",
    "num_write_calls": "calls that change the world",
    "max_parallel_calls": "most calls in one message",
    "zero_gain_turns": "reads and questions of the agent that told it nothing new",
    "disclosure": "how the user reveals the task",
    "register": "how the user writes",
    "behavior": "both, and what happens in the dialogue (slip, typos, ...)",
    "reward": "1.0: every check passed",
    "generator_model": "who spoke for the agent",
    "task_id": "equal for dialogues about the same task",
    "num_tasks": "tasks that follow one another; what columns say of a task holds for the first",
    "messages": "OpenAI form, arguments as objects, ends on the assistant",
    "tools": "OpenAI form",
    "information_gain": "per message, the bits by which a turn of the agent narrowed down what is wanted",
    "checklist": "JSON text: what each turn must achieve, by conditions and weights; null unless the recipe asks",
    "judgement": "JSON text: which open items of the checklist a judge finds met, with quotes; null if none was asked",
    "metadata": "JSON text: task with executed proof, behaviour, verdicts, state digests, seeds",
    "conversations": "human, gpt, function_call, observation; alternating, an even number",
    "system": "the policy",
}


def card(facts: Facts, written: Written) -> str:
    """Returns the text of README.md. It depends on the rows and the recipe alone, never on the machine or the time."""
    parts = [
        f"---\n{yaml.safe_dump(front_matter(facts, written), sort_keys=False, allow_unicode=True)}---",
        f"# {_name(facts)}",
        f"{facts.total:,} multi-turn conversations between a user, a tool-calling agent and its tools, about "
        f"{facts.tasks:,} tasks. Every task carries an executed proof of its answer; every conversation was replayed "
        "on a fresh copy of its world and checked against that proof.",
        "![Kept trajectories by decisions and evidence burden](grid.svg)",
        "**Decisions** are the state-changing calls that a task needs. **Burden** is the number of reads that an agent "
        "must make before the arguments of one decision are determined. It is counted by execution: for every read "
        "that counts there is a changed world (`witness`) on which that read and the right answer differ, and the "
        "reads that count are enough for the answer.",
        _grid_meaning(facts),
        "## Loading",
        _LOADING.replace("{place}", PLACE),
        _traces(written),
        "## What is in it",
        _table(("split", "config", "rows", "files"), _splits(written)),
        _left_out(written),
        _table(("kind", "rows"), _counts(facts, "kind")),
        _table(HEAD, behavior_rows(facts)),
        pairs_line(facts),
        _table(("per dialogue", "10 %", "median", "90 %"), _spreads(facts)),
        _texts(facts),
        _realism(facts),
        acts_line(facts),
        gain_line(facts),
        balance_line(facts),
        "## Columns",
        _table(("column", "config", "meaning"), _columns()),
        "## How it was made",
        _made(facts),
        _table(("role", "who spoke", "licence"), _engines(facts)),
        _table(("rejected at", "reason", "fault of", "records"), _drops(facts)),
        facts.spoken.line(),
        facts.judged.line(),
        contamination_line(facts),
        "## Licence and limits",
        f"{_APACHE if _generated(facts) else _OTHERS} {_LIMITS}",
        "## Citation",
        _CITATION,
    ]
    front, *body = (part for part in parts if part)
    # Nothing here is HTML: what looks like it came from a recipe, a world or a row.
    return "\n\n".join([front, *(part.replace("<", "&lt;") for part in body)]) + "\n"


def _traces(written: Written) -> str:
    if not written.traces:
        return ""
    return (
        f"To read without loading: `traces/` has {written.traces:,} of the training conversations, the first of each "
        "domain and kind, in the Hub's session format (a click on one opens it there)."
    )


def front_matter(facts: Facts, written: Written) -> dict[str, Json]:
    """Returns the YAML front matter as a value."""
    configs = sorted({config for config, _ in written.rows})
    size = next((name for limit, name in _SIZES if facts.total < limit), "n>1M")
    return {
        "license": "apache-2.0" if _generated(facts) else "other",
        "language": ["en"],
        "pretty_name": _name(facts),
        "size_categories": [size],
        "task_categories": ["text-generation"],
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated"],
        "tags": ["synthetic", "agent", "tool-use", "function-calling", "multi-turn"],
        "configs": [_config(name, written) for name in configs],
        "dataset_info": [_info(name, written) for name in configs],
    }


def _config(name: str, written: Written) -> dict[str, Json]:
    splits = [split for config, split in written.rows if config == name]
    found: dict[str, Json] = {
        "config_name": name,
        "data_files": [{"split": split, "path": f"{_FOLDERS[name]}/{split}-*.parquet"} for split in splits],
    }
    return {**found, "default": True} if name == "default" else found


def _info(name: str, written: Written) -> dict[str, Json]:
    return {
        "config_name": name,
        "features": [_feature(column, feature) for column, feature in FEATURES[name].items()],
        "splits": [
            {"name": split, "num_bytes": written.bytes[config, split], "num_examples": count}
            for (config, split), count in written.rows.items()
            if config == name
        ],
    }


def _feature(name: str, feature: Any) -> dict[str, Json]:
    if feature["_type"] == "Value":
        return {"name": name, "dtype": feature["dtype"]}
    inner = feature["feature"]
    if isinstance(kind := inner.get("_type"), str):
        return {"name": name, "list": "json" if kind == "Json" else inner["dtype"]}
    return {"name": name, "list": [{"name": key, "dtype": each["dtype"]} for key, each in inner.items()]}


def _name(facts: Facts) -> str:
    return f"{facts.name}: tool-agent conversations with executed proofs"


PLACE = "path/to/this/folder"
"""What the card loads, until it is published."""

_LOADING = """```python
import json
from datasets import load_dataset

rows = load_dataset("{place}", split="train")        # datasets >= 4.7
rows[0]["messages"], rows[0]["tools"]                             # lists of JSON objects
proof = json.loads(rows[0]["metadata"])["task"]["requests"][0]["proof"]

sharegpt = load_dataset("{place}", "sharegpt", split="train")   # any version of datasets
```

`default` is for TRL, Axolotl and ms-swift (conversational form with tools); `sharegpt` is for LLaMA-Factory \
(`formatting: sharegpt`, columns `conversations`, `system`, `tools`). Templates that want arguments as strings need \
`json.dumps` on each `tool_calls[i].function.arguments`. Filter on the flat columns: \
`rows.filter(lambda row: row["burden"] >= 6)`."""

_APACHE = "All people, orders and texts are synthetic. The data set is released under Apache-2.0."
_OTHERS = (
    "A world above was not generated: its values are its owner's, under the owner's terms, which nothing here changes."
)
_LIMITS = (
    "The conversations are in English. The checks establish that calls, results and outcomes are right and that texts "
    "state the right values; they do not judge style."
)


_CITATION = """The idea of counting write decisions and evidence is WRIT's, the API graph ToolDial's:

```bibtex
@misc{writ, title = {{WRIT}}, eprint = {2606.02908}, archivePrefix = {arXiv}, year = {2026}}
@misc{tooldial, title = {{ToolDial}}, eprint = {2503.00564}, archivePrefix = {arXiv}, year = {2025}}
```"""


def _generated(facts: Facts) -> bool:
    return all(world["origin"].startswith("generated:") for world in facts.worlds)


def _grid_meaning(facts: Facts) -> str:
    if facts.witnesses == "logical":
        return ""
    return (
        "The recipe's cells, and the picture, count plausible changes only: values that could stand there, not any "
        "that occur in the column. That burden is the column `plausible_burden`; `burden` is never smaller."
    )


def _splits(written: Written) -> list[tuple[str, ...]]:
    return [(split, config, f"{count:,}", str(len(written.files[config, split])))
            for (config, split), count in written.rows.items()]  # fmt: skip


def _left_out(written: Written) -> str:
    if not written.left_out:
        return ""
    return f"{written.left_out:,} conversations have no strict ShareGPT form and are in `default` only."


def _counts(facts: Facts, column: str) -> list[tuple[str, ...]]:
    found = facts.columns[column].most_common()
    return [(str(value), f"{count:,}") for value, count in sorted(found, key=lambda pair: (-pair[1], str(pair[0])))]


def _spreads(facts: Facts) -> list[tuple[str, ...]]:
    rows = []
    for label, column in (("user messages", "num_turns"), ("tool calls", "num_tool_calls")):
        rows.append((label, *(str(n) for n in quantiles(sorted(facts.columns[column].elements())))))
    for label, words in (("words per user message", facts.user_words), ("words per agent message", facts.agent_words)):
        rows.append((label, *(str(n) for n in quantiles(words))))
    return rows


def _texts(facts: Facts) -> str:
    if facts.texts is None or not facts.sampled:
        return ""
    found = facts.texts
    return (
        f"Among {facts.sampled:,} conversations, {found.openings.distinct_share:.0%} of the openings are distinct with "
        f"values masked (the most frequent makes {found.openings.top_share:.1%}); distinct-2 is "
        f"{found.user_distinct_2:.2f} for users and {found.agent_distinct_2:.2f} for the agent."
    )


def _realism(facts: Facts) -> str:
    if facts.realism is None or not facts.sampled:
        return ""
    figures = "; ".join(f"{name}: {value}" for name, value in realism_figures(facts.realism))
    return f"{realism_line(facts.realism)} Further ({facts.realism.version}): {figures}."


def _columns() -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name in dict.fromkeys((*FEATURES["default"], *FEATURES["sharegpt"])):
        configs = [config for config, features in FEATURES.items() if name in features]
        rows.append((f"`{name}`", "both" if len(configs) == 2 else configs[0], _MEANINGS[name]))
    return rows


def _made(facts: Facts) -> str:
    worlds = "; ".join(f"{w['domain']}: {w['origin']}, digest `{w['digest'][:16]}`" for w in facts.worlds)
    engines = ", ".join(f"`{name}` ({count:,})" for name, count in sorted(facts.columns["generator_model"].items()))
    partial = "" if facts.total >= facts.wanted_total else f"{facts.total:,} of {facts.wanted_total:,} wanted. "
    short = [each for each in facts.cells if each.kept < each.wanted]
    missing = sum(each.wanted - each.kept for each in short)
    instead = sum(max(each.kept - each.wanted, 0) for each in facts.cells)
    cells = (
        f"All {len(facts.cells)} cells of the recipe are full."
        if not short
        else f"{partial}{len(short)} of the recipe's {len(facts.cells)} cells could not be filled and lack {missing:,} "
        f"rows; others took the place of {instead:,} of them."
    )
    smaller = ", then ".join(f"{count:,}" for count in facts.grown_from)
    grown = f" It grew from {smaller} rows, which are among these." if smaller else ""
    return (
        f"Made with WRIT from recipe `{facts.name}`, seed {facts.seed}. Worlds: {worlds}. Agent: {engines}. "
        f"{cells}{grown}\n\n"
        f"Fingerprint: `{facts.fingerprint}`. Runs of the same recipe, seed, worlds, engines, code and number of rows "
        "have the same one."
    )


def _engines(facts: Facts) -> list[tuple[str, ...]]:
    """Returns who spoke for each role that a language model played, with the licence that the recipe states."""
    licences = facts.recipe.get("licences", {})
    voices = facts.recipe.get("engines", {})
    return [(role, f"`{voice['engine']}`", licences.get(role, "not stated")) for role, voice in voices.items()]


def _drops(facts: Facts) -> list[tuple[str, ...]]:
    return [(each.stage, each.reason, each.owner or "-", f"{each.count:,}") for each in facts.drops]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
