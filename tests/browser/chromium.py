"""Chromium without a window, driven over a pair of pipes by the protocol of its developer tools.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import fcntl
import itertools
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",  # containers do not permit its sandbox; the tests open only files that they have made
    "--disable-gpu",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--font-render-hinting=none",
    "--remote-debugging-pipe",
)
_KEYS = {
    "ArrowDown": 40,
    "ArrowUp": 38,
    "ArrowLeft": 37,
    "ArrowRight": 39,
    "Enter": 13,
    "Escape": 27,
    "End": 35,
    "Home": 36,
    "Tab": 9,
}
_PATIENCE = 30.0


class Browser:
    """A browser that answers one command after the other."""

    def __init__(self, profile: Path) -> None:
        assert PROGRAM is not None
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        theirs = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10) for descriptor in (theirs_in, theirs_out)]

        def take_pipes() -> None:
            os.dup2(theirs[0], 3)
            os.dup2(theirs[1], 4)

        words = [PROGRAM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            words, pass_fds=(3, 4), preexec_fn=take_pipes, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for descriptor in (theirs_in, theirs_out, *theirs):
            os.close(descriptor)
        self._to, self._from, self._rest = ours_out, ours_in, b""
        self._numbers = itertools.count(1)
        self.events: list[dict[str, Any]] = []

    def close(self) -> None:
        """End the browser."""
        os.close(self._to)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._from)

    def ask(self, method: str, session: str = "", /, **params: Any) -> dict[str, Any]:
        """The result of a command. Events that come before it are kept."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        os.write(self._to, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + _PATIENCE
        while True:
            found = self._read(deadline)
            if found.get("id") == number:
                assert "error" not in found, (method, found["error"])
                return found["result"]
            self.events.append(found)

    def wait_for(self, event: str) -> dict[str, Any]:
        """The next event of this kind, or one that came already."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            for each in self.events:
                if each.get("method") == event:
                    self.events.remove(each)
                    return each["params"]
            self.events.append(self._read(deadline))

    def _read(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(deadline - time.monotonic(), 0))
            assert ready, "the browser does not answer"
            some = os.read(self._from, 1 << 20)
            assert some, "the browser has ended"
            self._rest += some
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)


class OpenPage:
    """A page in a window of its own; what it logs, its errors and its requests are kept."""

    def __init__(self, browser: Browser, *, width: int = 1400, height: int = 900, theme: str = "light") -> None:
        self._browser = browser
        self._target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.ask("Target.attachToTarget", targetId=self._target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        browser.events.clear()

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a command for this page."""
        return self._browser.ask(method, self._session, **params)

    def open(self, path: Path) -> float:
        """Open a file, and return the seconds until it was loaded and drawn."""
        begun = time.monotonic()
        self.ask("Page.navigate", url=path.as_uri())
        self._browser.wait_for("Page.loadEventFired")
        self.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))")
        return time.monotonic() - begun

    def open_without_scripts(self, path: Path) -> None:
        """Open a file with scripts turned off; afterwards they are on again, for `evaluate`."""
        self.ask("Emulation.setScriptExecutionDisabled", value=True)
        self.ask("Page.navigate", url=path.as_uri())
        self._browser.wait_for("Page.loadEventFired")
        self.ask("Emulation.setScriptExecutionDisabled", value=False)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, also of a promise."""
        found = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key: a letter, or one with a name."""
        code = _KEYS.get(key, 0)
        text = {"text": key} if not code else {"text": "\r"} if key == "Enter" else {}
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **text)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def type_text(self, text: str) -> None:
        """Type a text into the field that has the focus."""
        self.ask("Input.insertText", text=text)

    def point(self, selector: str) -> None:
        """Move the pointer to the middle of an element."""
        place = self.evaluate(
            f"(() => {{ const r = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=place[0], y=place[1])

    def take_picture(self) -> bytes:
        """What the window shows, as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def list_nodes(self) -> list[dict[str, Any]]:
        """The nodes of the accessibility tree that are not ignored."""
        self.ask("Accessibility.enable")  # it slows the browser down
        nodes = self.ask("Accessibility.getFullAXTree")["nodes"]
        return [node for node in nodes if not node.get("ignored")]

    def list_complaints(self) -> list[str]:
        """What the console of the page shows, and its uncaught errors."""
        self.evaluate("1")
        names = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [json.dumps(event["params"]) for event in self._browser.events if event.get("method") in names]

    def list_requests(self) -> list[str]:
        """The addresses that the page asked for."""
        asked = [
            event["params"] for event in self._browser.events if event.get("method") == "Network.requestWillBeSent"
        ]
        return [each["request"]["url"] for each in asked]

    def close(self) -> None:
        """Close the window."""
        self._browser.ask("Target.closeTarget", targetId=self._target)
