"""Chromium driven by its own DevTools protocol over a pipe: no port, no driver, no library."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.chromium import Chromium

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"),
    *("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *(
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--font-render-hinting=none",
        "--force-color-profile=srgb",
    ),
)
KEYS = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
    "/": 191,
}
"""Windows key codes, which the protocol wants."""

SETTLED = (
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))))"
)
"""After two frames every change is painted."""


class Browser:
    """One Chromium with one tab; an error of the protocol fails the call with the protocol's message."""

    def __init__(self, chromium: Chromium, profile: Path) -> None:
        child_in, self._to = os.pipe()
        self._from, child_out = os.pipe()
        self._process = subprocess.Popen(
            [chromium.program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            env=chromium.environment,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: _as_three_and_four(child_in, child_out),  # noqa: PLW1509  # the protocol's descriptors
            close_fds=False,
        )
        os.close(child_in)
        os.close(child_out)
        self._number, self._rest, self._session = 0, b"", ""
        self.events: list[dict[str, Any]] = []
        tab = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One call of the protocol."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        data = json.dumps(message | ({"sessionId": self._session} if self._session else {})).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]
        while (answer := self._next()).get("id") != self._number:
            self.events.append(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return dict(answer["result"])

    def _next(self) -> dict[str, Any]:
        pieces = [self._rest]
        while b"\0" not in pieces[-1]:
            piece = os.read(self._from, 1 << 20)
            assert piece, "Chromium has gone"
            pieces.append(piece)
        whole, _, self._rest = b"".join(pieces).partition(b"\0")
        return dict(json.loads(whole))

    def open(
        self, page: Path, fragment: str = "", *, width: int = 1440, height: int = 900, dark: bool = False,
        scripts: bool = True,
    ) -> None:  # fmt: skip
        """Load a file; the protocol's events since then are in ``events``."""
        self._go("about:blank")  # so that an address that differs only in its fragment is loaded anew
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.call("Emulation.setEmulatedMedia", media="", features=[scheme, still])
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.size(width, height)
        self._go(page.as_uri() + fragment)
        self.call("Emulation.setScriptExecutionDisabled", value=False)  # the tests' own still have to run
        self.settle()

    def _go(self, address: str) -> None:
        self.events.clear()
        self.call("Page.navigate", url=address)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def size(self, width: int, height: int) -> None:
        """The size of the window, in CSS pixels."""
        about = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **about)

    def settle(self) -> None:
        """Wait until every change is painted."""
        self.evaluate(SETTLED)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited; works where the page's own scripts may not run."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str, text: str = "") -> None:
        """One key, as a person presses it."""
        about: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": KEYS.get(key, ord(key[0].upper()))}
        self.call("Input.dispatchKeyEvent", type="keyDown", **about, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)
        self.settle()

    def click(self, selector: str) -> None:
        """The middle of the first element that the selector finds, brought into view before."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.evaluate(f"{found}.scrollIntoView({{block: 'center'}})")
        x, y = self.evaluate(
            f"(b => [b.x + b.width / 2, b.y + b.height / 2])({found}.getBoundingClientRect())"
        )
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.settle()

    def hover(self, selector: str) -> None:
        """The pointer over the first element that the selector finds."""
        found = f"document.querySelector({json.dumps(selector)})"
        x, y = self.evaluate(
            f"(b => [b.x + b.width / 2, b.y + b.height / 2])({found}.getBoundingClientRect())"
        )
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.settle()

    def screenshot(self) -> bytes:
        """A screenshot of the window, as PNG."""
        self.settle()
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def print(self) -> bytes:
        """The printed page, as PDF."""
        return base64.b64decode(
            self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"]
        )


def _as_three_and_four(reading: int, writing: int) -> None:
    """In the child, before Chromium: the descriptors on which it listens and answers."""
    high = os.dup(writing)  # neither end may be lost when the other takes its number
    os.dup2(os.dup(reading), 3)
    os.dup2(high, 4)
