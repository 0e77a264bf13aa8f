"""Starts the server in front of fake models and speaks HTTP with it over raw sockets."""

import contextlib
import json
import os
import socket
import subprocess
import tempfile

PROGRAM = os.environ["CELLWISE_SERVE"]


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


class Server:
    def __init__(self, *flags, **more):
        self.process = subprocess.Popen([PROGRAM, *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
        line = self.process.stdout.readline().strip()
        expect(line.startswith("listening on http"), f"the first line is {line!r}: {self.process.stderr.read() if not line else ''}")
        self.address = line.removeprefix("listening on ")
        self.port = int(self.address.rsplit(":", 1)[1])
        self.host = f"127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def connect(self, timeout=20):
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def raw(self, data):
        """All that comes back for these bytes until the server closes, or answers once completely."""
        with self.connect() as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(data)
            return read_response(connection)

    def ask(self, method, path, body=None, **fields):
        head = {"Host": self.host, **{name.replace("_", "-"): value for name, value in fields.items()}}
        data = b""
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            head = {"Content-Type": "application/json", "Content-Length": str(len(data)), **head}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items() if value is not None)]
        return self.raw("\r\n".join(lines).encode() + b"\r\n\r\n" + data)


class Response:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1]) if lines[0] else 0
        self.fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}

    def json(self):
        return json.loads(self.body)


def read_response(connection):
    data = b""
    with contextlib.suppress(ConnectionError):
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return Response(data)
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        fields = head.decode("latin-1").lower()
        length = int(fields.split("content-length: ")[1].split("\r\n")[0]) if "content-length: " in fields else 0
        while len(body) < length:
            more = connection.recv(65536)
            if not more:
                break
            body += more
            data += more
    return Response(data)


def make_runs(folder):
    for name, state in (("2026-11-26-lstm", "finished"), ("2026-11-27-gru", "running"), ("<img src=x onerror=alert(1)>", "finished")):
        run = os.path.join(folder, name)
        os.makedirs(run)
        with open(os.path.join(run, "metrics.jsonl"), "w", encoding="utf-8") as file:
            for epoch in (1, 2):
                file.write(json.dumps({"epoch": epoch, "train_loss": 0.7 / epoch, "train_accuracy": 0.5 + epoch / 10,
                                       "test_loss": 0.8 / epoch, "test_accuracy": 0.5 + epoch / 12}) + "\n")
        if state == "running":
            progress(folder, name, 1)
        else:
            with open(os.path.join(run, "report.html"), "w", encoding="utf-8") as file:
                file.write("<!doctype html><html lang=en><title>r</title><h1>Report</h1>")


def progress(folder, name, step):
    with open(os.path.join(folder, name, "progress.jsonl"), "a", encoding="utf-8") as file:
        file.write(json.dumps({"epoch": 3, "epochs": 3, "step": step, "steps": 100, "running": {"loss": 0.5 - step / 1000, "accuracy": 0.8}}) + "\n")


def folder():
    return tempfile.TemporaryDirectory(prefix="cellwise-serve-")
