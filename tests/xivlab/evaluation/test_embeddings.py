"""Embeddings: both sides of the BNNeck, length, batches, and the mode of the model."""

import numpy as np
import pytest
import torch
from toy import split

from xivlab.config import preset
from xivlab.data.images import Images
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import embed
from xivlab.evaluation.embeddings import test_distance as eq2
from xivlab.loss import pairwise_distance
from xivlab.methods import build_model


def images():
    return Images.of(split(4, 100, 0), 16, 8)


def model(**changes):
    net = build_model(preset("demo", weights=None, **changes), classes=5)
    with torch.no_grad():  # statistics other than 0 and 1, so that the BNNeck does something
        net.train()
        net(torch.rand(8, 3, 16, 8), torch.rand(8, 3, 16, 8))
    return net


@pytest.mark.parametrize("feature", ["before_bn", "after_bn"])
def test_rows_are_the_features_of_the_images_in_order(feature):
    net, data = model().eval(), images()
    result = embed(net, data, feature, normalize=False, batch_size=5)
    cpu = torch.device("cpu")
    with torch.no_grad():
        infrared = net.embed(data.batch(data.rows("infrared"), cpu), "infrared")
        visible = net.embed(data.batch(data.rows("visible"), cpu), "visible")
        x = net.embed(data.batch(data.rows("visible"), cpu), "x")
    for name, output in (("infrared", infrared), ("visible", visible), ("x", x)):
        np.testing.assert_allclose(getattr(result, name), getattr(output, feature), rtol=1e-3, atol=1e-5)
    np.testing.assert_array_equal(result.people("visible"), data.person[data.rows("visible")])
    np.testing.assert_array_equal(result.cameras("infrared"), data.camera[data.rows("infrared")])


def test_normalised_embeddings_have_length_1():
    result = embed(model(), images())
    for features in (result.infrared, result.visible, result.x):
        np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, rtol=1e-5)


def test_the_baseline_has_no_x():
    assert embed(model(method="baseline"), images()).x is None


@pytest.mark.parametrize("training", [True, False])
def test_embedding_changes_neither_mode_nor_statistics(training):
    net = model().train(training)
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    embed(net, images())
    assert net.training is training
    assert all(torch.equal(before[name], tensor) for name, tensor in net.state_dict().items())


def test_no_hidden_flip_averaging():
    """A mirrored image has another embedding."""
    data = images()
    mirrored = Images(data.pixels[:, :, ::-1], data.person, data.camera, data.modality)
    assert not np.allclose(embed(model(), data).visible, embed(model(), mirrored).visible, atol=1e-3)


@pytest.mark.parametrize(("query", "gallery"), [("infrared", "visible"), ("visible", "infrared")])
def test_distance_of_all_queries_and_of_some_is_eq_2(query, gallery):
    """Equal vectors are at distance 0, not at the rounding error of the way through squares."""
    e = embed(model(), images())
    e.infrared[0] = e.visible[0]
    rows = np.arange(0, len(e.people(gallery)), 3)
    as_the_loss_has_it = {
        name: pairwise_distance(*(torch.from_numpy(one).double() for one in (e.infrared, face))).numpy()
        for name, face in (("v", e.visible), ("x", e.x))
    }
    as_the_loss_has_it["v+x"] = as_the_loss_has_it["v"] + as_the_loss_has_it["x"]
    to = {}
    for kind in ("v", "x", "v+x"):
        whole = eq2(e.infrared, e.visible, e.x, kind)
        np.testing.assert_allclose(whole, as_the_loss_has_it[kind], atol=1e-12)
        to[kind] = (whole if query == "infrared" else whole.T)[:, rows]
        np.testing.assert_allclose(e.distance(query, gallery, rows, kind), to[kind], atol=1e-12)
    assert e.distance(query, gallery, rows, "v")[0, 0] == 0
    measure = e.measure(query, gallery, rows, list(to))
    for part in (slice(0, 5), slice(5, 9), slice(9, None)):  # the same memory is used again and again
        for kind, distance in measure(part).items():
            np.testing.assert_allclose(distance, to[kind][part], atol=1e-12)


def test_a_split_of_one_modality_is_refused():
    data = images()
    with pytest.raises(XivlabError, match="one modality only"):
        embed(model(), Images(data.pixels, data.person, data.camera, data.modality * 0))
