"""What a teacher shows and hands out: no number is typed, nothing is loaded from elsewhere, and the plan fits the slides."""

import re

import jupytext
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from notebooks.tools import lessons
from xivlab.errors import XivlabError
from xivlab.scale import current

DECK = jupytext.read(lessons.SOURCES / "slides.py", fmt="py:percent")
TITLES = [cell.source.partition("\n")[0] for cell in DECK.cells if cell.cell_type == "markdown"]
LOADS = re.compile(r"""(?:src|href)=["'](?!data:)([^"']+)""")


def test_the_numbers_of_teaching_are_those_of_the_stored_results():
    """If this fails: python -m notebooks.tools.lessons --words."""
    (told,) = lessons.WORDS.findall(lessons.TEACHING.read_text(encoding="utf-8"))
    assert told == lessons.stored_words()
    assert len(re.findall(r"\d\.\d %|\d\.\d points", told)) > 20


def test_no_score_is_typed_beside_them():
    text = lessons.WORDS.sub("", lessons.TEACHING.read_text(encoding="utf-8"))
    words = [text, *((lessons.SOURCES / f"{name}.md").read_text() for name in lessons.TEXTS)]
    words += [cell.source for cell in DECK.cells]
    for one in words:
        assert not re.findall(r"\d\.\d ?%|[+-]\d\.\d points|rank-1 (?:of|is) \d", one)


def test_numbers_of_other_scales_are_not_told(monkeypatch):
    monkeypatch.setenv("XIVLAB_SCALE", "smoke")
    current.cache_clear()
    with pytest.raises(XivlabError, match="leave XIVLAB_SCALE unset"):
        lessons.stored_words()
    current.cache_clear()


def test_there_are_15_to_20_slides_each_with_a_title_of_its_own():
    assert 15 <= len(TITLES) <= 20 and len(set(TITLES)) == len(TITLES)
    assert all(re.match(r"# \S", title) for title in TITLES)


def test_the_minute_plan_names_slides_in_order_and_leaves_none_out():
    text = (lessons.SOURCES / "minutes.md").read_text(encoding="utf-8")
    named = []
    for first, last in re.findall(r"slides? (\d+)(?:–(\d+))?", text):
        named += range(int(first), int(last or first) + 1)
    assert named == list(range(1, len(TITLES) + 1))
    minutes = [int(one) for one in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)]
    assert minutes == sorted(set(minutes)) and minutes[0] == 0 and minutes[-1] < 120
    assert "the bet" in text and TITLES.index("# The bet") + 1 in named[-4:]


def test_a_slide_has_its_words_and_pictures_and_no_code():
    shown = new_output("display_data", {"image/png": "AAAA"}, metadata={"image/png": {"alt": "Two people"}})
    printed = [
        new_output("stream", name="stdout", text=text) for text in ("rank-1 1%", "stored results of 3 runs")
    ]
    cells = [new_markdown_cell("# One\n\n$D$"), new_code_cell("hidden = 1", outputs=[shown, *printed])]
    one, two = lessons.slides(new_notebook(cells=[*cells, new_markdown_cell("# Two")]))
    assert "data:image/png;base64,AAAA" in one and 'alt="Two people"' in one and "<math" in one
    assert "rank-1 1%" in one and "hidden" not in one and "stored results of" not in one
    assert "Two</h1>" in two and "<img" not in two


def test_what_comes_later_waits_for_a_key_on_screen_alone():
    shown = new_output("display_data", {"image/png": "AAAA"})
    cells = [new_markdown_cell("# One")] + [
        new_code_cell("1", outputs=[shown], metadata={"tags": tags}) for tags in ([], ["later"])
    ]
    (one,) = lessons.slides(new_notebook(cells=cells))
    assert one.count("<img") == 2
    before, _, after = one.partition('<div class="later">')
    assert before.count("<img") == after.count("<img") == 1
    style = (lessons.THEME / "class.css").read_text(encoding="utf-8")
    assert "@media screen { .waits .later:not(.shown)" in style
    assert 'classList.add("waits")' in (lessons.THEME / "slides.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", lessons.TEXTS)
def test_a_sheet_needs_no_other_file(tmp_path, name):
    text = (lessons.SOURCES / f"{name}.md").read_text(encoding="utf-8")
    page = lessons._write(tmp_path / "page.html", "Title", "sheet", lessons._text(text)).read_text()
    assert LOADS.findall(page) == [] and "@page" in page and "<h1" in page


def test_the_page_of_the_method_has_every_equation():
    text = (lessons.SOURCES / "handout.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| ([\d, ]+) \|", text, re.MULTILINE)
    assert [int(one) for cell in cells for one in cell.split(",")] == list(range(1, 12))


def test_a_teacher_finds_everything_in_two_clicks():
    readme = (lessons.build.FOLDER.parent / "README.md").read_text(encoding="utf-8")
    teaching = lessons.TEACHING.read_text(encoding="utf-8")
    assert "(notebooks/TEACHING.md)" in readme
    for link in ("class/slides.py", "class/handout.md", "class/minutes.md", "class/ethics.md", "MACHINES.md"):
        assert f"({link})" in teaching and (lessons.build.FOLDER / link).is_file()
    for command in ("make slides", "make teachers", "make book"):
        assert command in teaching


@pytest.mark.slow
def test_all_is_built_and_needs_no_network(tmp_path):
    paths = lessons.write(tmp_path)
    deck = (tmp_path / "slides.html").read_text(encoding="utf-8")
    assert deck.count("<section>") == len(TITLES) and deck.count("<img") >= 12
    assert LOADS.findall(deck) == [] and "Error" not in deck
    for path in paths:
        if path.suffix == ".pdf" and path.stem in lessons.TEXTS:
            assert len(re.findall(rb"/Type /Page\b(?!s)", path.read_bytes())) == 1, f"{path.stem} is one A4"
