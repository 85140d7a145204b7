"""Undone: decisions of which the user takes the last one back, so that it may not be made; the ones before it stand.

    declined     renew "Dune", then return "Emma": worked out, listed, and the user says no, for good
    abandoned    renew "Dune", then return "Emma": in the middle of it the user leaves

The request is composed and proven like any other: to list it an agent must have found it. What is declared is the goal:
the state after the decisions before it.
"""

from __future__ import annotations

import random
from typing import Literal

import msgspec

from schemas.task import Kind, TaskSpec
from stages.generate_tasks.decisions import decisions
from stages.generate_tasks.makers import Maker
from stages.generate_tasks.requests import Made

UNDONE: tuple[Kind, ...] = ("declined", "abandoned")


def undone(maker: Maker, spec: TaskSpec, rng: random.Random, identity: tuple[str, ...]) -> tuple[str, list[Made]]:
    """Makes one decision more than are wanted; the last one is taken back."""
    more = msgspec.structs.replace(spec, num_writes=spec.num_writes + 1)
    person, made = decisions(maker, more, rng, identity, heavy=None, exact=False)
    kind: Literal["decline", "abandon"] = "decline" if spec.kind == "declined" else "abandon"
    last = made[-1]
    return person, [*made[:-1], Made(msgspec.structs.replace(last.request, kind=kind), last.facts)]
