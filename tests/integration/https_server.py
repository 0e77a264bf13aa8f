"""Serves a folder by HTTPS on 127.0.0.1 for the download tests. No package beyond Python's own.

Usage: https_server.py FOLDER CERTIFICATE KEY PORT_FILE. Writes the port it got to PORT_FILE and each
request ("PATH RANGE") to FOLDER/requests. Answers byte ranges, except below /no-ranges/; below /cut/
it drops the connection after half of the file, below /moved/ it redirects to plain HTTP, below /elsewhere/ to
the same path without it, below /localhost/ likewise under that name, for which the certificate is not.
"""
import http.server
import os
import ssl
import sys

FOLDER, CERTIFICATE, KEY, PORT_FILE = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = self.headers.get("Range", "")
        with open(os.path.join(FOLDER, "requests"), "a") as log:
            log.write(f"{self.path} {wanted}\n")
        if self.path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            return
        for place, host in (("/elsewhere/", "127.0.0.1"), ("/localhost/", "localhost")):
            if self.path.startswith(place):
                self.send_response(302)
                self.send_header("Location", f"https://{host}:{self.server.server_port}/{self.path[len(place):]}")
                self.end_headers()
                return
        try:
            with open(os.path.join(FOLDER, os.path.basename(self.path)), "rb") as file:
                content = file.read()
        except OSError:
            self.send_error(404)
            return
        start = 0
        if wanted and not self.path.startswith("/no-ranges/"):
            start = int(wanted.removeprefix("bytes=").split("-")[0])
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = len(content) // 2 if self.path.startswith("/cut/") else len(content)
        self.wfile.write(content[start:end])
        self.wfile.flush()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        pass  # a client that refuses the certificate


server = Server(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE, KEY)
server.socket = context.wrap_socket(server.socket, server_side=True)
with open(PORT_FILE + ".new", "w") as port:
    port.write(str(server.server_port))
os.rename(PORT_FILE + ".new", PORT_FILE)
server.serve_forever()
