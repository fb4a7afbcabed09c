"""On a laptop of 1366 x 768, less the browser's own bars, the hand and what it moves are seen together; on narrower pages all can be
read, and nothing jumps."""

import pytest
from browser.every_widget import PROJECT, WIDGETS
from browser.looks import HEIGHTS, RATIOS, THEMES, change, looks

BARS, ABOVE = 118, 121  # pixels of the browser's own bars, and of JupyterLab's above the notebook
NOTEBOOK = HEIGHTS[1366] - BARS - ABOVE  # of the notebook are seen: 529
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
    "900 px, ratio 2": {"width": 900, "height": 650, "device_scale_factor": 2},
    "150 %": {"width": 911, "height": 512, "device_scale_factor": 1.5},
}
# Names of controls that are cut, and how far the widget reaches beyond its place.
CUT = """panel => ({
    names: [...panel.querySelectorAll(".widget-label, button")].filter(one => one.scrollWidth > one.clientWidth + 1)
        .map(one => one.textContent),
    beyond: panel.scrollWidth - panel.clientWidth,
})"""
# Beside the pictures: names, buttons and numbers that are cut, and menus whose choice is cut and not said in a sentence either.
CUT_BESIDE = """panel => {
    const seen = one => one.getClientRects().length;
    const cut = [...panel.querySelectorAll(".widget-label, button, .widget-readout")]
        .filter(one => seen(one) && one.scrollWidth > one.clientWidth + 1).map(one => one.textContent);
    const said = [...panel.querySelectorAll(".widget-html-content")].map(one => one.textContent).join(" ");
    const pen = document.createElement("canvas").getContext("2d");
    for (const menu of [...panel.querySelectorAll("select")].filter(seen)) {
        const chosen = menu.selectedOptions[0].textContent.replaceAll("\u00a0", " ");
        pen.font = getComputedStyle(menu).font;
        if (pen.measureText(chosen).width > menu.clientWidth - 24 && !said.includes(chosen)) cut.push(chosen);
    }
    return cut;
}"""
# Words of the first picture that lie on one another or reach beyond it.
CROWDED = """picture => {
    const page = picture.getBoundingClientRect();
    const words = [...picture.querySelectorAll("text")].map(one => [one.textContent, one.getBoundingClientRect()]);
    const beyond = words.filter(([, box]) => box.left < page.left - 1 || box.right > page.right + 1
        || box.top < page.top - 1 || box.bottom > page.bottom + 1).map(([text]) => text);
    const lie = ([, one], [, other]) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
        && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4;
    return beyond.concat(words.flatMap((one, i) => words.slice(i + 1).filter(other => lie(one, other))
        .map(([text]) => `${one[0]} on ${text}`)));
}"""
ANATOMIES = f"""import sys
sys.path.insert(0, {str(PROJECT / "tests" / "helpers")!r})
from studykit import widgets
from studykit.analysis.anatomy import anatomy
from studykit.plots.anatomy import anatomy_picture
from tiny import tiny
from xivlab.methods import METHODS
pictures = [anatomy_picture(anatomy(tiny(method=name, **METHODS[name].settings))) for name in METHODS]
widgets.frame_slider(list(METHODS), pictures, "method")"""
MAIN = ("ladder", "loss_geometry", "lambda_explorer", "wavelength", "x_studio")


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("name", MAIN)
def test_hand_and_picture_are_seen_together(lab, name, ratio):
    example = WIDGETS[name]
    notebook = lab.open(example.code, width=1366, height=650, device_scale_factor=ratio)
    notebook.still()
    panel = notebook.page.locator(".xivlab-panel").first
    handle = notebook.slider(example.slider)
    for look in looks(notebook.page, (1366, 1280), BARS):
        notebook.still()
        found, box = panel.evaluate(ENDS), handle.bounding_box()
        top, seen = panel.bounding_box()["y"], notebook.page.viewport_size["height"] - ABOVE
        assert found["picture"] <= seen and box["y"] + box["height"] - top <= seen, look
        assert box["x"] + box["width"] <= found["left"], (
            f"{look}: the controls do not stand beside the picture"
        )
        assert found["smallest"] >= 11, look
        no_jump(notebook, panel, example, look)


def no_jump(notebook, panel, example, look):
    """Move the slider: nothing below the widget changes its place."""
    before = panel.bounding_box()["height"]
    notebook.slider(example.slider).focus()
    for key in example.keys[:3]:
        notebook.page.keyboard.press(key)
        notebook.still()
        assert panel.bounding_box()["height"] == before, f"{look}: the page has jumped"


@pytest.mark.parametrize("look", NARROW)
@pytest.mark.parametrize("name", WIDGETS)
def test_on_a_narrow_page_all_words_can_be_read_and_nothing_jumps(lab, name, look):
    example = WIDGETS[name]
    notebook = lab.open(example.code, **NARROW[look])
    panel = notebook.page.locator(".xivlab-panel").first
    try:
        for theme in THEMES:
            change(notebook.page, theme)
            notebook.still()
            assert panel.evaluate(ENDS)["smallest"] > 10.9, theme  # 11, rounded
            assert panel.evaluate(CUT) == {"names": [], "beyond": 0}, theme
            no_jump(notebook, panel, example, theme)
    finally:
        change(notebook.page, THEMES[0])


@pytest.mark.parametrize("name", WIDGETS)
def test_on_a_laptop_no_name_menu_or_number_is_cut(lab, name):
    notebook = lab.open(WIDGETS[name].code, width=1366, height=768)
    for look in looks(notebook.page, (1366, 1280)):
        notebook.still()
        assert notebook.page.locator(".xivlab-panel").first.evaluate(CUT_BESIDE) == [], look


def test_all_ten_sliders_of_x_are_seen_together_with_what_they_make(lab):
    notebook = lab.open(WIDGETS["x_studio"].code, width=1366, height=1200)
    notebook.still()
    top = notebook.page.locator(".xivlab-panel").first.bounding_box()["y"]
    boxes = [handle.bounding_box() for handle in notebook.page.locator(".xivlab-panel .noUi-handle").all()]
    assert len(boxes) == 10
    assert max(box["y"] + box["height"] for box in boxes) - top <= NOTEBOOK


@pytest.mark.parametrize("width", [804, 1366])
def test_no_words_of_an_anatomy_lie_on_others(lab, width):
    notebook = lab.open(ANATOMIES, width=width, height=768)
    notebook.still()
    slider, crowded = notebook.slider("method"), {}
    last = int(slider.get_attribute("aria-valuemax").partition(".")[0])
    slider.focus()
    for _ in range(last + 1):
        crowded[notebook.words().inner_text().partition(":")[0]] = notebook.image().evaluate(CROWDED)
        notebook.page.keyboard.press("ArrowRight")
        notebook.still()
    assert len(crowded) > 10
    assert {name: words for name, words in crowded.items() if words} == {}


def test_on_the_narrowest_page_no_name_beside_the_spectra_is_cut(lab):
    notebook = lab.open(WIDGETS["wavelength"].code, width=804, height=650)
    notebook.still()
    assert "lower print" in notebook.image(2).text_content()
    assert notebook.image(2).evaluate(CROWDED) == []
