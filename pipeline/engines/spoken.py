"""What language models' words came to in the kept rows of a run: taken, asked for again, or not taken.

spoken = spoken_in(metadata texts)
spoken.grammar     # Counter({"insufficient": 8, "leak": 4}): tasks that kept the grammar's words, by reason
spoken.line()      # "Language models: 12 of 340 tasks kept the grammar's words (insufficient 8, leak 4). ..."
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson


@dataclass
class Spoken:
    """Counts over kept rows.

    Attributes:
        rows: that were looked at.
        worded: tasks that a verbaliser was asked about.
        grammar: of these, such as kept the grammar's words, by reason.
        script: messages that kept the script's words because a rewriter's did not say the same, by reason.
        repaired: answers that were asked for once more, by what was wrong with the first.
        opened: first messages about tasks that a verbaliser was asked about.
        openings: of these, such as kept the script's words, by reason.
        shown: dialogues that bear other behaviours than planned, by "planned: shown".
    """

    rows: int = 0
    worded: int = 0
    grammar: Counter[str] = field(default_factory=Counter)
    script: Counter[str] = field(default_factory=Counter)
    repaired: Counter[str] = field(default_factory=Counter)
    opened: int = 0
    openings: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)

    def line(self) -> str:
        """Says it in a line; "" where there is nothing to say."""
        parts = [
            f"{self.grammar.total():,} of {self.worded:,} tasks kept the grammar's words{_why(self.grammar)}"
            if self.worded
            else "",
            f"{self.script.total():,} messages kept the script's words{_why(self.script)}" if self.script else "",
            f"{self.openings.total():,} of {self.opened:,} openings kept the script's words{_why(self.openings)}"
            if self.opened
            else "",
            f"{self.repaired.total():,} answers were asked for once more{_why(self.repaired)}" if self.repaired else "",
            f"{self.shown.total():,} of {self.rows:,} dialogues show other behaviours than planned and bear these"
            f"{_why(self.shown)}"
            if self.shown
            else "",
        ]
        said = "; ".join(filter(None, parts))
        return f"Language models: {said}." if said else ""


def spoken_in(rows: Iterable[str]) -> Spoken:
    """Counts over the column `metadata` of kept rows."""
    found = Spoken()
    tasks: set[str] = set()
    for text in rows:
        metadata = orjson.loads(text)
        found.rows += 1
        task, behavior = metadata["task"], metadata["behavior"]
        if task.get("worded") and task["id"] not in tasks:
            tasks.add(task["id"])
            found.worded += 1
            kept, _, why = task["worded"].partition(": ")
            if kept == "grammar":
                found.grammar[why] += 1
        counts = found.script if "rewriter" in metadata["engines"] else found.repaired
        for why in metadata.get("repaired", ()):
            what, _, reason = why.partition("opening: ")
            (counts if what or not reason else found.openings)[reason or why] += 1
        user = metadata["engines"].get("user", "")
        if user.startswith("scripted/") and "+" in user:  # each task of a session is opened by itself
            found.opened += 1 + len(metadata.get("further", ()))
        if "planned" in behavior:
            shown = "+".join((behavior["disclosure"], *behavior["traits"]))
            found.shown[f"{'+'.join(behavior['planned'])}: {shown}"] += 1
    return found


def _why(counts: Counter[str], most: int = 5) -> str:
    if not counts:
        return ""
    # By number, then by name: the order of rows must not show.
    first = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    said = ", ".join(f"{why} {count:,}" for why, count in first[:most])
    return f" ({said}{', ...' if len(first) > most else ''})"
