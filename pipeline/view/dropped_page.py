"""One dropped record: why, whose fault, where; and the record itself as far as it was written down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec
import orjson

from pipeline.html import text
from pipeline.proof_page import proof_html
from pipeline.view.address import Address, Links
from pipeline.view.dialogue_page import beside_its_proof, head
from pipeline.view.layout import Frame, link, page
from pipeline.view.opened import NOBODY, Opened
from pipeline.view.overview import said
from pipeline.view.replay import Worlds
from pipeline.view.transcript import LONGEST, faults_in
from schemas.dialogue import Dialogue
from schemas.task import Task
from schemas.verdict import Drop

_ID = re.compile(r"dialogue-[0-9a-f]{16}")
_MESSAGE = re.compile(r"message (\d+)")


def dropped_page(
    run: Opened, address: Address, runs: Sequence[Opened], links: Links, worlds: Sequence[Worlds]
) -> str | None:
    """Returns the page, None if there is no such record."""
    found = run.drop(address.id)
    if found is None:
        return None
    drop, dialogue = found
    before, after = run.shown("dropped").beside(address.id, dict(address.filters))
    frame = Frame(
        f"Dropped: {said(drop.reason)}",
        run,
        up=Address(run.number, "dropped", filters=address.filters),
        before=address._replace(id=before) if before else None,
        after=address._replace(id=after) if after else None,
    )
    return page(frame, _body(drop, dialogue, run, links, worlds), runs, links)


def _body(drop: Drop, dialogue: Dialogue | None, run: Opened, links: Links, worlds: Sequence[Worlds]) -> Iterator[str]:
    named = (("stage", drop.stage), ("reason", drop.reason), ("owner", drop.owner or NOBODY))
    shown = (
        link(
            links,
            Address(run.number, "dropped").with_filter(name, value),
            text(f"{'fault of' if name == 'owner' else name} {said(value)}"),
        )
        for name, value in named
    )
    yield f'<p class="chosen">{" ".join(shown)}</p>'
    yield f'<p class="detail">{_detail(drop.detail, dialogue, run, links) or "no detail"}</p>'
    yield f'<p class="soft">record <code>{text(drop.record_id)}</code></p>'
    if dialogue is not None:
        yield from head(dialogue, run, links)
        changes = worlds[run.number - 1].changes(dialogue)
        yield beside_its_proof(dialogue, changes, faults_in(drop.detail))
    elif (task := _task(drop.record)) is not None:
        yield f'<p class="told">{text(task.text)}</p><div class="proof">{proof_html(task, clauses=True)}</div>'
    elif drop.record:
        yield f"<pre>{_indented(drop.record)}</pre>"
    else:
        yield "<p>Of this record nothing but the reason was written down.</p>"


def _detail(detail: str, dialogue: Dialogue | None, run: Opened, links: Links) -> str:
    """Returns the detail; messages and dialogues that it names are links."""
    found = text(detail)
    if dialogue is not None:
        found = _MESSAGE.sub(r'<a href="#m\1">message \1</a>', found)

    def linked(match: re.Match[str]) -> str:
        known = run.kept.find(match[0])
        return link(links, Address(run.number, "dialogue", match[0]) if known else None, match[0])

    return _ID.sub(linked, found)


def _task(record: str) -> Task | None:
    try:
        return msgspec.json.decode(record, type=Task)
    except msgspec.MsgspecError:
        return None


def _indented(record: str) -> str:
    try:
        words = orjson.dumps(orjson.loads(record), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        words = record
    return text(words if len(words) <= LONGEST else f"{words[:LONGEST]}…")
