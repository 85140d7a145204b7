"""A site over HTTP: GET and HEAD, one thread per request, nothing kept, nothing written.

    with Server(site, "127.0.0.1", 8765) as server:
        server.serve_forever()                         # until server.shutdown()

Served on a loopback address, it answers only requests that are addressed to one: a page elsewhere that gets its own
name resolved to this machine (DNS rebinding) reads nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from urllib.parse import urlsplit

from pipeline.errors import UserError
from pipeline.html import text
from pipeline.view.address import Address, Served
from pipeline.view.layout import POLICY, Frame, assets, note, page
from pipeline.view.site import Site

_HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HTML = "text/html; charset=utf-8"


class Server(ThreadingHTTPServer):
    """See the module's text."""

    daemon_threads = True

    def __init__(self, site: Site, host: str, port: int) -> None:
        """Begins to listen; port 0 takes a free one.

        Raises:
            UserError: it cannot listen there.
        """
        self.site, self.files = site, assets()
        self.loopback = is_loopback(host)
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UserError(
                f"{host}:{port}: cannot be listened at ({reason}); give another --port or --host"
            ) from error

    def server_bind(self) -> None:
        """Binds without asking anybody for this machine's name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "writ-view", ""
    timeout = 60

    def do_GET(self) -> None:
        status, kind, body = self._answer()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: a viewer's requests are nobody's news."""

    def _answer(self) -> tuple[HTTPStatus, str, bytes]:
        if self.server.loopback and not is_loopback(_host(self.headers.get("Host", ""))):
            return self._said(HTTPStatus.MISDIRECTED_REQUEST, "This server answers at a loopback address only.")
        asset = self.server.files.get(self.path.removeprefix("/"))
        if asset is not None:
            return HTTPStatus.OK, *asset
        address = Served.address(self.path)
        try:
            found = self.server.site.page(address) if address is not None else None
        except UserError as error:
            return self._said(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))
        if found is None:
            return self._said(HTTPStatus.NOT_FOUND, "There is no such page in this run.")
        return HTTPStatus.OK, _HTML, found.encode("utf-8", "replace")

    def _said(self, status: HTTPStatus, words: str) -> tuple[HTTPStatus, str, bytes]:
        site = self.server.site
        frame = Frame(status.phrase, up=Address())
        return status, _HTML, page(frame, [note(text(words))], site.runs, site.links).encode("utf-8", "replace")


def _host(header: str) -> str:
    """Returns the host of a Host header, without port and brackets."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""
