"""A stand-in for a connection pooler between clients and the server, as far as a client can notice one."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BACKEND_KEY = b"K"
_ROW = b"D"
_INVENTED_NUMBER = 4_000_000_000


@contextmanager
def pooler(folder: Path, server_socket: str, *, lends: bool) -> Iterator[Path]:
    """A folder whose socket leads to the server at `server_socket`.

    Like real poolers it refuses options in a client's first packet, and makes up the process number that it tells its
    clients. One that `lends` shows all clients the
    server process that the first one got, as a pooler by transaction does with clients that are idle.
    """
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / ".s.PGSQL.5432"))
        listening.listen()
        shared: list[int] | None = [] if lends else None
        threading.Thread(target=_accept, args=(listening, server_socket, shared), daemon=True).start()
        yield folder
        listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, server_socket: str, shared: list[int] | None) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        server = socket.socket(socket.AF_UNIX)
        server.connect(server_socket)
        threading.Thread(target=_forward, args=(client, server), daemon=True).start()
        threading.Thread(target=_retell, args=(server, client, shared), daemon=True).start()


def _forward(client: socket.socket, server: socket.socket) -> None:
    with client, server:
        first = client.recv(65536)
        if b"\0options\0" in first:
            return
        server.sendall(first)
        while said := client.recv(65536):
            server.sendall(said)


def _retell(server: socket.socket, client: socket.socket, shared: list[int] | None) -> None:
    """Pass on the server's messages, with the process numbers changed."""
    true_number = 0
    with server.makefile("rb") as messages:
        while head := messages.read(5):
            kind, length = head[:1], struct.unpack("!I", head[1:])[0]
            body = messages.read(length - 4)
            if kind == _BACKEND_KEY:
                true_number = struct.unpack("!I", body[:4])[0]
                body = struct.pack("!I", _INVENTED_NUMBER) + body[4:]
                if shared is not None:
                    shared.append(true_number)
            elif kind == _ROW and shared is not None and body.endswith(str(true_number).encode()):
                text = str(shared[0]).encode()
                body = struct.pack("!hI", 1, len(text)) + text
            try:
                client.sendall(kind + struct.pack("!I", len(body) + 4) + body)
            except OSError:
                return
