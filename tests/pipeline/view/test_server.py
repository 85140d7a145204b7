from __future__ import annotations

import hashlib
import http.client
import re
import shutil
import socket
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from pipeline.errors import StorageError, UserError
from pipeline.storage import read_json, write_json
from pipeline.view.address import Served
from pipeline.view.command import view
from pipeline.view.opened import Opened
from pipeline.view.replay import Worlds
from pipeline.view.server import Server, is_loopback
from pipeline.view.site import Site
from tests.pipeline.fake_run import write_run
from tests.pipeline.test_report import Balance
from tests.pipeline.view.conftest import Serve


def ask(url: str, path: str, method: str = "GET", host: str | None = None) -> tuple[int, dict[str, str], str]:
    """Sends this very path, as no browser would."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", host or urlsplit(url).netloc)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def links(page: str) -> list[str]:
    return [each.replace("&amp;", "&") for each in re.findall(r'href="(/[^"#]*)"', page)]


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_link_of_a_run_leads_to_a_whole_page_and_nothing_is_written(serve: Serve, toy_run: Path) -> None:
    before = contents(toy_run)
    url = serve(toy_run)
    waiting, seen = ["/"], set[str]()
    while waiting and len(seen) < 150:
        path = waiting.pop(0)
        status, headers, page = ask(url, path)
        assert status == 200, path
        seen.add(path)
        if "html" in headers["Content-Type"]:
            parser = Balance()
            parser.feed(page)
            assert parser.open == []
            waiting += [each for each in dict.fromkeys(links(page)) if each not in seen and each not in waiting]
    assert {"/1/kept", "/1/dropped", "/1/graph/library", "/1/drop/drop-2"} <= seen
    assert sum(path.startswith("/1/dialogue/") for path in seen) >= 20
    assert contents(toy_run) == before


def test_pages_say_what_the_run_gave(serve: Serve, toy_run: Path) -> None:
    url = serve(toy_run)
    home = ask(url, "/")[2]
    assert "kept of 20 wanted" in home and 'href="/1/kept?cell=1x3"' in home and "grounding" in home
    kept = ask(url, "/1/kept?cell=2x4&register=terse")[2]
    shown = re.findall(r'class="row kept"', kept)
    assert f"<h1>{len(shown)} kept dialogues</h1>" in kept and 0 < len(shown) < 5
    path = next(each for each in links(kept) if "/dialogue/" in each)
    dialogue = ask(url, path)[2]
    for part in (
        "hi &lt;b&gt;there&lt;/b&gt;, renew the one that is due first",
        "find_reader(email=&quot;ann@example.com&quot;, rate=0.1, gap=null) → ann",
        "the answer would be loan_id = &quot;L3&quot;",
        "all 6 clauses",
        "reversed order: loan_id = &quot;L3&quot;",
        "What writes changed is shown as results tell it",
    ):
        assert part in dialogue, part
    drop = ask(url, "/1/drop/drop-2")[2]
    assert '<a href="#m7">message 7</a>: &lt;L9&gt;' in drop and 'fault" id="m7"' in drop
    assert "Of this record nothing but the reason" in ask(url, "/1/drop/drop-1")[2]


def test_a_read_and_the_call_that_made_it_are_beside_each_other(serve: Serve, real_run: Path) -> None:
    url = serve(real_run)
    kept = ask(url, "/1/kept?kind=read_heavy")[2]
    page = ask(url, next(each for each in links(kept) if "/dialogue/" in each))[2]
    places = re.findall(r'<a href="#m(\d+)" class="to">', page)
    assert places
    for place in places:
        call = page[page.index(f'id="m{place}"') :]
        assert call[: call.index("</summary>")].count('<span class="mark">evidence</span>') == 1
        assert "needed for request 1: " in call[: call.index("</details>")]
    assert page.count('<span class="mark write">decision</span>') == 1 and '<ul class="diff"><li>' in page


def test_answers_carry_a_policy_that_lets_nothing_run(serve: Serve, toy_run: Path) -> None:
    url = serve(toy_run)
    for path in ("/", "/1/kept", "/1/nowhere"):
        _, headers, page = ask(url, path)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert not re.search(r"<script(?! src=\"/view\.js\" defer)", page) and " style=" not in page
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)


@pytest.mark.parametrize(
    "path",
    [
        "/../recipe.json",
        "/..%2f..%2fetc/passwd",
        "/recipe.json",
        "/stages/5_export_rows/r0-00000.parquet",
        "/view.css/../../run.json",
        "//etc/passwd",
        "/1/kept/../../x",
        "/1/dialogue/..%2f..%2frecipe.json",
        "/1/drop/%2e%2e%2fkept.json",
        "/1/graph/..%2f..",
        "/1/dialogue/%00",
        "/1/dialogue/" + "a" * 5000,
        "/2/kept",
    ],
)
def test_a_path_never_leaves_the_run(serve: Serve, toy_run: Path, path: str) -> None:
    status, _, page = ask(serve(toy_run), path)
    assert status == 404 and "There is no such page" in page and "generated:seed" not in page and "root:" not in page


def test_only_reading_is_served_and_only_to_those_who_ask_the_loopback(serve: Serve, toy_run: Path) -> None:
    url = serve(toy_run)
    status, headers, body = ask(url, "/1/kept", "HEAD")
    assert status == 200 and body == "" and int(headers["Content-Length"]) > 1000
    assert ask(url, "/1/kept", "POST")[0] == 501 and ask(url, "/1/kept", "DELETE")[0] == 501
    assert ask(url, "/", host="evil.example")[0] == 421
    assert ask(url, "/", host="localhost:1")[0] == 200
    assert is_loopback("::1") and not is_loopback("10.0.0.1") and not is_loopback("localhost.evil.example")


def test_two_runs_stand_side_by_side(serve: Serve, toy_run: Path, tmp_path: Path) -> None:
    url = serve(toy_run, write_run(tmp_path / "other", count=12))
    home = ask(url, "/")[2]
    assert "12 dialogues are in both runs, and 12 tasks" in home
    assert 'href="/1/kept?cell=1x3"' in home and 'href="/2/kept?cell=1x3"' in home
    shared = next(each for each in links(ask(url, "/2/kept")[2]) if "/dialogue/" in each).split("/")[-1]
    assert f"/2/both/{shared}" in links(ask(url, f"/2/dialogue/{shared}")[2])
    both = ask(url, f"/2/both/{shared}")[2]
    assert both.count("It is renewed.") == 2 and both.index(">toy<") < both.index(">other<")
    only = {row["id"] for row in Opened(toy_run, 1).kept.table.to_pylist()} - {
        row["id"] for row in Opened(tmp_path / "other", 2).kept.table.to_pylist()
    }
    assert ask(url, f"/1/both/{min(only)}")[0] == 404


def test_a_run_that_has_not_ended_shows_what_there_is(serve: Serve, tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    (run / "run.json").unlink()
    assert "shown is what it has chosen so far" in ask(serve(run), "/")[2]
    (run / "kept.json").unlink()
    url = serve(run)
    home = ask(url, "/")[2]
    assert "has chosen nothing yet" in home and "grounding" in home
    assert "0 kept dialogues" in ask(url, "/1/kept")[2] and "2 dropped records" in ask(url, "/1/dropped")[2]
    assert "message 7" in ask(url, "/1/drop/drop-2")[2]


def test_a_damaged_shard_of_dialogues_costs_its_pages_only(serve: Serve, tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    url = serve(run)
    paths = [each for each in links(ask(url, "/1/kept")[2]) if "/dialogue/" in each]
    file = run / "stages/4_validate_dialogues/r0-00000.parquet"
    file.write_bytes(file.read_bytes()[:-100])
    found = [ask(url, path) for path in paths]
    broken = [page for status, _, page in found if status == 500]
    assert len(broken) == 6 and all("r0-00000.parquet: was cut off" in page for page in broken)
    assert sum(status == 200 for status, _, _ in found) == 14


def test_bad_input_is_refused_in_words(toy_run: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="is no folder of a run"):
        Opened(tmp_path, 1)
    rows = write_run(tmp_path / "rows")
    file = rows / "stages/5_export_rows/r0-00001.parquet"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(StorageError, match=r"r0-00001\.parquet: was cut off"):
        Opened(rows, 1)
    shorter = write_run(tmp_path / "shorter")
    shutil.copy(toy_run / "stages/5_export_rows/r0-00003.parquet", shorter / "stages/5_export_rows/r0-00000.parquet")
    with pytest.raises(StorageError, match="does not fit its rows"):
        Opened(shorter, 1)
    (shorter / "recipe.json").write_text("[]")
    with pytest.raises(StorageError, match="is not what `writ run` wrote"):
        Opened(shorter, 1)
    edited = write_run(tmp_path / "edited")
    kept = read_json(edited / "kept.json")
    write_json(edited / "kept.json", {**kept, "rows": "../toy/stages"})
    with pytest.raises(StorageError, match="leaves the folder"):
        Opened(edited, 1)
    write_json(edited / "kept.json", kept)
    write_json(edited / "run.json", {"kept": 20, "cells": [{}]})
    with pytest.raises(StorageError, match="is not what `writ run` wrote"):
        Opened(edited, 1)
    with pytest.raises(UserError, match="is no recipe"):
        view(toy_run, None, "127.0.0.1", 0, None, 1, tmp_path / "none.yaml", None)


def test_a_port_that_is_taken_is_named(toy_run: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=rf"127\.0\.0\.1:{port}: cannot be listened at .*; give another --port"):
            view(toy_run, None, "127.0.0.1", port, None, 1, None, None)
    with pytest.raises(UserError, match="cannot be listened at"):
        Server(Site((Opened(toy_run, 1),), Served(), (Worlds(toy_run),)), "not a host", 0)


def test_an_id_of_odd_letters_is_asked_for_as_it_is(serve: Serve, toy_run: Path) -> None:
    assert ask(serve(toy_run), f"/1/dialogue/{quote('<script>alert(1)</script>', safe='')}")[0] == 404
