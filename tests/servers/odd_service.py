"""A small HTTP service over three notes, and the ways in which services misbehave. Run by the tests as a process.

python odd_service.py PORT [MODE]
"""

from __future__ import annotations

import copy
import itertools
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODE = sys.argv[2] if len(sys.argv) > 2 else "sound"
NOTES: dict[str, dict[str, Any]] = {
    name: {"note_id": name, "topic": topic, "done": done}
    for name, topic, done in (("N1", "milk", False), ("N2", "rent", True), ("N3", "bike", False))
}
notes = copy.deepcopy(NOTES)
count = itertools.count()
NOTE = {
    "type": "object",
    "properties": {"note_id": {"type": "string"}, "topic": {"type": "string"}, "done": {"type": "boolean"}},
    "required": ["note_id", "topic", "done"],
}
NOTE_ID = {"name": "note_id", "in": "path", "required": True, "schema": {"type": "string"}}


def _returning(schema: Any) -> Any:
    return {"200": {"description": "Yes.", "content": {"application/json": {"schema": schema}}}}


def document() -> Any:
    get = {"operationId": "get_note", "parameters": [NOTE_ID], "responses": _returning(NOTE)}
    found = {
        "/notes": {
            "get": {
                "operationId": "notes.list" if MODE == "names" else "list_notes",
                "responses": _returning({"type": "object", "additionalProperties": True}),
            }
        },
        "/notes/{note_id}": {"get": get},
        "/notes/{note_id}/finish": {
            "post": {"operationId": "finish_note", "parameters": [NOTE_ID], "responses": {"204": {"description": "-"}}}
        },
        "/state": {"get": {"operationId": "state", "responses": {"200": {"description": "-"}}}},
    }
    if MODE == "dangling":
        get["responses"] = _returning({"$ref": "#/components/schemas/Note"})
    if MODE == "recursive":
        inside = {"type": "object", "properties": {"parent": {"$ref": "#/components/schemas/Note"}}}
        get["responses"] = _returning({"$ref": "#/components/schemas/Note"})
        return {"openapi": "3.1.0", "paths": found, "components": {"schemas": {"Note": inside}}}
    return {"openapi": "3.1.0", "info": {"title": "Notes"}, "paths": found}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None: ...

    def say(self, status: int, value: Any = None, **headers: str) -> None:
        body = b"" if value is None else value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"content-type": "application/json", **headers}.items():
            self.send_header(name, text)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path == "/openapi.json":
            return self.say(200, document())
        if self.path == "/notes":
            return self.say(200, {"notes": list(notes)})
        if self.path == "/state":
            return self.say(200, notes)
        return self.one(notes.get(self.path.rpartition("/")[2]))

    def one(self, note: dict[str, Any] | None) -> None:
        if MODE == "dies":
            os._exit(3)
        if MODE == "slow":
            time.sleep(60)
        if MODE == "writing read" and note is not None:
            note["done"] = True
        if note is None:
            return self.say(404, {"detail": "there is no such note"})
        odd: dict[str, tuple[int, Any]] = {
            "500": (500, {"detail": "boom"}),
            "schema": (200, {**note, "done": "no"}),
            "rubbish": (200, b"{nonsense"),
            "empty": (200, None),
            "unauthorized": (401, {"detail": "who are you"}),
            "redirect": (307, None),
            "echo": (200, {**note, "topic": self.headers.get("authorization")}),
            "moody": (200, {**note, "topic": str(next(count))}),
            "closed": (404, {"detail": "not today"}),
            "recursive": (200, {**note, "parent": {"parent": {}}}),
        }
        status, value = odd.get(MODE, (200, note))
        return self.say(status, value, **({"location": "/elsewhere"} if MODE == "redirect" else {}))

    def do_POST(self) -> None:
        if self.path == "/reset":
            notes.update(copy.deepcopy(NOTES))
            return self.say(500 if MODE == "no reset" else 204)
        note = notes.get(self.path.split("/")[2])
        if note is None or note["done"]:
            return self.say(409, {"error": {"message": "it is done"}})
        note["done"] = True
        return self.say(204)


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
