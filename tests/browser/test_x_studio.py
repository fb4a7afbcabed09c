"""What a reader does with keys, menus and files in the X studio."""

from PIL import Image

CELL = """
from toy import dataset
from studykit import widgets
widgets.x_studio(data=dataset())
"""
NUMBERS = "numbers"  # the menu of names


def chosen(notebook):
    name = notebook.menu(NUMBERS).evaluate("menu => menu.options[menu.selectedIndex].text")
    return name.replace("\N{NO-BREAK SPACE}", " ")


def readout(notebook, label):
    """What stands beside a slider."""
    box = notebook.page.locator(".widget-inline-hbox", has=notebook.page.get_by_text(label, exact=True))
    return float(box.locator(".widget-readout").first.inner_text().replace("\N{MINUS SIGN}", "-"))


def give(notebook, path):
    with notebook.page.expect_file_chooser() as chooser:
        notebook.page.get_by_role("button", name="A picture of your own").first.click()
    chooser.value.set_files(path)


def test_an_arrow_key_moves_a_weight_by_one_step_and_x_with_it(lab):
    notebook = lab.open(CELL)
    assert chosen(notebook) == "trained", "what is stored is found from any folder"
    notebook.menu(NUMBERS).select_option("initial")
    notebook.until(lambda: readout(notebook, "a G") == 0.33, "the start")
    notebook.until(lambda: chosen(notebook) == "initial", "the menu")
    before, words = notebook.source(), notebook.words().inner_text()
    notebook.slider("a G").focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.until(lambda: notebook.source() != before, "the picture")
    notebook.until(lambda: readout(notebook, "a G") == 0.34, "the number")
    notebook.until(lambda: notebook.words().inner_text() != words, "the words")
    notebook.until(lambda: chosen(notebook) == "my own", "the menu")
    assert notebook.slider("a G").get_attribute("aria-label") == "a G"


def test_a_name_of_the_menu_moves_sliders_pictures_and_words(lab):
    notebook = lab.open(CELL)
    photos, histograms = notebook.source(0), notebook.source(1)
    notebook.menu(NUMBERS).select_option("Gray")
    notebook.until(lambda: readout(notebook, "w G") == 0.59, "the slider")
    notebook.until(lambda: notebook.source(0) != photos, "the photographs")
    notebook.until(lambda: notebook.source(1) != histograms, "the histograms")
    notebook.page.get_by_text("these ten numbers make it exactly").wait_for()
    notebook.menu(NUMBERS).select_option("dead ReLU")
    notebook.until(lambda: "every pixel: g is dead" in notebook.words().inner_text(), "the words")
    notebook.page.wait_for_timeout(500)  # the page's answers to the new numbers are not taken for moves
    assert chosen(notebook) == "dead ReLU"


def test_a_name_chosen_while_the_kernel_is_busy_with_another_stays_chosen(lab):
    slow = CELL.replace(
        "widgets.x_studio(data=dataset())",
        """
import time
panel = widgets.x_studio(data=dataset())
draw = panel.draw
panel.draw = lambda: (time.sleep(0.3), draw())[1]
panel
""",
    )
    notebook = lab.open(slow)
    notebook.menu(NUMBERS).select_option("Gray")
    notebook.page.wait_for_timeout(400)  # the page's answers to Gray wait in line
    notebook.menu(NUMBERS).select_option("dead ReLU")
    notebook.until(lambda: "every pixel: g is dead" in notebook.words().inner_text(), "the words")
    notebook.still()
    assert chosen(notebook) == "dead ReLU"


def test_a_picture_of_ones_own_is_shown_and_a_bad_file_is_a_sentence(lab, tmp_path):
    Image.new("RGB", (90, 60), (200, 80, 20)).save(tmp_path / "beach.jpg")
    (tmp_path / "notes.png").write_text("no picture at all")
    notebook = lab.open(CELL)
    own = notebook.page.locator(".xivlab-view").nth(2)
    assert not own.is_visible()
    give(notebook, tmp_path / "beach.jpg")
    notebook.until(own.is_visible, "the picture")
    notebook.until(lambda: notebook.words(2).inner_text().startswith("Left, your beach.jpg"), "its words")
    before = notebook.source(2)
    notebook.slider("d R").focus()
    notebook.page.keyboard.press("PageUp")
    notebook.until(lambda: notebook.source(2) != before, "its X")

    give(notebook, tmp_path / "notes.png")
    notice = notebook.page.locator(".xivlab-notice")
    sentence = "notes.png is no JPEG, PNG or WebP picture: choose one that is."
    notebook.until(lambda: sentence in notice.inner_text(), "the sentence")
    assert own.is_visible()

    notebook.button("Remove it").click()
    notebook.until(lambda: not own.is_visible(), "the picture to go")
