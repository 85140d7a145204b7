"""One address and what is known of it: requests in flight, whether it answers, how one request is put to it.

endpoint = Endpoint("http://10.0.0.4:8000/v1", key=None, key_env=None, transport=HttpSettings(...))
body = await endpoint.post(request_body, session="dialogue-1c2d.../agent")      # or a Fault, or an error
"""

from __future__ import annotations

import asyncio

import aiohttp
import msgspec

from pipeline.engines.breaker import Breaker
from pipeline.engines.connections import connections
from pipeline.engines.faults import Fault, refusal
from pipeline.engines.settings import Transport
from pipeline.engines.vllm_metrics import Load, load_of

_LARGEST = 32 << 20
"""Bytes of an answer; what is larger comes from no language model."""
_SECONDS = 2.0
"""For a page that says how an endpoint is."""


class _Model(msgspec.Struct):
    max_model_len: int | None = None


class _Models(msgspec.Struct):
    data: list[_Model] = []


class Endpoint:
    """See the module's text.

    Attributes:
        url: up to and with `/v1`.
        in_flight: requests sent by this process and not answered yet.
        answered: answers so far.
        refused: requests so far that it had no room for.
    """

    def __init__(self, url: str, key: str | None, key_env: str | None, transport: Transport, model: str) -> None:
        """Connects to nothing yet."""
        self.url, self._key_env, self._model = url, key_env, model
        self.in_flight = 0
        self.answered = self.refused = 0
        self.breaker = Breaker(self.where)
        self._key = key
        self._target = url + "/chat/completions"
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {key}"
        self._body_timeout = transport.body_timeout
        self._timeout = aiohttp.ClientTimeout(total=transport.timeout, sock_connect=transport.connect_timeout)

    @property
    def where(self) -> str:
        """Address and model, for messages."""
        return f"{self.url} ({self._model})"

    async def post(self, body: bytes, session: str) -> bytes:
        """Sends one request and returns the body of its answer.

        Raises:
            Fault: it may be tried again, here or elsewhere.
            EngineError: this request will never be answered.
            UserError: no request will, until somebody mends something.
            Stopped: likewise, for want of money.
        """
        self.in_flight += 1
        self.breaker.begin()
        try:
            answer = await self._attempt(body, session)
        except Fault as fault:
            if fault.busy:
                self.refused += 1
                self.breaker.forgotten()
                self.breaker.pause(fault.after or 0.0)
            else:
                self.breaker.failed(gone=isinstance(fault.__cause__, aiohttp.ClientConnectorError))
            raise
        except BaseException:
            self.breaker.forgotten()
            raise
        finally:
            self.in_flight -= 1
        return answer

    def understood(self) -> None:
        """The answer was one."""
        self.answered += 1
        self.breaker.succeeded()

    def failed(self) -> None:
        """The answer was none."""
        self.breaker.failed()

    async def load(self) -> Load | None:
        """Asks how busy it is; None where it does not say so as vLLM does."""
        page = await _page(self.url.removesuffix("/v1") + "/metrics")
        return load_of(page.decode("utf-8", "replace")) if page else None

    async def longest(self) -> int | None:
        """Asks for the tokens of the longest conversation that it takes; None where it does not say."""
        try:
            models = msgspec.json.decode(await _page(f"{self.url}/models"), type=_Models).data
        except msgspec.MsgspecError:
            return None
        return models[0].max_model_len if models else None

    async def _attempt(self, body: bytes, session: str) -> bytes:
        headers = {**self._headers, "X-Session-ID": session}
        try:
            async with connections().post(
                self._target, data=body, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as response:
                async with asyncio.timeout(self._body_timeout):
                    answer = await self._read(response)
        except TimeoutError as error:
            raise Fault("no answer in time") from error
        except (aiohttp.ClientError, ConnectionError) as error:
            raise Fault(f"the connection failed ({type(error).__name__}: {error})") from error
        if response.status != 200:
            raise self._without_key(refusal(response.status, response.headers, answer, self.where, self._key_env))
        if response.content_type != "application/json":
            raise Fault(f"the answer is {response.content_type!r}, no JSON")
        return answer

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        if (response.content_length or 0) <= _LARGEST and not response.headers.get("Transfer-Encoding"):
            return await response.read()
        parts, size = [], 0
        async for part in response.content.iter_any():
            parts.append(part)
            size += len(part)
            if size > _LARGEST:
                raise Fault(f"the answer is longer than {_LARGEST >> 20} MiB")
        return b"".join(parts)

    def _without_key(self, error: Exception) -> Exception:
        """Some endpoints repeat the key in what they say about it."""
        if self._key and self._key in str(error):
            error.args = (str(error).replace(self._key, f"${self._key_env}"),)
        return error


async def _page(url: str) -> bytes:
    """Returns a page, or nothing; no key is sent, vLLM asks for none there."""
    try:
        async with connections().get(url, timeout=aiohttp.ClientTimeout(total=_SECONDS)) as response:
            return await response.read() if response.status == 200 else b""
    except (aiohttp.ClientError, OSError, TimeoutError):
        return b""
