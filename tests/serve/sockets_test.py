#!/usr/bin/env python3
"""What the server promises, over raw sockets: each line of the list in docs/serve.md, and the API."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time

from server import PROGRAM, Server, expect, folder, make_runs, progress, read_response

TOKEN = "0123456789abcdef0123456789abcdef"


def check_smuggling(server):
    """Requests whose end two readers could see in different places."""
    good = f"POST /v1/predict HTTP/1.1\r\nHost: {server.host}\r\nContent-Type: application/json\r\n"
    body = '{"texts":["good"]}'
    expect(server.raw((good + f"Content-Length: {len(body)}\r\n\r\n{body}").encode()).status == 200, "the plain request must work")
    table = {
        "chunked": (good + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
        "chunked and a length": (good + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
        "chunked, oddly spelt": (good + "tRANSFER-encoding: xchunked\r\n\r\n", 501),
        "identity": (good + "Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n", 501),
        "two lengths": (good + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400),
        "one length twice": (good + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 400),
        "a list of lengths": (good + "Content-Length: 5, 5\r\n\r\nabcde", 400),
        "a signed length": (good + "Content-Length: +5\r\n\r\nabcde", 400),
        "a negative length": (good + "Content-Length: -1\r\n\r\n", 400),
        "a hexadecimal length": (good + "Content-Length: 0x5\r\n\r\nabcde", 400),
        "a huge length": (good + "Content-Length: 99999999999999999999999\r\n\r\n", 400),
        "two hosts": (f"GET / HTTP/1.1\r\nHost: {server.host}\r\nHost: {server.host}\r\n\r\n", 400),
        "no host": ("GET / HTTP/1.1\r\n\r\n", 400),
        "a folded line": (f"GET / HTTP/1.1\r\nHost: {server.host}\r\nX: a\r\n b\r\n\r\n", 400),
        "a blank before the colon": (f"GET / HTTP/1.1\r\nHost : {server.host}\r\n\r\n", 400),
        "bare line feeds": (f"GET / HTTP/1.1\nHost: {server.host}\n\n", 400),
        "a NUL": (f"GET / HTTP/1.1\r\nHost: {server.host}\r\nX: a\0b\r\n\r\n", 400),
        "absolute form": (f"GET http://{server.host}/ HTTP/1.1\r\nHost: {server.host}\r\n\r\n", 400),
        "HTTP/2's greeting": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        "TRACE": (f"TRACE / HTTP/1.1\r\nHost: {server.host}\r\n\r\n", 405),
        "a large head": (f"GET / HTTP/1.1\r\nHost: {server.host}\r\nX: {'a' * 9000}\r\n\r\n", 431),
        "a large body": (good + "Content-Length: 1048577\r\n\r\n", 413),
        "another expectation": (good + "Expect: coffee\r\nContent-Length: 0\r\n\r\n", 417),
    }
    for name, (data, status) in table.items():
        response = server.raw(data.encode("latin-1"))
        expect(response.status == status, f"{name}: {response.status} in place of {status}: {response.body[:200]}")
        expect(response.fields.get("connection") == "close", f"{name}: the connection stays open")
        expect(response.json()["status"] == status, f"{name}: no problem document")
        expect((status == 405) == (response.fields.get("allow") == "GET, HEAD, POST, DELETE"), f"{name}: Allow")


def check_paths(server):
    for path in ("/../etc/passwd", "/assets/../../etc/passwd", "/assets/%2e%2e/x", "/v1/runs/%2e%2e", "/v1/runs/a%00b", "/%zz", "//x", "/v1/runs/%ff"):
        expect(server.ask("GET", path).status == 400, path)
    for path in ("/assets/%252e%252e%252fx", "/assets/index.html", "/v1/runs/..%2f..%2fetc%2fpasswd", "/v1/runs/%2fetc/report", "/nothing"):
        expect(server.ask("GET", path).status == 404, path)


def check_strangers(server):
    ask = server.ask
    for host in ("evil.example", f"evil.example:{server.port}", "localhost.evil.example", "127.0.0.1.evil.example", "[::2]", "a:b", "127.0.0.2"):
        expect(ask("GET", "/healthz", Host=host).status == 421, "Host: " + host)
    for host in ("localhost", "LOCALHOST:1", "[::1]:8080", "127.0.0.1"):
        expect(ask("GET", "/healthz", Host=host).status == 200, "Host: " + host)
    own, texts = f"http://{server.host}", {"texts": ["good"]}
    expect(ask("POST", "/v1/predict", texts, Origin=own, Sec_Fetch_Site="same-origin").status == 200, "our own page")
    for origin in ("http://evil.example", "null", f"http://localhost:{server.port}", "file://"):
        expect(ask("POST", "/v1/predict", texts, Origin=origin).status == 403, "Origin: " + origin)
    for site in ("cross-site", "same-site"):
        expect(ask("POST", "/v1/predict", texts, Sec_Fetch_Site=site).status == 403, site)
        expect(ask("GET", "/v1/runs", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate").status == 403, site)
        expect(ask("GET", "/", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate").status == 200, "a link from elsewhere")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        expect(ask("POST", "/v1/predict", texts, Content_Type=kind).status == 415, "Content-Type: " + kind)
    response = ask("GET", "/")
    for name, value in (("content-security-policy", "default-src 'none'"), ("content-security-policy", "frame-ancestors 'none'"),
                        ("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")):
        expect(value in response.fields[name], f"{name}: {response.fields}")
    expect(not any(name.startswith("access-control") for name in response.fields), "CORS")
    expect(ask("OPTIONS", "/v1/predict").status == 405, "a preflight")


def check_bombs(server):
    deep = b'{"texts":' + b"[" * 100000 + b"]" * 100000 + b"}"
    expect(server.ask("POST", "/v1/predict", deep).status == 400, "a deep document")
    expect(server.ask("POST", "/v1/predict", b'{"texts":["a"],"texts":["b"]}').status == 400, "a key twice")
    expect(server.ask("POST", "/v1/predict", b'{"texts":["\xff"]}').status == 400, "bytes that are not UTF-8")
    for body in ({"texts": []}, {"texts": ["a"] * 257}, {"texts": "a"}, {"texts": [1]}, {"ids": [[-1]]}, {"ids": [[1.5]]}, {}, [],
                 {"texts": ["a"], "ids": [[1]]}, {"texts": ["a"], "colour": 1}, {"texts": ["throw-data-error"]}):
        response = server.ask("POST", "/v1/predict", body)
        expect(response.status == 422 and response.fields["content-type"] == "application/problem+json", f"{str(body)[:60]}: {response.status}")


def check_api(server):
    predictions = server.ask("POST", "/v1/predict", {"model": "lstm", "texts": ["good", "bad", "x1 good"]}).json()["predictions"]
    expect([one["label"] for one in predictions] == ["positive", "negative", "positive"], predictions)
    expect(predictions[2]["unknown_share"] == 0.5, predictions)
    expect(server.ask("POST", "/v1/predict", {"ids": [[1, 2]] * 256}).status == 200, "256 lists of ids")
    whole, pointed = (server.ask("POST", "/v1/predict", body).json() for body in (b'{"ids": [[1, 2]]}', b'{"ids": [[1.0, 2e0]]}'))
    expect(whole == pointed and "predictions" in whole, f"2.0 is a whole number: {pointed}")
    expect(server.ask("POST", "/v1/predict", {"model": "no", "texts": ["a"]}).status == 404, "no such model")
    words = server.ask("POST", "/v1/explain", {"text": "a good film"}).json()["explanation"]["words"]
    expect([word["word"] for word in words] == ["(start)", "a", "good", "film"], words)
    gates = server.ask("POST", "/v1/gates", {"model": "lstm", "text": "a film"}).json()["gates"]["words"]
    expect("units" not in gates[0]["forget_gate"] and "hidden_state" not in gates[0], gates)
    gates = server.ask("POST", "/v1/gates", {"model": "lstm", "text": "a film", "units": True}).json()["gates"]["words"]
    expect(len(gates[0]["forget_gate"]["units"]) == 2, gates)
    customer = server.ask("GET", "/v1/customers/C012").json()
    expect(abs(customer["base"] + sum(one["contribution"] for one in customer["contributions"]) - customer["probability"]) < 1e-12, customer)
    expect(server.ask("GET", "/v1/customers/nobody").status == 404, "nobody")
    rows = server.ask("POST", "/v1/customers/predict", {"rows": [{"id": "n", "age": 90, "grade": "gold"}, {"age": None}]}).json()["predictions"]
    expect(rows[0]["id"] == "n" and rows[0]["outside"] == ["age"] and rows[1]["id"] is None, rows)
    document = server.ask("GET", "/openapi.json").json()
    expect("/v1/predict" in document["paths"] and "$defs" not in json.dumps(document), "openapi")
    page = server.ask("GET", "/runs")
    expect(page.status == 200 and server.ask("GET", "/runs", If_None_Match=page.fields["etag"]).status == 304, "ETag")
    head = server.raw(f"HEAD / HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n".encode())
    expect(head.status == 200 and head.body == b"" and int(head.fields["content-length"]) > 100, "HEAD")
    expect("cellwise_texts_total" in server.ask("GET", "/metrics").body.decode(), "metrics")
    expect(server.ask("GET", "/v1/predict").fields["allow"] == "POST", "Allow")


def check_session_without_token(server):
    expect(server.ask("POST", "/v1/session", {"token": "any"}).status == 204, "no token is wanted")
    for body in ({}, {"token": 5}):
        expect(server.ask("POST", "/v1/session", body).status == 422, body)


def check_keep_alive(server):
    one = f"GET /healthz HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode()
    with server.connect() as connection:
        connection.sendall(one * 3)  # in one piece
        data = b""
        while data.count(b'{"status":"ok"}') < 3:
            data += connection.recv(65536)
        for byte in one:  # in the smallest pieces
            connection.sendall(bytes([byte]))
        expect(read_response(connection).status == 200, "byte by byte")
        connection.sendall(f"POST /v1/predict HTTP/1.1\r\nHost: {server.host}\r\nContent-Type: application/json\r\nContent-Length: 18\r\nExpect: 100-continue\r\n\r\n".encode())
        expect(connection.recv(100).startswith(b"HTTP/1.1 100 "), "100-continue")
        connection.sendall(b'{"texts":["good"]}')
        expect(read_response(connection).status == 200, "after 100-continue")


def check_connections(server):
    idle = [server.connect() for _ in range(520)]
    try:
        for connection in idle[512:]:
            expect(read_response(connection).status == 503, "a connection beyond 512 is not turned away")
        idle[511].setblocking(False)
        try:
            expect(idle[511].recv(1) == b"never", "the connection 512 was closed")
        except BlockingIOError:
            pass
    finally:
        for connection in idle:
            connection.close()
    time.sleep(0.5)
    expect(server.ask("GET", "/healthz").status == 200, "after 520 connections")


def check_slow_clients(server):
    """One byte a second does not keep a connection: the head has ten seconds in all."""
    with server.connect() as slow:
        slow.sendall(f"GET /healthz HTTP/1.1\r\nHost: {server.host}\r\n".encode())
        begin, closed = time.monotonic(), False
        while time.monotonic() - begin < 14 and not closed:
            try:
                slow.sendall(b"X")
                slow.settimeout(1)
                closed = slow.recv(1) == b""
            except socket.timeout:
                pass
            except ConnectionError:
                closed = True
        expect(closed, "a slow client still has its connection")


def check_events(server, runs):
    def read_events(last, wanted):
        with server.connect() as connection:
            connection.sendall(f"GET /v1/events?run=2026-11-27-gru HTTP/1.1\r\nHost: {server.host}\r\n{last}\r\n".encode())
            data = b""
            until = time.monotonic() + 15
            while data.count(b"event: progress") < wanted and time.monotonic() < until:
                data += connection.recv(65536)
            return data.decode()
    progress(runs, "2026-11-27-gru", 2)
    text = read_events("", 2)
    expect("text/event-stream" in text and text.count("event: progress") == 2, text)
    last = [line for line in text.split("\n") if line.startswith("id: ")][-1]
    progress(runs, "2026-11-27-gru", 3)
    text = read_events("Last-Event-ID" + last[2:] + "\r\n", 1)
    steps = [json.loads(line[6:])["progress"]["step"] for line in text.split("\n") if line.startswith("data: {\"run\"")]
    expect(steps == [3], f"after Last-Event-ID came the steps {steps}")
    listed = server.ask("GET", "/v1/runs").json()["runs"]
    expect([run["state"] for run in listed].count("running") == 1, listed)
    report = server.ask("GET", "/v1/runs/2026-11-26-lstm/report")
    expect(report.status == 200 and "sandbox allow-scripts" in report.fields["content-security-policy"], report.fields)
    os.symlink("/etc/passwd", os.path.join(runs, "2026-11-27-gru", "report.html"))
    expect(server.ask("GET", "/v1/runs/2026-11-27-gru/report").status == 404, "a symbolic link")


def check_token(folder_name):
    path = os.path.join(folder_name, "token")
    with open(path, "w", encoding="utf-8") as file:
        file.write(TOKEN + "\n")
    with Server("--token-file", path) as server:
        ask = server.ask
        expect(ask("GET", "/v1/models").status == 401 and ask("GET", "/metrics").status == 401, "without the token")
        expect(ask("GET", "/").status == 200 and ask("GET", "/healthz").status == 200, "page and health")
        for wrong in ("Bearer x", "Bearer " + TOKEN + "0", "Bearer " + TOKEN[:-1], "Basic " + TOKEN, "bearer"):
            expect(ask("GET", "/v1/models", Authorization=wrong).status == 401, wrong)
        expect(ask("GET", "/v1/models", Authorization="Bearer " + TOKEN).status == 200, "with the token")
        expect(ask("POST", "/v1/session", {"token": "wrong"}).status == 401, "a wrong token")
        for body in ({}, {"token": 5}):
            expect(ask("POST", "/v1/session", body).status == 422, body)
        cookie = ask("POST", "/v1/session", {"token": TOKEN}).fields["set-cookie"]
        expect("HttpOnly" in cookie and "SameSite=Strict" in cookie and TOKEN not in cookie, cookie)
        expect(ask("GET", "/v1/models", Cookie="a=b; " + cookie.split(";")[0]).status == 200, "with the cookie")
    for flags, code in ((["--host", "0.0.0.0"], 2), (["--token-file", "/nothing"], 3), (["--tls-key", path], 2),
                        (["--tls-certificate", path, "--tls-key", path], 3), (["--host", "192.0.2.1", "--token-file", path], 4)):
        result = subprocess.run([PROGRAM, *flags], capture_output=True, text=True, timeout=30, check=False)
        expect(result.returncode == code and 0 < len(result.stderr.strip().splitlines()) <= 3, f"{flags}: {result}")


def check_tls(folder_name):
    key, certificate = os.path.join(folder_name, "key.pem"), os.path.join(folder_name, "certificate.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    with Server("--tls-certificate", certificate, "--tls-key", key) as server:
        expect(server.address.startswith("https://"), server.address)
        context = ssl.create_default_context(cafile=certificate)
        with server.connect() as plain, context.wrap_socket(plain, server_hostname="localhost") as connection:
            for _ in range(2):
                connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: localhost:{server.port}\r\n\r\n".encode())
                expect(read_response(connection).status == 200, "over TLS")
        expect(server.raw(b"GET / HTTP/1.1\r\n\r\n").status == 0, "plain HTTP to a TLS port")


def check_end():
    with Server("--json-log") as server:
        taken = subprocess.run([PROGRAM, "--port", str(server.port)], capture_output=True, text=True, timeout=30, check=False)
        expect(taken.returncode == 4 and "taken" in taken.stderr, taken)
        with server.connect() as connection:
            body = json.dumps({"texts": ["slow slow slow secret-word"]}).encode()
            connection.sendall(f"POST /v1/predict HTTP/1.1\r\nHost: {server.host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            time.sleep(0.2)
            server.process.send_signal(signal.SIGTERM)
            expect(read_response(connection).status == 200, "the answer under way is lost")
        code = server.process.wait(15)
        log = server.process.stderr.read()
        expect(code == 143, f"exit code {code}")
        events = [json.loads(line)["event"] for line in log.splitlines()]
        expect(events[0] == "listening" and events[-1] == "stopped" and "request" in events and "draining" in events, events)
        expect("secret-word" not in log, "a review's text is in the log")


def main():
    with folder() as runs, folder() as other:
        make_runs(runs)
        with Server("--runs", runs) as server:
            for check in (check_smuggling, check_paths, check_strangers, check_bombs, check_api, check_session_without_token, check_keep_alive,
                          check_connections, check_slow_clients):
                check(server)
                print(check.__name__, "passed", flush=True)
            check_events(server, runs)
        check_token(other)
        check_tls(other)
        check_end()
    print("all passed")


if __name__ == "__main__":
    sys.exit(main())
