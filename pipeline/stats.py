"""What a run gave, as tables in a terminal: cells wanted and kept, drops by reason, texts, rates."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipeline.checklists.judgements import Judgements
from pipeline.facts import Facts, facts_of, quantiles
from pipeline.quality_words import acts_line, balance_line, commonest_pairs, contamination_line, gain_line, realism_line
from pipeline.run_folder import RunFolder
from schemas.base import Json


def stats(run: Path, console: Console) -> None:
    """Prints a run's numbers.

    Raises:
        StorageError: this is no folder of a finished run.
    """
    manifest = RunFolder(run).manifest()
    facts = facts_of(run)
    head = f"{facts.name}: {facts.total:,} of {facts.wanted_total:,} trajectories about {facts.tasks:,} tasks"
    console.print(f"{head}, seed {facts.seed}", markup=False)
    _print(console, f"kept by decisions (rows) and {facts.axis.partition(':')[0]} (columns)", _grid(facts))
    _print(console, "kinds", _cells(facts))
    for cell in manifest.get("unfilled", []):
        reasons = ", ".join(f"{reason} ({count})" for reason, count in cell["reasons"].items()) or "nothing was refused"
        text = f"  {cell['cell']}: {cell['kept']} of {cell['wanted']}; {reasons}"
        console.print(text, markup=False, style="yellow", soft_wrap=True)
    _print(console, "rejected", _drops(facts))
    _print(console, f"lengths and words (texts: {facts.sampled:,} dialogues)", _texts(facts))
    if manifest.get("spent"):
        _print(console, "language models", _spent(manifest["spent"]))
    if facts.judged.kinds:
        _print(console, "items of checklists that a language model judged", _judged(facts.judged))
    if facts.judged.fields:
        _print(console, "profiles that a language model read back", _profiles(facts.judged))
    users = realism_line(facts.realism) if facts.realism and facts.realism.turns else ""
    measured = (users, acts_line(facts), gain_line(facts), balance_line(facts), contamination_line(facts))
    for line in filter(None, (facts.spoken.line(), facts.judged.line(), *measured)):
        console.print(f"\n{line}", markup=False, highlight=False)
    if facts.acts:
        _print(console, "commonest pairs of dialogue acts", _pairs(facts))
    _rates(manifest, facts, console)


def _print(console: Console, title: str, table: Table) -> None:
    console.print(f"\n{title}", style="bold", markup=False)
    console.print(table)


def _table(*columns: str, left: int = 1) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place < left else "right", overflow="fold")
    return table


def _grid(facts: Facts) -> Table:
    burdens = sorted({burden for _, burden in facts.kept})
    table = _table("", *(str(burden) for burden in burdens), "all")
    for number in sorted({number for number, _ in facts.kept}):
        counts = [facts.kept[number, burden] for burden in burdens]
        table.add_row(str(number), *(str(count or "·") for count in counts), str(sum(counts)))
    return table


def _cells(facts: Facts) -> Table:
    wanted, kept, short = Counter[str](), Counter[str](), Counter[str]()
    for each in facts.cells:
        wanted[each.cell.kind] += each.wanted
        kept[each.cell.kind] += each.kept
        short[each.cell.kind] += each.kept < each.wanted
    table = _table("kind", "wanted", "kept", "cells short")
    for kind, number in sorted(wanted.items(), key=lambda pair: -pair[1]):
        table.add_row(kind, f"{number:,}", f"{kept[kind]:,}", str(short[kind] or "·"))
    return table


def _drops(facts: Facts) -> Table:
    table = _table("stage", "reason", "fault of", "records", "for example", left=3)
    table.columns[-1].justify = "left"
    for each in facts.drops:
        table.add_row(
            each.stage, each.reason, each.owner or "-", f"{each.count:,}", "".join(each.details[:1]).replace("[", r"\[")
        )
    if not facts.drops:
        table.add_row("nothing", "", "", "", "")
    return table


def _texts(facts: Facts) -> Table:
    table = _table("", "10 %", "median", "90 %")
    for label, column in (("user messages", "num_turns"), ("tool calls", "num_tool_calls")):
        table.add_row(label, *(str(n) for n in quantiles(sorted(facts.columns[column].elements()))))
    table.add_row("words per user message", *(str(n) for n in quantiles(facts.user_words)))
    table.add_row("words per agent message", *(str(n) for n in quantiles(facts.agent_words)))
    if facts.texts is not None:
        openings = facts.texts.openings
        table.add_row("distinct openings", "", f"{openings.distinct_share:.1%}", "")
        table.add_row("most frequent opening", "", f"{openings.top_share:.1%}", "")
        table.add_row(
            "distinct-2, users / agent", "", f"{facts.texts.user_distinct_2:.2f}", f"{facts.texts.agent_distinct_2:.2f}"
        )
    return table


def _spent(spent: dict[str, Json]) -> Table:
    table = _table("stage", "role", "requests", "prompt tokens", "from a cache", "answer tokens", "cost", left=2)
    for stage, roles in spent.items():
        for role, each in sorted(roles.items()):
            prompt, cached = each["prompt_tokens"], each["cached_tokens"]
            table.add_row(
                stage,
                role,
                f"{each['requests']:,}",
                f"{prompt:,}",
                f"{cached / prompt:.0%}" if prompt else "·",
                f"{each['completion_tokens']:,}",
                f"{each['cost']:,.4g}" if each["cost"] else "·",
            )
    return table


def _judged(judged: Judgements) -> Table:
    table = _table("item", "asked", "met", "not met", "left open", "because", left=1)
    table.columns[-1].justify = "left"
    for kind, each in sorted(judged.kinds.items()):
        refused = each.refused.total()
        numbers = (each.met + each.missed + refused, each.met, each.missed, refused)
        table.add_row(kind, *(f"{number:,}" for number in numbers), _why(each.refused))
    return table


def _profiles(judged: Judgements) -> Table:
    table = _table("field", "read", "as the profile has it", "by the rule", "by both", "refused", "because", left=1)
    table.columns[-1].justify = "left"
    for name, each in sorted(judged.fields.items()):
        numbers = (each.read, each.agrees, each.rule, each.both, each.refused.total())
        table.add_row(name, *(f"{number:,}" for number in numbers), _why(each.refused))
    return table


def _why(refused: Counter[str]) -> str:
    return ", ".join(f"{reason} {count:,}" for reason, count in sorted(refused.items()))


def _pairs(facts: Facts) -> Table:
    table = _table("act, and the one after it", "share")
    for pair, share in commonest_pairs(facts):
        table.add_row(pair, share)
    return table


def _rates(manifest: dict[str, Json], facts: Facts, console: Console) -> None:
    made = manifest.get("made", {})
    dialogues, judged = made.get("simulate_dialogues", 0), made.get("validate_dialogues", 0)
    if dialogues:
        console.print(f"\n{judged:,} of {dialogues:,} dialogues passed every check ({judged / dialogues:.1%})")
    if manifest.get("workers_lost"):
        console.print(f"\n{manifest['workers_lost']:,} workers died in the last session; their shards were made again")
    if manifest.get("seconds"):
        console.print(
            f"{manifest['seconds']:g} s in the last session, {manifest.get('kept_per_second', 0):g} kept per second"
        )
