"""A real Chromium, started once, that reaches nothing but the report that a test opens."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _make_audit() -> Callable[..., Any]:
    """`make_audit` of the report's tests, which spices every string of an audit."""
    path = Path(__file__).parents[1] / "reporting/conftest.py"
    spec = importlib.util.spec_from_file_location("reporting_conftest", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_audit  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def make_audit() -> Callable[..., Any]:
    return _make_audit()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no Chromium: none of {', '.join(NAMES)} is on the PATH")
    from playwright.sync_api import sync_playwright

    # Root, as in a container, cannot have Chromium's sandbox.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=found, args=arguments)
        yield started
        started.close()


class Visit:
    """One opened report, with all that it tried: requests, errors, messages, dialogs."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page, self.address = page, path.as_uri()
        self.requests: list[str] = []
        self.wrong: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.wrong.append(f"pageerror: {error}"))
        page.on("console", self._said)
        page.on("dialog", self._asked)

    def _said(self, message: Any) -> None:
        reading = "willReadFrequently" in message.text  # of `ink`, below
        if message.type in ("error", "warning") and not reading:
            self.wrong.append(f"{message.type}: {message.text}")

    def _asked(self, dialog: Any) -> None:
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def drawn(self) -> None:
        """Waits until the map's canvas has colour."""
        self.page.wait_for_function(f"() => {{ {CANVASES} return ink() !== 0; }}")

    def ink(self) -> int:
        """A hash of what the canvas shows."""
        return int(self.page.evaluate(f"() => {{ {CANVASES} return ink(); }}"))

    def until(self, condition: str, *, since: str = "Date.now()", first: str = "") -> int:
        """Milliseconds from `since` until a frame in which `condition` holds; `first` is done."""
        frame = "done(Date.now() - from) : requestAnimationFrame(look)"
        script = (
            f"() => new Promise((done) => {{ {CANVASES} const from = {since}; {first} "
            f"const look = () => ({condition}) ? {frame}; look(); }})"
        )
        return int(self.page.evaluate(script))

    def place(self, point: int) -> tuple[float, float]:
        """Where a point of the whole map is on the screen."""
        return tuple(self.page.evaluate(PLACE, point))

    def hover(self, point: int) -> None:
        self.page.mouse.move(*self.place(point))

    def click(self, point: int) -> None:
        self.page.mouse.click(*self.place(point))


# The canvases of Bokeh are in shadow roots inside shadow roots.
CANVASES = """
function canvases(root) {
  return [...root.querySelectorAll("*")].flatMap((e) =>
    [...(e.tagName === "CANVAS" ? [e] : []), ...(e.shadowRoot ? canvases(e.shadowRoot) : [])]);
}
function ink() {
  let sum = 0;
  for (const canvas of canvases(document.getElementById("map-plot"))) {
    if (!canvas.width || !canvas.height) continue;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3]) sum = (sum * 31 + i + data[i] * 7 + data[i + 1] * 5 + data[i + 2]) | 0;
  }
  return sum;
}
"""
PLACE = """(point) => {
  const data = JSON.parse(document.getElementById("map-data").textContent);
  const plot = document.getElementById("map-plot");
  plot.scrollIntoView({ block: "center" });
  const box = plot.getBoundingClientRect(), [wide, high] = data.size;
  const unit = Math.max(wide / plot.clientWidth, high / plot.clientHeight);
  return [
    box.left + box.width / 2 + (data.x[point] - wide / 2) / unit,
    box.top + box.height / 2 - (data.y[point] - high / 2) / unit,
  ];
}"""


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Visit]]:
    """Opens an audit's report from a file, with the network cut off; at the end of the test, no
    request but that for the file may have been made, and nothing may have gone wrong."""
    contexts, visits = [], []

    def visit(audit: Any, *, static: bool = False, load: bool = True, **options: Any) -> Visit:
        from auditor.reporting import save_html

        path = save_html(audit, tmp_path / f"report-{len(visits)}.html", static=static)
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        context = browser.new_context(**options)
        contexts.append(context)
        context.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        opened = Visit(context.new_page(), path)
        visits.append(opened)
        if load:
            opened.page.goto(opened.address)
        return opened

    yield visit
    for opened in visits:
        opened.page.wait_for_timeout(50)  # what is still to be said
        assert set(opened.requests) <= {opened.address}
        assert opened.wrong == []
    for context in contexts:
        context.close()
