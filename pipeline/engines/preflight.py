"""Before a run: are the keys there, does anybody answer, is the key the right one? Mistakes are told in a second.

preflight(recipe.engines)       # or a UserError that says what to do
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import aiohttp

from pipeline.engines.build import key_of
from pipeline.engines.faults import refusal
from pipeline.engines.settings import Engines, HttpSettings
from pipeline.errors import UserError

_SECONDS = 10.0


def preflight(engines: Engines) -> None:
    """Asks each model's endpoints for what they serve.

    Raises:
        UserError: a key is missing or refused, or none of a model's endpoints can be reached.
    """
    models = {each.model for each in engines.roles.values() if isinstance(each.model, HttpSettings)}
    if models:
        asyncio.run(_all({model: key_of(model) for model in sorted(models, key=lambda each: each.model)}))


async def _all(models: dict[HttpSettings, str | None]) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as connections:
        for settings, key in models.items():
            asked = (_one(connections, settings, url, key) for url in settings.urls)
            _tell(settings, await asyncio.gather(*asked))


async def _one(connections: aiohttp.ClientSession, settings: HttpSettings, url: str, key: str | None) -> str:
    """Returns why an endpoint cannot be reached, or an empty string."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with connections.get(f"{url}/models", headers=headers) as response:
            if response.status in (401, 403):
                where, body = f"{url} ({settings.model})", await response.read()
                raise refusal(response.status, {}, body, where, settings.api_key_env)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return f"{url}: {str(error) or type(error).__name__}"
    return ""


def _tell(settings: HttpSettings, problems: Collection[str]) -> None:
    if all(problems):
        raise UserError(
            f"engines: nobody answers for {settings.model} ({'; '.join(problems)}). Start the server, or mend base_url"
        )
