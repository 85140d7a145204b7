"""Spans of a run for OpenTelemetry, when they are asked for (`writ run --spans`); nothing of it is imported otherwise.

    run retail                          all of it, by the driver
      shard r0-00004
        stage simulate_dialogues
          invoke_agent simulate_dialogues     one record of a live stage, a dialogue for instance (`agent_spans`)
            chat large-1                one request to a language model, by the process that sent it
            execute_tool get_loan       one call of the dialogue's agent

Requests, agents and calls have the names of OpenTelemetry's GenAI conventions (`gen_ai.request.model`, ...; in
development, so they may change) and hold no word of a dialogue. Where spans go is said by the SDK's own variables:
OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME, OTEL_TRACES_EXPORTER (`otlp` over HTTP, or `console`: stderr).

The ids of shards and stages follow from the trace's, so a worker knows its parent without being told. What a process
that was killed had not sent yet (seconds) is missing.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import UserError
from pipeline.observe.event import Event
from schemas.completion import Completion, CompletionRequest

TRACE = "WRIT_TRACE"
"""Holds the trace's id, in this process and its workers; unset, nothing is traced."""
_FLUSH_MS = 5000


def begin_trace() -> None:
    """Has this process and the workers that it starts make spans.

    Raises:
        UserError: OpenTelemetry is not installed, or the exporter is none of the two.
    """
    os.environ[TRACE] = uuid.uuid4().hex
    _provider.cache_clear()
    try:
        _provider()
    except ImportError as error:
        end_trace()
        raise UserError(f"--spans: OpenTelemetry is not installed ({error}); pip install 'writ[otel]'") from error
    except UserError:
        end_trace()
        raise


def end_trace() -> None:
    """Makes no more spans."""
    os.environ.pop(TRACE, None)


def on() -> bool:
    """Whether spans are made here."""
    return TRACE in os.environ


def environment() -> dict[str, str]:
    """Returns what workers on other machines need in theirs."""
    return (
        {name: value for name, value in os.environ.items() if name == TRACE or name.startswith("OTEL_")} if on() else {}
    )


def flush() -> None:
    """Sends what waits; takes a few seconds at most."""
    if on():
        _provider().force_flush(_FLUSH_MS)


class RunSpans:
    """Makes the spans of a run, its shards and stages of its events."""

    def __init__(self) -> None:
        """Begins without shards."""
        self._began: dict[str, float] = {}

    def take(self, event: Event) -> None:
        """Makes the span that an event ends, if it ends one."""
        match event.event:
            case "shard.started":
                self._began[event.shard] = event.at
            case "stage.finished":
                attributes = {"writ.stage": event.stage, "writ.rows": event.rows}
                attributes |= {f"writ.dropped.{reason}": count for reason, count in event.drops.items()}
                start = event.at - event.seconds
                _span(f"stage {event.stage}", (event.shard, event.stage), (event.shard,), start, event, attributes)
            case "shard.finished":
                start = self._began.pop(event.shard, event.at)
                attributes = {"writ.shard": event.shard, "writ.rows": event.rows, "writ.fresh": event.fresh}
                _span(f"shard {event.shard}", (event.shard,), (), start, event, attributes)
            case "run.finished" | "run.stopped" | "run.failed" | "run.interrupted":
                attributes = {"writ.ended": event.event.removeprefix("run."), "writ.kept": event.rows}
                _span("run", (), None, event.at - event.seconds, event, attributes)
            case _:
                pass


class Chat:
    """One request under way."""

    def __init__(self, span: Any = None) -> None:
        """Takes its span; None: nothing is traced."""
        self._span = span

    def to(self, url: str) -> None:
        """An attempt goes to this endpoint."""
        if self._span is not None:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
            self._span.set_attributes({"server.address": parts.hostname or "", "server.port": port})

    def failed(self, why: str) -> None:
        """An attempt failed; there may be another."""
        if self._span is not None:
            self._span.add_event("attempt failed", {"error.message": why})

    def answered(self, completion: Completion, model: str | None) -> None:
        """The answer has come."""
        if self._span is not None:
            usage = completion.usage
            self._span.set_attributes(
                {
                    "gen_ai.response.finish_reasons": [completion.finish_reason],
                    "gen_ai.usage.input_tokens": usage.prompt_tokens,
                    "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
                    "gen_ai.usage.output_tokens": usage.completion_tokens,
                    **({"gen_ai.response.model": model} if model else {}),
                }
            )


