"""The run report: one HTML file that needs nothing else, readable on a phone.

    write_report(Path("outputs/quickstart"))      # outputs/quickstart/report.html

It shows the grid, what was wanted and kept, what was rejected and why, how users behave, lengths, and dialogues with
their proofs in words. The file depends on the run's rows alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from pipeline.behavior_words import HEAD, behavior_rows, pairs_line
from pipeline.facts import Facts, facts_of, quantiles
from pipeline.grid import grid_svg
from pipeline.html import bars, histogram, table, text
from pipeline.kept_tables import kept_shards, kept_tables
from pipeline.proof_page import proof_html
from pipeline.proof_words import call_text
from pipeline.quality_words import (
    acts_line,
    balance_line,
    commonest_pairs,
    contamination_line,
    gain_line,
    realism_figures,
    realism_line,
)
from pipeline.realism_page import pictures
from pipeline.run_folder import RunFolder
from pipeline.show import fold
from pipeline.storage import write_bytes
from schemas.dialogue import Dialogue
from schemas.task import Kind
from schemas.verdict import Judged

__all__ = ["grid_svg", "write_report"]

PER_KIND = 2
"""Sample dialogues per kind."""
_KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST_RESULT = 4000
"""Characters of a tool's result that a folded call holds."""
_LINKS = (
    ("dataset/README.md", "card of the data set"),
    ("dataset/", "data set"),
    ("recipe.json", "recipe and worlds"),
    ("stages/", "records and drops of every stage"),
)


def write_report(run: Path) -> Path:
    """Writes `report.html` into a run's folder; returns its path.

    Raises:
        StorageError: this is no folder of a run, or it cannot be written.
    """
    path = run / "report.html"
    write_bytes(path, page(facts_of(run), list(_samples(run))).encode())
    return path


def page(facts: Facts, samples: Sequence[Judged]) -> str:
    """Returns the whole page."""
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    title = f"{facts.name}: {facts.total:,} trajectories"
    sections = [
        f"<h1>{text(title)}</h1>",
        f'<p class="soft">{_origin(facts)}</p>',
        _numbers(facts),
        "<p>" + " · ".join(f'<a href="{link}">{text(name)}</a>' for link, name in _LINKS) + "</p>",
        "<h2>Decisions and burden</h2>",
        "<p>A <b>decision</b> is a state-changing call that the task needs. The <b>burden</b> of a decision is the "
        "number of reads that must be made before its arguments are determined, proved by execution.</p>",
        f'<div class="wide">{grid_svg(facts.wanted, facts.kept, facts.axis)}</div>',
        _cells(facts),
        "<h2>Rejected</h2>",
        _drops(facts),
        f"<p>{text(balance_line(facts)).replace('`', '')}</p>",
        f"<p>{text(contamination_line(facts)).replace('`', '')}</p>",
        "<h2>Behaviours</h2>",
        _behaviours(facts),
        _acts(facts),
        "<h2>Lengths and words</h2>",
        _lengths(facts),
        "<h2>Users beside people</h2>",
        _realism(facts),
        "<h2>Dialogues and their proofs</h2>",
        *(_sample(judged, first=number == 0) for number, judged in enumerate(samples)),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{text(title)}</title><style>{style}</style></head><body>{''.join(sections)}</body></html>\n"
    )


def _origin(facts: Facts) -> str:
    worlds = "; ".join(f"{each['domain']}, {each['origin']}" for each in facts.worlds)
    return text(f"recipe {facts.name}, seed {facts.seed}; {worlds}")


def _numbers(facts: Facts) -> str:
    split = facts.columns["split"]
    shown = [
        (f"{facts.total:,}", f"kept of {facts.wanted_total:,} wanted"),
        (f"{facts.tasks:,}", "tasks"),
        (f"{split.get('train', 0):,} / {split.get('validation', 0):,}", "train / validation"),
        (f"{facts.dropped:,}", "records rejected"),
    ]
    if facts.texts is not None:
        shown.append((f"{facts.texts.openings.distinct_share:.0%}", "distinct openings"))
    return f'<div class="numbers">{"".join(f"<div><b>{a}</b><span>{text(b)}</span></div>" for a, b in shown)}</div>'


def _cells(facts: Facts) -> str:
    wanted, kept, short = Counter[str](), Counter[str](), []
    for each in facts.cells:
        wanted[each.cell.kind] += each.wanted
        kept[each.cell.kind] += each.kept
        if each.kept < each.wanted:
            short.append((each.cell.label, f"{each.wanted:,}", f"{each.kept:,}"))
    rows = [(kind.replace("_", " "), f"{count:,}", f"{kept[kind]:,}") for kind, count in wanted.most_common()]
    found = table(("kind", "wanted", "kept"), rows, numeric=(1, 2))
    if not short:
        return found + "<p>Every cell of the recipe is full.</p>"
    cells = table(("cell that is short", "wanted", "kept"), short, numeric=(1, 2))
    return f'<div class="columns"><div>{found}</div><div>{cells}</div></div>'


