"""The pages in a real Chromium: nothing of a row runs, keys lead on, everything fits a phone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pipeline.view.command import view
from tests.pipeline.fake_run import write_run
from tests.pipeline.view.browser import CHROMIUM, Browser
from tests.pipeline.view.conftest import Serve
from tests.pipeline.view.hostile import write_hostile

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"), pytest.mark.slow]

LINKS = "[...document.querySelectorAll('a[href]')].map((each) => new URL(each.getAttribute('href'), location).href)"
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HERE = "location.pathname + location.search"


def look(tmp_path: Path, what: Callable[[Browser], Awaitable[None]]) -> None:
    async def looking() -> None:
        async with Browser(tmp_path) as browser:
            await what(browser)

    asyncio.run(looking())


async def walk(browser: Browser, start: str, most: int = 40) -> list[str]:
    """Opens all pages that can be reached; returns their addresses."""
    base = start[: start.rindex("/") + 1]
    waiting, seen = [start], list[str]()
    while waiting and len(seen) < most:
        url = waiting.pop(0)
        await browser.go(url)
        seen.append(url)
        title = await browser.run("document.title")
        assert title.endswith("writ view"), (url, title)
        assert await browser.run("document.querySelectorAll('script').length") == 1
        assert await browser.run("document.querySelectorAll('main img, [onerror], [onload], [onfocus]').length") == 0
        found = [str(each).split("#")[0] for each in await browser.run(LINKS)]
        assert all(each.startswith(base) for each in found), (url, found)
        waiting += [each for each in dict.fromkeys(found) if each not in seen and each not in waiting]
    return seen


def test_nothing_that_a_row_holds_is_run(serve: Serve, tmp_path: Path) -> None:
    run = write_hostile(tmp_path / "run")
    url = serve(run)
    assert view(run, None, "127.0.0.1", 0, tmp_path / "static", 10, None, None) == 0

    async def pages(browser: Browser) -> None:
        for start in (f"{url}/", (tmp_path / "static" / "index.html").as_uri()):
            seen = await walk(browser, start)
            kinds = {kind for kind in ("kept", "dropped", "dialogue", "drop", "graph") for each in seen if kind in each}
            assert kinds == {"kept", "dropped", "dialogue", "drop", "graph"}
        # No link is refused, no policy is broken, no box is opened: whatever was tried is text.
        assert browser.said == []

    look(tmp_path, pages)
    assert {path.parent for path in (tmp_path / "static").rglob("*")} == {tmp_path / "static"}


def test_keys_lead_through_a_run(serve: Serve, toy_run: Path, tmp_path: Path) -> None:
    url = serve(toy_run)

    async def keys(browser: Browser) -> None:
        await browser.size(1200)
        await browser.go(f"{url}/1/kept")
        rows = await browser.run("[...document.querySelectorAll('a.row')].map((each) => each.getAttribute('href'))")
        await browser.press("j")
        await browser.press("ArrowDown")
        await browser.press("j")
        await browser.press("k")
        assert await browser.run("document.activeElement.getAttribute('href')") == rows[1]
        await browser.press("Enter", leads=True)
        assert await browser.run(HERE) == rows[1]
        await browser.press("j")
        await browser.press("j")
        assert await browser.run("document.activeElement.tagName") == "SUMMARY"
        assert await browser.run("document.querySelectorAll('details.c[open]').length") == 0
        await browser.press("Enter")
        assert await browser.run("document.querySelectorAll('details.c[open]').length") == 1
        await browser.press("o")
        assert await browser.run("document.querySelectorAll('details.c:not([open])').length") == 0
        await browser.press("Escape", leads=True)
        assert await browser.run(HERE) == "/1/kept"
        await browser.press("/")
        for letter in "task-":
            await browser.press(letter)
        await browser.press("Enter", leads=True)
        assert await browser.run(HERE) == "/1/kept?q=task-"
        assert await browser.run("document.querySelector('h1').textContent") == "20 kept dialogues"
        assert browser.said == []

    look(tmp_path, keys)


def test_a_call_is_unfolded_when_a_proof_leads_to_it(serve: Serve, real_run: Path, tmp_path: Path) -> None:
    url = serve(real_run)

    async def place(browser: Browser) -> None:
        await browser.go(f"{url}/1/kept?kind=read_heavy")
        await browser.go(await browser.run("document.querySelector('a.row').href"))
        wanted = await browser.run("document.querySelector('a.to').getAttribute('href')")
        await browser.run("document.querySelector('a.to').click()")
        for _ in range(100):
            if await browser.run("document.querySelectorAll('details.c[open]').length"):
                break
            await asyncio.sleep(0.05)
        assert await browser.run("`#${document.querySelector('details.c[open]').id}`") == wanted

    look(tmp_path, place)


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_their_window(serve: Serve, real_run: Path, tmp_path: Path, width: int) -> None:
    url = serve(real_run, write_run(tmp_path / "other"))

    async def fit(browser: Browser) -> None:
        await browser.size(width, dark=width < 500)
        await browser.go(f"{url}/1/kept?kind=write_intensive")
        dialogue = await browser.run("document.querySelector('a.row').href")
        paths = ("/", "/1/kept", "/2/dropped", "/2/drop/drop-2", "/1/graph/retail", dialogue.removeprefix(url))
        for path in paths:
            await browser.go(f"{url}{path}")
            await browser.run("document.querySelectorAll('details').forEach((each) => (each.open = true))")
            assert await browser.run(WIDE) <= 0, path
            assert await browser.run("getComputedStyle(document.body).backgroundColor") == (
                "rgb(20, 25, 31)" if width < 500 else "rgb(255, 255, 255)"
            )
        assert await browser.run("document.querySelectorAll('.diff li').length") > 0
        assert browser.said == []

    look(tmp_path, fit)


def test_pages_are_whole_without_scripts(serve: Serve, real_run: Path, tmp_path: Path) -> None:
    url = serve(real_run)

    async def plain(browser: Browser) -> None:
        await browser.scripts(False)
        await browser.go(f"{url}/")
        assert await browser.run("document.querySelectorAll('svg a[href^=\"/1/kept?cell=\"]').length") > 3
        await browser.go(f"{url}/1/kept?kind=read_heavy")
        assert await browser.run("document.querySelector('details.filters').open") is True
        await browser.go(await browser.run("document.querySelector('a.row').href"))
        assert await browser.run("document.querySelectorAll('.m.user').length") > 0
        assert await browser.run("document.querySelectorAll('.proof ol li').length") > 0

    look(tmp_path, plain)


def test_files_are_the_same_pages_without_a_server(real_run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "static"
    assert view(real_run, None, "127.0.0.1", 0, folder, 5, None, None) == 0

    async def opened(browser: Browser) -> None:
        seen = await walk(browser, (folder / "index.html").as_uri(), most=100)
        assert sum("1-dialogue-" in each for each in seen) == 5
        assert {Path(each).name for each in seen} <= {path.name for path in folder.glob("*.html")}
        await browser.go((folder / "index.html").as_uri())
        assert await browser.run("getComputedStyle(document.querySelector('header')).display") == "flex"
        cell = await browser.run("document.querySelector('svg a') && document.querySelector('svg a').href.baseVal")
        assert re.fullmatch(r"1-kept-cell-\d+x\d+\.html", cell)
        await browser.go((folder / "1-kept.html").as_uri())
        await browser.press("j")
        await browser.press("Enter", leads=True)
        assert await browser.run("document.querySelectorAll('.m.user').length") > 0
        assert browser.said == []

    look(tmp_path, opened)
