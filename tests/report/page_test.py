"""The page of `migledger report --html` in a real browser."""

import os
import pathlib
import re
import sys
import tempfile
import unittest

from browser import Browser, is_installed
from ledgers import history, migledger, rehearse

# Where screenshots are left to be looked at; unset: nowhere.
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")

HOSTILE = [
    "</script><script>document.title='pwned'</script>",
    "<img src=x onerror=\"document.title='pwned'\">",
    "quotes \" ' ` ${document.title='pwned'} {{data}} ]]> --> &lt;b&gt; &amp;",
    "right to left: שלום עולם مرحبا, and overridden: \u202egpj.exe\u202c",
    "emoji 🚀👩‍🚀 and a line separator \u2028 and \u2029 end",
]


class PageTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        directory = pathlib.Path(cls.scratch.name)
        cls.ledger = ledger = rehearse(directory, 8)
        for reason in HOSTILE:
            migledger("note", "vm-01", "--reason", reason, "--ledger", ledger)
        cls.history = history(ledger)
        cls.file = directory / "report.html"
        migledger("report", "--html", cls.file, "--ledger", ledger)
        cls.browser = cls.enterClassContext(Browser())

    def show(self, width=1280, dark=False, media="screen"):
        self.browser.emulate(width, 900, dark, media)
        self.browser.open(self.file.as_uri())
        self.browser.await_true("return document.documentElement.dataset.ready === 'yes'")

    def texts(self, selector):
        return self.browser.run(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)

    def count(self, selector):
        return self.browser.run("return document.querySelectorAll(arguments[0]).length", selector)

    def click(self, selector):
        self.browser.run("document.querySelector(arguments[0]).click()", selector)

    def filter(self, form, waits_for, **values):
        """Fills in a form as a person does, and waits until its count has changed."""
        before = self.texts(waits_for)[0]
        self.browser.run("""
            const form = document.getElementById(arguments[0]);
            for (const [name, value] of Object.entries(arguments[1])) {
              const field = form.elements[name];
              if (field.type === "checkbox") field.checked = value; else field.value = value;
              field.dispatchEvent(new Event("input", {bubbles: true}));
            }""", form, values)
        self.browser.await_true(
            "return document.querySelector(arguments[0]).textContent !== arguments[1]",
            waits_for, before)
        return int(re.match(r"[\d,]+", self.texts(waits_for)[0])[0].replace(",", ""))

    def test_the_console_stays_empty_and_nothing_is_fetched(self):
        self.browser.console()
        self.show()
        for button in ("#theme", ".row-name button", "#event-table button"):
            self.click(button)
        self.assertEqual(self.browser.console(), [])
        fetched = self.browser.run("return performance.getEntriesByType('resource').map((e) => e.name)")
        self.assertEqual(fetched, [])

    def test_every_event_is_counted_and_the_first_page_is_shown(self):
        self.show()
        self.assertEqual(self.texts("#event-count"), [f"{len(self.history):,} of {len(self.history):,} events"])
        self.assertEqual(self.count("#event-table tbody tr"), 100)
        self.assertEqual(self.texts("#event-table tbody tr:first-child button"), ["#1"])
        shown = set()
        while True:
            shown.update(self.texts("#event-table tbody button"))
            if self.browser.run("return document.querySelector('#event-pager [data-go=\"Next page\"]').disabled"):
                break
            self.click('#event-pager [data-go="Next page"]')
        self.assertEqual(shown, {f"#{event['position']}" for event in self.history})

    def test_filters_find_what_history_finds(self):
        def expected(fits):
            return sum(1 for event in self.history if fits(event))

        self.show()
        self.assertEqual(self.filter("event-filters", "#event-count", name="vm-03"),
                         expected(lambda e: e.get("migration") == "vm-03"))
        self.assertEqual(self.filter("event-filters", "#event-count", name="vm-03", kind="observed"),
                         expected(lambda e: e.get("migration") == "vm-03" and e["kind"] == "observed"))
        self.assertEqual(self.filter("event-filters", "#event-count", name="", kind="intent"),
                         expected(lambda e: e["kind"] == "intent"))
        errors = self.filter("event-filters", "#event-count", kind="", errors=True)
        self.assertEqual(errors, expected(
            lambda e: e["kind"] == "readFailed" or e["body"].get("result") in ("failed", "unknown", "dead", "refused")))
        self.assertGreater(errors, 0)
        instance = next(e["body"]["facts"]["target_instance_id"] for e in self.history
                        if e["kind"] == "outcome" and "target_instance_id" in e["body"].get("facts", {}))
        found = self.filter("event-filters", "#event-count", errors=False, text=instance)
        self.assertGreaterEqual(found, 1)
        self.assertLess(found, 10)
        self.browser.run("document.querySelector('#event-filters [type=reset]').click()")
        self.browser.await_true("return document.querySelector('#event-count').textContent.startsWith(arguments[0])",
                                f"{len(self.history):,} of")
        self.assertEqual(self.filter("timeline-filters", "#timeline-count", standing="waiting"), 2)
        self.assertEqual(self.count("#bars .row"), 2)
        self.assertEqual(self.filter("resource-filters", "#resource-count", noun="instance"), 6)

    def test_the_timeline_has_a_bar_a_migration_and_opens_to_its_steps(self):
        self.show()
        self.assertEqual(self.count("#bars .row"), 8)
        self.assertEqual(self.count("#bars .row svg.bar"), 8)
        self.assertGreater(self.count("#bars .s-succeeded"), 8 * 10)
        self.assertEqual(self.count("#bars .row-head .s-wait"), 2)
        wide = self.browser.run(
            "return [...document.querySelectorAll('#bars svg .s-succeeded')].map((r) => r.getBoundingClientRect().width)")
        self.assertGreaterEqual(min(wide), 0.5)
        self.click(".row-name button")
        self.assertEqual(self.texts(".row-name button[aria-expanded='true']"), ["vm-01"])
        steps = self.texts(".detail tbody td:first-child .sub")
        self.assertEqual(steps[0], "check-source")
        self.assertIn("launch-instance", steps)
        self.assertGreater(self.count(".detail .a-succeeded"), 3)
        # A step leads to its event, which is marked and has the focus.
        self.click(".detail tbody td:first-child button")
        self.assertEqual(self.count("#event-table tr.found"), 1)
        self.assertEqual(self.browser.run("return document.activeElement.textContent"),
                         self.texts("#event-table tr.found button")[0])
        self.click(".row-name button")
        self.assertEqual(self.count(".detail"), 0)

    def test_hostile_text_is_shown_as_text(self):
        self.show()
        self.filter("event-filters", "#event-count", kind="steered")
        rows = self.texts("#event-table td.what")
        self.assertEqual(len(rows), len(HOSTILE))
        for row, hostile in zip(rows, HOSTILE):
            shown = (hostile.replace("\u202e", "\\u202e").replace("\u202c", "\\u202c")
                     .replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))
            # An emoji made of several holds U+200D, which is no deception.
            self.assertIn(shown, row)
        self.assertTrue(self.browser.run("return document.title").startswith("migledger report: "))
        self.assertEqual(self.count("script"), 2)
        self.assertEqual(self.count("img, iframe, link, object, embed"), 0)
        self.assertEqual(self.browser.console(), [])

    def test_the_policy_stops_what_is_not_the_page_s_own(self):
        self.show()
        self.browser.console()
        blocked = self.browser.run("""
            const script = document.createElement("script");
            let trusted = true;
            try { script.textContent = "window.ran = 1"; document.body.append(script); } catch { trusted = false; }
            let html = true;
            try { document.body.insertAdjacentHTML("beforeend", "<b id=added></b>"); } catch { html = false; }
            return [window.ran === undefined, trusted, html, document.getElementById("added") === null];""")
        self.assertEqual(blocked, [True, False, False, True])

    def test_no_width_makes_the_page_scroll_sideways(self):
        for width in (390, 600, 861, 1024, 1280):
            for dark in (False, True):
                with self.subTest(width=width, dark=dark):
                    self.show(width, dark)
                    self.click(".row-name button")
                    self.click("#event-table button")
                    wide, inner = self.browser.run(
                        "return [document.documentElement.scrollWidth, innerWidth]")
                    self.assertLessEqual(wide, inner)
                    if SCREENSHOTS and width in (390, 1280):
                        name = f"{'phone' if width == 390 else 'desktop'}-{'dark' if dark else 'light'}.png"
                        self.browser.screenshot(os.path.join(SCREENSHOTS, name))

    def test_light_and_dark_follow_the_system_until_told_otherwise(self):
        def ground():
            return self.browser.run("return getComputedStyle(document.body).backgroundColor")

        self.show(dark=False)
        light = ground()
        self.show(dark=True)
        dark = ground()
        self.assertNotEqual(light, dark)
        self.click("#theme")
        self.assertEqual(self.texts("#theme-name"), ["Light"])
        self.assertEqual(ground(), light)
        self.click("#theme")
        self.assertEqual(ground(), dark)
        self.click("#theme")
        self.assertEqual(self.texts("#theme-name"), ["Auto"])

    def test_text_stands_out_from_its_ground(self):
        """WCAG 2.2, 1.4.3: 4.5 to 1 at least."""
        for dark in (False, True):
            self.show(dark=dark)
            self.click(".row-name button")
            worst = self.browser.run("""
                const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
                const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
                  .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
                const ground = (e) => {
                  for (; e; e = e.parentElement) {
                    const style = getComputedStyle(e);
                    if (style.backgroundImage !== "none") return null;
                    const colour = parse(style.backgroundColor);
                    if (colour.length < 4 || colour[3] === 1) return colour;
                  }
                  return [255, 255, 255];
                };
                let worst = [99, ""];
                const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                while (walker.nextNode()) {
                  const e = walker.currentNode.parentElement;
                  if (!walker.currentNode.data.trim() || e.closest("script, style, noscript, svg, :disabled, .skip"))
                    continue;
                  const under = ground(e);
                  if (!under || !e.checkVisibility()) continue;
                  const [a, b] = [light(parse(getComputedStyle(e).color)), light(under)].sort((x, y) => y - x);
                  const ratio = (a + 0.05) / (b + 0.05);
                  if (ratio < worst[0]) worst = [ratio, e.outerHTML.slice(0, 120)];
                }
                return worst;""")
            self.assertGreaterEqual(worst[0], 4.5, worst[1])

    def test_what_can_be_used_has_a_name_and_headings_are_in_order(self):
        self.show()
        nameless = self.browser.run("""
            return [...document.querySelectorAll("button, a, input, select, table, svg[role=img], nav, section")]
              .filter((e) => !(e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.textContent.trim() ||
                               e.labels?.length)).map((e) => e.outerHTML.slice(0, 100))""")
        self.assertEqual(nameless, [])
        levels = self.browser.run("return [...document.querySelectorAll('h1,h2,h3')].map((e) => +e.tagName[1])")
        self.assertEqual(levels[0], 1)
        self.assertEqual(levels.count(1), 1)
        for before, after in zip(levels, levels[1:]):
            self.assertLessEqual(after, before + 1)
        self.assertEqual(self.browser.run("return document.documentElement.lang"), "en")

    def test_it_is_worked_with_the_keyboard(self):
        self.show()
        self.browser.run("document.querySelector('.row-name button').focus()")
        for key in ("keyDown", "keyUp"):
            self.browser.devtools("Input.dispatchKeyEvent", type=key, key="Enter", code="Enter",
                                  windowsVirtualKeyCode=13, **({"text": "\r"} if key == "keyDown" else {}))
        self.assertEqual(self.count(".detail"), 1)

    def test_it_prints_light_without_controls_and_within_the_paper(self):
        self.show(width=718, dark=True, media="print")
        self.assertEqual(self.browser.run("return getComputedStyle(document.body).backgroundColor"),
                         "rgb(255, 255, 255)")
        visible = self.browser.run("""
            return [...document.querySelectorAll("input, select, .pager button, #theme, nav")]
              .filter((e) => e.checkVisibility()).length""")
        self.assertEqual(visible, 0)
        wide, inner = self.browser.run("return [document.documentElement.scrollWidth, innerWidth]")
        self.assertLessEqual(wide, inner)
        paper = self.browser.devtools("Page.printToPDF", printBackground=True)
        self.assertGreater(len(paper["data"]), 10_000)
        if SCREENSHOTS:
            self.browser.screenshot(os.path.join(SCREENSHOTS, "print.png"))

    def test_a_simulated_ledger_says_so_before_anything_else(self):
        self.show()
        banner = self.browser.run("""
            const banner = document.querySelector(".simulated");
            return [banner.checkVisibility(), banner.getBoundingClientRect().top < 100, banner.textContent]""")
        self.assertEqual(banner[:2], [True, True])
        self.assertIn("Simulated ledger", banner[2])

    def test_what_happened_to_the_ledger_itself_is_told(self):
        self.browser.console()
        self.show()
        self.assertTrue(self.browser.run("return document.getElementById('notes').hidden"))
        fork = self.file.with_name("fork.ledger")
        migledger("replay", "--fork", "40", "--from", self.ledger, "--cloud", "sim", "--ledger", fork)
        page = self.file.with_name("fork.html")
        migledger("report", "--html", page, "--ledger", fork)
        self.browser.open(page.as_uri())
        self.browser.await_true("return document.documentElement.dataset.ready === 'yes'")
        told = self.texts("#note-table tbody tr")
        self.assertEqual(len(told), 1)
        self.assertIn("forked from #40", told[0])
        self.assertIn("forked from #40", " ".join(self.texts("#facts dd")))
        self.assertEqual(self.count("#axis .mark"), 1)
        self.assertEqual(self.browser.console(), [])

    def test_markdown_goes_to_the_output_or_to_a_file(self):
        text = migledger("report", "--ledger", self.ledger)
        self.assertEqual(migledger("report", "--md", "--ledger", self.ledger), text)
        file = self.file.with_suffix(".md")
        migledger("report", "--md", file, "--ledger", self.ledger)
        self.assertEqual(file.read_text(), text)
        migledger("report", "--md", file, "--ledger", self.ledger, code=2)

    def test_without_its_script_the_page_says_what_to_do(self):
        self.browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
        try:
            self.browser.emulate(1280, 900)
            self.browser.open(self.file.as_uri())
        finally:
            self.browser.devtools("Emulation.setScriptExecutionDisabled", value=False)
        text = self.browser.run("return document.body.innerText")
        self.assertIn("migledger report --md", text)
        self.assertIn("Root", text)


if __name__ == "__main__":
    if not is_installed():
        print("SKIPPED: there is no chromium with its chromedriver; nothing was tested in a browser (.ci/test "
              "installs them)", file=sys.stderr)
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main()
