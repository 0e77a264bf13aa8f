#!/usr/bin/env python3
"""Clients that are slow, greedy, broken or hostile, over raw sockets: each is cut off or answered by its own status, and
the server answers everyone else meanwhile."""

import contextlib
import json
import os
import socket
import struct
import sys
import time

from server import Server, expect, folder, make_runs, read_response


def head(server, line="GET /healthz HTTP/1.1", *fields):
    return "\r\n".join((line, "Host: " + server.host, *fields, "", "")).encode("latin-1")


def resident(server):
    """The server's memory in MiB."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def metric(server, name):
    text = server.ask("GET", "/metrics").body.decode()
    return float(next(line.split()[-1] for line in text.splitlines() if line.startswith(f"cellwise_{name} ")))


def closed_after(connection, most):
    """Seconds until the server closes."""
    begun = time.monotonic()
    connection.settimeout(most)
    try:
        while connection.recv(65536):
            pass
    except socket.timeout:
        return most
    except ConnectionError:
        pass
    return time.monotonic() - begun


def check_deadlines(server):
    """With deadlines of two seconds; a byte now and then does not move them."""
    body = head(server, "POST /v1/predict HTTP/1.1", "Content-Type: application/json", "Content-Length: 1000")
    for name, first in (("head", head(server)[:-2]), ("body", body + b'{"texts":["'), ("an answered connection", head(server))):
        with server.connect() as slow:
            slow.sendall(first)
            if name == "an answered connection":
                expect(read_response(slow).status == 200, name)
            begun = time.monotonic()
            while time.monotonic() - begun < 1.2 and name != "an answered connection":
                slow.sendall(b"x")
                time.sleep(0.3)
            expect(1 < time.monotonic() - begun + closed_after(slow, 4) < 3.5, f"{name}: the connection outlives its deadline, or ends before it")
    # Who does not read his answers is cut off too: more is asked for than socket buffers hold.
    with server.connect() as greedy:
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.settimeout(0.2)
        begun, sent = time.monotonic(), 0
        asked = head(server, "GET /assets/chart.js HTTP/1.1") * 100
        with contextlib.suppress(ConnectionError, socket.timeout):
            while time.monotonic() - begun < 1:
                sent += greedy.send(asked)
        before = metric(server, "timeouts_total")
        while metric(server, "timeouts_total") == before and time.monotonic() - begun < 8:
            time.sleep(0.1)
        expect(time.monotonic() - begun < 6, "a client who reads nothing keeps his connection")
    expect(server.ask("GET", "/healthz").status == 200, "the others are answered")


def check_odd_requests(server):
    """What a request of the kind gets; 0: the connection is closed without a word."""
    table = {
        "a WebSocket": (head(server, "GET /v1/events HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="), {200}),
        "an upgrade to HTTP/2": (head(server, "GET /healthz HTTP/1.1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), {200}),
        "CONNECT": (head(server, "CONNECT evil.example:443 HTTP/1.1"), {400, 405}),
        "OPTIONS *": (head(server, "OPTIONS * HTTP/1.1"), {405}),
        "HEAD where there is only POST": (head(server, "HEAD /v1/predict HTTP/1.1", "Connection: close"), {405}),
        "PUT": (head(server, "PUT /v1/predict HTTP/1.1"), {405}),
        "DELETE of a page": (head(server, "DELETE /review HTTP/1.1", "Connection: close"), {404, 405}),
        "a method in small letters": (head(server, "get /healthz HTTP/1.1"), {400, 405}),
        "a method of 5,000 letters": (head(server, "A" * 5000 + " / HTTP/1.1"), {400, 405}),
        "HTTP/0.9": (b"GET /healthz\r\n\r\n", {400, 505}),
        "HTTP/1.0": (head(server, "GET /healthz HTTP/1.0"), {200}),
        "HTTP/1.2": (head(server, "GET /healthz HTTP/1.2"), {505}),
        "HTTP/3.0": (head(server, "GET /healthz HTTP/3.0"), {505}),
        "TLS's greeting": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(1, 10)) + b"\r\n\r\n", {400}),
        "a long target": (head(server, "GET /" + "a" * 7000 + " HTTP/1.1", "Connection: close"), {404}),
        "a target beyond the limit": (head(server, "GET /" + "a" * 9000 + " HTTP/1.1"), {431}),
        "a thousand fields": (head(server, "GET /healthz HTTP/1.1", *(f"X{i}: 1" for i in range(1000))), {431}),
        "eight hundred empty fields": (head(server, "GET /healthz HTTP/1.1", *(["A:"] * 800), "Connection: close"), {200}),
        "a field without a name": (head(server, "GET /healthz HTTP/1.1", ": a"), {400}),
        "a field without a colon": (head(server, "GET /healthz HTTP/1.1", "Nothing"), {400}),
        "a carriage return in a field": (head(server, "GET /healthz HTTP/1.1", "X: a\rY: b"), {400}),
        "a tabulator in the target": (head(server, "GET /health\tz HTTP/1.1"), {400}),
        "bytes above ASCII in the target": (head(server, "GET /\xe9t\xe9 HTTP/1.1"), {400}),
        "a half of a character in a query": (head(server, "GET /v1/events?run=%ED%A0%80 HTTP/1.1"), {400}),
        "an overlong slash": (head(server, "GET /assets/%c0%ae%c0%ae%c0%af HTTP/1.1"), {400}),
        "a line end in the target": (head(server, "GET /healthz%0d%0aX:%20y HTTP/1.1"), {400}),
        "backslashes": (head(server, "GET /assets/..\\..\\index.html HTTP/1.1", "Connection: close"), {400, 404}),
        "a name with a path": (head(server, "GET /v1/runs/..%2F..%2F..%2Fetc%2Fpasswd/report HTTP/1.1", "Connection: close"), {404}),
        "bytes above ASCII in a field": (head(server, "GET /healthz HTTP/1.1", "X: \xff\xfe", "Connection: close"), {200}),
        "an odd Last-Event-ID": (head(server, "GET /v1/events HTTP/1.1", "Last-Event-ID: " + ",".join(["x:-1", ":", "::9", "a:99999999999999999999999"] * 100)), {200}),
        "a body that nobody wants": (head(server, "GET /healthz HTTP/1.1", "Content-Length: 5") + b"hello", {200}),
    }
    for name, (data, statuses) in table.items():
        response = server.raw(data)
        expect(response.status in statuses, f"{name}: {response.status} in place of {statuses}: {response.body[:200]}")
        expect("upgrade" not in response.fields, f"{name}: {response.fields}")


def check_odd_bodies(server):
    table = {
        "half a pair of surrogates": (b'{"texts":["\\ud800"]}', 400),
        "a number too large": (b'{"ids":[[1e999]]}', None),
        "a number of a megabyte": (b'{"ids":[[' + b"9" * 900000 + b"]]}", None),
        "NaN": (b'{"rows":[{"age":NaN}]}', 400),
        "a NUL in a text": (b'{"texts":["a\\u0000b"]}', 200),
        "a NUL byte": (b'{"texts":["a\0b"]}', 400),
        "the mark of byte order": (b'\xef\xbb\xbf{"texts":["a"]}', None),
        "UTF-16": ('{"texts":["a"]}').encode("utf-16"), "nothing": (b"", 400), "two documents": (b'{"texts":["a"]}{}', 400), "a comment": (b'/*x*/{"texts":["a"]}', 400),
        "open brackets": (b"[" * 1000000, 400), "open objects": (b'{"texts":' * 100000, 400), "a million commas": (b'{"texts":[' + b"," * 900000 + b"]}", 400),
        "a long key": (b'{"' + b"k" * 900000 + b'":1}', 422), "a long key of three bytes a letter": (b'{"a' + "\uac00".encode() * 300000 + b'":1}', 422), "60,000 keys": (b"{" + b",".join(b'"k%d":1' % i for i in range(60000)) + b"}", 422),
        "a text of a megabyte": (b'{"texts":["' + b"a " * 450000 + b'"]}', 200), "256 long texts": (b'{"texts":[' + b",".join([b'"' + b"good " * 800 + b'"'] * 256)[:1000000] + b"", 400),
    }
    for name, case in table.items():
        body, status = case if isinstance(case, tuple) else (case, 400)
        begun = time.monotonic()
        response = server.ask("POST", "/v1/predict", body)
        expect(response.status == status or (status is None and response.status in (200, 400, 422)), f"{name}: {response.status} {response.body[:200]}")
        expect(response.status == 200 or response.json()["status"] == response.status, f"{name}: no problem document")
        expect(len(response.body) < 2000 and time.monotonic() - begun < 5, f"{name}: {len(response.body)} bytes after {time.monotonic() - begun:.1f} s")


def check_pipelining(server):
    """Thousands of requests in one piece are answered in order, and their answers do not pile up in the server."""
    count = 5000
    body = lambda i: json.dumps({"texts": [" ".join(["good"] * (i % 7) + ["x1"])]}).encode()
    data = b"".join(head(server, "POST /v1/predict HTTP/1.1", "Content-Type: application/json", f"Content-Length: {len(body(i))}") + body(i) for i in range(count))
    before = resident(server)
    with server.connect() as connection:
        connection.setblocking(False)
        got, sent = b"", 0
        until = time.monotonic() + 25
        while got.count(b"\r\n\r\n") < count and time.monotonic() < until:
            with contextlib.suppress(BlockingIOError):
                sent += connection.send(data[sent : sent + 65536])
            with contextlib.suppress(BlockingIOError):
                got += connection.recv(1 << 20)
    bodies = [json.loads(part.split(b"\r\n\r\n", 1)[1]) for part in got.split(b"HTTP/1.1 200 OK")[1:]]
    expect(len(bodies) == count, f"{len(bodies)} of {count} answers")
    unknown = [one["predictions"][0]["unknown_share"] for one in bodies]
    expect(all(abs(share - 1 / (1 + i % 7)) < 1e-12 for i, share in enumerate(unknown)), "the answers are out of order")
    with server.connect() as connection:  # asks and asks, reads nothing: what the server keeps of it has a limit
        connection.settimeout(0.3)
        asked = head(server) * 1000
        with contextlib.suppress(socket.timeout, ConnectionError):
            for _ in range(200):
                connection.sendall(asked)
        expect(resident(server) - before < 30, f"memory grew by {resident(server) - before:.0f} MiB")


def check_hasty_clients(server):
    """Clients who leave in the middle of everything; nothing is left behind."""
    request = head(server, "POST /v1/predict HTTP/1.1", "Content-Type: application/json", "Content-Length: 26") + b'{"texts":["slow good x1"]}'
    for i in range(300):
        connection = server.connect()
        connection.sendall(request[: 1 + i * 7 % len(request)] if i % 3 else request if i % 6 else head(server, "GET /v1/events HTTP/1.1"))
        if i % 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # resets
        connection.close()
    with server.connect() as half:  # closes its sending side at once, and still wants its answer
        half.sendall(head(server, "GET /healthz HTTP/1.1", "Connection: close"))
        half.shutdown(socket.SHUT_WR)
        expect(read_response(half).status == 200, "a client that has said all it wants to say")
    until = time.monotonic() + 25
    while (metric(server, "open_connections") > 1 or metric(server, "requests_in_flight") > 1 or metric(server, "event_streams") > 0) and time.monotonic() < until:
        time.sleep(0.2)
    expect(metric(server, "open_connections") == 1 and metric(server, "event_streams") == 0, f"{metric(server, 'open_connections')} connections are left")
    expect(len(os.listdir(f"/proc/{server.process.pid}/fd")) < 30, "descriptors are left")


def check_addresses(runs):
    """A remote address has 32 connections. This machine's own address in the network stands for one."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
            own = probe.getsockname()[0]
        except OSError:
            own = "127.0.0.1"
    if own.startswith("127."):
        print("check_addresses skipped: this machine has no address but its loopback")
        return
    token = os.path.join(runs, "token")
    with open(token, "w", encoding="utf-8") as file:
        file.write("0123456789abcdef\n")
    with Server("--runs", runs, "--host", "0.0.0.0", "--token-file", token) as server, contextlib.ExitStack() as stack:
        remote = lambda: stack.enter_context(socket.create_connection((own, server.port), 10))
        held = [remote() for _ in range(32)]
        expect(read_response(remote()).status == 503, "connection 33 of an address is taken")
        expect(server.ask("GET", "/healthz").status == 200, "others are answered meanwhile")
        held[0].sendall(f"GET /healthz HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n".encode())
        expect(read_response(held[0]).status == 200, "those that were taken are answered")
        held[0].close()
        time.sleep(0.5)
        again = remote()
        again.sendall(f"GET /healthz HTTP/1.1\r\nHost: {own}\r\n\r\n".encode())
        expect(read_response(again).status == 200, "one that has gone leaves its place")


def main():
    with folder() as runs:
        make_runs(runs)
        with Server("--runs", runs) as server:
            for check in (check_odd_requests, check_odd_bodies, check_pipelining, check_hasty_clients):
                begun = time.monotonic()
                check(server)
                print(f"{check.__name__} passed in {time.monotonic() - begun:.1f} s", flush=True)
        check_addresses(runs)
        with Server("--runs", runs, "--seconds", "2") as server:
            check_deadlines(server)
    print("all passed")


if __name__ == "__main__":
    sys.exit(main())