_QUIET = Chat()


@contextmanager
def chat(request: CompletionRequest, model: str, shard: str, stage: str) -> Iterator[Chat]:
    """Makes the span of a request, if spans are made."""
    if not on():
        yield _QUIET
        return
    asked = request.sampling
    sampling = {
        "temperature": asked.temperature,
        "top_p": asked.top_p,
        "max_tokens": asked.max_tokens,
        "seed": asked.seed,
    }
    attributes: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",  # the protocol that is spoken, as the conventions ask where no more is known
        "gen_ai.request.model": model,
        "gen_ai.conversation.id": request.session,
        "gen_ai.agent.name": request.role,
        **{f"gen_ai.request.{name}": value for name, value in sampling.items() if value is not None},
    }
    with below(f"chat {model}", attributes, shard, stage, client=True) as span:
        yield Chat(span)


@contextmanager
def below(name: str, attributes: dict[str, Any], shard: str, stage: str, *, client: bool = False) -> Iterator[Any]:
    """Makes a span of what is done inside, below the one that is under way here, or else below a stage of a shard."""
    from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

    said = {**attributes, "writ.shard": shard, "writ.stage": stage}
    parent, kind = _WITHIN.get() or _under((shard, stage)), SpanKind.CLIENT if client else SpanKind.INTERNAL
    span = _provider().get_tracer("writ").start_span(name, parent, kind=kind, attributes=said)
    token = _WITHIN.set(set_span_in_context(span, parent))
    try:
        yield span
    except BaseException as error:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(Status(StatusCode.ERROR))
        raise
    finally:
        _WITHIN.reset(token)
        span.end()


def _span(
    name: str,
    own: tuple[str, ...],
    parent: tuple[str, ...] | None,
    start: float,
    event: Event,
    attributes: Mapping[str, Any],
) -> None:
    from opentelemetry.context import Context

    _OWN.id = _id_of(own)
    context = Context() if parent is None else _under(parent)
    where = {"writ.where": event.where, **attributes}
    span = _provider().get_tracer("writ").start_span(name, context, attributes=where, start_time=int(start * 1e9))
    span.end(int(event.at * 1e9))


def _under(parent: tuple[str, ...]) -> Any:
    """Returns the context of something below a run (), a shard or a stage of it."""
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    trace = int(os.environ[TRACE], 16)
    flags = TraceFlags(TraceFlags.SAMPLED)
    return set_span_in_context(NonRecordingSpan(SpanContext(trace, _id_of(parent), is_remote=True, trace_flags=flags)))


def _id_of(place: tuple[str, ...]) -> int:
    text = "\0".join((os.environ[TRACE], *place))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") or 1


_WITHIN: ContextVar[Any] = ContextVar("within", default=None)
"""The context of the span that is under way."""
_OWN = threading.local()
"""The id of the span that this thread makes next, if it must have a certain one."""


@cache
def _provider() -> Any:
    """Returns what makes this process's spans."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class Ids(RandomIdGenerator):
        def generate_trace_id(self) -> int:
            return int(os.environ[TRACE], 16)

        def generate_span_id(self) -> int:
            own, _OWN.id = getattr(_OWN, "id", None), None
            return own or super().generate_span_id()

    kind = os.environ.get("OTEL_TRACES_EXPORTER", "otlp")
    exporter: SpanExporter
    if kind == "otlp":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        exporter = OTLPSpanExporter()
    elif kind == "console":
        exporter = ConsoleSpanExporter(out=sys.stderr)
    else:
        raise UserError(f"--spans: OTEL_TRACES_EXPORTER is {kind!r}; there are otlp and console")
    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "writ")})
    provider = TracerProvider(resource=resource, id_generator=Ids(), shutdown_on_exit=True)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider
