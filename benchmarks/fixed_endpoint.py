"""An endpoint that answers from a list after a set time and costs next to nothing: what clients are measured against.

    python -m benchmarks.fixed_endpoint answers.json --latency 0.05[,SIGMA]     # prints its port

`answers.json` maps the beginning of a session and its role ("scenario-1c2d.../agent") to its answers, in order. Which
one is due is counted per session (`X-Session-ID`); `GET /reset` begins anew. On uvloop where that is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import sys
from pathlib import Path

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"


class Endpoint(asyncio.Protocol):
    """One connection."""

    def __init__(self, answers: dict[str, list[bytes]], turns: dict[bytes, int], latency: tuple[float, float]) -> None:
        self._answers, self._turns, self._latency = answers, turns, latency
        self._parts: list[bytes] = []
        self._size = self._wanted = 0
        self._session = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parts.append(data)
        self._size += len(data)
        if not self._wanted:
            whole = b"".join(self._parts)
            end = whole.find(b"\r\n\r\n")
            if end < 0:
                return
            head = whole[:end]
            if head.startswith(b"GET /reset"):
                self._turns.clear()
            self._session = _header(head, b"X-Session-ID: ")
            self._wanted = end + 4 + int(_header(head, b"Content-Length: ") or 0)
            self._parts = [whole]
        if self._size >= self._wanted:
            self._parts, self._size, self._wanted = [], 0, 0
            median, sigma = self._latency
            seconds = median * math.exp(sigma * random.gauss(0, 1)) if sigma else median
            if self._session:
                asyncio.get_running_loop().call_later(seconds, self._answer, self._session)
            else:
                self._send(b"{}")

    def _answer(self, session: bytes) -> None:
        turn = self._turns.get(session, 0)
        self._turns[session] = turn + 1
        scenario, _, rest = session.decode().partition("/")
        answers = self._answers[f"{scenario}/{rest.rpartition('/')[2]}"]
        self._send(answers[turn % len(answers)])

    def _send(self, body: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(_HEAD % (len(body), body))


def _header(head: bytes, name: bytes) -> bytes:
    place = head.find(name)
    if place < 0:
        return b""
    return head[place + len(name) :].partition(b"\r\n")[0]


async def serve(answers: dict[str, list[bytes]], latency: tuple[float, float]) -> None:
    turns: dict[bytes, int] = {}
    server = await asyncio.get_running_loop().create_server(
        lambda: Endpoint(answers, turns, latency), "127.0.0.1", 0, backlog=4096
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("answers", type=Path)
    parser.add_argument("--latency", default="0.05")
    asked = parser.parse_args()
    median, _, sigma = asked.latency.partition(",")
    found = {name: [text.encode() for text in texts] for name, texts in json.loads(asked.answers.read_bytes()).items()}
    try:
        import uvloop

        runner = uvloop.run
    except ImportError:
        runner = asyncio.run
    try:
        runner(serve(found, (float(median), float(sigma or 0))))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
