"""A headless Chromium, told what to do over its debugging pipe: no port, no driver, nothing to install besides itself."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Dict, List, Optional

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ANSWER_SECONDS = 60.0


def find_browser() -> str:
    """Its path; skips the test without one, except in CI, which installs it."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is not None:
        return found
    reason = "no Chromium here: the pages were not opened in a browser (apt-get install chromium)"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class Browser:
    def __init__(self, profile: Path) -> None:
        to_browser, self._out = map(_high, os.pipe())
        self._in, from_browser = map(_high, os.pipe())
        options = ["--headless=new", "--remote-debugging-pipe", "--user-data-dir=%s" % profile, "--no-first-run"]
        options += ["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--hide-scrollbars"]
        options += ["--no-sandbox"] if os.geteuid() == 0 else []
        self._process = subprocess.Popen(
            [find_browser(), *options],
            preexec_fn=lambda: (os.dup2(to_browser, 3), os.dup2(from_browser, 4)),
            pass_fds=(3, 4),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._calls = 0
        self.events: List[Dict[str, Any]] = []

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)

    def call(self, method: str, session: Optional[str] = None, **params: Any) -> Dict[str, Any]:
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._calls:
                assert "error" not in answer, answer
                result: Dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def wait_for(self, method: str) -> None:
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._receive())

    def _receive(self) -> Dict[str, Any]:
        until = time.monotonic() + ANSWER_SECONDS
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0.0, until - time.monotonic()))
            data = os.read(self._in, 1 << 20) if ready else b""
            assert data, "the browser does not answer"
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: Dict[str, Any] = json.loads(line)
        return message


def _high(descriptor: int) -> int:
    """The same, out of the way of those by which the browser listens (3) and speaks (4)."""
    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return copy


class Page:
    """One page in a tab of its own, of this width in pixels."""

    def __init__(self, browser: Browser, file: Path, width: int, dark: bool = False, scripts: bool = True) -> None:
        self._browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.events.clear()
        for domain in ("Page", "Network", "Runtime", "Log"):
            self._call(domain + ".enable")
        self._call(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])
        self._call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self._call("Page.navigate", url=file.as_uri())
        browser.wait_for("Page.loadEventFired")

    def ask(self, expression: str) -> Any:
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def screenshot(self, file: Path) -> None:
        size = self._call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 15_000), "scale": 1}
        shot = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        file.write_bytes(base64.b64decode(shot["data"]))

    def happened(self, method: str) -> List[Dict[str, Any]]:
        self.ask("1")  # Whatever came before it has been received by now.
        return [event["params"] for event in self._browser.events if event.get("method") == method]

    def requests(self) -> List[str]:
        """What the page asked for, itself and pictures that it carries apart."""
        urls = [event["request"]["url"] for event in self.happened("Network.requestWillBeSent")]
        return [url for url in urls if not url.startswith(("file:", "data:"))]

    def _call(self, method: str, **params: Any) -> Dict[str, Any]:
        return self._browser.call(method, self._session, **params)
