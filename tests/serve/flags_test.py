#!/usr/bin/env python3
"""The program's own flags, tried for real: TLS, the token, --open with a browser that writes down what it was given,
--json-log, --allow-host."""

import json
import os
import pathlib
import signal
import ssl
import stat
import subprocess
import sys
import tempfile
import time
import warnings

from real_models_test import SMALL, refuse, run
from server import Server, expect, read_response

TOKEN = "0123456789abcdef0123456789abcdef"


def make_certificate(folder, name):
    key, certificate = folder / f"{name}-key.pem", folder / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    return certificate, key


def ask_tls(server, context, head, body=b""):
    with server.connect() as plain, context.wrap_socket(plain, server_hostname="localhost") as connection:
        connection.sendall(head.encode() + b"\r\n\r\n" + body)
        return read_response(connection), connection.version()


def check_tls(folder, runs):
    certificate, key = make_certificate(folder, "own")
    _, other_key = make_certificate(folder, "other")
    with Server("serve", "--port", "0", "--tls-certificate", certificate, "--tls-key", key, runs / "lstm") as server:
        expect(server.address == f"https://127.0.0.1:{server.port}", server.address)
        context = ssl.create_default_context(cafile=str(certificate))
        body = json.dumps({"texts": ["a wonderful film"]}).encode()
        response, version = ask_tls(server, context, f"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}", body)
        expect(response.status == 200 and version == "TLSv1.3" and len(response.json()["predictions"]) == 1, f"{version} {response.body}")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        response, version = ask_tls(server, context, "GET /healthz HTTP/1.1\r\nHost: localhost")
        expect(response.status == 200 and version == "TLSv1.2", f"{version} {response.status}")
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        try:
            ask_tls(server, old, "GET /healthz HTTP/1.1\r\nHost: localhost")
            raise AssertionError("TLS 1.1 is spoken")
        except ssl.SSLError as error:
            expect("PROTOCOL_VERSION" in str(error), f"the server does not name the version as what is wrong: {error}")
        expect(server.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 0, "plain HTTP to the port of TLS")
        with server.connect() as quiet:  # never begins its handshake
            expect(ask_tls(server, context, "GET /healthz HTTP/1.1\r\nHost: localhost")[0].status == 200, "beside a client without a word")
            begun = time.monotonic()
            expect(quiet.recv(1) == b"" and time.monotonic() - begun < 13, "a handshake has ten seconds")
        server.process.send_signal(signal.SIGTERM)
        expect(server.process.wait(20) == 143, "the end")
    refuse(3, "other-key.pem", "--tls-certificate", certificate, "--tls-key", other_key)
    refuse(3, "absent.pem", "--tls-certificate", folder / "absent.pem", "--tls-key", key)
    refuse(2, "--tls-certificate", "--tls-key", key)


def check_token(folder, runs):
    token = folder / "token"
    token.write_text(TOKEN + "\n")
    with Server("serve", "--port", "0", "--allow-host", "models.example", "--token-file", token, "--host", "0.0.0.0", runs / "lstm") as server:
        texts = {"texts": ["good"]}
        for fields, status in (({}, 401), ({"Authorization": "Bearer " + TOKEN[:-1]}, 401), ({"Authorization": "Bearer " + TOKEN}, 200),
                               ({"Authorization": "Bearer " + TOKEN, "Host": "models.example"}, 200), ({"Authorization": "Bearer " + TOKEN, "Host": "evil.example"}, 421)):
            status_of = server.ask("POST", "/v1/predict", texts, **fields).status
            expect(status_of == status, f"{fields}: {status_of}")
        cookie = server.ask("POST", "/v1/session", {"token": TOKEN}).fields["set-cookie"].split(";")[0]
        expect(cookie.startswith("cellwise_session=") and TOKEN not in cookie, cookie)
        expect(server.ask("GET", "/v1/models", Cookie=cookie).status == 200, "the cookie")
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)
        log = server.process.stderr.read()
        expect("unencrypted" in log and TOKEN not in log, log)
    refuse(3, "absent", "--token-file", folder / "absent")


def check_open(folder, runs):
    """A program of this name stands in for the desktop's."""
    programs = folder / "programs"
    programs.mkdir()
    opener = programs / "xdg-open"
    opener.write_text(f'#!/bin/sh\nread line && echo "input: $line" >> {folder}/opened\nprintf "%s|" "$#" "$@" >> {folder}/opened\necho noise\necho noise >&2\nsleep 60\n')
    opener.chmod(opener.stat().st_mode | stat.S_IXUSR)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    with Server("serve", "--port", "0", "--open", runs / "lstm", env=environment) as server:
        until = time.monotonic() + 10
        while not (folder / "opened").exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.2)
        expect((folder / "opened").read_text() == f"1|{server.address}|", (folder / "opened").read_text())
        expect(server.ask("GET", "/").status == 200, "the page that is opened")
        server.process.send_signal(signal.SIGTERM)
        expect(server.process.wait(20) == 143, "a browser that stays open does not hold the server")
        told = server.process.stdout.read() + server.process.stderr.read()
        expect("noise" not in told, told)
    opener.unlink()
    environment["PATH"] = str(programs)  # no such program anywhere
    with Server("serve", "--port", "0", "--open", runs / "lstm", env=environment) as server:
        expect(server.ask("GET", "/healthz").status == 200, "without a browser it serves all the same")
        server.process.terminate()
        server.process.wait(20)
        log = server.process.stderr.read()
        expect(f"open {server.address} yourself" in log, log)


def check_json_log(runs):
    secret = "quetzalcoatl"
    with Server("serve", "--port", "0", "--json-log", runs / "lstm") as server:
        asked = [("POST", "/v1/predict", {"texts": [secret]}, 200), ("POST", "/v1/predict", {"texts": []}, 422), ("GET", f"/v1/runs/{secret}?x={secret}", None, 404),
                 ("GET", f"/{secret}", None, 404), ("GET", "/review", None, 200)]
        for method, path, body, status in asked:
            expect(server.ask(method, path, body).status == status, f"{method} {path}")
        expect(server.raw(f"BREW /{secret} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()).status == 405, "no method")
        server.process.send_signal(signal.SIGINT)
        expect(server.process.wait(20) == 130, "Ctrl-C")
        text = server.process.stderr.read()
    lines = [json.loads(line) for line in text.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    expect([line["event"] for line in lines if line["event"] != "request"] == ["listening", "draining", "stopped"], text)
    expect([(line["method"], line["status"]) for line in requests] == [*((method, status) for method, _, _, status in asked), ("-", 405)], text)
    expect([line["route"] for line in requests[:3]] == ["/v1/predict", "/v1/predict", "/v1/runs/{name}"], text)
    for line in requests:
        expect(line["milliseconds"] >= 0 and line["bytes"] > 100 and line["address"] == "127.0.0.1" and line["time"].endswith("Z"), line)
    expect(secret not in text, "what was asked about is in the log")


def main():
    with tempfile.TemporaryDirectory(prefix="cellwise-serve-") as name:
        folder = pathlib.Path(name)
        runs = folder / "runs"
        run("train", *SMALL, "--cell", "lstm", "--limit", 200, "--epochs", 1, "--output", runs / "lstm")
        for check, more in ((check_token, (folder, runs)), (check_open, (folder, runs)), (check_json_log, (runs,)), (check_tls, (folder, runs))):
            check(*more)
            print(check.__name__, "passed", flush=True)
    print("all passed")


if __name__ == "__main__":
    sys.exit(main())
