from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest

from schemas.world import World
from tests.tool_specs.library import CARELESS, OFFICIAL, SOUND, generate, get_loan, library, world
from tool_specs.check import check_domain
from tool_specs.domain import Domain, Guard, Principal
from tool_specs.sandbox import State
from tool_specs.tool import tool


def kinds(domain: Domain, given: World | None = None) -> list[tuple[str, str]]:
    return [(each.kind, each.place) for each in check_domain(domain, given or world())]


def test_sound_domains(retail: Domain, retail_world: World) -> None:
    assert kinds(library()) == []
    assert check_domain(retail, retail_world) == []


def test_the_real_retail_world(retail: Domain, real_world: World) -> None:
    assert check_domain(retail, real_world) == []


@pytest.mark.parametrize("tools", [CARELESS, OFFICIAL])
def test_reads_that_change_state_are_reported_and_do_no_harm(tools: Any) -> None:
    given = world()
    before = copy.deepcopy(given.tables)
    assert [(kind, place) for kind, place in kinds(library(tools), given)] == [("effect", tools[-1].spec.name)]
    assert given.tables == before


def test_references() -> None:
    guard = Guard("loud", "Be loud.", lambda context, name, arguments: None, frozenset({"shout"}))
    assert kinds(library(guards=(guard,))) == [("reference", "guard loud")]
    assert kinds(library(identity_tools=("who",))) == [("reference", "identity_tools")]
    assert kinds(library(identity_tools=("lend",))) == [("reference", "identity_tools")]
    assert kinds(library(transfer_tool="bye")) == [("reference", "transfer_tool")]
    assert kinds(library(principal=Principal("people", {}, {}))) == [("reference", "principal")]
    wrong = Principal("readers", {"card": ("cards", 0)}, {"card": "card"})
    assert kinds(library(principal=wrong)) == [("reference", 'principal, readers["R0"]')]
    index = {"reader_by_card": ("readers", lambda row: row["cards"])}
    assert kinds(library(indexes=index)) == [("reference", "index reader_by_card")]


def test_worlds_and_generators() -> None:
    tables = generate(1, 3)
    tables["loans"]["L1"]["reader"] = "nobody"
    assert kinds(library(), World.of("library", "file:x", tables)) == [("integrity", "file:x")]
    count = iter(range(9))
    assert kinds(library(generate=lambda seed, size: generate(next(count), size))) == [("generator", "generate")]


def test_a_read_that_nothing_leads_to() -> None:
    @tool(effect="read")
    def get_shelf(db: State, shelf: str) -> dict[str, str]:
        """Look at a shelf.

        Args:
            shelf: Which one.
        """
        return {}

    assert kinds(library((*SOUND, get_shelf))) == [("unreached", "get_shelf")]


def test_a_tool_under_another_name() -> None:
    domain = library()
    renamed = dataclasses.replace(domain, tools={**domain.tools, "fetch_loan": get_loan})
    assert kinds(renamed) == [("docs", "fetch_loan")]
