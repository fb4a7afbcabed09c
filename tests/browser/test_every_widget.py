"""What holds for every widget: the keyboard alone reaches all of it, whoever hears the page is told all names, and
pictures follow a slider at once."""

import pytest
from browser.every_widget import WIDGETS

# The name of what has the focus: of a slider its aria-label, of a menu or a button the words beside or on it.
FOCUSED = """() => {
    const e = document.activeElement;
    if (!e || !e.closest(".xivlab-panel")) return null;
    const box = e.closest(".widget-inline-hbox");
    const label = box && box.querySelector(".widget-label");
    return (e.getAttribute("aria-label") || (label && label.textContent) || e.textContent || "").trim();
}"""
BEFORE = """() => {
    const panel = document.querySelector(".xivlab-panel");
    const place = document.createElement("span");
    place.tabIndex = 0;
    panel.parentElement.insertBefore(place, panel);
    place.focus();
}"""
UNNAMED = """() => [
    ...document.querySelectorAll(".xivlab-panel .noUi-handle:not([aria-label]), .xivlab-panel .noUi-handle[aria-label='']"),
    ...document.querySelectorAll(".xivlab-view figure > svg:not([aria-label]), .xivlab-view figure > svg[aria-label='']"),
].filter(e => e.getClientRects().length).length"""


@pytest.mark.parametrize("name", WIDGETS)
def test_tab_reaches_every_control_and_everything_has_a_name(lab, name):
    example = WIDGETS[name]
    notebook = lab.open(example.code)
    page = notebook.page
    notebook.until(lambda: page.evaluate(UNNAMED) == 0, "names for all handles and pictures")

    page.evaluate(BEFORE)
    reached = []
    while True:
        page.keyboard.press("Tab")
        label = page.evaluate(FOCUSED)
        if label is None:
            break
        reached.append(label.split(" (")[0])  # an upload counts its files behind its name
        if label == "More":
            page.keyboard.press("Space")
            page.wait_for_timeout(500)  # until the kernel has shown the others
        assert len(reached) < 60, f"the focus goes round and round: {reached}"
    # Between them may be the numbers beside sliders, which can be typed, under no name of their own.
    rest = iter(reached)
    missing = [control for control in example.controls if control not in rest]
    assert not missing, f"{missing} not reached in this order; reached: {reached}"


@pytest.mark.parametrize("name", WIDGETS)
def test_pictures_follow_a_slider_at_once(lab, name):
    example = WIDGETS[name]
    lab.follow(example.code, example.slider, example.keys, example.picture)
