from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.view.address import PAGES, Address, Files, Served, file_word

TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)
HOSTILE = ["../../etc/passwd", "..", "a/b", "a\\b", "<script>", "%2e%2e%2f", "a?b=c#d", "con", "x" * 300, "a\x00b", " "]


@settings(deadline=None)
@given(st.sampled_from(["dialogue", "drop", "both", "graph"]), TEXT, st.integers(1, 2))
def test_any_id_comes_back_from_a_path_as_it_was(page: str, id_: str, run: int) -> None:
    address = Address(run, page, id_)
    path = Served().href(address)
    assert Served.address(path) == address
    assert re.fullmatch(r"/[12]/[a-z]+/[A-Za-z0-9_.~%-]+", path)


@settings(deadline=None)
@given(TEXT, TEXT, st.integers(1, 10**8))
def test_any_filter_comes_back_from_a_path(name: str, value: str, number: int) -> None:
    address = Address(1, "kept", filters=(("f" + name, value),), number=number)
    assert Served.address(Served().href(address)) == address


@settings(deadline=None)
@given(TEXT)
def test_a_file_has_a_plain_name_in_its_folder(text: str) -> None:
    word = file_word(text)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", word) and len(word) <= 80


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_ids_stay_in_the_folder(text: str) -> None:
    address = Address(1, "dialogue", text)
    name = Files([address]).href(address)
    assert re.fullmatch(r"1-dialogue-[A-Za-z0-9_-]+\.html", name)


def test_files_are_told_apart() -> None:
    lists = [
        Address(1, "kept", filters=(("kind", value),), number=number)
        for value in ("a", "a-2", "a.2")
        for number in (1, 2)
    ]
    links = Files(lists)
    assert len({links.href(each) for each in lists}) == len(lists)
    assert links.href(Address(1, "dialogue", "not-written")) == "" and links.href(Address(1, "kept", number=2)) == ""


@pytest.mark.parametrize(
    "target",
    [
        "//",
        "/3/kept",
        "/1/secret",
        "/1/kept/x",
        "/1/dialogue",
        "/1/dialogue/a/b",
        "/..",
        "/1/..",
        "http://[",
        "kept",
        "",
    ],
)
def test_what_is_no_page_is_none(target: str) -> None:
    assert Served.address(target) is None


def test_numbers_of_pages_are_read_with_care() -> None:
    for asked in ("0x2", "-1", "²", "9" * 40, ""):
        found = Served.address(f"/1/kept?page={asked}")
        assert found is not None and found.number == 1
    assert len(PAGES) == len(set(PAGES))


def test_a_filter_is_set_and_taken_away_from_the_first_page() -> None:
    address = Address(1, "kept", filters=(("kind", "a"),), number=7)
    assert address.with_filter("cell", "1x2") == Address(1, "kept", filters=(("kind", "a"), ("cell", "1x2")))
    assert address.with_filter("kind", None) == Address(1, "kept")
