"""One kept dialogue with its proof beside it, and two runs' dialogues about one task side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.behavior_words import definitions
from pipeline.html import text
from pipeline.proof_page import proof_html
from pipeline.view.address import Address, Links
from pipeline.view.layout import Frame, link, note, page
from pipeline.view.opened import Opened
from pipeline.view.overview import said
from pipeline.view.replay import Changes, Worlds
from pipeline.view.transcript import transcript, where_made
from schemas.dialogue import Dialogue
from schemas.verdict import Judged, Verdict


def dialogue_page(
    run: Opened, address: Address, runs: Sequence[Opened], links: Links, worlds: Sequence[Worlds]
) -> str | None:
    """Returns the page, None if there is no such dialogue."""
    judged = run.judged(address.id)
    if judged is None:
        return None
    before, after = run.shown("kept").beside(address.id, dict(address.filters))
    frame = Frame(
        address.id,
        run,
        up=Address(run.number, "kept", filters=address.filters),
        before=address._replace(id=before) if before else None,
        after=address._replace(id=after) if after else None,
    )
    changes = worlds[run.number - 1].changes(judged.dialogue)
    return page(frame, _body(judged, changes, run, address, runs, links), runs, links)


def _body(
    judged: Judged, changes: Changes, run: Opened, address: Address, runs: Sequence[Opened], links: Links
) -> Iterator[str]:
    dialogue = judged.dialogue
    yield from head(dialogue, run, links)
    if (other := _other(run, address.id, runs)) is not None:
        to = Address(run.number, "both", address.id)
        yield f"<p>{link(links, to, f'The same task in {text(other[0].name)}, side by side')}</p>"
    if judged.trials is not None:
        tried = judged.trials
        yield f'<p class="soft">try {tried.attempt + 1} of {tried.attempts}; {tried.passed} of them passed</p>'
    yield beside_its_proof(dialogue, changes)
    yield _verdicts(judged.verdicts)


def head(dialogue: Dialogue, run: Opened, links: Links) -> Iterator[str]:
    """Yields what a dialogue is, each with a link to all that are so."""
    task, behavior = dialogue.scenario.task, dialogue.scenario.behavior
    burden = task.plausible_burden if run.plausible else task.burden
    facts = [
        ("kind", task.kind),
        ("cell", f"{task.num_writes}x{burden}"),
        ("disclosure", behavior.disclosure),
        ("register", behavior.register),
        *(("happens", each) for each in behavior.traits),
        ("split", task.split),
    ]
    words = {"cell": f"{task.num_writes} decision{'s' if task.num_writes != 1 else ''}, burden {burden}"}
    shown = (
        link(links, Address(run.number, "kept").with_filter(name, value), text(words.get(name, said(value))))
        for name, value in facts
    )
    yield f'<p class="chosen">{" ".join(shown)}</p>'
    meant = "".join(f"<li><b>{text(said(name))}</b>: {text(what)}</li>" for name, what in definitions(behavior))
    yield f"<details><summary>what these behaviours are</summary><ul>{meant}</ul></details>" if meant else ""
    engines = ", ".join(f"{role} {name}" for role, name in dialogue.engines.items())
    yield f'<p class="soft">{text(task.domain)}; {text(engines)}; task <code>{text(task.id)}</code></p>'
    if task.text:
        yield f'<p class="told">{text(task.text)}</p>'


def beside_its_proof(dialogue: Dialogue, changes: Changes, faults: frozenset[int] = frozenset()) -> str:
    """Returns a dialogue, and beside it the proof whose reads lead to the calls that made them."""
    said_why = (
        note(f"What writes changed is shown as results tell it: {text(changes.missing)}") if changes.missing else ""
    )
    tasks = dialogue.scenario.tasks
    proof = "".join(proof_html(task, lambda read: where_made(dialogue, read), clauses=True) for task in tasks)
    return (
        f'{said_why}<div class="pair"><div>{"".join(transcript(dialogue, changes, faults))}</div>'
        f'<div class="proof">{proof}</div></div>'
    )


def _verdicts(verdicts: Sequence[Verdict]) -> str:
    items = "".join(
        f'<li class="{"ok" if each.passed else "bad"}">{text(said(each.check))}'
        f"{f': {text(each.detail)}' if each.detail else ''}</li>"
        for each in verdicts
    )
    return f'<h2>Checks</h2><ul class="checks">{items}</ul>'


def both_page(
    run: Opened, address: Address, runs: Sequence[Opened], links: Links, worlds: Sequence[Worlds]
) -> str | None:
    """Returns a dialogue beside the other run's about the same task, None if there are no two."""
    found = _other(run, address.id, runs)
    one = run.judged(address.id)
    if found is None or one is None:
        return None
    other, other_id = found
    two = other.judged(other_id)
    if two is None:
        return None
    parts = [f'<p class="told">{text(one.dialogue.scenario.task.text)}</p>', '<div class="beside n2">']
    for each, judged in sorted(((run, one), (other, two)), key=lambda pair: pair[0].number):
        dialogue = judged.dialogue
        changes = worlds[each.number - 1].changes(dialogue)
        name = f'<span class="run r{each.number}">{text(each.name)}</span>'
        to = Address(each.number, "dialogue", dialogue.id)
        traits = dialogue.scenario.behavior
        manner = said(", ".join((traits.disclosure, traits.register, *traits.traits)))
        parts.append(f"<section><h2>{name} {link(links, to, f'<code>{text(dialogue.id)}</code>')}</h2>")
        parts.append(f'<p class="soft">{text(manner)}; {text(", ".join(dict.fromkeys(dialogue.engines.values())))}</p>')
        parts.extend(transcript(dialogue, changes, prefix=f"r{each.number}m"))
        parts.append("</section>")
    parts.append("</div>")
    frame = Frame("One task, two runs", run, up=Address(run.number, "dialogue", address.id))
    return page(frame, parts, runs, links)


def _other(run: Opened, row_id: str, runs: Sequence[Opened]) -> tuple[Opened, str] | None:
    """Returns the other run and its dialogue with the same id, or else about the same task."""
    row = run.kept.find(row_id)
    for other in runs:
        if other is not run and row is not None:
            found = other.kept.find(row_id) or other.kept.find(row["task_id"], "task_id")
            if found is not None:
                return other, str(found["id"])
    return None
