"""The sample site's sockets: HTTP/1.1 with keep-alive, one thread per connection.

Python's blocking server, not Twisted: tests inject faults by plain socket calls (wait, send half, reset), and the site
shares neither reactor nor thread with the crawler.
"""

import socket
import struct
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any, cast

Serve = Callable[[str, str, "Connection"], None]
"""Responds to one request, given its path with query, its User-Agent and its connection."""

_CLOSE_WITH_RESET = struct.pack("ii", 1, 0)


class Connection:
    """The connection of one request."""

    def __init__(self, handler: "_Handler", stopping: threading.Event) -> None:
        self._handler = handler
        self._socket: socket.socket = handler.connection
        self._stopping = stopping
        self._on_last_part: Callable[[], None] | None = None

    def before_last_part(self, call: Callable[[], None]) -> None:
        """Call ``call`` once, just before the last part is sent, or by ``finish`` when no last part was sent."""
        self._on_last_part = call

    def finish(self) -> None:
        """End the request, whether or not a response was sent."""
        call, self._on_last_part = self._on_last_part, None
        if call:
            call()

    def send(self, part: bytes) -> None:
        """Send a part of the response; more will follow."""
        self._socket.sendall(part)

    def send_last(self, part: bytes, *, keep_open: bool) -> None:
        """Send the last part. The request no longer counts as in flight."""
        self._handler.close_connection |= not keep_open
        self.finish()
        self._socket.sendall(part)

    def reset(self) -> None:
        """Close the connection with a TCP reset, as a crashed server or a firewall does."""
        self.finish()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CLOSE_WITH_RESET)
        self._handler.close_connection = True

    def wait(self, seconds: float) -> bool:
        """Wait for so many seconds, or until the site stops; return whether it stops."""
        return self._stopping.wait(seconds)

    def wait_for_hang_up(self) -> None:
        """Wait until the client closes the connection, or the site stops."""
        while not self._stopping.wait(0.02):
            try:
                if not self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                    return
            except BlockingIOError:
                continue


class Listener(ThreadingTCPServer):
    """Accepts connections, passes their requests to ``serve``, and tracks open connections so that it can end them."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, serve: Serve) -> None:
        """Bind the port. Raises ``OSError`` when it is taken."""
        super().__init__((host, port), _Handler)
        self.serve = serve
        self.stopping = threading.Event()
        self.errors: list[BaseException] = []
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def start(self) -> None:
        """Start to serve, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and all connections, also during a response."""
        self.stopping.set()
        self.shutdown()
        self._thread.join()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # already closed by the client
                continue
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        # The base class shuts the socket down before it closes it, which would turn a reset into an orderly end.
        self._open.discard(request)
        self.close_request(request)

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.errors.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        listener = cast(Listener, self.server)
        listener.serve(self.path, self.headers.get("User-Agent", ""), Connection(self, listener.stopping))

    def log_message(self, _format: str, *_args: object) -> None:
        """Print nothing: ``SampleSite`` records the requests."""
