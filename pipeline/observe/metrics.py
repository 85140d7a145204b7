"""What a run says to Prometheus: its sums in the text format 0.0.4, over HTTP, on loopback unless told otherwise.

    with Metrics("9464") as metrics:              # http://127.0.0.1:9464/metrics; "0.0.0.0:9464" is for everybody
        metrics.show(state, lock)

Counters begin anew with each session, as Prometheus expects of a process. Labels take values from closed sets (stages,
reasons, roles, endpoints of the recipe), so the number of series does not grow with the run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from pipeline.errors import UserError
from pipeline.observe.state import State

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = 10.0
"""Seconds in which a client must have said what it wants."""

Sample = tuple[dict[str, str], float]


class Metrics:
    """See the module's text.

    Attributes:
        address: where they are.
    """

    def __init__(self, at: str) -> None:
        """Takes the address.

        Args:
            at: a port, or address:port; port 0 takes a free one.

        Raises:
            UserError: it is none, or somebody else has it.
        """
        host, _, port = at.rpartition(":")
        if not port.isdigit() or int(port) > 65535:
            raise UserError(f"--metrics-port {at}: give a port such as 9464, or an address with one, 0.0.0.0:9464")
        self._state: State | None = None
        self._lock = threading.Lock()
        try:
            self._server = ThreadingHTTPServer((host.strip("[]") or "127.0.0.1", int(port)), self._handler())
        except OSError as error:
            raise UserError(
                f"--metrics-port {at}: cannot be listened on ({error.strerror or error}); give another one, or 0"
            ) from error
        self._server.daemon_threads = True
        where, number = self._server.server_address[:2]
        self.address = f"http://{where!s}:{number}/metrics"
        self._thread = threading.Thread(target=self._server.serve_forever, name="writ-metrics", daemon=True)

    def __enter__(self) -> Metrics:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives the port back."""
        self._server.shutdown()
        self._server.server_close()

    def show(self, state: State, lock: threading.Lock) -> None:
        """Answers with this state from now on; `lock` is held by whoever changes it."""
        self._state, self._lock = state, lock

    def text(self) -> str:
        """Returns what a scrape gets."""
        with self._lock:
            return text_of(self._state) if self._state is not None else ""

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        metrics = self

        class Handler(BaseHTTPRequestHandler):
            timeout = _SECONDS

            def do_GET(self) -> None:
                found = self.path.partition("?")[0] == "/metrics"
                body = metrics.text().encode() if found else b"metrics are at /metrics\n"
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", CONTENT_TYPE if found else "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing: stderr is the run's."""

        return Handler


def text_of(state: State) -> str:
    """Returns a state in Prometheus' text format."""
    lines: list[str] = []
    for name, kind, help_, samples in _families(state):
        lines += [f"# HELP {name} {help_}", f"# TYPE {name} {kind}"]
        for labels, value in samples:
            said = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
            lines.append(f"{name}{{{said}}} {value:.17g}" if said else f"{name} {value:.17g}")
    return "\n".join(lines) + "\n"


def _families(state: State) -> Iterator[tuple[str, str, str, list[Sample]]]:
    stages = list(state.stages.items())
    running = float(state.state == "running")
    yield "writ_run_running", "gauge", "Whether the run is under way.", [({}, running)]
    yield "writ_run_start_time_seconds", "gauge", "When this session began, since 1970.", [({}, state.began)]
    yield "writ_last_event_time_seconds", "gauge", "When something happened last, since 1970.", [({}, state.last)]
    yield "writ_trajectories_kept", "gauge", "Trajectories that count so far.", [({}, state.kept)]
    yield "writ_trajectories_wanted", "gauge", "Trajectories that the recipe asks for.", [({}, state.wanted)]
    yield "writ_cells_full", "gauge", "Cells of the recipe that are full.", [({}, state.cells_full)]
    yield "writ_cells", "gauge", "Cells of the recipe.", [({}, state.cells)]
    yield "writ_shards_in_work", "gauge", "Shards that were begun and are not done.", [({}, state.in_work)]
    yield (
        "writ_shards_done_total",
        "counter",
        "Shards that are done, made now or found.",
        [({"how": "made"}, state.made), ({"how": "found"}, state.found)],
    )
    yield "writ_turns_resumed_total", "counter", "Turns taken over from a killed session.", [({}, state.resumed)]
    yield "writ_replica_restarts_total", "counter", "Servers of models that were started again.", [({}, state.restarts)]
    yield "writ_workers_lost_total", "counter", "Workers that died with a shard.", [({}, state.workers_lost)]
    yield "writ_events_lost_total", "counter", "Events that could not be written.", [({}, state.lost)]
    yield (
        "writ_stage_records_total",
        "counter",
        "Records that a stage made.",
        [({"stage": name}, stage.rows) for name, stage in stages],
    )
    yield (
        "writ_stage_dropped_total",
        "counter",
        "Records that a stage dropped.",
        [({"stage": n, "reason": reason}, count) for n, stage in stages for reason, count in stage.drops.items()],
    )
    yield (
        "writ_stage_seconds_total",
        "counter",
        "Seconds that a stage worked, of all workers together.",
        [({"stage": name}, stage.seconds) for name, stage in stages],
    )
    spent = [({"stage": name, "role": role}, each) for name, stage in stages for role, each in stage.spent.items()]
    yield (
        "writ_engine_requests_total",
        "counter",
        "Requests that language models answered.",
        [(labels, each.requests) for labels, each in spent],
    )
    yield (
        "writ_engine_tokens_total",
        "counter",
        "Tokens: prompt (cached ones included), cached, completion.",
        [
            ({**labels, "type": kind}, count)
            for labels, each in spent
            for kind, count in (
                ("prompt", each.prompt_tokens),
                ("cached", each.cached_tokens),
                ("completion", each.completion_tokens),
            )
        ],
    )
    yield (
        "writ_engine_cost_total",
        "counter",
        "Money, in the currency of the recipe's prices.",
        [(labels, each.cost) for labels, each in spent],
    )
    endpoints = state.endpoints.items()
    yield (
        "writ_endpoint_failing",
        "gauge",
        "Whether an endpoint that was in trouble still is.",
        [({"endpoint": url}, float(each.failing)) for url, each in endpoints],
    )
    yield (
        "writ_endpoint_failures_total",
        "counter",
        "How often an endpoint came into trouble.",
        [({"endpoint": url}, each.failures) for url, each in endpoints],
    )


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
