"""The engines of one process: who speaks for each role, the endpoints behind them, and the purse that pays for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.engines.ledger import Purse
from schemas.completion import EngineRole
from stages.base import Engine, Services

if TYPE_CHECKING:
    from pipeline.engines.pool import Pool


class Speaking(dict[EngineRole, Engine]):
    """Who speaks for each role that no script plays.

    Attributes:
        pools: the endpoints of each model.
        purse: out of which all of them are paid.
    """

    def __init__(self, purse: Purse) -> None:
        """Begins without engines."""
        super().__init__()
        self.purse = purse
        self.pools: dict[tuple[str, ...], Pool] = {}


def speaking(services: Services) -> Speaking | None:
    """Returns the engines of services that have some of a recipe's."""
    return services.engines if isinstance(services.engines, Speaking) else None
