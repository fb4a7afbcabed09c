"""What a reader does with the lambda explorer: keys, the mouse, another distance."""

import re
from pathlib import Path

CELL = f"""
import os
os.chdir({str(Path(__file__).parents[2])!r})  # where the stored results are
from studykit import widgets

explorer = widgets.lambda_explorer()
explorer
"""
CURVE, MAP, DISTANCES, LIST = range(4)
MEASURE = """() => {
    const cell = document.querySelector(".jp-Cell-outputArea");
    const above = [];
    for (let e = cell; e; e = e.parentElement) above.push(e.scrollTop);
    return [cell.getBoundingClientRect().top, cell.getBoundingClientRect().height, ...above, window.scrollY];
}"""


def lam(notebook):
    """The λ that each of the four lines of words names."""
    return [re.search(r"λ = ([\d.]+\d|\d)", notebook.words(i).inner_text())[1] for i in range(4)]


def shown(notebook):
    """How many pictures each place has shown."""
    return [int(notebook.image(i).get_attribute("data-shown")) for i in range(4)]


def pictures(notebook):
    return [notebook.source(i) for i in range(4)]


def settled(notebook, value):
    """Wait until everything shows a λ."""
    notebook.until(lambda: lam(notebook) == [value] * 4, f"λ = {value}")
    notebook.page.wait_for_timeout(200)


def test_an_arrow_key_is_one_step_of_lambda_in_all_pictures(lab):
    notebook = lab.open(CELL)
    settled(notebook, "0.1")
    before = pictures(notebook)
    notebook.slider("λ").focus()
    notebook.page.keyboard.press("ArrowRight")
    settled(notebook, "0.3")
    assert all(new != old for new, old in zip(pictures(notebook), before, strict=True))
    notebook.page.keyboard.press("ArrowLeft")
    settled(notebook, "0.1")
    assert pictures(notebook) == before


def test_the_mouse_drags_lambda_and_every_picture_follows(lab):
    notebook = lab.open(CELL)
    page = notebook.page
    settled(notebook, "0.1")
    notebook.slider("λ").focus()
    page.keyboard.press("End")
    settled(notebook, "10")
    last = pictures(notebook)
    page.keyboard.press("Home")
    settled(notebook, "0")
    place, before = page.evaluate(MEASURE), shown(notebook)

    handle = notebook.slider("λ").bounding_box()
    track = page.locator(".noUi-base").first.bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    steps = 40
    for step in range(1, steps + 1):
        page.mouse.move(x + (track["x"] + track["width"] - x) * step / steps, y + 3)
        page.wait_for_timeout(50)
        assert page.evaluate(MEASURE) == place  # neither scrolled nor grown, at no time
    page.mouse.up()
    page.wait_for_timeout(300)
    assert lam(notebook) == ["10"] * 4
    assert pictures(notebook) == last
    between = [new - old for new, old in zip(shown(notebook), before, strict=True)]
    assert min(between) >= 4, f"of seven steps {between} were shown"
    assert page.evaluate(MEASURE) == place


def test_query_and_distance_change_what_they_should(lab):
    notebook = lab.open(CELL)
    settled(notebook, "0.1")
    before = pictures(notebook)
    notebook.slider("query").focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.until(lambda: "Query 2 " in notebook.words(LIST).inner_text(), "the second query")
    notebook.until(lambda: notebook.source(LIST) != before[LIST], "its list")
    assert notebook.source(MAP) != before[MAP]
    assert notebook.source(CURVE) == before[CURVE]
    notebook.menu("distance").select_option("v")
    notebook.until(lambda: "by distance v " in notebook.words(LIST).inner_text(), "the other distance")
    notebook.until(lambda: notebook.source(CURVE) != before[CURVE], "its curve")
