"""A small Hub on loopback: the routes that huggingface_hub 2.4 uses to make, fill and read a data set repository.

They are those of `huggingface_hub/hf_api.py` (create_repo, dataset_info, list_repo_tree, paths-info, validate-yaml),
`_commit_api.py` (preupload, commit), `lfs.py` (batch, upload) and `file_download.py` (resolve). Large files go by LFS's
basic transfer; Xet is another server, so tests set HF_HUB_DISABLE_XET.
"""

from __future__ import annotations

import base64
import contextlib
import fnmatch
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LARGE = "*.parquet"


@dataclass
class Repo:
    """A repository: what it holds, commit by commit."""

    private: bool
    files: dict[str, bytes] = field(default_factory=dict)
    commits: list[str] = field(default_factory=list)

    @property
    def sha(self) -> str:
        """Of the last commit."""
        return hashlib.sha1("\n".join(self.commits).encode()).hexdigest()


@dataclass
class Hub:
    """What the server has, what it shall do wrong, and what it was asked.

    Attributes:
        tokens: token -> owners whose repositories it may write.
        let: uploads that are taken whole; of later ones the first half is, then the connection is closed. None: all.
        broken: path prefix -> status that is answered instead.
    """

    url: str = ""
    tokens: dict[str, set[str]] = field(default_factory=lambda: {"hf_good": {"org"}, "hf_reader": set()})
    repos: dict[str, Repo] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    let: int | None = None
    broken: dict[str, tuple[int, str]] = field(default_factory=dict)
    uploads: Counter[str] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextlib.contextmanager
