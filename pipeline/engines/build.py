"""From a recipe's engines to those of one worker process.

    engines_of(recipe.engines, addresses={"user": ("http://127.0.0.1:8101/v1", ...)})     # role -> Engine

Roles that ask the same endpoints share what is known of them. Keys are read from the environment here, in the process
that sends them: they travel in no recipe, no task and no file.
"""

from __future__ import annotations

import os

from pipeline.engines.endpoint import Endpoint
from pipeline.engines.guided import GuidedEngine
from pipeline.engines.http_engine import HttpEngine
from pipeline.engines.ledger import Purse
from pipeline.engines.pool import Pool
from pipeline.engines.settings import Addresses, Engines, EngineSettings, HttpSettings
from pipeline.engines.speaking import Speaking
from pipeline.errors import UserError
from schemas.completion import EngineRole
from stages.base import Engine


def engines_of(engines: Engines, addresses: Addresses) -> Speaking:
    """Returns the engines of this process.

    Raises:
        UserError: a key is not in the environment.
    """
    found = Speaking(Purse(engines.budget))
    for role, settings in engines.roles.items():
        found[role] = _engine(role, settings, addresses, found)
    return found


def key_of(settings: HttpSettings) -> str | None:
    """Reads the key of an endpoint from the environment.

    Raises:
        UserError: it is not there.
    """
    if settings.api_key_env is None:
        return None
    key = os.environ.get(settings.api_key_env, "").strip()
    if not key:
        raise UserError(
            f"engines: {settings.urls[0]} ({settings.model}) needs a key, but the environment variable "
            f"{settings.api_key_env} is not set; export {settings.api_key_env}=... and run again"
        )
    return key


def _engine(role: EngineRole, settings: EngineSettings, addresses: Addresses, found: Speaking) -> Engine:
    model = settings.model
    if isinstance(model, HttpSettings):
        urls, key, key_env, answers_as = model.urls, key_of(model), model.api_key_env, model.answers_as
    else:
        # What a replica is called is our own choice: nobody else answers there.
        urls, key, key_env, answers_as = addresses[role], None, None, None
    shared = (*urls, model.name, key_env or "")
    if shared not in found.pools:
        endpoints = [Endpoint(url, key, key_env, model, model.name) for url in urls]
        found.pools[shared] = Pool(endpoints, model.affinity_margin, model.give_up, model.metrics)
    engine = HttpEngine(
        found.pools[shared],
        found.purse,
        model=model.name,
        revision=settings.revision,
        answers_as=answers_as,
        attempts=model.attempts,
        prices=settings.prices,
    )
    return GuidedEngine(engine) if settings.guided else engine
