"""The sample site's sockets: real HTTP/1.1 with keep-alive, one thread per connection.

Python's own blocking server, not Twisted: a fault is then a few plain lines (wait, send half, reset) that can do
anything to the socket, and the site shares neither reactor nor thread with the crawler under test.
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
"""Answers one request: its path with query, its User-Agent, and the connection to answer on."""

_CLOSE_WITH_RESET = struct.pack("ii", 1, 0)


class Connection:
    """The wire (see ``deliveries.Wire``) under one request."""

    def __init__(self, handler: "_Handler", stopping: threading.Event) -> None:
        self._handler = handler
        self._socket: socket.socket = handler.connection
        self._stopping = stopping
        self._on_last_part: Callable[[], None] | None = None

    def before_last_part(self, call: Callable[[], None]) -> None:
        """``call`` once, just before the last part leaves, or when ``finish`` finds that none did."""
        self._on_last_part = call

    def finish(self) -> None:
        """The request is no longer in flight, however it ended."""
        call, self._on_last_part = self._on_last_part, None
        if call:
            call()

    def send(self, part: bytes) -> None:
        self._socket.sendall(part)

    def send_last(self, part: bytes, *, keep_open: bool) -> None:
        self._handler.close_connection |= not keep_open
        self.finish()
        self._socket.sendall(part)

    def reset(self) -> None:
        self.finish()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CLOSE_WITH_RESET)
        self._handler.close_connection = True

    def wait(self, seconds: float) -> None:
        self._stopping.wait(seconds)

    def wait_for_hang_up(self) -> None:
        while not self._stopping.wait(0.02):
            try:
                if not self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                    return
            except BlockingIOError:
                continue


class Listener(ThreadingTCPServer):
    """Accepts connections and hands their requests to ``serve``; knows all that are open, to be able to end them."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, serve: Serve) -> None:
        """``OSError`` when the port is taken."""
        super().__init__((host, port), _Handler)
        self.serve = serve
        self.stopping = threading.Event()
        self.errors: list[BaseException] = []
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def start(self) -> None:
        """Serve from a thread from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and all connections, those in the middle of an answer too."""
        self.stopping.set()
        self.shutdown()
        self._thread.join()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # the other side was quicker
                continue
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        # No orderly shutdown before the close, as the base class has it: it would turn a reset into an ordinary end.
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
        """Requests are remembered, not printed."""
