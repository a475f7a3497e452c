"""Scripts of the explorer where they run: in Node, and in headless Chromium by its own protocol."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

NODE = shutil.which("node")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
    "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage",
)  # fmt: skip


def in_node(script):
    """Run a script that prints JSON."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "script.js")
        file.write_text(script)
        done = subprocess.run([NODE, file], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


_LOADED = "document.readyState === 'complete' && location.protocol === 'file:'"


class Browser:
    """Chromium, spoken to over a pipe: JSON between bytes that are 0."""

    def __init__(self, read, write):
        self._read, self._write, self._number, self._waiting = read, write, 0, b""
        self.events = []
        self.session = None

    def send(self, method, **params):
        """Give the answer to a command."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self.events.append(answer)

    def _next(self):
        while b"\0" not in self._waiting:
            more = os.read(self._read, 1 << 20)
            assert more, "the browser ended"
            self._waiting += more
        first, _, self._waiting = self._waiting.partition(b"\0")
        return json.loads(first)

    def blank(self):
        """Open an empty tab."""
        self.session = None
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]

    def open(self, path, width=1400, height=900, dark=False, scripts=True):
        """Open a file in a new tab, and wait until it is there; `scripts` of pages run or not."""
        self.blank()
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        self.resize(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.send("Page.navigate", url=Path(path).absolute().as_uri())
        assert any(self.value(_LOADED) for _ in range(10_000))
        if scripts:
            self.value("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")

    def enter_frame(self):
        """Speak with the frame of the page that is open, which the browser keeps apart from it."""
        page = self.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.session = None
        targets = self.send("Target.getTargets")["targetInfos"]
        (frame,) = (t for t in targets if t["type"] == "iframe" and t["parentFrameId"] == page)
        attached = self.send("Target.attachToTarget", targetId=frame["targetId"], flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def resize(self, width, height):
        """Give the page another size."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.send("Emulation.setDeviceMetricsOverride", **metrics)

    def value(self, expression):
        """Evaluate an expression, or wait for a promise."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        answer = self.send("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def key(self, key):
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def mouse(self, kind, x, y):
        """Move or press the mouse."""
        pressed = {"button": "left", "buttons": 1, "clickCount": 1}
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, **pressed)


@contextmanager
def chromium():
    """Start a browser without a window, for some time."""
    ours, theirs = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [CHROMIUM, *_FLAGS, f"--user-data-dir={folder}", "about:blank"]
        reading, writing = ours[0], theirs[1]
        line = 'in=$1; out=$2; shift 2; eval "exec 3<&$in 4>&$out"; exec "$@"'
        process = subprocess.Popen(
            ["bash", "-c", line, "bash", str(reading), str(writing), *command],
            pass_fds=(reading, writing),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(reading)
        os.close(writing)
        try:
            yield Browser(theirs[0], ours[1])
        finally:
            process.terminate()
            process.wait(30)
            os.close(theirs[0])
            os.close(ours[1])
