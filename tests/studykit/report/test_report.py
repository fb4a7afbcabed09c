import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from studykit.plots.charts import training_curves
from studykit.report.main_job import main_job
from studykit.report.notebooks import Executed
from studykit.report.report import person_image, write_report
from xivlab.errors import XivlabError
from xivlab.scale import current

VOID = ("meta", "img")  # tags without an end


class Reader(HTMLParser):
    """Collects what the tests look at, and checks that every tag is closed."""

    def __init__(self, page):
        super().__init__()
        self.images, self.links, self.open, self.text = [], [], [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "img":
            self.images.append(attributes)
        if "href" in attributes:
            self.links.append(attributes["href"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def done(folder):
    return main_job(current(), folder / "results", folder / "notebooks", at_once=1)


@pytest.fixture(scope="module")
def page(done, folder):
    write_report(done, folder / "results" / "report.html")
    return (folder / "results" / "report.html").read_text()


def test_needs_no_other_file(page):
    reader = Reader(page)
    assert all(image["src"].startswith("data:image/") for image in reader.images)
    assert "<script" not in page
    assert "@import" not in page
    assert not re.search(r"url\(|https?://", re.sub(r"data:[^\"]+", "", page))


def test_each_training_is_drawn_as_the_notebooks_draw_it(done, page):
    words = [image["alt"] for image in Reader(page).images if image["alt"].startswith("Four panels")]
    assert words == [training_curves(one.run.log(), one.run.metrics()).alt for one in done.trained]


def test_every_picture_has_words(page):
    images = Reader(page).images
    assert len(images) > 3 + 3
    assert all(len(image["alt"]) > 10 for image in images)


def test_links_lead_somewhere(page, folder):
    links = Reader(page).links
    assert "notebooks/00_good.html" in links
    assert all((folder / "results" / link).is_file() for link in links)


def test_tells_what_was_run(page, done):
    text = " ".join("".join(Reader(page).text).split())
    for one in done.trained:
        assert one.run.folder.name in text
        assert f"{100 * one.scores['rank1'].iloc[-1]:.2f}" in text
    assert done.data.fingerprint in text
    assert "Smoke scale" in text
    assert "another data set" in text
    assert "49.92" in text
    assert "Chance" in text


def test_the_papers_data_are_not_another_data_set(done, tmp_path):
    real = replace(done, data=replace(done.data, name="sysu-mm01"))
    write_report(real, tmp_path / "report.html")
    assert "another data set" not in (tmp_path / "report.html").read_text()


def test_a_failure_is_escaped_and_said(done, tmp_path):
    failed = replace(done, notebooks=(Executed("02_x", 1.0, "cell 3 of 9 ('a < b') failed: <b>"),))
    write_report(failed, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "Notebook 02_x failed:" in page
    assert "&lt;b&gt;" in page
    assert "notebooks/02_x" not in page


def test_a_full_disk_leaves_the_old_page(done, folder, page, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(XivlabError, match="report.html could not be written"):
        write_report(done, folder / "results" / "report.html")
    assert (folder / "results" / "report.html").read_text() == page


def data(picture):
    kind, _, text = picture.source.partition(";base64,")
    return kind.removeprefix("data:"), base64.b64decode(text)


def test_a_person():
    pixels = np.full((8, 4, 3), (200, 30, 30), np.uint8)
    picture = person_image(pixels, "Query: person 7, camera 3")
    kind, jpeg = data(picture)
    assert (kind, picture.alt) == ("image/jpeg", "Query: person 7, camera 3")
    image = np.asarray(Image.open(io.BytesIO(jpeg)), int)
    assert np.abs(image - pixels).max() < 10
