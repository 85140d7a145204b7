"""What `writ serve-scripted` does."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import WHOLE, UserError
from pipeline.recipe_file import load_recipe
from pipeline.serve.answers import Answers
from pipeline.serve.cache import Cache
from pipeline.serve.mischief import Latency, Mischief
from pipeline.serve.server import Server
from pipeline.worlds import build_services, sources, with_folders


def serve_scripted(
    recipe_file: Path,
    world: Path | None,
    out: Path | None,
    host: str,
    port: int,
    model: str,
    latency: str,
    rate: float | None,
    faults: Sequence[str],
    seed: int,
    key_env: str | None,
    kv_tokens: int | None,
) -> int:
    """Serves until it is told to end; see `writ serve-scripted --help`."""
    recipe = load_recipe(recipe_file)
    folder = recipe_file.absolute().parent
    recipe = with_folders(recipe, folder)
    key = None
    if key_env is not None and not (key := os.environ.get(key_env)):
        raise UserError(f"--key-env {key_env}: the variable is not set; export {key_env}=... first")
    services = build_services(sources(recipe, folder, world))
    answers = Answers(services.sandboxes, (out or Path("outputs") / recipe.name).absolute())
    server = Server(
        answers.to,
        model=model,
        latency=Latency.parse(latency),
        mischief=Mischief.parse(faults, seed),
        rate=rate,
        key=key,
        cache=Cache(kv_tokens, longest=kv_tokens // 4) if kv_tokens else None,
    )
    asyncio.run(_until_told(server, host, port, model))
    return WHOLE


async def _until_told(server: Server, host: str, port: int, model: str) -> None:
    def ready(port: int) -> None:
        print(f"writ: serving {model!r} at http://{host}:{port}/v1", flush=True)

    serving = asyncio.ensure_future(server.serve(host, port, ready))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        return
    except OSError as error:
        raise UserError(f"{host}:{port}: cannot be listened at ({error.strerror}); give another --port") from error
