"""Every page of the application as everybody who may open it, in a real browser."""

from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from sme_match.core.actor import Role
from tests.browser.addresses import Found, Walk, walk
from tests.browser.conftest import AXE_OPTIONS, NARROWEST, OPEN_EVERYTHING, PHONE, WIDE, Site
from tests.browser.region import PASSWORD, Region, build_region
from tests.client import Client

pytestmark = [pytest.mark.ui, pytest.mark.timeout(1800)]

AT_LEAST: dict[Role | None, int] = {
    Role.COORDINATOR: 110, Role.LEAD: 60, Role.SME: 40, Role.ADMINISTRATOR: 20, None: 15,
}  # fmt: skip
"""How many pages there are at least for each; None is who has nothing but the links of mails."""
NO_PAGES = {
    "static": "files of the look",
    "accounts.enter_code": "asks for a code after the password; see test_second_factor",
    "outcomes.document": "a file, of which the region has none",
    "home.save_view": "asks about the filters of a list, which an address alone does not have",
    "statistics.years": "leads to the newest year",
    "web.ready": "tells machines whether the whole installation is ready",
    "web.language": "leads back to the page it was chosen on",
    "support_bodies.mine": "leads to the desk of the own body",
}
# A list of fifty rows of one kind says no more about its accessibility than a few of them.
THIN_OUT = """() => {
  const kind = (element) => element.tagName + '.' + element.getAttribute('class')
    + '[' + Array.from(element.children, kind).join() + ']';
  for (const list of document.querySelectorAll('main tbody, main ul, main ol')) {
    if (list.children.length < 8) continue;
    const seen = new Map();
    for (const child of Array.from(list.children)) {
      const times = (seen.get(kind(child)) || 0) + 1;
      seen.set(kind(child), times);
      if (times > 2) child.remove();
    }
  }
}"""
# The frame of the pages is judged with the first page of each person.
FRAME = ["body > .hd", "body > .ft"]
RUN_AXE = """([exclude, options]) => axe.run({exclude}, options).then((found) => found.violations.map(
  (rule) => rule.id + ': ' + rule.nodes.map((node) => node.html.slice(0, 200)).join(' | ')))"""


@dataclass(slots=True)
class Inspector:
    """Looks at pages and keeps what is wrong with them."""

    site: Site
    faults: list[str] = field(default_factory=list)
    known: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The kinds of elements that axe has judged, by endpoint."""
    frame: list[str] = field(default_factory=list)
    """What axe leaves out, because it has judged it for this person."""

    def look_at_all(self, context: BrowserContext, done: Walk) -> None:
        page, where, self.frame = context.new_page(), "", []
        page.on("console", lambda message: self.faults.append(f"{where}: {message.text}"))
        page.on("pageerror", lambda error: self.faults.append(f"{where}: {error}"))
        met = set()
        for found in done.pages:
            # One page with nothing new on it stands for the others of its address.
            if found.endpoint not in met or not found.kinds <= self.known[found.endpoint]:
                where = found.path
                self.look_at(page, found)
                met.add(found.endpoint)

    def look_at(self, page: Page, found: Found) -> None:
        page.set_viewport_size(WIDE)
        response = page.goto(self.site.url + found.path)
        assert response is not None
        if response.status != 200:
            self.faults.append(f"{found.path}: {response.status}")
        page.evaluate(OPEN_EVERYTHING)
        page.set_viewport_size({"width": NARROWEST, "height": PHONE["height"]})
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROWEST:
            self.faults.append(f"{found.path}: scrolls sideways, {width} px")
        if found.kinds <= self.known[found.endpoint]:
            return
        self.known[found.endpoint] |= found.kinds
        page.evaluate(THIN_OUT)
        page.evaluate(Axe().axe_script)
        for size in (PHONE, WIDE):
            page.set_viewport_size(size)
            options = {**AXE_OPTIONS, "resultTypes": ["violations"], "preload": False}
            self.faults.extend(
                f"{found.path} at {size['width']} px: {fault}"
                for fault in page.evaluate(RUN_AXE, [self.frame, options])
            )
        self.frame = FRAME


def sign_in(context: BrowserContext, site: Site, region: Region, role: Role) -> None:
    page = context.new_page()
    page.goto(site.url + "/sign-in")
    page.get_by_label("メールアドレス").fill(region.users[role].email)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする").click()
    page.wait_for_url(site.url + "/")
    page.close()


def test_every_page_is_sound_for_everybody_who_may_open_it(site: Site, chromium: Browser) -> None:
    region, inspector = build_region(site), Inspector(site)
    met: set[str] = set()
    counts: dict[Role | None, int] = {}
    for role in AT_LEAST:
        client = Client(site.app)
        context = chromium.new_context(locale="ja-JP")
        if role is not None:
            client.sign_in(region.users[role].id)
            sign_in(context, site, region, role)
        done = walk(site.app, client.flask, role, region)
        inspector.faults.extend(f"{path}: {status}" for path, status in done.failed)
        inspector.look_at_all(context, done)
        context.close()
        met |= done.met
        counts[role] = len(done.pages)
    assert inspector.faults == []
    assert {role: count for role, count in counts.items() if count < AT_LEAST[role]} == {}
    rules = [rule for rule in site.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    assert {rule.endpoint for rule in rules} - met == NO_PAGES.keys()
