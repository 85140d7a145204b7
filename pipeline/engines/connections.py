"""The connections of a process: one pool per event loop, for all endpoints.

The pool has no limit of its own: as many connections are open as requests are in flight, and admission bounds those.
"""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

import aiohttp

_POOLS: WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession] = WeakKeyDictionary()


def connections() -> aiohttp.ClientSession:
    """Returns the running loop's pool."""
    loop = asyncio.get_running_loop()
    pool = _POOLS.get(loop)
    if pool is None:
        pool = _POOLS[loop] = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300, keepalive_timeout=60),
            # No cookies: a session is named in a header, nowhere else.
            cookie_jar=aiohttp.DummyCookieJar(),
        )
    return pool


async def close_connections() -> None:
    """Closes the running loop's pool; asking for it again opens a new one."""
    pool = _POOLS.pop(asyncio.get_running_loop(), None)
    if pool is not None:
        await pool.close()
