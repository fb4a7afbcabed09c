"""The figures of a run: a whole PNG each, with words; what is missing is said, and nothing else is touched."""

import re

import numpy as np
import pytest
from command import fails
from PIL import Image
from tiny import tiny
from toy import dataset

from studykit.analysis.wavelengths import Scenes
from studykit.analysis.x_position import x_place
from studykit.plots import figure_files, run_figures
from studykit.plots.picture import Picture
from xivlab.cli import main
from xivlab.errors import XivlabError
from xivlab.methods import PUBLISHED
from xivlab.runs.run import Run
from xivlab.scale import current
from xivlab.train import train

DATA = dataset()
OF_X = ["fig2", "fig3", "fig3-infrared", "fig4", "fig4-worst", "place"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return {method: train(tiny(method=method), DATA, folder) for method in ("baseline", "baseline+x+cmg")}


@pytest.fixture(scope="module")
def run(runs):
    return runs["baseline+x+cmg"]


def drawn(folder):
    return {path.stem for path in folder.glob("*.png")}


def test_every_figure_is_a_png_with_words(run, tmp_path, capsys):
    folder = tmp_path / "made" / "on the way"
    figure_files.write_figures(run, DATA, folder)
    assert drawn(folder) == {*figure_files.FIGURES} - {"ruler"}
    printed = capsys.readouterr().out
    assert "ruler is left out. toy was photographed" in printed
    text = (folder / figure_files.CAPTIONS).read_text(encoding="utf-8")
    for name in drawn(folder):
        assert str(folder / f"{name}.png") in printed
        with Image.open(folder / f"{name}.png") as image:
            assert image.format == "PNG"
            assert np.ptp(np.asarray(image.convert("L"))) > 100, "something is drawn"
            alt = image.info["Description"]
        assert len(alt.split()) > 8
        assert f"![{alt}]({name}.png)\n\n`{name}.png`, run `{run.folder.name}`: {alt}\n" in text
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [figure_files.CAPTIONS, *(f"{name}.png" for name in drawn(folder))]
    )


def test_the_baseline_goes_without_x(runs, tmp_path, capsys):
    figure_files.write_figures(runs["baseline"], DATA, tmp_path)
    assert drawn(tmp_path) == {*figure_files.FIGURES} - {*OF_X, "ruler"}
    printed = capsys.readouterr().out
    for name in [*OF_X, "ruler"]:
        assert f"{name} is left out. The baseline has no X" in printed


QUICK = ("mmn", "aligngan-small")  # a second face on both sides; terms that have no turn in some steps


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=() if one in QUICK else pytest.mark.slow) for one in PUBLISHED]
)
def test_every_method_has_its_figures(name, tmp_path):
    run = train(tiny(method=name), DATA, tmp_path / "runs", quiet=True)
    figure_files.write_figures(run, DATA, tmp_path / "figures")
    assert drawn(tmp_path / "figures") >= {*figure_files.FIGURES} - {*OF_X, "ruler"}


def test_a_figure_by_itself(run):
    picture = figure_files.figure(run, DATA, "fig3")
    assert isinstance(picture, Picture)
    assert picture.alt.startswith("Fig. 3, visible against X.")
    with pytest.raises(XivlabError, match=r"^Unknown figure 'fig9': choose curves, fig1, .*activation\.$"):
        figure_files.figure(run, DATA, "fig9")


@pytest.mark.parametrize("method", ["baseline", "baseline+x+cmg"])
def test_maps_show_the_modalities_that_there_are(runs, method):
    x = method != "baseline"
    assert ("X" in figure_files.figure(runs[method], DATA, "tsne").alt) == x
    assert len(figure_files.figure(runs[method], DATA, "distances").axes) == 1 + x
    assert len(figure_files.figure(runs[method], DATA, "activation").axes) == 3 * (4 + 2 * x)


def test_the_place_is_that_of_the_embeddings(run):
    axes = figure_files.figure(run, DATA, "place").axes[0]
    along, off = x_place(run.embeddings())
    assert [along.mean, off.mean] in [line.get_xydata()[0].tolist() for line in axes.lines]


def test_a_ruler_where_the_data_have_one(run, monkeypatch):
    test = DATA.test
    person, rows = np.unique(test.person[test.modality == 0], return_index=True)
    visible = test.pixels[test.modality == 0][rows]
    grey = visible.mean(3, keepdims=True).astype(np.uint8).repeat(3, axis=3)
    light = Scenes(person, visible, grey, grey, {500: visible, 900: 255 - grey})
    monkeypatch.setattr(run_figures, "scenes", lambda *_: light)
    picture = figure_files.figure(run, DATA, "ruler")
    assert len(picture.axes) == 2
    assert "X is at" in picture.alt


def test_other_files_stay_and_captions_are_of_all_figures(runs, run, tmp_path, capsys):
    (tmp_path / "mine.png").write_text("mine")
    (tmp_path / "lists.png").write_text("no picture")
    figure_files.write_figures(runs["baseline"], DATA, tmp_path, ["cmc", "curves"])
    before = (tmp_path / "curves.png").read_bytes()
    figure_files.write_figures(run, DATA, tmp_path, ["cmc"])
    assert (tmp_path / "curves.png").read_bytes() == before
    assert (tmp_path / "mine.png").read_text() == "mine"
    captions = re.findall(
        r"`(\w+)\.png`, run `(.+)`:", (tmp_path / figure_files.CAPTIONS).read_text(encoding="utf-8")
    )
    assert captions == [("curves", runs["baseline"].folder.name), ("cmc", run.folder.name)]
    once = (tmp_path / "cmc.png").read_bytes()
    figure_files.write_figures(run, DATA, tmp_path, ["cmc"])
    assert (tmp_path / "cmc.png").read_bytes() == once, "the same figure, the same bytes"


def test_what_cannot_be_drawn_is_said(run, tmp_path):
    with pytest.raises(XivlabError, match="is not a run folder"):
        figure_files.write_figures(Run(tmp_path / "nowhere"), DATA, tmp_path / "figures")
    begun = Run(tmp_path / "begun")
    begun.begin(tiny(), DATA)
    with pytest.raises(XivlabError, match=r"begun is not finished: go on with it by xivlab train --resume"):
        figure_files.write_figures(begun, DATA, tmp_path / "figures")
    with pytest.raises(XivlabError, match="Unknown figure 'cmd': choose curves"):
        figure_files.write_figures(run, DATA, tmp_path / "figures", ["cmc", "cmd"])
    assert not (tmp_path / "figures").exists(), "nothing is made before all is well"
    (tmp_path / "file").touch()
    with pytest.raises(XivlabError, match="The folder .*file cannot be made"):
        figure_files.write_figures(run, DATA, tmp_path / "file", ["cmc"])


def test_the_command(folder, capsys):
    run = train(current().config(), current().load(), current().runs)
    out = folder / "figures"
    main(["figures", str(run.folder), str(out), "--figure", "cmc", "fig4"])
    assert drawn(out) == {"cmc", "fig4"}
    assert str(out / "fig4.png") in capsys.readouterr().out
    error = fails(capsys, "figures", str(run.folder), str(out), "--figure", "fig5")
    assert error.startswith("xivlab: Unknown figure 'fig5': choose ")
    assert error.count("\n") == 1
    assert "is not a run folder" in fails(capsys, "figures", "nowhere", str(out))


def test_help_names_every_figure(capsys):
    with pytest.raises(SystemExit):
        main(["figures", "--help"])
    text = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert f"Some of: {', '.join(figure_files.FIGURES)};" in text
