"""What can go wrong between a request and its answer, and whose business it is.

A `Fault` costs a retry and is seen by nobody else. An `EngineError` (`stages.base`) costs a record. A `UserError` ends
the run at once (a wrong key, a wrong model); `Stopped` ends it cleanly, to be continued with the same command.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping

import msgspec

from pipeline.errors import Stopped, UserError
from stages.base import EngineError

RETRIED = frozenset({408, 409, 425, 429})
_SHOWN = 300
"""Characters of an endpoint's own words that a message shows."""


class Fault(Exception):
    """An attempt that failed and may succeed when it is made again.

    Attributes:
        busy: the endpoint is well and asks for patience (429, 503 with Retry-After).
        after: seconds that it asked for, or None.
    """

    def __init__(self, message: str, *, busy: bool = False, after: float | None = None) -> None:
        """Says what happened, without the address."""
        super().__init__(message)
        self.busy, self.after = busy, after


class _Error(msgspec.Struct):
    message: str | None = None
    code: str | int | None = None


class _Envelope(msgspec.Struct):
    error: _Error


def refusal(status: int, headers: Mapping[str, str], body: bytes, where: str, key_env: str | None) -> Exception:
    """Returns what a status other than 200 means.

    Args:
        status: of the answer.
        headers: of the answer.
        body: of the answer, which may be anything.
        where: address and model, for messages.
        key_env: the environment variable that held the key, if one was sent.
    """
    code, said = _words(body)
    after = retry_after(headers.get("Retry-After"))
    if status == 429 and code == "insufficient_quota":
        return Stopped(f"{where}: the account has no money left ({said}); top it up and run the same command again")
    if status in (429, 503):
        return Fault(f"status {status}: {said}", busy=status == 429 or after is not None, after=after)
    if status in RETRIED or status >= 500:
        return Fault(f"status {status}: {said}", after=after)
    if status in (401, 403):
        if key_env is None:
            return UserError(
                f"{where}: asks for a key (status {status}: {said}); name the environment variable that holds it in "
                "api_key_env"
            )
        return UserError(f"{where}: refuses the key in {key_env} (status {status}); put the right one into {key_env}")
    if status == 404:
        return UserError(f"{where}: knows no such address or model (status 404: {said}); mend base_url or model")
    return EngineError(f"{where}: status {status}: {said}")


_LONGEST_BY_DATE = 300.0
"""Seconds that are waited at most for a date: where clocks differ, it may be a day away."""


def retry_after(value: str | None) -> float | None:
    """Returns the seconds that a `Retry-After` header asks for; it may hold a date, which is by another clock."""
    if value is None:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        return min(max(email.utils.parsedate_to_datetime(value).timestamp() - time.time(), 0.0), _LONGEST_BY_DATE)
    except (TypeError, ValueError):
        return None


def _words(body: bytes) -> tuple[str, str]:
    """Returns code and message of an error's body; not the key, which some endpoints repeat in theirs."""
    try:
        error = msgspec.json.decode(body, type=_Envelope).error
        return str(error.code or ""), (error.message or str(error.code or ""))[:_SHOWN]
    except msgspec.MsgspecError:
        text = body[:_SHOWN].decode("utf-8", "replace").strip()
        return "", " ".join(text.split()) or "no text"
