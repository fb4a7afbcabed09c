"""On a laptop of 1366 x 768, less the browser's own bars, the hand and what it moves are seen together; on narrower pages all can be
read, and nothing jumps."""

import pytest
from browser.every_widget import WIDGETS

NOTEBOOK = 529  # pixels of the notebook that are seen there
# Of the slider that asks the main question and the first picture that answers it: their ends below the widget's top.
ENDS = """panel => {
    const top = panel.getBoundingClientRect().top;
    const answer = panel.querySelector(".xivlab-view");
    const box = answer.getBoundingClientRect();
    const texts = [...panel.querySelectorAll("figure > svg text")].map(one => {
        const svg = one.ownerSVGElement;
        const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
        return scale * parseFloat(getComputedStyle(one).fontSize);
    });
    return { picture: box.bottom - top, left: box.left, smallest: Math.min(99, ...texts) };
}"""
NARROW = {
    "900 px": {"width": 900, "height": 650},
    "150 %": {"width": 911, "height": 512, "device_scale_factor": 1.5},
}
# Names of controls that are cut, and how far the widget reaches beyond its place.
CUT = """panel => ({
    names: [...panel.querySelectorAll(".widget-label, button")].filter(one => one.scrollWidth > one.clientWidth + 1)
        .map(one => one.textContent),
    beyond: panel.scrollWidth - panel.clientWidth,
})"""
MAIN = ("loss_geometry", "lambda_explorer", "wavelength", "x_studio")


@pytest.mark.parametrize("name", MAIN)
def test_hand_and_picture_are_seen_together(lab, name):
    example = WIDGETS[name]
    notebook = lab.open(example.code, width=1366, height=650)
    notebook.still()
    panel = notebook.page.locator(".xivlab-panel").first
    found = panel.evaluate(ENDS)
    handle = notebook.slider(example.slider)
    top = panel.bounding_box()["y"]
    box = handle.bounding_box()
    assert found["picture"] <= NOTEBOOK and box["y"] + box["height"] - top <= NOTEBOOK
    assert box["x"] + box["width"] <= found["left"], "the controls do not stand beside the picture"
    assert found["smallest"] >= 11
    before = panel.bounding_box()["height"]
    handle.focus()
    for key in example.keys[:3]:
        notebook.page.keyboard.press(key)
        notebook.still()
        assert panel.bounding_box()["height"] == before, "the page has jumped"


@pytest.mark.parametrize("look", NARROW)
@pytest.mark.parametrize("name", WIDGETS)
def test_on_a_narrow_page_all_words_can_be_read_and_nothing_jumps(lab, name, look):
    example = WIDGETS[name]
    notebook = lab.open(example.code, **NARROW[look])
    notebook.still()
    panel = notebook.page.locator(".xivlab-panel").first
    assert panel.evaluate(ENDS)["smallest"] > 10.9  # 11, rounded
    assert panel.evaluate(CUT) == {"names": [], "beyond": 0}
    before = panel.bounding_box()["height"]
    notebook.slider(example.slider).focus()
    for key in example.keys[:3]:
        notebook.page.keyboard.press(key)
        notebook.still()
        assert panel.bounding_box()["height"] == before, "the page has jumped"
