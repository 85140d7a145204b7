#!/usr/bin/env python3
"""Stands in for an interpreter that has vLLM, where only the life of the process matters: it starts within a moment.

    stand_in_vllm.py -c "..." --help=all                    lists a few flags
    stand_in_vllm.py -m MODULE --model M --port P ...       serves /health and /metrics, with a helper process beside it

What M is called decides how it goes: `fails` ends with a message, `dies` ends after its first health check, `hangs`
never listens. Whatever talks to a model is tested with the real vLLM.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HELP = """version 0.0.1
usage: api_server.py [-h] [--port PORT]

options:
  -h, --help            show this help message and exit
  --model MODEL         Name. Not --this-flag.
  --port PORT           Port number. (default: 8000)
  --max-model-len MAX_MODEL_LEN
                        Model context length.
  --enforce-eager, --no-enforce-eager
                        Whether to always use eager mode.
  --enable-chunked-prefill, --no-enable-chunked-prefill
  --enable-auto-tool-choice, --no-enable-auto-tool-choice
  --tool-call-parser {hermes,pythonic} or name registered in --tool-parser-plugin
                        Select the tool call parser.
"""
METRICS = """\
# HELP vllm:num_requests_running Number of requests in model execution batches.
vllm:num_requests_running{engine="0",model_name="m"} 3.0
vllm:num_requests_waiting{engine="0",model_name="m"} 1.0
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.25
"""


class Handler(BaseHTTPRequestHandler):
    """Health and metrics."""

    def do_GET(self) -> None:
        """Answers."""
        body = METRICS.encode() if self.path == "/metrics" else b""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if self.server.model == "dies":  # type: ignore[attr-defined]
            threading.Timer(0.3, os._exit, (3,)).start()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def main(arguments: list[str]) -> None:
    """Does as told."""
    if "--help=all" in arguments:
        print(HELP)
        return
    given = dict(itertools.pairwise(arguments))
    model = given["--model"]
    print(f"serving {model}", flush=True)
    if model == "fails":
        print("ValueError: there is no such model\nread the manual", file=sys.stderr)
        sys.exit(1)
    helper = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(300)", given["--port"], "stand-in-helper"]
    )
    if model == "hangs":
        helper.wait()
    server = ThreadingHTTPServer((given["--host"], int(given["--port"])), Handler)
    server.model = model  # type: ignore[attr-defined]
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
