"""Backbones: sizes, last stride, and weights that are missing, broken or of another network."""

from urllib.error import URLError

import pytest
import safetensors.torch
import torch
import torchvision

from xivlab.backbones import Slim, backbone
from xivlab.errors import XivlabError


def test_the_slim_ones_are_small():
    assert sum(p.numel() for p in Slim().parameters()) == 700_176
    assert sum(p.numel() for p in backbone("slim_densenet", None)[0].parameters()) == 220_068


@pytest.mark.parametrize(
    ("name", "size", "width", "stride"),
    [
        ("slim", (64, 32), 128, 16),
        ("slim_densenet", (64, 32), 93, 16),
        ("resnet50", (64, 32), 2048, 16),
        ("densenet121", (64, 64), 1024, 16),
    ],
)
def test_maps_have_half_the_size_at_a_last_stride_of_2(name, size, width, stride):
    for last_stride in (1, 2):
        net, channels = backbone(name, None, last_stride)
        with torch.no_grad():
            maps = net.eval()(torch.zeros(1, 3, *size))
        assert channels == width
        assert maps.shape == (1, width, size[0] // stride // last_stride, size[1] // stride // last_stride)
        assert (maps >= 0).all()


def test_the_strides_share_their_weights():
    one, two = (backbone("resnet50", None, stride)[0].state_dict() for stride in (1, 2))
    assert {k: v.shape for k, v in one.items()} == {k: v.shape for k, v in two.items()}


@pytest.mark.parametrize("name", ["slim", "slim_densenet"])
def test_weights_are_shipped_for_the_slim_ones(name):
    net, _ = backbone(name, "visible")
    assert any(p.std() > 0.01 for p in net.parameters())
    with pytest.raises(XivlabError, match="'visible' are for slim and slim_densenet: use 'imagenet'"):
        backbone("resnet50", "visible")


def test_weights_of_a_file_are_taken(tmp_path):
    net, _ = backbone("slim", None)
    safetensors.torch.save_file(net.state_dict(), tmp_path / "slim.safetensors")
    again, _ = backbone("slim", str(tmp_path / "slim.safetensors"))
    for name, tensor in net.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor)


@pytest.mark.parametrize("name", ["resnet50", "densenet121"])
def test_offline_is_one_clear_sentence(name, monkeypatch):
    def offline(*_, **__):
        raise URLError("Name or service not known")

    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", offline)
    with pytest.raises(XivlabError, match=f"ImageNet weights of {name} could not be downloaded"):
        backbone(name, "imagenet")


def test_bad_weights_are_refused_in_a_sentence(tmp_path):
    broken, other = tmp_path / "broken.safetensors", tmp_path / "other.safetensors"
    safetensors.torch.save_file(Slim().state_dict(), broken)
    broken.write_bytes(broken.read_bytes()[:5000])
    safetensors.torch.save_file({"weight": torch.zeros(1)}, other)
    cases = [
        ("slim", "imagenet", "slim has no ImageNet weights"),
        ("slim", str(tmp_path / "nowhere"), "There are no weights at"),
        ("slim", str(broken), "not a whole safetensors file"),
        ("slim", str(other), "of another network"),
        ("vgg", None, "Unknown backbone 'vgg'"),
    ]
    for name, weights, sentence in cases:
        with pytest.raises(XivlabError, match=sentence) as caught:
            backbone(name, weights)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["resnet50", "densenet121"])
@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"<!doctype html><title>Log in</title>", b"\x00" * 99, "cut"]
)
def test_imagenet_weights_that_are_not_whole_are_named(name, content, tmp_path, monkeypatch):
    """What was once kept is never fetched again: to connect does not help."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    url = torchvision.models.get_model_weights(name).DEFAULT.url
    kept = tmp_path / "checkpoints" / url.rpartition("/")[2]
    kept.parent.mkdir()
    if content == "cut":
        torch.save({"weight": torch.zeros(1000)}, kept)
        content = kept.read_bytes()[:-100]
    kept.write_bytes(content)
    with pytest.raises(
        XivlabError, match=f"{kept.name} is not whole .*: delete it, then connect once, or name"
    ) as told:
        backbone(name, "imagenet")
    assert "\n" not in str(told.value) and kept.read_bytes() == content


def test_imagenet_weights_of_other_bytes_are_not_opened(tmp_path, monkeypatch):
    """They may be anything, a program included: the name says how their SHA-256 begins."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr("torch.load", lambda *_, **__: pytest.fail("opened"))
    url = torchvision.models.get_model_weights("resnet50").DEFAULT.url
    kept = tmp_path / "checkpoints" / url.rpartition("/")[2]
    kept.parent.mkdir()
    torch.save({"weight": torch.zeros(3)}, kept)
    with pytest.raises(
        XivlabError, match="it has changed since it was fetched.*: delete it, then connect once"
    ):
        backbone("resnet50", "imagenet")
