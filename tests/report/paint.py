"""How soon a page is painted in headless Chromium: paint.py FILE ROUNDS.

Prints the medians of the first contentful paint and of the end of its script, in milliseconds from the beginning of
the navigation; a browser of its own each round. Exits with 77 when there is no browser.
"""

import pathlib
import statistics
import sys

from browser import Browser, is_installed

if not is_installed():
    sys.exit(77)

first, drawn = [], []
for _ in range(int(sys.argv[2])):
    with Browser() as browser:
        browser.emulate(1280, 900)
        browser.open(pathlib.Path(sys.argv[1]).absolute().as_uri())
        browser.await_true("return document.documentElement.dataset.ready === 'yes'")
        browser.await_true("return performance.getEntriesByName('first-contentful-paint').length === 1")
        first.append(browser.run(
            "return performance.getEntriesByType('paint').find((e) => e.name === 'first-contentful-paint').startTime"))
        drawn.append(browser.run("return performance.getEntriesByType('navigation')[0].domInteractive"))
print(statistics.median(first), statistics.median(drawn))
