"""A Longwire client: Python 3.9 or later, standard library only, written from packages/protocol/SPEC.md alone.

A Client belongs to one thread, and keeps its connection and its token alive only inside its methods: call receive()
more often than the heartbeat interval, if only with a timeout of 0.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import random
import select
import socket
import ssl
import sys
import time
import urllib.error
import urllib.request
import uuid
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Callable, NamedTuple

from longwire_frames import CLOSE_CODES, Frame, FrameError, FrameParser, LongwireError, encode_frame

STATUSES = {"PUBLISH": ("ACCEPTED", "RETRY", "REJECTED"),
            "SEND": ("DELIVERED", "OFFLINE", "QUEUE_FULL", "RETRY", "REJECTED")}
LIMIT_BEFORE_CONNECTED = 4096
BACKOFF_BASE, BACKOFF_CAP = 0.5, 30.0  # seconds
REMEMBERED = 2000  # received messages whose repetition is noticed


class Message(NamedTuple):
    sender: str  # empty: a push of the platform
    message_id: str
    payload: bytes
    sent_at_ms: int


class Answer(NamedTuple):
    message_id: str
    status: str  # one of STATUSES
    detail: str


class Disconnected(LongwireError):
    """There is no connection; `then` is what to do by section 3: "reconnect", "sign in" again or "stay away"."""

    def __init__(self, text: str, then: str = "reconnect", retry_after: float = 0.0, exit_code: int = 1) -> None:
        super().__init__(text)
        self.then, self.retry_after, self.exit_code = then, retry_after, exit_code


class Grant(NamedTuple):
    token: str
    addresses: list[str]  # of push-servers, best first: host:port, or tls://host:port
    renew_at: float  # on the monotonic clock


def trust(ca_file: str = "") -> ssl.SSLContext:
    """How certificates are verified: by the authorities of this file, or of the system."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def sign_in(auth_url: str, client_id: str, client_secret: str, tls: ssl.SSLContext) -> Grant:
    body = json.dumps({"clientId": client_id, "clientSecret": client_secret}).encode()
    return _request_grant(auth_url, "/v1/tokens", body, {"Content-Type": "application/json"}, tls)


def refresh(auth_url: str, token: str, tls: ssl.SSLContext) -> Grant:
    """A newer token by one that is still valid."""
    return _request_grant(auth_url, "/v1/tokens/refresh", b"", {"Authorization": f"Bearer {token}"}, tls)


