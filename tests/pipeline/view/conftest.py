from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pipeline.commands import run_recipe
from pipeline.view.address import Served
from pipeline.view.opened import Opened
from pipeline.view.replay import Worlds
from pipeline.view.server import Server
from pipeline.view.site import Site
from tests.pipeline.fake_run import write_run

Serve = Callable[..., str]


@pytest.fixture(scope="session")
def toy_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty hand-made dialogues of a toy library, two drops."""
    return write_run(tmp_path_factory.mktemp("toy") / "toy")


@pytest.fixture(scope="session")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run of the quickstart recipe."""
    out = tmp_path_factory.mktemp("real") / "real"
    recipe = Path(__file__).resolve().parents[3] / "recipes" / "quickstart.yaml"
    assert run_recipe(recipe, None, 24, None, out, None, "inline") == 0
    return out


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves runs on a free port of the loopback; returns the address, without a slash at the end."""
    with ExitStack() as stack:

        def begin(*paths: Path) -> str:
            runs = tuple(Opened(path, number) for number, path in enumerate(paths, 1))
            server = stack.enter_context(Server(Site(runs, Served(), tuple(map(Worlds, paths))), "127.0.0.1", 0))
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield begin
