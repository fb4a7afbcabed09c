"""`xivlab deploy`: what leaves the kit gives the kit's own embeddings, and its card tells the run's own numbers."""

import io
import sys
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from own_pictures import small_run
from toy import dataset

from studykit import commands
from studykit.deploy import network
from studykit.deploy.card import card
from studykit.deploy.network import Deployed, deploy, draw, largest_difference
from xivlab.data.images import Images
from xivlab.errors import XivlabError
from xivlab.runs.run import Run
from xivlab.runs.weights import load_model

needs_onnx = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("onnx", "onnxscript", "onnxruntime")),
    reason="ONNX is not installed: pip install '.[onnx]'.",
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return small_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def baseline(tmp_path_factory):
    """With everything the other way: no X, the feature before the BNNeck, at the length it has."""
    changes = {"method": "baseline", "test_distance": "v", "test_feature": "before_bn", "normalize": False}
    return small_run(tmp_path_factory.mktemp("runs"), **changes)


def stored(run):
    """Images of the test people, (N, 3, H, W), and the embeddings that the run wrote down of them."""
    config = run.config()
    images = Images.of(dataset().test, config.height, config.width)
    rows = {light: images.rows(light) for light in ("infrared", "visible")}
    return {
        light: images.batch(row, torch.device("cpu")).contiguous() for light, row in rows.items()
    }, run.embeddings()


@pytest.mark.parametrize("which", ["run", "baseline"])
def test_the_networks_give_the_embeddings_that_the_run_wrote_down(which, request):
    run = request.getfixturevalue(which)
    images, wanted = stored(run)
    ours = Deployed(load_model(run).cpu(), run.config()).eval()
    with torch.no_grad():
        np.testing.assert_allclose(ours(images["infrared"])[0], wanted.infrared, atol=1e-5)
        visible, *x = ours(images["visible"])
    np.testing.assert_allclose(visible, wanted.visible, atol=1e-5)
    if wanted.x is None:
        assert x == []
    else:
        np.testing.assert_allclose(x[0], wanted.x, atol=1e-5)


def test_torch_export_takes_any_number_of_images_and_has_a_card_beside_it(run, tmp_path, capsys):
    """In one test, since an export takes seconds."""
    commands.deploy(run.folder, tmp_path / "model.pt2")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.md", "model.pt2"]
    said = capsys.readouterr().out
    assert "model.pt2: embeddings are at most" in said and "model.md: its model card." in said
    images, wanted = stored(run)
    file = io.BytesIO((tmp_path / "model.pt2").read_bytes())
    embedding, x = torch.export.load(file).module()(images["visible"])
    np.testing.assert_allclose(embedding.detach(), wanted.visible, atol=1e-4)
    np.testing.assert_allclose(x.detach(), wanted.x, atol=1e-4)


@needs_onnx
@pytest.mark.slow
def test_onnx_takes_any_number_of_images(run, tmp_path):
    import onnxruntime

    assert deploy(run, tmp_path / "model.onnx") <= 1e-4
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    assert [one.name for one in session.get_outputs()] == ["embedding", "x_embedding"]
    images, wanted = stored(run)
    for count in (1, len(images["visible"])):
        embedding, x = session.run(None, {"images": images["visible"][:count].numpy()})
        np.testing.assert_allclose(embedding, wanted.visible[:count], atol=1e-4)
        np.testing.assert_allclose(x, wanted.x[:count], atol=1e-4)
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]  # one file, and no scratch


@needs_onnx
@pytest.mark.slow
def test_onnx_of_a_fixed_number_of_images_without_x(baseline, tmp_path):
    import onnxruntime

    deploy(baseline, tmp_path / "model.onnx", batch=3)
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    assert session.get_inputs()[0].shape == [3, 3, 16, 8]
    images, wanted = stored(baseline)
    (embedding,) = session.run(None, {"images": images["infrared"][:3].numpy()})
    np.testing.assert_allclose(embedding, wanted.infrared[:3], atol=1e-4)


def test_what_gives_other_numbers_is_not_kept(run, tmp_path, monkeypatch):
    def wrong(path, ours):
        return lambda images: tuple(one + 2e-4 for one in ours(images))

    monkeypatch.setattr(
        network, "_write_pt2", lambda ours, path, *_: path.touch()
    )  # what is in it does not matter
    monkeypatch.setattr(network, "_read_pt2", wrong)
    with pytest.raises(
        XivlabError, match="embeddings that are 2.0e-04 from PyTorch's, more than 0.0001: it was not"
    ):
        deploy(run, tmp_path / "model.pt2")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_number_is_seen(run):
    ours = Deployed(load_model(run).cpu(), run.config()).eval()
    with pytest.raises(XivlabError, match="embeddings that are inf from PyTorch's"):
        largest_difference(
            ours, lambda images: tuple(one * np.nan for one in ours(images)), draw(run.config(), (2,))
        )


def test_the_card_tells_what_the_run_says(run, baseline, tmp_path):
    text = card(run, tmp_path / "model.onnx")
    assert text.startswith("# XIV-ReID trained on toy\n")
    for row in run.test_scores().to_dict("records"):
        cells = [f"{100 * row[name]:.2f}" for name in ("rank1", "rank5", "rank10", "rank20", "mAP", "mINP")]
        about = [row["protocol"], row["sampler"], str(row["trials"]), row["query"], row["test_distance"]]
        assert "| " + " | ".join([*about, *cells, str(row["queries"])]) + " |" in text
    for wanted in (
        run.folder.name,
        "0" * 64,
        "`lam` | `0.1`",
        "(B, 3, 16, 8)",
        "x_embedding",
        "Eq. 2",
        "doi = {10.1609",
    ):
        assert wanted in text, wanted
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## In and out",
        "## Data",
        "## Scores",
        "## Settings",
        "## Limits",
        "## Licence",
        "## Citation",
    ]
    without = card(baseline, tmp_path / "model.pt2", batch=3)
    assert "x_embedding" not in without and "(3, 3, 16, 8)" in without and "torch.export.load" in without


@pytest.mark.parametrize(
    ("name", "batch", "says"),
    [
        ("model.h5", None, "model.h5 ends in neither .onnx nor .pt2"),
        ("model.pt2", 0, "--batch must be between 1 and 4096, not 0"),
    ],
)
def test_mistakes(name, batch, says, run, tmp_path):
    with pytest.raises(XivlabError, match=says):
        deploy(run, tmp_path / name, batch)


def test_a_run_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(XivlabError, match="is not a run folder"):
        card(Run(tmp_path), tmp_path / "model.pt2")


def test_without_onnx_a_sentence_says_what_to_install(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(
        XivlabError, match=r"ONNX files need onnx, onnxscript and onnxruntime: type pip install"
    ):
        deploy(run, tmp_path / "model.onnx")
