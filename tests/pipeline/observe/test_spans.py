"""Spans as a collector sees them: OTLP over HTTP to a server on loopback, from the driver and its workers."""

import contextlib
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from pipeline.run_folder import RunFolder
from tests.pipeline.engines.served import recipe, run, served
from tests.pipeline.toy import files


@contextlib.contextmanager
def collector():
    """Yields its address, and the spans that have come."""
    found = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                import gzip

                body = gzip.decompress(body)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                service = {each.key: each.value.string_value for each in resource.resource.attributes}["service.name"]
                found.extend((service, span) for scope in resource.scope_spans for span in scope.spans)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", found
    finally:
        server.shutdown()
        server.server_close()


def attributes(span):
    values = {}
    for each in span.attributes:
        kind = each.value.WhichOneof("value")
        value = getattr(each.value, kind)
        values[each.key] = [item.string_value for item in value.values] if kind == "array_value" else value
    return values


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["inline", "ray"])
def test_a_run_is_one_trace_down_to_each_request_and_its_bytes_are_the_same(tmp_path, executor):
    with collector() as (address, found), served(tmp_path, tmp_path / "out") as server:
        path = recipe(tmp_path, server.url)
        options = ["--spans", "--executor", executor, "--workers", "1"]
        done = run(path, tmp_path / "out", *options, OTEL_EXPORTER_OTLP_ENDPOINT=address, OTEL_SERVICE_NAME="mine")
        assert done.returncode in (0, 1), done.stderr
        asked = sum(server.counts().values())
    spans = [span for _, span in found]
    assert {service for service, _ in found} == {"mine"}
    assert len({span.trace_id for span in spans}) == 1
    by_id = {span.span_id: span for span in spans}
    assert len(by_id) == len(spans)
    roots = [span for span in spans if not span.parent_span_id]
    assert [span.name for span in roots] == ["run"] and attributes(roots[0])["writ.ended"] == "finished"
    assert all(span.parent_span_id in by_id for span in spans if span is not roots[0])
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in spans)
    chats = [span for span in spans if span.name == "chat scripted"]
    assert len(chats) == asked > 50
    agents = [span for span in spans if span.name.startswith("invoke_agent ")]
    calls = [span for span in spans if span.name.startswith("execute_tool ")]
    rows = list(RunFolder(tmp_path / "out").rows())
    assert len({attributes(span)["gen_ai.conversation.id"] for span in agents}) == len(agents) >= len(rows)
    assert {row.metadata["scenario"] for row in rows} <= {attributes(span)["gen_ai.conversation.id"] for span in agents}
    assert len(calls) >= sum(row.num_tool_calls for row in rows) > 0
    for call in calls:
        told = attributes(call)
        assert (told["gen_ai.operation.name"], told["gen_ai.tool.type"]) == ("execute_tool", "function")
        assert call.name == f"execute_tool {told['gen_ai.tool.name']}" and by_id[call.parent_span_id] in agents
    for span in agents:
        told = attributes(span)
        assert (told["gen_ai.operation.name"], span.name) == ("invoke_agent", f"invoke_agent {told['writ.stage']}")
    for chat in chats:
        told, talk = attributes(chat), by_id[chat.parent_span_id]
        stage = by_id[talk.parent_span_id]
        assert talk in agents and told["gen_ai.conversation.id"].startswith(attributes(talk)["gen_ai.conversation.id"])
        assert stage.name == f"stage {told['writ.stage']}" and by_id[stage.parent_span_id].name.startswith("shard r")
        assert (told["gen_ai.operation.name"], told["gen_ai.request.model"]) == ("chat", "scripted")
        assert told["gen_ai.agent.name"] in ("agent", "user") and told["gen_ai.conversation.id"]
        assert told["gen_ai.usage.input_tokens"] > 0 and told["gen_ai.response.finish_reasons"]
        assert (told["server.address"], told["server.port"]) == ("127.0.0.1", int(server.url.split(":")[2][:-3]))
    everything = b"".join(span.SerializeToString() for span in spans)
    said = [each["content"] for row in RunFolder(tmp_path / "out").rows() for each in row.messages]
    assert sum(len(text) > 20 for text in said) > 20
    assert not any(text.encode() in everything for text in said if len(text) > 20)
    if executor == "inline":
        with served(tmp_path, tmp_path / "plain") as server:
            assert run(recipe(tmp_path, server.url), tmp_path / "plain").returncode == done.returncode
        assert files(tmp_path / "plain") == files(tmp_path / "out")


def test_nothing_of_it_is_imported_when_it_is_off():
    code = (
        "import sys; import pipeline.engines.http_engine, pipeline.runner, pipeline.on_ray; "
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_wrong_exporter_is_told(tmp_path):
    with served(tmp_path, tmp_path / "out") as server:
        done = run(recipe(tmp_path, server.url), tmp_path / "out", "--spans", OTEL_TRACES_EXPORTER="zipkin")
    assert done.returncode == 2 and "there are otlp and console" in done.stderr
