"""The report in the frame of a notebook: it works there, and reaches nothing outside."""

from __future__ import annotations

import pytest

from auditor.reporting.notebook import framed

pytestmark = pytest.mark.browser

# The canvases of Bokeh are in shadow roots.
INK = """
() => {
  const inside = (root) => [...root.querySelectorAll("*")].flatMap((e) =>
    [...(e.tagName === "CANVAS" ? [e] : []), ...(e.shadowRoot ? inside(e.shadowRoot) : [])]);
  return inside(document.getElementById("map-plot")).some((canvas) => {
    if (!canvas.width || !canvas.height) return false;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.some((byte) => byte !== 0);
  });
}
"""
REACH = """
() => {
  const tried = {};
  for (const [name, look] of Object.entries({
    page: () => parent.document.title,
    storage: () => localStorage.length,
    cookies: () => document.cookie,
  })) {
    try { look(); tried[name] = "reached"; } catch (error) { tried[name] = error.name; }
  }
  return tried;
}
"""


@pytest.fixture
def cell(browser, make_audit, tmp_path):
    """A page with the frame, opened, and what went wrong in it."""
    holder = tmp_path / "notebook.html"
    holder.write_text(f"<!doctype html><title>Mine</title>{framed(make_audit())}", encoding="utf-8")
    page, wrong, requests = browser.new_page(), [], []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: requests.append(request.url))
    page.goto(holder.as_uri())
    yield page, wrong, requests
    page.close()


def test_the_report_works_in_its_frame(cell):
    page, wrong, requests = cell
    frame = page.frames[1]
    frame.locator("#map-plot").scroll_into_view_if_needed()
    frame.wait_for_function(INK)
    frame.locator("details").first.evaluate("details => { details.open = true; }")
    assert [*filter(None, wrong)] == []
    assert [url for url in requests if not url.startswith(("file:", "about:"))] == []


def test_nothing_in_it_reaches_the_notebook(cell):
    page, _, _ = cell
    assert page.frames[1].evaluate(REACH) == dict.fromkeys(
        ("page", "storage", "cookies"), "SecurityError"
    )
    assert page.title() == "Mine"
