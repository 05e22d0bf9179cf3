"""A real browser on a real server: Debian's Chromium, the application in a thread, axe-core."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

from config import load_settings
from sme_match.app import create_app
from sme_match.db.session import Database
from sme_match.schema import METADATA
from tests.conftest import skip_or_fail
from tests.postgresql import free_port

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROWEST = 320


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        skip_or_fail("Chromium is not installed.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


class Clock:
    """The real time, shifted by what a test lets pass."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.passed


@dataclass
class Site:
    """The running application, its address, its clock and its database."""

    app: Flask
    url: str
    clock: Clock

    @property
    def database(self) -> Database:
        return cast("Database", self.app.extensions["sme_match"].database)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The application as users meet it: forms with their tokens, real cookies, real clock."""
    port, clock = free_port(), Clock()
    url = f"http://127.0.0.1:{port}"
    environ = {
        "SME_MATCH_ENV": "test",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}",
        "BASE_URL": url,
    }
    app = create_app(load_settings(environ), clock=clock)
    database = app.extensions["sme_match"].database
    METADATA.create_all(database.engine)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app=app, url=url, clock=clock)
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()
    database.dispose()


@dataclass
class Visitor:
    """One person's browser. `look` checks the page it is on in every way a machine can."""

    site: Site
    browser: Browser
    context: BrowserContext
    page: Page
    messages: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def open(self, path: str) -> Page:
        """Go to a page and look at it."""
        self.page.goto(self.site.url + path if path.startswith("/") else path)
        self.look()
        return self.page

    def look(self) -> None:
        """Assert: no accessibility violation, no console message, no sideways scroll."""
        address = self.page.url
        if address in self.seen:
            return
        self.seen.add(address)
        # axe needs a script of its own, which the content policy rightly refuses elsewhere.
        audit = self.browser.new_context(
            bypass_csp=True, storage_state=self.context.storage_state(), locale="ja-JP"
        )
        try:
            page = audit.new_page()
            for size in (WIDE, PHONE):
                page.set_viewport_size(size)
                page.goto(address)
                page.evaluate(OPEN_EVERYTHING)
                found = Axe().run(page, options=AXE_OPTIONS)
                assert found.violations_count == 0, f"{address} {size}: {found.generate_report()}"
            page.set_viewport_size({"width": NARROWEST, "height": 800})
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= NARROWEST, f"{address} scrolls sideways: {width}px"
        finally:
            audit.close()
        assert self.messages == []

    def submit(self, name: str) -> Page:
        """Press the button of that name and look at the page it leads to."""
        self.page.get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()
        self.look()
        return self.page

    def sign_in(self, email: str, password: str) -> Page:
        """Sign in through the form."""
        self.open("/sign-in")
        self.page.get_by_label("メールアドレス").fill(email)
        self.page.get_by_label("パスワード").fill(password)
        return self.submit("ログインする")


OPEN_EVERYTHING = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
AXE_OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


@pytest.fixture
def new_visitor(site: Site, chromium: Browser) -> Iterator["VisitorFactory"]:
    factory = VisitorFactory(site, chromium)
    yield factory
    factory.close()


class VisitorFactory:
    """Opens browsers for as many people as a test has."""

    def __init__(self, site: Site, browser: Browser) -> None:
        self.site, self.browser = site, browser
        self.contexts: list[BrowserContext] = []

    def __call__(self, *, phone: bool = False) -> Visitor:
        """Open a new browser; on a phone's screen when asked."""
        context = self.browser.new_context(viewport=PHONE if phone else WIDE, locale="ja-JP")
        self.contexts.append(context)
        visitor = Visitor(self.site, self.browser, context, context.new_page())
        visitor.page.on("console", lambda message: visitor.messages.append(message.text))
        visitor.page.on("pageerror", lambda error: visitor.messages.append(str(error)))
        return visitor

    def close(self) -> None:
        """Close all browsers."""
        for context in self.contexts:
            context.close()
