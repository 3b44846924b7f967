"""How an answer goes over the wire: whole, or in one of the ways in which real ones are lost."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from scraper.sample_site.responses import Response


class Wire(Protocol):
    """One connection, for the length of one answer."""

    def send(self, part: bytes) -> None:
        """Send a part of the answer; more will follow."""

    def send_last(self, part: bytes, *, keep_open: bool) -> None:
        """Send the last part; from here on the request no longer counts as in flight."""

    def reset(self) -> None:
        """Drop the connection with a TCP reset, as a crashed server or an impatient firewall does."""

    def wait(self, seconds: float) -> None:
        """Do nothing for so long, or until the site is stopped."""

    def wait_for_hang_up(self) -> None:
        """Do nothing until the other side has gone, or the site is stopped."""


@runtime_checkable
class DeliveryFault(Protocol):
    """A way to send a response."""

    def deliver(self, response: Response, wire: Wire, /) -> None:
        """Send ``response`` over ``wire``, or what is to arrive of it."""


@dataclass(frozen=True)
class Whole:
    """As it should be."""

    keep_open: bool = True

    def deliver(self, response: Response, wire: Wire) -> None:
        framing = {"Content_Length": str(len(response.body))}
        if not self.keep_open:
            framing["Connection"] = "close"
        wire.send_last(response.head(**framing) + response.body, keep_open=self.keep_open)


@dataclass(frozen=True)
class NeverAnswer:
    """The request is taken, and nothing ever comes back."""

    def deliver(self, _response: Response, wire: Wire) -> None:
        wire.wait_for_hang_up()
        wire.send_last(b"", keep_open=False)


@dataclass(frozen=True)
class Drip:
    """The body in small pieces with a pause before each."""

    pause: float
    piece: int = 1

    def deliver(self, response: Response, wire: Wire) -> None:
        wire.send(response.head(Content_Length=str(len(response.body)), Connection="close"))
        for start in range(0, len(response.body), self.piece):
            wire.wait(self.pause)
            wire.send(response.body[start : start + self.piece])
        wire.send_last(b"", keep_open=False)


@dataclass(frozen=True)
class Cut:
    """The first ``percent`` of the body, then an orderly close.

    ``admitted`` makes ``Content-Length`` fit what is sent, so that only the text tells that something is missing.
    """

    percent: float
    admitted: bool = False

    def deliver(self, response: Response, wire: Wire) -> None:
        sent = _first(self.percent, response.body)
        declared = len(sent) if self.admitted else len(response.body)
        wire.send_last(response.head(Content_Length=str(declared), Connection="close") + sent, keep_open=False)


@dataclass(frozen=True)
class Reset:
    """The first ``percent`` of the body, then a TCP reset."""

    percent: float = 50

    def deliver(self, response: Response, wire: Wire) -> None:
        wire.send(response.head(Content_Length=str(len(response.body))) + _first(self.percent, response.body))
        wire.reset()


@dataclass(frozen=True)
class WrongContentLength:
    """The whole body under a ``Content-Length`` that is ``by`` bytes too long, or too short when negative."""

    by: int

    def deliver(self, response: Response, wire: Wire) -> None:
        declared = max(0, len(response.body) + self.by)
        wire.send_last(response.head(Content_Length=str(declared), Connection="close") + response.body, keep_open=False)


@dataclass(frozen=True)
class BrokenChunks:
    """A chunked body whose second chunk is announced and never comes."""

    percent: float = 50

    def deliver(self, response: Response, wire: Wire) -> None:
        sent = _first(self.percent, response.body)
        chunks = b"%x\r\n%b\r\n%x\r\n" % (len(sent), sent, max(1, len(response.body) - len(sent)))
        wire.send_last(response.head(Transfer_Encoding="chunked", Connection="close") + chunks, keep_open=False)


def _first(percent: float, body: bytes) -> bytes:
    return body[: int(len(body) * percent / 100)]
