"""Requests and answers as messages between processes: a message is whole, or it is none.

A message is sent over a Unix socket of kind SEQPACKET, which keeps packets apart: data packets first, and last one that
closes the message with its length and header. Who has not seen that last packet, with the length that was counted, has
nothing. Three packets stand alone: a child says that it is ready before it is sent anything; the template says that it
is busy, or that the child of a connection has ended.
"""

from __future__ import annotations

import json
import socket
from typing import Any, Final

import attrs
import pyoxigraph as ox

from nkgraph.sparql import Answer, Problem, SparqlRequest

__all__ = [
    "BusyError",
    "EndedError",
    "LostError",
    "await_ready",
    "pack_answer",
    "pack_question",
    "pack_request",
    "receive",
    "send",
    "send_busy",
    "send_ended",
    "send_ready",
    "unpack_answer",
    "unpack_request",
]

_PACKET: Final = 60_000
_DATA, _LAST, _READY, _BUSY, _ENDED = b"D", b"L", b"R", b"B", b"X"


class LostError(Exception):
    """The other side is gone, or what came is no whole message."""


class BusyError(Exception):
    """As many children as allowed are at work."""


class EndedError(Exception):
    """The child of this connection has ended, by a signal (its number) or by itself (0)."""

    def __init__(self, signal: int) -> None:
        self.signal = signal
        super().__init__(f"ended by signal {signal}")


def send(connection: socket.socket, header: dict[str, Any], body: bytes) -> None:
    """Send a message.

    Raises:
        LostError: the other side is gone.
    """
    last = json.dumps({**header, "length": len(body)}).encode()
    if len(last) > _PACKET:
        raise LostError("a header is longer than a packet")
    try:
        for start in range(0, len(body), _PACKET):
            connection.sendall(_DATA + body[start : start + _PACKET])
        connection.sendall(_LAST + last)
    except OSError as error:
        raise LostError(str(error)) from error


def send_ready(connection: socket.socket) -> None:
    """Tell a client that its child waits for a request."""
    _tell(connection, _READY)


def await_ready(connection: socket.socket) -> None:
    """Wait until a child waits for a request.

    Raises:
        LostError: the other side is gone.
        BusyError, EndedError: the template says so.
    """
    try:
        packet = connection.recv(_PACKET + 1)
    except OSError as error:
        raise LostError(str(error)) from error
    if packet != _READY:
        raise _read_notice(packet)


def _read_notice(packet: bytes) -> Exception:
    """Return the error that a packet which is no part of a message stands for."""
    if packet[:1] == _BUSY:
        return BusyError()
    if packet[:1] == _ENDED:
        return EndedError(int(packet[1:]))
    return LostError("the other side is gone")


def send_busy(connection: socket.socket) -> None:
    """Tell a client that no child can be had now; a client that is gone is not told."""
    _tell(connection, _BUSY)


def send_ended(connection: socket.socket, signal: int) -> None:
    """Tell a client that its child has ended, never waiting for it; a client that is gone is not told."""
    _tell(connection, _ENDED + str(signal).encode())


def _tell(connection: socket.socket, packet: bytes) -> None:
    try:
        connection.send(packet, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
    except OSError:
        return


def receive(connection: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Return the header and body of the next message.

    Raises:
        LostError: the other side is gone (``TimeoutError`` of a socket with a timeout included), or lengths differ.
        BusyError, EndedError: the template says so.
    """
    body = bytearray()
    while True:
        try:
            packet = connection.recv(_PACKET + 1)
        except OSError as error:
            raise LostError(str(error)) from error
        kind, payload = packet[:1], packet[1:]
        if kind == _DATA:
            body += payload
        elif kind == _LAST:
            header = json.loads(payload)
            if header.pop("length") != len(body):
                raise LostError("the length of a message is not the one it states")
            return header, bytes(body)
        else:
            raise _read_notice(packet)


def _pack_term(term: ox.NamedNode | ox.Literal) -> dict[str, str]:
    if isinstance(term, ox.NamedNode):
        return {"iri": term.value}
    if term.language is not None:
        return {"value": term.value, "language": term.language}
    return {"value": term.value, "datatype": term.datatype.value}


def _unpack_term(packed: dict[str, str]) -> ox.NamedNode | ox.Literal:
    if "iri" in packed:
        return ox.NamedNode(packed["iri"])
    if "language" in packed:
        return ox.Literal(packed["value"], language=packed["language"])
    return ox.Literal(packed["value"], datatype=ox.NamedNode(packed["datatype"]))


def pack_request(request: SparqlRequest) -> bytes:
    """Return a request as bytes."""
    fields = attrs.asdict(request, recurse=False)
    fields["substitutions"] = {name: _pack_term(term) for name, term in request.substitutions.items()}
    return json.dumps(fields).encode()


def pack_question(words: tuple[str, str, str]) -> bytes:
    """Return the question why a triple is in the graph, as bytes; its three words as in N-Triples."""
    return json.dumps({"why": words}).encode()


def unpack_request(body: bytes) -> SparqlRequest | tuple[str, str, str]:
    """Return the request that ``pack_request`` made bytes of, or the words of ``pack_question``."""
    fields = json.loads(body)
    if "why" in fields:
        subject, predicate, target = fields["why"]
        return subject, predicate, target
    fields["substitutions"] = {name: _unpack_term(packed) for name, packed in fields["substitutions"].items()}
    for name in ("default_graphs", "named_graphs"):
        fields[name] = tuple(fields[name])
    return SparqlRequest(**fields)


def pack_answer(answer: Answer) -> tuple[dict[str, Any], bytes]:
    """Return an answer as header and body."""
    problem = None if answer.error is None else attrs.asdict(answer.error)
    return {"status": answer.status, "media_type": answer.media_type, "error": problem}, answer.body


def unpack_answer(header: dict[str, Any], body: bytes) -> Answer:
    """Return the answer that ``pack_answer`` took apart."""
    problem = header["error"]
    return Answer(header["status"], header["media_type"], body, None if problem is None else Problem(**problem))
