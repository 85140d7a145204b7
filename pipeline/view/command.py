"""What `writ view` does."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.errors import WHOLE, UserError
from pipeline.view.address import Served
from pipeline.view.opened import Opened
from pipeline.view.replay import Worlds
from pipeline.view.server import Server
from pipeline.view.site import Site
from pipeline.view.static import write_static


def view(
    run: Path,
    other: Path | None,
    host: str,
    port: int,
    static: Path | None,
    count: int,
    recipe: Path | None,
    world: Path | None,
) -> int:
    """Shows a run, or two; see `writ view --help`."""
    paths = (run, other) if other is not None else (run,)
    if recipe is not None and not recipe.is_file():
        raise UserError(f"{recipe}: is no recipe; give the file that the run was made from")
    runs = tuple(Opened(path, number) for number, path in enumerate(paths, 1))
    worlds = tuple(Worlds(path, recipe, world) for path in paths)
    if static is not None:
        pages = write_static(runs, worlds, static, count)
        print(f"writ: {pages:,} pages in {static}; open {static / 'index.html'}", flush=True)
        return WHOLE
    with Server(Site(runs, Served(), worlds), host, port) as server:
        shown = " and ".join(str(path) for path in paths)
        where = f"[{host}]" if ":" in host else host
        print(f"writ: {shown} at http://{where}:{server.server_port}/ (Ctrl-C ends it)", flush=True)
        if not server.loopback:
            print(f"writ: everybody who can reach {host} can read it", file=sys.stderr, flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print(flush=True)
    return WHOLE
