"""What the checks find and what they only seem to find, on dialogues that mutators damaged and others left whole.

    python benchmarks/checks.py [--each 60] [--rounds 12] [--misses]

The mutators (`tests/stages/validate_dialogues/`) share no code with the checks. A damaged dialogue is labelled with the
check that must find it and with the owner of the fault; where a damage does two checks' business, with both.

* recall: of those labelled with a check, in how many it fails and names the right owner.
* precision: of all that would be dropped for a check's sake (it is the first that fails), how many have it in their
  label. Untouched dialogues, and those with changes that do no harm, have none: each drop of these is a false alarm.

Exit code 1 if a recall or precision is below the limit, or a check has fewer than 100 damaged dialogues.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from schemas.dialogue import Dialogue
from schemas.verdict import Verdict
from stages.base import Services
from stages.validate_dialogues import CHECKS, judge
from tests.stages.validate_dialogues import conduct as conduct
from tests.stages.validate_dialogues import harmless, mutators
from tests.stages.validate_dialogues import subtle as subtle
from tests.stages.validate_dialogues.made import made_services, simulated
from tests.stages.validate_dialogues.mutators import Damage, Mutator

LIMIT = 0.99
LEAST = 100
"""Damaged dialogues per check."""


class Tally:
    """Counts per check."""

    def __init__(self) -> None:
        self.labelled: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.rightly: Counter[str] = Counter()
        self.owned = self.damaged = self.whole = self.alarms = self.judged = 0
        self.misses: list[str] = []
        self.seconds = 0.0

    def judge(self, dialogue: Dialogue, services: Services) -> list[Verdict]:
        """Returns the verdicts that fail, in the checks' order."""
        began = time.process_time()
        failed = [verdict for verdict in judge(dialogue, services) if not verdict.passed]
        self.seconds += time.process_time() - began
        self.judged += 1
        return failed

    def damage(self, name: str, mutator: Mutator, dialogue: Dialogue, services: Services) -> None:
        """Counts a damaged dialogue."""
        failed = self.judge(dialogue, services)
        own = [verdict for verdict in failed if verdict.check == mutator.check]
        found = bool(own) and own[0].owner == mutator.owner
        self.damaged += 1
        self.labelled[mutator.check] += 1
        self.found[mutator.check] += found
        right = bool(failed) and failed[0].check in (mutator.check, *mutator.also)
        if failed:
            self.dropped[failed[0].check] += 1
            self.rightly[failed[0].check] += right
            self.owned += failed[0].owner == mutator.owner
        if not found or not right:
            said = ", ".join(f"{verdict.check} ({verdict.owner}): {verdict.detail}" for verdict in failed[:2])
            self.misses.append(f"{name} on {dialogue.id}: {said or 'nothing found'}")

    def leave(self, name: str, dialogue: Dialogue, services: Services) -> None:
        """Counts a dialogue in which nothing is wrong."""
        failed = self.judge(dialogue, services)
        self.whole += 1
        self.alarms += bool(failed)
        if failed:
            self.dropped[failed[0].check] += 1
            self.misses.append(f"{name} on {dialogue.id}: false alarm of {failed[0].check}: {failed[0].detail}")


def changed(dialogues: list[Dialogue], name: str, change: Damage, services: Services, most: int) -> list[Dialogue]:
    """Returns so many dialogues that a change found a place in; which ones depends on its name alone."""
    rng = random.Random(name)
    order = rng.sample(dialogues, len(dialogues))
    found: list[Dialogue] = []
    for dialogue in order:
        other = change(dialogue, services.sandboxes["retail"], rng)
        if other is not None and other != dialogue:
            found.append(other)
        if len(found) == most:
            break
    return found


def measured(each: int, rounds: int) -> Tally:
    """Makes, damages and judges."""
    services = made_services()
    dialogues = asyncio.run(simulated(services, rounds))
    tally = Tally()
    for dialogue in dialogues:
        tally.leave("untouched", dialogue, services)
    for name, change in harmless.CHANGES.items():
        for dialogue in changed(dialogues, name, change, services, 2 * each):
            tally.leave(name, dialogue, services)
    for name, mutator in mutators.MUTATORS.items():
        for dialogue in changed(dialogues, name, mutator.damage, services, each):
            tally.damage(name, mutator, dialogue, services)
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description="Precision and recall of the checks.")
    parser.add_argument("--each", type=int, default=60, help="damaged dialogues per mutator, at most")
    parser.add_argument("--rounds", type=int, default=12, help="tasks per cell, each told in three manners")
    parser.add_argument("--misses", action="store_true", help="print what was missed or found wrongly")
    arguments = parser.parse_args()
    tally = measured(arguments.each, arguments.rounds)
    print(f"{'check':24}{'damaged':>8}{'found':>7}{'recall':>8}{'dropped':>9}{'rightly':>9}{'precision':>11}")
    met = True
    for check in (each.__name__ for each in CHECKS):
        damaged, found = tally.labelled[check], tally.found[check]
        dropped, rightly = tally.dropped[check], tally.rightly[check]
        recall, precision = found / max(damaged, 1), rightly / max(dropped, 1)
        good = recall >= LIMIT and precision >= LIMIT and damaged >= LEAST
        met = met and good
        note = "" if good else "   not met"
        print(f"{check:24}{damaged:8}{found:7}{recall:8.3f}{dropped:9}{rightly:9}{precision:11.3f}{note}")
    print(f"\n{len(mutators.MUTATORS)} mutators; the first check that fails names the right owner in "
          f"{tally.owned / tally.damaged:.3f} of {tally.damaged} damaged dialogues")  # fmt: skip
    print(f"false alarms: {tally.alarms} of {tally.whole} that are whole ({len(harmless.CHANGES)} harmless changes)")
    print(f"{1000 * tally.seconds / tally.judged:.2f} ms CPU per dialogue for all checks")
    print(f"limit {LIMIT} for recall and precision, {LEAST} damaged per check: {'met' if met else 'not met'}")
    for line in tally.misses if arguments.misses else ():
        print("  ", line)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