def hub() -> Iterator[Hub]:
    """Serves a Hub on a free port."""
    state = Hub()
    handler = type("Handler", (_Handler,), {"hub": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        oid = self.path.removeprefix("/blobs/")
        with self.hub.lock:
            self.hub.uploads[oid] += 1
            cut = self.hub.let == 0
            if self.hub.let:
                self.hub.let -= 1
        if cut:
            self.rfile.read(length // 2)
            self.close_connection = True
            self.connection.close()
            return
        content = self.rfile.read(length)
        assert hashlib.sha256(content).hexdigest() == oid
        self.hub.blobs[oid] = content
        self._send(200, b"")

    def _answer(self) -> None:
        split = urlsplit(self.path)
        path = unquote(split.path)
        self.hub.asked.append(f"{self.command} {path}")
        body = self._body()
        for beginning, (status, words) in self.hub.broken.items():
            if path.startswith(beginning):
                return self._error(status, words)
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if path == "/api/validate-yaml":
            return self._json({"errors": [], "warnings": []})
        name, rest = self._repo(path)
        repo = self.hub.repos.get(name)
        if repo is None or (repo.private and self._owners() is None):
            return self._error(404 if self._owners() is not None else 401, "Repository not found", "RepoNotFound")
        if rest.startswith(("preupload", "commit", "info/lfs")) and name.split("/")[0] not in (self._owners() or ()):
            return self._error(403, f"You have no write access to {name}; your token is {self._token()}")
        if rest in ("", "revision/main", f"revision/{repo.sha}"):
            siblings = [{"rfilename": each} for each in sorted(repo.files)]
            info = {"id": name, "sha": repo.sha, "private": repo.private, "tags": [], "downloads": 0, "likes": 0}
            return self._json({**info, "siblings": siblings})
        if rest.startswith("preupload/"):
            return self._json({"files": [self._mode(repo, each) for each in json.loads(body)["files"]]})
        if rest == "info/lfs/objects/batch":
            return self._json({"objects": [self._action(each) for each in json.loads(body)["objects"]]})
        if rest.startswith("commit/"):
            return self._commit(name, repo, body)
        if rest.startswith("tree/"):
            return self._tree(
                repo, "/".join(rest.split("/")[2:]), "recursive=True" in split.query.replace("true", "True")
            )
        if rest.startswith("paths-info/"):
            wanted = json.loads(body) if body[:1] == b"{" else parse_qs(body.decode())
            paths = wanted["paths"] if isinstance(wanted["paths"], list) else [wanted["paths"]]
            return self._json([_entry(each, repo.files[each]) for each in paths if each in repo.files])
        if rest.startswith("resolve/"):
            return self._file(repo, "/".join(rest.split("/")[2:]))
        return self._error(404, f"no such route: {path}", "EntryNotFound")

    def _create(self, wanted: dict[str, Any]) -> None:
        owners, name = self._owners(), f"{wanted['organization']}/{wanted['name']}"
        if owners is None:
            return self._error(401, "Invalid credentials in Authorization header")
        if wanted["organization"] not in owners:
            return self._error(403, f"{name}: no permission to create it, token {self._token()}")
        if name in self.hub.repos:
            return self._json(
                {"error": "You already created this dataset repo", "url": f"{self.hub.url}/datasets/{name}"}, 409
            )
        self.hub.repos[name] = Repo(wanted["visibility"] == "private")
        return self._json({"url": f"{self.hub.url}/datasets/{name}"})

    def _mode(self, repo: Repo, file: dict[str, Any]) -> dict[str, Any]:
        large = fnmatch.fnmatch(file["path"], LARGE)
        content = repo.files.get(file["path"])
        oid = None if content is None else _oid(file["path"], content)
        return {"path": file["path"], "uploadMode": "lfs" if large else "regular", "shouldIgnore": False, "oid": oid}

    def _action(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if wanted["oid"] in self.hub.blobs:
            return wanted
        return {**wanted, "actions": {"upload": {"href": f"{self.hub.url}/blobs/{wanted['oid']}"}}}

    def _commit(self, name: str, repo: Repo, body: bytes) -> None:
        summary = ""
        for line in map(json.loads, body.splitlines()):
            value = line["value"]
            if line["key"] == "header":
                summary = value["summary"]
            elif line["key"] == "file":
                repo.files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                repo.files[value["path"]] = self.hub.blobs[value["oid"]]
            elif line["key"] == "deletedFile":
                del repo.files[value["path"]]
        repo.commits.append(summary)
        self._json({"commitUrl": f"{self.hub.url}/datasets/{name}/commit/{repo.sha}", "commitOid": repo.sha})

    def _tree(self, repo: Repo, folder: str, deep: bool) -> None:
        beginning = f"{folder}/" if folder else ""
        found: dict[str, dict[str, Any]] = {}
        for path, content in sorted(repo.files.items()):
            if path.startswith(beginning):
                first, slash, _ = path.removeprefix(beginning).partition("/")
                if slash:
                    found[beginning + first] = {
                        "type": "directory",
                        "path": beginning + first,
                        "oid": "0" * 40,
                        "size": 0,
                    }
                if not slash or deep:
                    found[path] = _entry(path, content)
        if not found and folder:
            return self._error(404, "no such folder", "EntryNotFound")
        return self._json(list(found.values()))

    def _file(self, repo: Repo, path: str) -> None:
        if path not in repo.files:
            return self._error(404, f"no such file: {path}", "EntryNotFound")
        content = repo.files[path]
        start, end, status = 0, len(content), 200
        if (wanted := self.headers.get("Range", "")).startswith("bytes="):
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start, end, status = int(first), min(int(last) + 1 if last else end, end), 206
        headers = {"X-Repo-Commit": repo.sha, "ETag": f'"{_oid(path, content)}"', "Accept-Ranges": "bytes"}
        if status == 206:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(content)}"
        return self._send(status, content[start:end], headers)

    def _repo(self, path: str) -> tuple[str, str]:
        parts = path.removeprefix("/api").removeprefix("/datasets/").split("/")
        return "/".join(parts[:2]).removesuffix(".git"), "/".join(parts[2:])

    def _token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def _owners(self) -> set[str] | None:
        return self.hub.tokens.get(self._token())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _json(self, value: Any, status: int = 200) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _error(self, status: int, words: str, code: str = "") -> None:
        headers = {"X-Error-Message": words, **({"X-Error-Code": code} if code else {})}
        self._send(status, json.dumps({"error": words}).encode(), {"Content-Type": "application/json", **headers})

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _oid(path: str, content: bytes) -> str:
    """A large file's SHA-256, another's git blob id, as the Hub tells them."""
    if fnmatch.fnmatch(path, LARGE):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _entry(path: str, content: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": _oid(path, content)[:40]}
    if fnmatch.fnmatch(path, LARGE):
        entry["lfs"] = {"oid": _oid(path, content), "size": len(content), "pointerSize": 130}
    return entry
