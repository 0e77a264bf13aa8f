"""Drives a headless Chromium by the DevTools protocol over its pipe; nothing but Python's own library is needed."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


def program():
    """The browser's path, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Chromium:
    """One browser with one page. Everything that the page complains about or loads is kept."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="cellwise-chromium-")
        to_read, to_write = os.pipe()
        from_read, from_write = os.pipe()
        # The browser reads commands from its descriptor 3 and answers on 4.
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{from_write}', "bash", program(), "--headless=new", "--no-sandbox",
             "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
             "--hide-scrollbars", "--remote-debugging-pipe", f"--user-data-dir={self.folder}", "about:blank"],
            pass_fds=(to_read, from_write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.commands, self.answers = to_write, from_read
        self.unread, self.number, self.session = b"", 0, None
        self.complaints, self.requests, self.loaded = [], [], 0
        target = next(one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _message(self, until):
        while b"\0" not in self.unread:
            if not select.select([self.answers], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            read = os.read(self.answers, 1 << 20)
            if not read:
                raise RuntimeError("the browser has ended")
            self.unread += read
        text, self.unread = self.unread.split(b"\0", 1)
        return json.loads(text)

    def _note(self, event):
        what = event["params"]
        if event["method"] == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(what["exceptionDetails"]))
        elif event["method"] == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning", "assert"):
            self.complaints.append(json.dumps(what["args"]))
        elif event["method"] == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
            self.complaints.append(what["entry"]["text"])
        elif event["method"] == "Page.javascriptDialogOpening":
            self.complaints.append("a dialog: " + what["message"])
            self.number += 1
            self._send("Page.handleJavaScriptDialog", {"accept": True})
        elif event["method"] == "Network.requestWillBeSent":
            self.requests.append(what["request"]["url"])
        elif event["method"] == "Page.loadEventFired":
            self.loaded += 1

    def _send(self, method, parameters):
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")

    def call(self, method, **parameters):
        """The protocol's method, with its result."""
        self.number += 1
        number, until = self.number, time.monotonic() + 60
        self._send(method, parameters)
        while True:
            message = self._message(until)
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            if "method" in message:
                self._note(message)

    def look(self, width, height, dark, phone=False):
        """Sets the screen."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if phone else 1, mobile=phone)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, path):
        """Loads a file and waits until all of it is there."""
        loaded, until = self.loaded, time.monotonic() + 60
        self.call("Page.navigate", url="file://" + path)
        while self.loaded == loaded:
            self._note_any(until)
        self.rest()

    def _note_any(self, until):
        message = self._message(until)
        if "method" in message:
            self._note(message)

    def run(self, script):
        """The value of a JavaScript expression; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"]))
        return result["result"].get("value")

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.rest()

    def rest(self):
        """Waits until the page has drawn what was asked of it."""
        self.run("new Promise(done => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 100))")

    def screenshot(self, path):
        """The whole page as a PNG."""
        image = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(image["data"]))