def _request_grant(auth_url: str, path: str, body: bytes, headers: dict[str, str], tls: ssl.SSLContext) -> Grant:
    try:
        request = urllib.request.Request(f"{auth_url.rstrip('/')}{path}", body, headers, method="POST")
        with urllib.request.urlopen(request, timeout=10, context=tls) as response:
            answer = json.load(response)
            now = parsedate_to_datetime(response.headers["Date"])  # the clock that the token was issued by
        life = (datetime.fromisoformat(answer["expiresAt"].replace("Z", "+00:00")) - now).total_seconds()
        nodes = [answer["pushServer"], *answer["alternatives"]]
        return Grant(answer["token"], [f"tls://{node['tls']}" if "tls" in node else node["tcp"] for node in nodes],
                     time.monotonic() + life * random.uniform(0.7, 0.85))
    except urllib.error.HTTPError as error:
        problem: dict[str, Any] = {}
        with suppress(ValueError, OSError):
            problem = dict(json.load(error))
        text = f"sign-in refused: {error.code} {problem.get('code', error.reason)}: {problem.get('detail', '')}"
        after = error.headers.get("Retry-After", "")
        retry = error.code >= 500 or error.code in (408, 429)
        raise Disconnected(text, "sign in" if retry else "stay away", int(after) if after.isdigit() else 0,
                           exit_code=3 if error.code == 401 else 1) from None
    except OSError as error:
        raise Disconnected(f"cannot reach the auth-service {auth_url}: {getattr(error, 'reason', error)}") from None
    except (http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        raise Disconnected(f"{auth_url} does not answer like an auth-service: {error!r}") from None


def open_first(addresses: list[str], tls: ssl.SSLContext) -> socket.socket:
    """A connection to the first address that takes it."""
    failures = []
    for address in addresses:
        host, _, port = address.removeprefix("tls://").rpartition(":")
        host = host.strip("[]")
        try:
            sock = socket.create_connection((host, int(port)), timeout=5)
            return tls.wrap_socket(sock, server_hostname=host) if address.startswith("tls://") else sock
        except (OSError, ValueError, OverflowError) as error:
            failures.append(f"{address}: {error}")
    raise Disconnected(f"cannot connect to a push-server: {'; '.join(failures)}")


class Client:
    """Keeps one client id connected: its methods reconnect and sign in again, unless the client is to stay away."""

    def __init__(self, auth_url: str, client_id: str, client_secret: str,
                 on_connected: Callable[[str], None] = lambda connection: None, ca_file: str = "") -> None:
        self._credentials, self._on_connected = (auth_url, client_id, client_secret), on_connected
        self._tls = trust(ca_file)
        self._token, self._addresses = "", [""]
        self._grant = Grant("", [], 0.0)  # the last
        self._renew_at = float("inf")  # when to ask for a newer token; never while REFRESHED is awaited
        self._away: LongwireError | None = LongwireError("not connected")  # why not to connect by itself
        self._failure: LongwireError | None = None  # the last
        self._failures, self._not_before = 0, 0.0  # failed attempts in a row; when the next may begin
        self._sock: socket.socket | None = None
        self._parser = FrameParser(LIMIT_BEFORE_CONNECTED)
        self._written_at, self._pinged_at, self._heartbeat = 0.0, 0.0, 0.0  # pinged_at 0: no PONG is awaited
        self._interval, self._next_at = 0.0, 0.0  # between two messages, by the server's pace; when the next may go
        self._redirect: tuple[float, list[str]] | None = None  # when to leave, and where to
        self._to_acknowledge: list[int] = []
        self._inbox: dict[tuple[str, str], tuple[Message, list[int]]] = {}  # by (from, message id), with delivery ids
        self._seen: dict[tuple[str, str], None] = {}  # what receive() has returned, the latest last
        self._request: tuple[str, str, bytes] | None = None  # type and message id of the awaited answer; frame
        self._answer: dict[str, Any] = {}

    def connect(self, timeout: float = 10.0) -> None:
        """Signs in, at once or not at all, and connects."""
        self._sign_in()
        self._away, self._failures, self._not_before = None, 0, 0.0
        if not self._run(lambda: self._sock is not None, timeout):
            self._away = self._failure or LongwireError("not connected in time")
            raise self._away

    def _sign_in(self) -> None:
        self._grant = sign_in(*self._credentials, self._tls)
        self._token, self._addresses, _ = self._grant

    def publish(self, kind: str, payload: bytes, message_id: str = "", timeout: float = 30.0) -> Answer:
        """A message for the backend. After RETRY, or no answer, call it again later with the same message_id."""
        return self._ask("PUBLISH", {"kind": kind, "payload": payload}, message_id, timeout)

    def send(self, to: str, payload: bytes, message_id: str = "", timeout: float = 30.0) -> Answer:
        """A message for another client; otherwise like publish()."""
        return self._ask("SEND", {"to": to, "payload": payload}, message_id, timeout)

    def receive(self, timeout: float | None = None) -> Message | None:
        """The next message, None when none comes in time. The next call of a method acknowledges it, as the caller is
        done with it then. (So a client that sends to itself, or awaits one that awaits it, is answered with RETRY.)"""
        if not self._run(lambda: bool(self._inbox), timeout):
            return None
        key = next(iter(self._inbox))
        message, delivery_ids = self._inbox.pop(key)
        self._to_acknowledge += delivery_ids
        self._seen[key] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return message

    def close(self) -> None:
        """Acknowledges what was received, and says goodbye."""
        self._acknowledge()
        self._hang_up("goodbye", "")
        self._away = LongwireError("not connected")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, error: object, *_: object) -> None:
        if error is not None:
            self._to_acknowledge.clear()  # the caller is not done with it
        self.close()

    def _ask(self, type: str, message: dict[str, Any], id: str, timeout: float) -> Answer:
        """One at a time, so that max_in_flight does not matter."""
        id, end = id or uuid.uuid4().hex, time.monotonic() + timeout
        if (wait := self._next_at - time.monotonic()) > 0:
            self._run(lambda: time.monotonic() >= self._next_at, min(wait, timeout))
        if not self._run(lambda: self._sock is not None, timeout):
            raise LongwireError(f"no connection within {timeout:g} s; {type} {id} was not sent")
        frame = encode_frame(type, {"message_id": id, **message}, limit=self._parser.limit)
        self._answer, self._request = {}, ("PUBLISHED" if type == "PUBLISH" else "SENT", id, frame)
        self._next_at = time.monotonic() + self._interval
        self._write(frame)
        try:
            if not self._run(lambda: bool(self._answer), end - time.monotonic()):
                self._drop()  # a later request begins with nothing unanswered
                raise LongwireError(f"no answer to {type} {id} within {timeout:g} s; send it again with this id")
        finally:
            self._request = None
        status = self._answer.get("status", 0)
        known = STATUSES[type]
        return Answer(id, known[status] if status < len(known) else f"UNKNOWN_{status}", self._answer.get("detail", ""))

    def _run(self, done: Callable[[], bool], timeout: float | None) -> bool:
        """Keeps the conversation going, and the connection up, until done() or the timeout; whether it is done."""
        end = float("inf") if timeout is None else time.monotonic() + timeout
        self._acknowledge()
        while not done():
            if self._away is not None:
                raise self._away
            last_turn = time.monotonic() >= end
            try:
                if self._sock is None:
                    self._try_to_connect(end)
                else:
                    self._converse(self._sock, end)
            except (FrameError, Disconnected) as problem:
                if isinstance(problem, FrameError):
                    self._hang_up(problem.name, problem.why)
                    error = Disconnected(f"the server broke the protocol: {problem}")
                else:
                    error = problem
                self._drop()
                self._failure = error
                if error.then == "stay away":
                    self._away = error
                    raise
                if error.then == "sign in" or self._failures >= 3:
                    self._token = ""
                backoff = random.uniform(0, min(BACKOFF_CAP, BACKOFF_BASE * 2 ** min(self._failures, 10)))
                self._not_before = time.monotonic() + max(backoff, error.retry_after)
            if last_turn:
                return done()
        return True

    def _try_to_connect(self, end: float) -> None:
        time.sleep(max(0.0, min(self._not_before, end) - time.monotonic()))
        if time.monotonic() < self._not_before:
            return
        self._failures += 1  # until it has succeeded
        if not self._token:
            self._sign_in()
        self._sock = open_first(self._addresses, self._tls)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._parser = FrameParser(LIMIT_BEFORE_CONNECTED)
        hello = {"version_min": 1, "version_max": 1, "token": self._token, "agent": "longwire-python-example"}
        self._write(encode_frame("CONNECT", hello, limit=LIMIT_BEFORE_CONNECTED))
        while (frame := self._parser.next_frame()) is None:
            self._read()
        if frame.type == "CLOSE":
            self._handle(frame)
        if frame.type != "CONNECTED":
            raise FrameError("unexpectedFrame", f"{frame.type} before CONNECTED")
        message = frame.message or {}
        if message.get("version") != 1:
            raise FrameError("unsupportedVersion", f"the server chose {message.get('version')}")
        self._failures = 0
        limits = message.get("limits", {})
        self._parser.limit = limits.get("max_frame_bytes", LIMIT_BEFORE_CONNECTED)
        rate = limits.get("max_messages_per_second", 0)  # 0: the server does not say
        self._interval = 1 / (0.95 * rate) if rate else 0.0
        self._heartbeat = message.get("heartbeat_interval_ms", 10_000) / 1000
        self._renew_at = self._grant.renew_at
        self._on_connected(message.get("connection", ""))
        if self._request is not None:
            self._write(self._request[2])  # again, with the same message id

    def _converse(self, sock: socket.socket, end: float) -> None:
        """Handles the next frame, or waits for bytes and does what the clock demands."""
        if frame := self._parser.next_frame():
            return self._handle(frame)
        self._acknowledge()
        now = time.monotonic()
        if self._redirect and now >= self._redirect[0]:
            self._addresses = self._redirect[1]
            self._token = self._token if self._addresses else ""
            self._not_before = 0.0
            return self._drop()
        if now >= self._renew_at:
            return self._renew()
        if not self._pinged_at and now >= self._written_at + self._heartbeat:
            self._write(encode_frame("PING"))
            self._pinged_at = now
        clock = (self._pinged_at or self._written_at) + self._heartbeat
        wake = min(end, clock, self._renew_at, self._redirect[0] if self._redirect else clock)
        has_rest = isinstance(sock, ssl.SSLSocket) and sock.pending() > 0  # decrypted already: select does not know
        if has_rest or select.select([sock], [], [], max(0.0, wake - now))[0]:
            self._read()
        elif self._pinged_at and time.monotonic() >= clock:
            raise Disconnected("the server does not answer PING")

    def _renew(self) -> None:
        """Hands a newer token over. While there is none the connection goes on, at most until its token has expired."""
        self._renew_at = float("inf")
        try:
            try:
                self._grant = refresh(self._credentials[0], self._grant.token, self._tls)
            except Disconnected as error:
                if error.then != "stay away":
                    raise
                self._grant = sign_in(*self._credentials, self._tls)
        except Disconnected as error:
            if error.then != "stay away":
                self._renew_at = time.monotonic() + max(random.uniform(0, BACKOFF_CAP), error.retry_after)
            return
        self._token = self._grant.token
        self._write(encode_frame("REFRESH", {"token": self._token}))

    def _handle(self, frame: Frame) -> None:
        message = frame.message or {}
        if frame.type == "PONG":
            self._pinged_at = 0.0
        elif frame.type in ("PUBLISHED", "SENT"):
            if self._request is not None and self._request[:2] == (frame.type, message["message_id"]):
                self._answer = message
        elif frame.type == "DELIVER":
            key = (message.get("from", ""), message["message_id"])
            delivery_ids = self._to_acknowledge
            if key not in self._seen:
                new = Message(*key, message.get("payload", b""), message.get("sent_at_ms", 0))
                delivery_ids = self._inbox.setdefault(key, (new, []))[1]
            if "delivery_id" in message:
                delivery_ids.append(message["delivery_id"])
        elif frame.type == "REDIRECT":
            scheme = "tls://" if isinstance(self._sock, ssl.SSLSocket) else ""
            addresses = [scheme + address for address in message.get("addresses", [])]
            self._redirect = time.monotonic() + message.get("delay_ms", 0) / 1000, addresses
        elif frame.type == "REFRESHED":
            self._renew_at = self._grant.renew_at
        elif frame.type == "CLOSE":
            code = message.get("code", 0)
            name = next((name for name, known in CLOSE_CODES.items() if known == code), "unknown")
            then = {2: "sign in", 3: "stay away"}.get(code // 1000, "reconnect")
            raise Disconnected(f"closed by the server: {code} {name}: {message.get('reason', '')}", then,
                               message.get("retry_after_ms", 0) / 1000, exit_code=5)
        else:
            raise FrameError("unexpectedFrame", f"{frame.type} from the server")

    def _acknowledge(self) -> None:
        while self._to_acknowledge:  # 500 numbers fit into the smallest limit
            self._write(encode_frame("ACKNOWLEDGE", {"delivery_ids": self._to_acknowledge[:500]}))
            del self._to_acknowledge[:500]

    def _write(self, data: bytes) -> None:
        assert self._sock is not None
        self._written_at = time.monotonic()
        try:
            self._sock.sendall(data)
        except OSError:  # reading will tell why: there may be a CLOSE
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)

    def _read(self) -> None:
        assert self._sock is not None
        try:
            data = self._sock.recv(65536)
        except OSError as error:
            raise Disconnected(f"the connection to the push-server failed: {error}") from None
        if not data:
            raise Disconnected("the push-server ended the connection without CLOSE")
        self._parser.feed(data)

    def _hang_up(self, name: str, reason: str) -> None:
        if self._sock is not None:
            self._write(encode_frame("CLOSE", {"code": CLOSE_CODES[name], "reason": reason}))
            end = time.monotonic() + 1
            with suppress(OSError):  # a socket closed with bytes unread may take back what was written
                self._sock.settimeout(1)
                while self._sock.recv(65536) and time.monotonic() < end:
                    pass
        self._drop()

    def _drop(self) -> None:
        """Forgets the connection and what belongs to it: the numbers of deliveries do."""
        if self._sock is not None:
            self._sock.close()
        self._sock, self._pinged_at, self._redirect = None, 0.0, None
        self._to_acknowledge.clear()
        for _, delivery_ids in self._inbox.values():
            delivery_ids.clear()


