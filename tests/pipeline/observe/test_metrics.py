"""The metrics as Prometheus sees them: scraped over HTTP while a run is at work, read by its own parser."""

import http.client
import socket
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.errors import UserError
from pipeline.local import Inline
from pipeline.observe.metrics import Metrics, text_of
from pipeline.observe.state import EndpointState, StageState, begin, read_state
from pipeline.progress import Silent
from pipeline.runner import run
from pipeline.storage import Spent
from tests.pipeline.toy import files, plan


def scraped(address):
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return read(answer.read().decode())


def read(text):
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation and family.type in ("counter", "gauge")
        for sample in family.samples:
            key = (sample.name, *sorted(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def test_a_scrape_in_the_middle_of_a_run_and_the_same_bytes_with_and_without(tmp_path):
    seen = []
    with Metrics("0") as metrics:

        class Scraped(Inline):
            def map(self, line, folder, orders):
                for result in super().map(line, folder, orders):
                    yield result
                    seen.append(scraped(metrics.address))

        run(plan(tmp_path / "run"), Scraped, Silent(), metrics=metrics)
        last = scraped(metrics.address)
    run(plan(tmp_path / "plain"), Inline, Silent())
    assert files(tmp_path / "run") == files(tmp_path / "plain")
    made = [each["writ_shards_done_total", ("how", "made")] for each in seen]
    assert made == list(range(1, len(seen) + 1)) and len(seen) > 3
    assert seen[0]["writ_run_running",] == 1 and last["writ_run_running",] == 0
    assert last["writ_trajectories_kept",] == 200
    state = read_state(tmp_path / "run")
    for name, stage in state.stages.items():
        assert last["writ_stage_records_total", ("stage", name)] == stage.rows
        for reason, count in stage.drops.items():
            assert last["writ_stage_dropped_total", ("reason", reason), ("stage", name)] == count


def test_tokens_money_and_odd_labels_come_through(tmp_path):
    state = begin(10)
    state.stages["simulate"] = StageState(
        rows=3, spent={"agent": Spent(7, 1000, 800, 50, 0.25), "user": Spent(2, 10, 0, 5, 0.0)}
    )
    odd = 'http://h/v1 ("large"\\\n)'
    state.endpoints[odd] = EndpointState(failures=2, failing=True)
    found = read(text_of(state))
    where = ("role", "agent"), ("stage", "simulate")
    assert found["writ_engine_requests_total", *where] == 7
    assert found["writ_engine_cost_total", *where] == 0.25
    tokens = {k: found["writ_engine_tokens_total", *where, ("type", k)] for k in ("prompt", "cached", "completion")}
    assert tokens == {"prompt": 1000, "cached": 800, "completion": 50}
    assert found["writ_endpoint_failing", ("endpoint", odd)] == 1


def test_only_loopback_hears_unless_told_and_nothing_else_is_served():
    with Metrics("0") as metrics:
        port = int(metrics.address.split(":")[2].partition("/")[0])
        assert metrics.address == f"http://127.0.0.1:{port}/metrics"
        with pytest.raises(UserError, match=f"--metrics-port {port}: cannot be listened on"):
            Metrics(str(port))
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for path in ("/", "/../etc/passwd", "/metrics/"):
            client.request("GET", path)
            answer = client.getresponse()
            answer.read()
            assert answer.status == 404
            client.close()
        with socket.create_connection(("127.0.0.1", port), timeout=30):  # says nothing, and keeps nobody waiting
            assert scraped(metrics.address) == {}
    for wrong in ("", "http", "127.0.0.1:", "70000", "x:-1"):
        with pytest.raises(UserError, match="give a port"):
            Metrics(wrong)
