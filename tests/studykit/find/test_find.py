"""`xivlab find`, as a user meets it: a table, a page that needs no other file, JSON, and a sentence for each mistake."""

import base64
import io
import json
from html.parser import HTMLParser
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from command import fails
from own_pictures import pictures, small_run
from PIL import Image

from studykit.find.search import find
from xivlab.cli import main
from xivlab.evaluation.embeddings import test_distance as distance_of

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10, where pytest brings the same under its old name
    import tomli as tomllib

PROJECT = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return small_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with `queries` and `gallery`, to work in, and the commands that this tree says it has."""
    commands = PROJECT["entry-points"]["xivlab.commands"]
    points = [EntryPoint(name, value, "xivlab.commands") for name, value in commands.items()]
    monkeypatch.setattr("xivlab.cli.entry_points", lambda group: points)
    monkeypatch.setenv("XIVLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    pictures(tmp_path / "queries", "infrared", people=2)
    pictures(tmp_path / "gallery")
    return tmp_path


class Pictures(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.images, self.others = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "img":
            self.images.append(attributes)
        elif "src" in attributes or "href" in attributes:
            self.others.append(tag)


def test_table_page_and_json_say_the_same(run, here, capsys):
    main(["find", str(run.folder), "queries", "--gallery", "gallery", "--top", "3", "--json", "found.json"])
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["query", "place", "distance", "picture"] and lines[-1] == "find.html"
    told = json.loads((here / "found.json").read_text(encoding="utf-8"))
    assert told["test_distance"] == "v+x" and told["gallery"]["pictures"] == 6
    assert [one["query"] for one in told["queries"]] == ["queries/0.png", "queries/1.png"]
    places = [item for one in told["queries"] for item in one["found"]]
    assert [line.split()[-3:] for line in lines[:6]] == [
        [str(item["place"]), f"{item['distance']:.4f}", Path(item["picture"]).name] for item in places
    ]

    page = Pictures((here / "find.html").read_text(encoding="utf-8"))
    assert page.others == [] and len(page.images) == 2 * (1 + 3)
    assert all(image["alt"] for image in page.images)
    assert page.images[1]["alt"].startswith(f"Place 1: {Path(places[0]['picture']).name}, at a distance of ")
    shown = page.images[1]["src"].removeprefix("data:image/jpeg;base64,")
    assert Image.open(io.BytesIO(base64.b64decode(shown))).size == (96, 192)


def test_the_distance_is_the_runs_own(run, here):
    found = find(run, [here / "queries"], here / "gallery", top=6)
    far = distance_of(found.queries.faces["infrared"], *found.gallery.faces.values(), "v+x")
    np.testing.assert_allclose(found.lists.distance, np.sort(far, axis=1), atol=1e-9)


def test_a_run_without_x_searches_through_v_and_says_so(here, capsys):
    baseline = small_run(here / "runs", method="baseline", test_distance="v")
    main(["find", str(baseline.folder), "queries/0.png", "--gallery", "gallery"])
    assert "searches through V alone: it has no X" in capsys.readouterr().out
    found = find(baseline, [here / "queries"], here / "gallery")
    far = distance_of(found.queries.faces["infrared"], found.gallery.faces["visible"], None, "v")
    np.testing.assert_allclose(found.lists.distance, np.sort(far, axis=1), atol=1e-9)


def test_one_picture_large_pictures_and_other_files_are_told(run, here, capsys):
    one = here / "one"
    one.mkdir()
    Image.new("RGB", (1000, 1000), "teal").save(one / "scene.jpg")
    (one / "<b>.txt").write_text("no picture", encoding="utf-8")
    main(["find", str(run.folder), "queries/0.png", "--gallery", "one"])
    said = capsys.readouterr().out
    assert "The gallery has one picture, so it comes first" in said
    assert "1 picture has 1,000,000 pixels or more" in said
    assert "Left out of the gallery: 1 of 2 files." in said and "<b>.txt is no JPEG" in said
    page = (here / "find.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;.txt is no JPEG" in page and "<b>" not in page


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["RUN", "queries", "--gallery", "nowhere"], "There is no folder nowhere: name one with visible"),
        (["RUN", "queries", "--gallery", "empty"], "The gallery empty has no files: name a folder with JPEG"),
        (["RUN", "empty", "--gallery", "gallery"], "empty has no files: name a folder with JPEG"),
        (["RUN", "nowhere.png", "--gallery", "gallery"], "There is nothing at nowhere.png: name a picture"),
        (["RUN", "--gallery", "gallery"], "There is no query: name an infrared picture"),
        (["RUN", "queries", "--gallery", "gallery", "--top", "0"], "--top must be between 1 and 1000, not 0"),
        (["gallery", "queries", "--gallery", "gallery"], "gallery is not a run folder"),
    ],
)
def test_mistakes(words, says, run, here, capsys):
    (here / "empty").mkdir()
    said = fails(capsys, "find", *(str(run.folder) if word == "RUN" else word for word in words))
    assert said.startswith("xivlab: ") and says in said and said.count("\n") == 1
    assert not (here / "find.html").exists()
