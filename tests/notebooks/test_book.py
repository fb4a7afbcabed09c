"""The course as pages: nothing is missing, nothing is loaded from elsewhere, and search finds."""

import base64
import io
import re
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote

import pytest
from moving_book import unpacked
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from notebooks.tools import book, build, pages
from studykit.plots import photographs
from studykit.plots.photographs import Place
from xivlab.errors import XivlabError

MOST = 8_000_000  # bytes of the whole book
LOADS = {"img": "src", "script": "src", "link": "href", "source": "src", "iframe": "src", "video": "src"}


class Seen(HTMLParser):
    """What a page links to, loads, shows and can be linked to."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.pictures, self.ids, self.headings = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if tag == "a" else []
        self.pictures += [attributes] if tag == "img" else []
        self.headings += [tag] if re.fullmatch("h[1-6]", tag) else []
        if LOADS.get(tag) in attributes:
            self.loads.append(attributes[LOADS[tag]])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "book"
    assert book.main(["--folder", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def seen(folder):
    return {path.name: Seen(path.read_text()) for path in folder.glob("*.html")}


def test_every_notebook_and_text_has_a_page(folder, seen):
    for source in build.sources():
        assert f"{source.stem}.html" in seen
    assert {
        "index.html",
        "notebooks-INDEX.html",
        "notebooks-GLOSSARY.html",
        "notebooks-TEACHING.html",
    } <= set(seen)


def test_it_can_be_sent(folder):
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= MOST


def test_links_lead_somewhere(folder, seen):
    for name, page in seen.items():
        for link in page.links:
            if re.match(r"(https?|mailto):", link):
                continue
            file, _, place = link.partition("#")
            assert (folder / unquote(file)).is_file() if file else place, f"{name}: {link}"
            if place:
                assert unquote(place) in seen[file or name].ids, f"{name}: {link}"


def test_nothing_is_loaded_from_elsewhere(folder, seen):
    for name, page in seen.items():
        for address in page.loads:
            assert address == "data:," or (folder / address).is_file(), f"{name}: {address}"
    style = (folder / "book.css").read_text()
    assert "@import" not in style and "url(" not in style
    script = (folder / "book.js").read_text()
    assert "fetch(" not in script and "XMLHttpRequest" not in script


def test_every_picture_is_in_words_too(seen):
    pictures = [picture for page in seen.values() for picture in page.pictures]
    # A second copy of a picture, which shows its photographs on a dark page, says nothing a second time.
    pictures = [picture for picture in pictures if picture.get("aria-hidden") != "true"]
    assert len(pictures) > 50
    assert all(len(picture["alt"].split()) >= 4 for picture in pictures)


def test_headings_are_in_order(seen):
    for name, page in seen.items():
        levels = [int(heading[1]) for heading in page.headings]
        assert levels.count(1) == 1 and levels[0] == 1, name
        assert all(after - before <= 1 for before, after in pairwise(levels)), name


def test_no_formula_is_left_as_it_was_written(folder):
    for path in folder.glob("*.html"):
        text = re.sub(
            r"<(pre|code)\b.*?</\1>|<annotation.*?</annotation>", "", path.read_text(), flags=re.DOTALL
        )
        found = re.search(r"\$[^$\n]+\$|\\[a-zA-Z]{2,}", re.sub(r"<[^>]*>", "", text))
        assert not found, f"{path.name}: {found[0]}"


def test_one_page_leads_to_the_next(folder):
    assert 'rel="prev" href="02_x_modality.html"' in (folder / "03_losses_by_hand.html").read_text()
    assert 'rel="next" href="04_training.html"' in (folder / "03_losses_by_hand.html").read_text()


def test_search_knows_every_section(folder, seen):
    text = (folder / "search-data.js").read_text()
    sections = unpacked(text.removeprefix('const SECTIONS = "').removesuffix('";\n'))
    assert {section["page"] for section in sections} == set(seen) - {"index.html"}
    for section in sections:
        assert section["anchor"] in seen[section["page"]].ids
    assert any("batch-hard" in section["words"].lower() for section in sections)


def test_numbered_formulas_are_mathml_with_their_number():
    html = pages.math(r"a^2 = b \tag{7}", "block")
    assert "<math" in html and '<span class="number">(7)</span>' in html
    assert "tag" not in html and "<mtext>" not in html


def test_a_formula_inside_html_is_set():
    page = pages.page_of_text("# T\n\n<details><summary>Why $x$?</summary>\n$y$\n</details>", str)
    assert page.html.count("<math") == 2


def test_checks_are_folded_since_they_hold_the_answer():
    cell = new_code_cell("check(twice, lambda x: 2 * x)", metadata={"tags": ["check"]})
    page = pages.page_of_notebook(new_notebook(cells=[cell]), str, str)
    assert "<details><summary>Check</summary><pre" in page.html


@pytest.mark.parametrize("places", [[], [Place(0.1, 0.2, 0.5, 1.0), Place(0.6, 0.2, 1.0, 1.0)]])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_chart_turns_dark_with_the_page_and_photographs_do_not(kind, places):
    out = io.BytesIO()
    Image.new("RGB", (10, 10)).save(out, kind, comment=photographs.comment(places))
    mime = f"image/{kind.lower()}"
    shown = new_output(
        "display_data", {mime: base64.b64encode(out.getvalue()).decode(), "text/plain": "words"}
    )
    html = pages.output(shown, "", lambda mime, data: "picture", dark=True)
    above = kind == "JPEG" and bool(places)
    assert ('class="chart"' in html) == (kind == "PNG" or above)
    copy = 'class="photographs" style="clip-path: polygon(0 0, 10% 20%, 50% 20%, 50% 100%, 10% 100%, 10% 20%, 0 0, 60% 20%,'
    assert (copy in html) == above and html.count('src="picture"') == 1 + above
    assert "photographs" not in pages.output(shown, "", lambda mime, data: "picture"), "a slide is never dark"
    style = (book.THEME / "book.css").read_text(encoding="utf-8").split("dark)")[1].split("@media")[0]
    assert "img.chart" in style and "img.photographs" in style


def test_a_link_out_of_the_book_leaves_its_words():
    page = pages.page_of_text(
        "# T\n\nSee [the *tests*](tests) and [b](b.md).", {"tests": None, "b.md": "b.html"}.get
    )
    assert '<p>See the <em>tests</em> and <a href="b.html">b</a>.</p>' in page.html


def test_a_dead_link_is_told(folder):
    made = book.Book(folder.parent / "other")
    with pytest.raises(XivlabError, match="README.md links to nowhere.md, which does not exist"):
        made._lead(book.ROOT / "README.md", "nowhere.md")