def _drops(facts: Facts) -> str:
    if not facts.drops:
        return "<p>Nothing was rejected.</p>"
    rows = []
    for each in facts.drops:
        names = (each.stage, each.reason, each.owner or "-")
        cells = "".join(f"<td>{text(name.replace('_', ' '))}</td>" for name in names)
        rows.append(f'<tr class="head">{cells}<td class="n">{each.count:,}</td></tr>')
        examples = "<br>".join(text(detail) for detail in each.details)
        rows.append(f'<tr><td class="e" colspan="4">{examples or "no detail"}</td></tr>')
    head = "<th>stage</th><th>reason</th><th>fault of</th><th class='n'>records</th>"
    return f'<table class="drops"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _behaviours(facts: Facts) -> str:
    traits: Counter[str] = Counter()
    for behaviour, count in facts.columns["behavior"].items():
        for trait in str(behaviour).split("+")[2:] or ["none of these"]:
            traits[trait] += count
    shown = [
        ("disclosure", facts.columns["disclosure"]),
        ("register", facts.columns["register"]),
        ("what happens", traits),
    ]
    drawn = "".join(bars(name, _sorted(found), facts.total) for name, found in shown)
    every = [tuple(cell.replace("_", " ") for cell in row) for row in behavior_rows(facts)]
    listed = table(HEAD, every, numeric=(3,))
    return f'<div class="columns">{drawn}</div><p>{text(pairs_line(facts))}</p>{listed}'


def _acts(facts: Facts) -> str:
    if not facts.acts:
        return ""
    gains = f"<p>{text(gain_line(facts))}</p>"
    return gains + (
        f"<p>{text(acts_line(facts))}</p>{table(('act, and the one after it', 'share'), commonest_pairs(facts), (1,))}"
    )


def _sorted(counts: Counter[Any]) -> dict[str, int]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return {str(name).replace("_", " "): count for name, count in ordered}


def _lengths(facts: Facts) -> str:
    shown = [
        histogram("user messages per dialogue", sorted(facts.columns["num_turns"].elements())),
        histogram("tool calls per dialogue", sorted(facts.columns["num_tool_calls"].elements())),
        histogram("words per user message", facts.user_words),
        histogram("words per agent message", facts.agent_words),
    ]
    found = f'<div class="columns">{"".join(shown)}</div>'
    if facts.texts is None or not facts.sampled:
        return found
    texts, openings = facts.texts, facts.texts.openings
    _, user, _ = quantiles(facts.user_words)
    return (
        f"{found}<p>Texts of {facts.sampled:,} dialogues: {openings.distinct_share:.1%} of the openings (names and "
        f"values masked, those of up to three words left out) are distinct; the most frequent one makes "
        f"{openings.top_share:.1%}: “{text(openings.top)}”. Distinct-2 is {texts.user_distinct_2:.3f} for users and "
        f"{texts.agent_distinct_2:.3f} for the agent. A user message has {user} words in the median; "
        f"{texts.short_share:.0%} have three or fewer, {texts.polite_share:.0%} are polite.</p>"
    )


def _realism(facts: Facts) -> str:
    if facts.realism is None or not facts.realism.dialogues:
        return "<p>No dialogue was kept.</p>"
    found = facts.realism
    figures = table((f"figure ({found.version})", "value"), realism_figures(found), numeric=(1,))
    drawn = "".join(pictures({facts.name: found}))
    return f'<p>{text(realism_line(found))}</p><div class="columns">{drawn}</div>{figures}'


def _samples(run: Path) -> Iterator[Judged]:
    """Yields the first dialogues of each kind, those of the greatest burden among a shard's first."""
    wanted: dict[str, list[tuple[str, str]]] = {kind: [] for kind in _KINDS}
    for shard, source in zip(kept_shards(run), kept_tables(run, ["id", "kind", "burden"]), strict=True):
        for row in sorted(source.to_pylist(), key=lambda row: (-row["burden"], row["id"])):
            if len(wanted[row["kind"]]) < PER_KIND:
                wanted[row["kind"]].append((row["id"], shard))
        if all(len(found) == PER_KIND for found in wanted.values()):
            break
    folder = RunFolder(run)
    for kind in _KINDS:
        for row_id, shard in wanted[kind]:
            yield folder.judged(row_id, shard)


def _sample(judged: Judged, *, first: bool) -> str:
    task, behaviour = judged.dialogue.scenario.task, judged.dialogue.scenario.behavior
    manner = ", ".join((behaviour.disclosure, behaviour.register, *behaviour.traits)).replace("_", " ")
    decisions = f"{task.num_writes} decision{'s' if task.num_writes != 1 else ''}"
    head = f"<b>{text(task.kind.replace('_', ' '))}</b>, {decisions}, burden {task.burden}; {text(manner)}"
    proofs = "".join(proof_html(each) for each in judged.dialogue.scenario.tasks)
    body = f"<div>{''.join(_messages(judged.dialogue))}</div><div class='proof'>{proofs}</div>"
    return (
        f'<details class="d"{" open" if first else ""}><summary>{head} '
        f'<code>{text(judged.dialogue.id)}</code></summary><div class="pair">{body}</div></details>'
    )


def _messages(dialogue: Dialogue) -> Iterator[str]:
    results = {message.tool_call_id: message for message in dialogue.whole if message.role == "tool"}
    for message in dialogue.whole:
        if message.role == "tool":
            continue
        if message.content:
            yield f'<div class="m {"user" if message.role == "user" else "agent"}">{text(message.content)}</div>'
        for call in message.tool_calls:
            result = results.get(call.id)
            content = result.content if result else ""
            whole = content if len(content) <= LONGEST_RESULT else f"{content[:LONGEST_RESULT]}…"
            line = f"{call_text(call.name, call.arguments)} → {fold(result, 70)}"
            yield f'<details class="c"><summary>{text(line)}</summary><pre>{text(whole)}</pre></details>'
