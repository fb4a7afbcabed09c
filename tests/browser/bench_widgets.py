"""How soon each widget follows, in a real JupyterLab: `python -m tests.browser.bench_widgets`, on an idle machine.

Every widget is opened as notebooks open it, at demo scale. From each of twenty keys on a slider to the new picture
in the page, decoded; and a drag of that slider, end to end in 2.3 s by 40 moves of the mouse: how many pictures were
shown meanwhile, and how long after the release of the button the last one came. With `--write` the table goes into
notebooks/WIDGETS.md. Wanted: half of the keys below 100 ms, all below 250 ms.
"""

import statistics
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from benchmarks.harness import machine, text_table

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "notebooks" / "WIDGETS.md"
MARKS = "<!-- delays -->", "<!-- end of delays -->"
HEAD = ["widget", "slider", "key to picture, median", "worst", "pictures in a drag", "after release"]
MOVES, SECONDS = 40, 2.3
WATCH = """image => {
    window.shown = 0; window.last = window.released = null;
    image.addEventListener("load", () => { window.shown += 1; window.last = performance.now(); });
    addEventListener("pointerup", () => { window.released = performance.now(); }, {once: true, capture: true});
    addEventListener("mouseup", () => { window.released ??= performance.now(); }, {once: true, capture: true});
}"""


def drag(notebook, slider, picture):
    """Drag a slider from end to end; pictures shown, and milliseconds from the release to the last of them."""
    page = notebook.page
    notebook.slider(slider).focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(800)
    handle = notebook.slider(slider).bounding_box()
    track = notebook.slider(slider).locator("xpath=ancestor::*[contains(@class, 'noUi-base')]").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    notebook.image(picture).evaluate(WATCH)
    page.mouse.move(x, y)
    page.mouse.down()
    began = time.monotonic()
    for move in range(1, MOVES + 1):
        page.mouse.move(x + (track["x"] + track["width"] - 2 - x) * move / MOVES, y + 2)
        left = began + SECONDS * move / MOVES - time.monotonic()
        page.wait_for_timeout(max(0, 1000 * left))
    page.mouse.up()
    page.wait_for_timeout(1500)
    late = page.evaluate("Math.max(0, window.last - window.released)")
    return page.evaluate("window.shown"), late


def test_delays(lab, every_widget, record_property):
    name, example = every_widget
    notebook = lab.open(example.code)
    notebook.page.wait_for_timeout(1000)  # what the page does once it is there
    warm = example.keys[:4]
    notebook.delays(example.slider, warm, example.picture)  # the first time draws what stands still, too
    delays = notebook.delays(example.slider, example.keys[len(warm) :] + warm, example.picture)
    shown, late = drag(notebook, example.slider, example.picture)
    half, worst = statistics.median(delays), max(delays)
    cells = [f"`{name}`", example.slider, f"{half:.0f} ms", f"{worst:.0f} ms", str(shown), f"{late:.0f} ms"]
    print(" | ".join(cells))
    record_property("cells", cells)


def pytest_generate_tests(metafunc):
    from browser.every_widget import WIDGETS

    wanted = list(WIDGETS.items())
    metafunc.parametrize("every_widget", wanted, ids=list(WIDGETS))


class Collector:
    """Gathers what the tests have measured."""

    def __init__(self):
        self.rows = []

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            self.rows += [value for name, value in report.user_properties if name == "cells"]


def main(arguments):
    """Measure the widgets named, or all of them; returns an exit code."""
    names = [name for name in arguments if name != "--write"]
    collector = Collector()
    chosen = ["-k", " or ".join(names)] if names else []
    options = ["-m", "browser", "-q", "-s", "-p", "no:cacheprovider", *chosen]
    failed = pytest.main([str(Path(__file__)), *options], plugins=[collector])
    table = text_table([HEAD, *collector.rows])
    print(table)
    if failed or "--write" not in arguments:
        return failed
    if names:
        print("Only the table of all widgets is kept: leave out the names.")
        return 2
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(MARKS[0])[0], text.split(MARKS[1])[1]
    measured = f"{MARKS[0]}\n{date.today()}, {machine()}\n\n{table}\n{MARKS[1]}"
    PAGE.write_text(before + measured + after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