def _print(event: str, **fields: Any) -> None:
    print(json.dumps({"event": event, **fields}), flush=True)


def _fail(exit_code: int, why: object) -> int:
    print(f"longwire_client: {' '.join(str(why).split())}", file=sys.stderr)
    return exit_code


def _listen(client: Client, count: int | None) -> int:
    while count is None or count > 0:
        if message := client.receive():
            try:
                content = {"text": message.payload.decode()}
            except UnicodeDecodeError:
                content = {"base64": base64.b64encode(message.payload).decode()}
            _print("message", **{"from": message.sender}, messageId=message.message_id, **content)
            count = None if count is None else count - 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="A small Longwire client. Prints one JSON object per line.", epilog=(
        "Exit codes: 0 done; 1 nothing reached, or no answer; 2 wrong arguments; 3 wrong credentials; "
        "4 not accepted or not delivered; 5 closed by the server."))
    for name in ("--auth", "--client-id", "--client-secret"):
        parser.add_argument(name, required=True)
    parser.add_argument("--ca-file", default="", help="PEM: who signs the certificates of the cluster")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("listen", help="print what arrives").add_argument("--count", type=int, help="end after so many")
    for name, option, text in (("publish", "--kind", "message the backend"), ("send", "--to", "message another client")):
        command = commands.add_parser(name, help=text)
        command.add_argument(option, required=True)
        command.add_argument("--message-id", default="", help="to send a message again; otherwise random")
        command.add_argument("text")
    args = parser.parse_args()

    def on_connected(connection: str) -> None:
        if args.command == "listen":
            _print("connected", connection=connection)

    try:
        with Client(args.auth, args.client_id, args.client_secret, on_connected, args.ca_file) as client:
            client.connect()
            if args.command == "listen":
                return _listen(client, args.count)
            if args.command == "publish":
                answer = client.publish(args.kind, os.fsencode(args.text), args.message_id)
            else:
                answer = client.send(args.to, os.fsencode(args.text), args.message_id)
        _print("published" if args.command == "publish" else "sent", messageId=answer.message_id, status=answer.status)
        if answer.status in ("ACCEPTED", "DELIVERED"):
            return 0
        why = {"OFFLINE": "the recipient is not connected", "QUEUE_FULL": "the recipient's queue is full",
               "RETRY": "try again later with the same --message-id"}
        return _fail(4, f"{answer.status}: {answer.detail or why.get(answer.status, 'not accepted')}")
    except (LongwireError, OSError) as error:
        return _fail(getattr(error, "exit_code", 1), error)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
