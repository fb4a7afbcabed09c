"""What a reader does with the loss geometry: keys, the mouse on a point, play and pause."""

import re

CELL = "from studykit import widgets\nwidgets.loss_geometry()"
PLANE, TABLE = 0, 1


def steps(notebook):
    """How many steps the words tell of."""
    found = re.search(r"after (\d+) step", notebook.words(TABLE).inner_text())
    return int(found[1]) if found else 0


def readout(notebook, label):
    box = notebook.page.locator(".widget-inline-hbox", has=notebook.page.get_by_text(label, exact=True))
    return float(box.locator(".widget-readout").first.inner_text().replace("\N{MINUS SIGN}", "-"))


def drag(notebook, start, way, moves=40, pause=50):
    """Drag with the mouse over the plane, in pixels of the picture; the words after each move."""
    page, box = notebook.page, notebook.image(PLANE).bounding_box()
    x, y = box["x"] + start[0], box["y"] + start[1]
    page.mouse.move(x, y)
    page.mouse.down()
    seen = []
    for move in range(1, moves + 1):
        page.mouse.move(x + way[0] * move / moves, y + way[1] * move / moves)
        page.wait_for_timeout(pause)
        seen.append(notebook.words(PLANE).inner_text())
    page.mouse.up()
    return seen


def point(notebook, x, y):
    """Pixels of a place of the plane: from the ticks' own geometry, 0 to 6 being what the kernel says."""
    left, width, side, tall, reach = 34, 392, 350, 430, 5.8
    unit = width / (2 * reach)
    return left + (x - 3.5) * unit + width / 2, tall - 24 - side / 2 - (y - 3.0) * unit


def test_the_mouse_drags_a_point_and_the_losses_follow(lab):
    notebook = lab.open(CELL)
    notebook.until(lambda: "8b pays 4.05" in notebook.words(PLANE).inner_text(), "the start")
    table, place = notebook.source(TABLE), notebook.image(TABLE).bounding_box()
    unit = point(notebook, 1, 0)[0] - point(notebook, 0, 0)[0]
    seen = drag(notebook, point(notebook, 7, 6), (0, 5 * unit))  # V 8b, five down
    assert len(set(seen)) > 10, "the words stood still under the hand"
    # I 8a at (4, 0) has its farther positive V 8b then at (7, 1), its nearest negative V 7a at (3, 0).
    wanted = f"8a pays {0.5 + 10**0.5 - 1:.2f}"
    notebook.until(lambda: wanted in notebook.words(PLANE).inner_text(), wanted)
    assert notebook.menu("point").input_value() == "V 8b"
    notebook.until(lambda: readout(notebook, "upwards") == 1.0, "its slider")
    assert notebook.source(TABLE) != table
    assert notebook.image(TABLE).bounding_box() == place, "the page has jumped"


def test_a_key_moves_the_chosen_point_by_a_tenth(lab):
    notebook = lab.open(CELL)
    before = notebook.source(PLANE)
    notebook.button("More").click()
    notebook.menu("point").select_option("V 8b")
    notebook.until(lambda: readout(notebook, "upwards") == 6.0, "its coordinate")
    notebook.slider("upwards").focus()
    notebook.page.keyboard.press("ArrowDown")
    notebook.until(lambda: readout(notebook, "upwards") == 5.9, "one step")
    notebook.until(lambda: "8a pays 6.21" not in notebook.words(PLANE).inner_text(), "other words")
    notebook.until(lambda: notebook.source(PLANE) != before, "the picture")


def test_play_moves_the_points_until_pause(lab):
    notebook = lab.open(CELL)
    notebook.until(lambda: notebook.button("Play").is_visible(), "the button")
    notebook.button("One gradient step").focus()
    notebook.page.keyboard.press("Enter")
    notebook.until(lambda: steps(notebook) == 1, "a step")
    notebook.button("Play").click()
    notebook.until(lambda: steps(notebook) > 5, "some steps")
    notebook.menu("pairs of").select_option("within I (Eq. 10)")  # answered while it plays
    notebook.until(lambda: "within I" in notebook.words(PLANE).inner_text(), "another term")
    notebook.button("Pause").click()
    notebook.button("Play").wait_for()
    notebook.page.wait_for_timeout(400)
    stands = steps(notebook)
    notebook.page.wait_for_timeout(600)
    assert steps(notebook) == stands
    notebook.button("Reset").click()
    notebook.until(lambda: steps(notebook) == 0, "the start again")
