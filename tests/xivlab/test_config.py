"""Settings: presets, the paper's numbers, and values that make no sense."""

import dataclasses

import pytest

from xivlab.config import PRESETS, Config, preset
from xivlab.errors import XivlabError


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_config(name):
    assert isinstance(preset(name), Config)


@pytest.mark.parametrize(("name", "protocol"), [("sysu", "sysu"), ("regdb", "regdb"), ("llcm", "llcm")])
def test_paper_presets_are_the_papers_settings(name, protocol):
    config = preset(f"paper-{name}")
    assert (config.height, config.width, config.per_modality) == (256, 128, 48)
    assert (config.learning_rate, config.weight_decay) == (3.5e-4, 5e-4)
    assert (config.epochs, config.decay_epochs) == (120, (40, 70))
    assert (config.margin_cross, config.margin_respective, config.lam) == (0.5, 0.3, 0.1)
    assert (config.method, config.cross, config.label_smoothing) == ("baseline+x+cmg", "hard", 0)
    assert (config.test_distance, config.protocol) == ("v+x", protocol)


@pytest.mark.parametrize(("table", "stride"), [("table2", 2), ("table3", 1)])
def test_presets_of_tables_2_and_3_have_the_plainer_backbone(table, stride):
    config = preset(f"paper-{table}")
    assert (config.backbone, config.last_stride, config.neck) == ("resnet50", stride, False)
    assert dataclasses.replace(config, last_stride=1, neck=True) == preset("paper-sysu")


def test_paper_presets_show_densenet_its_own_size():
    config = preset("paper-sysu", backbone="densenet121")
    assert (config.height, config.width) == (224, 224)
    assert preset("paper-sysu", backbone="densenet121", height=256).height == 256


def test_demo_is_600_steps_of_8_by_4():
    config = preset("demo")
    assert config.epochs * config.steps_per_epoch == 600
    assert (config.people_per_batch, config.images_per_person) == (8, 4)
    assert (config.height, config.width, config.backbone) == (64, 32, "slim")


def test_a_change_changes_only_that():
    assert dataclasses.replace(preset("demo"), lam=0.0) == preset("demo", lam=0.0)


def test_the_baseline_searches_by_v():
    assert preset("demo", method="baseline").test_distance == "v"
    assert preset("demo", method="baseline+x").test_distance == "v+x"


def test_config_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        preset("demo").lam = 1.0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"margin_cross": -0.1}, "margin_cross must be at least 0"),
        ({"margin_respective": float("nan")}, "margin_respective must be at least 0"),
        ({"lam": -1}, "lam must be at least 0"),
        ({"images_per_person": 1}, "two images"),
        ({"people_per_batch": 1}, "two people"),
        ({"method": "xiv"}, "method must be one of baseline"),
        ({"x": "hsv"}, "x must be one of"),
        ({"backbone": "vgg"}, "backbone must be one of"),
        ({"cross": "center"}, "cross must be one of hard, centre"),
        ({"label_smoothing": 1.0}, "label_smoothing must be below 1"),
        ({"erase": 1.5}, "erase must be at most 1"),
        ({"lam": float("inf")}, "lam must be finite"),
        ({"seed": 2**32}, "seed must be at most"),
        ({"method": ["x"]}, "method must be one of"),
        ({"learning_rate": 0}, "learning_rate must be above 0"),
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"steps_per_epoch": 0}, "steps_per_epoch must be at least 1"),
        ({"height": 0}, "height must be at least 1"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"last_stride": 3}, "last_stride must be 1 or 2"),
        ({"train_on": "test"}, "train_on must be one of train, train.val"),
        ({"precision": "fp8"}, "precision must be one of auto, 32, 16, bf16"),
        ({"method": "baseline", "test_distance": "x"}, "baseline has no X"),
        ({"margin": 0.3}, "no setting named margin"),
    ],
)
def test_senseless_values_are_refused_in_a_sentence(changes, sentence):
    with pytest.raises(XivlabError, match=sentence) as caught:
        preset("demo", **changes)
    assert "\n" not in str(caught.value)


NUMBERS = [one for one in dataclasses.fields(Config) if one.type in (int, float, int | None)]
UNBOUNDED = {"last_stride"}  # one of two


@pytest.mark.parametrize("name", sorted({one.name for one in NUMBERS} - UNBOUNDED))
def test_every_number_has_an_upper_bound(name):
    kind = next(one.type for one in NUMBERS if one.name == name)
    for beyond in (10**9, 10**31, 10**300) if name not in ("seed", "x_init_seed") else (10**31,):
        with pytest.raises(XivlabError, match=rf"^{name} must be (at most|below) [\d.e+]+, not ") as caught:
            preset("demo", **{name: float(beyond) if kind is float else beyond})
        assert len(str(caught.value)) < 200


def test_unknown_preset_is_refused_with_the_known_ones():
    with pytest.raises(XivlabError, match="Unknown preset 'paper': choose demo, study, paper-sysu"):
        preset("paper")


def test_a_whole_number_names_the_same_run():
    assert Config(lam=30) == Config(lam=30.0)
    assert isinstance(Config(lam=30).lam, float)
