"""A real headless Chromium, driven over its own debugging protocol: pages, keys, sizes, pictures.

    async with Browser(folder) as browser:
        await browser.go("http://127.0.0.1:1234/")
        await browser.press("j")
        await browser.run("document.title")

What a page logs, throws, or may not do by its policy is in `browser.said`.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import shutil
import signal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_WAIT = 60.0
_KEYS = {"/": ("/", 191), "Enter": ("Enter", 13), "Escape": ("Escape", 27), "ArrowDown": ("ArrowDown", 40)}


class Browser:
    def __init__(self, folder: Path) -> None:
        self._profile = folder / "profile"
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._loaded = asyncio.Event()
        self.said: list[str] = []

    async def __aenter__(self) -> Self:
        assert CHROMIUM is not None
        self._process = await asyncio.create_subprocess_exec(
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", f"--user-data-dir={self._profile}", "--remote-debugging-port=0",
            "about:blank", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        port = await asyncio.wait_for(self._port(), _WAIT)
        self._http = aiohttp.ClientSession()
        async with self._http.get(f"http://127.0.0.1:{port}/json") as answer:
            page = next(each for each in await answer.json(content_type=None) if each["type"] == "page")
        self._socket = await self._http.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0)
        self._reading = asyncio.create_task(self._read())
        for domain in ("Page", "Runtime", "Log"):
            await self._ask(f"{domain}.enable")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reading.cancel()
        await self._socket.close()
        await self._http.close()
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _port(self) -> int:
        file = self._profile / "DevToolsActivePort"
        while not file.is_file() or not (lines := file.read_text().splitlines()):
            assert self._process.returncode is None, "chromium ended"
            await asyncio.sleep(0.05)
        return int(lines[0])

    async def _read(self) -> None:
        async for message in self._socket:
            event = orjson.loads(message.data)
            if "id" in event:
                self._answers.pop(event["id"]).set_result(event)
            elif event["method"] == "Page.loadEventFired":
                self._loaded.set()
            elif event["method"] == "Log.entryAdded":
                self.said.append(event["params"]["entry"]["text"])
            elif event["method"] == "Runtime.exceptionThrown":
                self.said.append(event["params"]["exceptionDetails"]["text"])
            elif event["method"] == "Page.javascriptDialogOpening":
                self.said.append(f"dialog: {event['params']['message']}")

    async def _ask(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        waiting = self._answers[number]
        await self._socket.send_str(orjson.dumps({"id": number, "method": method, "params": params}).decode())
        answer = await asyncio.wait_for(waiting, _WAIT)
        assert "error" not in answer, answer
        return answer["result"]

    async def size(self, width: int, height: int = 900, *, dark: bool = False) -> None:
        await self._ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self._ask("Emulation.setEmulatedMedia", features=[scheme])

    async def scripts(self, enabled: bool) -> None:
        await self._ask("Emulation.setScriptExecutionDisabled", value=not enabled)

    async def go(self, url: str) -> None:
        self._loaded.clear()
        await self._ask("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), _WAIT)

    async def run(self, script: str) -> Any:
        found = await self._ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def press(self, key: str, *, leads: bool = False) -> None:
        """Presses a key; `leads`: to another page, which is waited for."""
        self._loaded.clear()
        code, number = _KEYS.get(key, (key, ord(key.upper()[0])))
        text = {"text": "\r" if key == "Enter" else key} if len(key) == 1 or key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            await self._ask(
                "Input.dispatchKeyEvent", type=kind, key=key, code=code, windowsVirtualKeyCode=number,
                **(text if kind == "keyDown" else {}),
            )  # fmt: skip
        if leads:
            await asyncio.wait_for(self._loaded.wait(), _WAIT)

    async def picture(self, file: Path, *, whole: bool = False) -> None:
        found = await self._ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(found["data"]))
