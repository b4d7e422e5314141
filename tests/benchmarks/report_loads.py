"""Loads pages in headless Chromium without a network; prints what that took, as JSON.

    python report_loads.py CHROMIUM LOADS PAGE_HTML ...

`report_peers.py` calls this in an environment that has playwright. The pages take turns, so that
what else the machine does meets all of them; each load has a profile of its own. `load` and `idle`
are milliseconds from the start of the navigation to the end of the load event, and to the first
idle callback after it; `requests` are the addresses asked for, other than the page, until two
seconds after the load; `scripted` and `unscripted` count the visible characters with JavaScript
and without.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

AWAIT_IDLE = """
window.firstIdle = new Promise(resolve => addEventListener(
    "load", () => requestIdleCallback(() => resolve(performance.now()))));
"""
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
VISIBLE = "document.body.innerText.length"
LATE = 2000  # ms for scripts to draw, and to ask for more


def load(browser: Browser, url: str) -> dict[str, Any]:
    context = browser.new_context(offline=True)
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page = context.new_page()
    page.add_init_script(AWAIT_IDLE)
    page.goto(url, wait_until="load", timeout=120_000)
    idle = page.evaluate("window.firstIdle")
    loaded = page.evaluate(LOADED)
    page.wait_for_timeout(LATE)
    visible = page.evaluate(VISIBLE)
    context.close()
    asked = [r for r in requests if r != url and not r.startswith(("data:", "blob:"))]
    return {"load": loaded, "idle": idle, "requests": asked, "scripted": visible}


def unscripted(browser: Browser, url: str) -> int:
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(url, wait_until="load", timeout=120_000)
    page.wait_for_timeout(LATE)
    visible: int = page.evaluate(VISIBLE)
    context.close()
    return visible


def main(chromium: str, loads: str, *pages: str) -> None:
    urls = [Path(page).resolve().as_uri() for page in pages]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"],
        )
        rounds = [[load(browser, url) for url in urls] for _ in range(int(loads))]
        told = {
            "chromium": browser.version,
            "pages": [
                {"loads": of_page, "unscripted": unscripted(browser, url)}
                for url, *of_page in zip(urls, *rounds, strict=True)
            ],
        }
        browser.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
