"""A wire between a command and an emulator: it tells which calls were made, and puts faults in the place of answers."""

from __future__ import annotations

import http.client
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.waiting import PATIENCE

Answer = tuple[int, str, bytes]
"""The status, the content type and the body."""


@dataclass
class Fault:
    """What calls of an operation get instead of an answer, `times` of them after the first `after`."""

    operation: str
    answer: Answer | None
    """None: the connection is dropped."""
    times: int = 1
    after: int = 0


@dataclass
class Wire:
    """The calls that went over it, and what is to go wrong; `after` is told of each call."""

    endpoint: str
    address: str = ""
    calls: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """Operations of which one answer each is lost, though the call was made."""
    doubled: list[str] = field(default_factory=list)
    """Operations of which one call each arrives twice: what is answered is the answer to the second."""
    chance: Callable[[str], str] = lambda _: ""
    """What goes wrong with a call of the operation: `lost`, `doubled`, `dropped` (before it is made), `reset` (within
    the answer), `unwell` (a 500), `throttled`, or nothing."""
    after: Callable[[str], None] = lambda _: None
    rewritten: Callable[[bytes], bytes] = lambda body: body
    """What the emulator gets for the body of a call."""
    reworded: Callable[[bytes], bytes] = lambda body: body
    """What a command gets for the body of an answer."""
    answer: Callable[[str, bytes], Answer | None] = lambda *_: None
    """What is answered instead of the emulator, by operation and body."""

    def once_after(self, operation: str, act: Callable[[], None], *, calls: int = 1) -> None:
        """Has something done after so many calls of the operation, before the last of them is answered."""

        def after(called: str) -> None:
            nonlocal calls
            if called == operation:
                calls -= 1
                if calls == 0:
                    act()

        self.after = after

    def fault(self, operation: str) -> Fault | None:
        """The fault that this call of the operation has, if any."""
        for fault in self.faults:
            if fault.operation in (operation, "*"):
                if fault.after > 0:
                    fault.after -= 1
                elif fault.times > 0:
                    fault.times -= 1
                    return fault
        return None


def xml_error(code: str, message: str, status: int = 400) -> Answer:
    """An error as services with XML answers tell it."""
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        "<RequestId>0</RequestId></ErrorResponse>"
    )
    return status, "text/xml", body.encode()


def json_error(code: str, message: str, status: int = 400) -> Answer:
    """An error as services with JSON answers tell it."""
    return status, "application/x-amz-json-1.0", json.dumps({"__type": code, "message": message}).encode()


def json_answer(data: object) -> Answer:
    """A good answer of a service with JSON answers."""
    return 200, "application/x-amz-json-1.1", json.dumps(data).encode()


def page(status: int = 200) -> Answer:
    """A page for people, as proxies answer."""
    return status, "text/html; charset=utf-8", b"<!DOCTYPE html><html><body>Please log in</body></html>"


class _Server(ThreadingHTTPServer):
    """A server that is silent about a client that ended before its answer: tests read what a command prints."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def wire_to(endpoint: str) -> Iterator[Wire]:
    """A wire to the emulator there."""
    wire = Wire(endpoint=endpoint)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_call(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            operation = _operation(self.command, self.path, self.headers.get("X-Amz-Target", ""), body)
            wire.calls.append(operation)
            fault = wire.fault(operation)
            chance = wire.chance(operation)
            if chance == "dropped" or (fault is not None and fault.answer is None):
                self.drop()
                return
            if chance in _REFUSALS and fault is None:
                fault = Fault(operation, _refusal(chance, self.headers.get("X-Amz-Target", "")))
            own = fault.answer if fault else wire.answer(operation, body)
            if own:
                status, headers, content = own[0], {"Content-Type": own[1]}, own[2]
            else:
                call = (wire.endpoint, self.command, self.path, dict(self.headers), wire.rewritten(body))
                if _is_in(wire.doubled, operation) or chance == "doubled":
                    _forwarded(*call)
                status, headers, content = _forwarded(*call)
            content = wire.reworded(content)
            wire.after(operation)
            if _is_in(wire.lost, operation) or chance == "lost":
                self.drop()
                return
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if chance == "reset":
                self.wfile.write(content[: len(content) // 2])
                self.drop()
                return
            if self.command != "HEAD":
                self.wfile.write(content)

        def drop(self) -> None:
            self.close_connection = True
            self.wfile.flush()
            self.connection.close()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    for method in ("GET", "PUT", "POST", "HEAD", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.handle_call)
    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    wire.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        server.shutdown()
        server.server_close()


_REFUSALS = {"unwell": ("InternalFailure", "try later", 500), "throttled": ("Throttling", "Rate exceeded", 400)}


def _refusal(chance: str, target: str) -> Answer:
    return (json_error if target else xml_error)(*_REFUSALS[chance])


def _is_in(operations: list[str], operation: str) -> bool:
    """Return whether the operation was in the list, from which it is taken."""
    if operation not in operations:
        return False
    operations.remove(operation)
    return True


_OWN_HEADERS = ("expect", "connection", "content-length")


def _operation(method: str, path: str, target: str, body: bytes) -> str:
    if target:
        return target.rpartition(".")[2]
    if "/operation/" in path:
        return path.rpartition("/operation/")[2]
    if method == "POST" and body.startswith(b"Action="):
        return parse_qs(body.decode())["Action"][0]
    query = urlsplit(path).query
    return f"S3 {method}" + (f" {query.partition('=')[0]}" if query else "")


def _forwarded(
    endpoint: str, method: str, path: str, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=PATIENCE)
    try:
        sent = {name: value for name, value in headers.items() if name.lower() not in _OWN_HEADERS}
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()
