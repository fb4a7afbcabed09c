"""Every method: some steps, gradients, save and load, stop and resume, and what is said of it."""

import math
from dataclasses import asdict

import pytest
import torch
from tiny import tiny
from toy import dataset

from xivlab.backbones import weights_file
from xivlab.config import Config, preset
from xivlab.evaluation.embeddings import embed
from xivlab.methods import METHODS, PUBLISHED, build_model, losses
from xivlab.methods.step import Step
from xivlab.runs.run import Run, run_folder
from xivlab.runs.weights import load_model
from xivlab.train import Training, train

# People of a batch are in blocks; these draw partners by place, so another order is another draw.
DRAWN = {"tone", "hcml", "cmgan", "permuted-hcml", "gameless-cmgan", "strangers-bdtr"}
# A target that no gradient goes into does move in finite differences.
TARGETS = {"dhsme-style", "deen"}
# Parts of an image need a map of more than one row.
TALLER = {"ddag": {"height": 32}}
KIT = ("baseline", "baseline+x", "baseline+x+cmg")
LABELS = torch.arange(4).repeat_interleave(2)
# Of the code before there were other methods: names of runs, and the losses of five steps.
NAMES = {
    ("demo", "baseline"): "baseline-52c2b5728953",
    ("study", "baseline"): "baseline-8610ca555670",
    ("paper-sysu", "baseline"): "baseline-e00fc317a175",
    ("paper-table2", "baseline"): "baseline-6086e1eff4a1",
    ("demo", "baseline+x"): "baseline+x-4b1c94f2bb97",
    ("paper-regdb", "baseline+x"): "baseline+x-4add6d6d7069",
    ("demo", "baseline+x+cmg"): "baseline+x+cmg-eb7af38495d2",
    ("study", "baseline+x+cmg"): "baseline+x+cmg-84305b07807f",
    ("paper-sysu", "baseline+x+cmg"): "baseline+x+cmg-1247dfe8d81d",
}
CURVES = {
    "baseline": [9.055832862854004, 9.677288055419922, 9.751124382019043, 9.354476928710938, 9.343217849731445],
    "baseline+x+cmg": [15.04496955871582, 15.924453735351562, 17.08892250061035, 15.673365592956543,
                       15.523015022277832],
}  # fmt: skip


@pytest.mark.parametrize(("start", "method"), NAMES)
def test_runs_of_the_kits_own_methods_keep_their_names(start, method):
    config = preset(start, method=method, seed=2)
    weights = weights_file(config.weights, config.backbone)
    assert run_folder("runs", config, "0" * 64, weights).folder.name == NAMES[start, method]


@pytest.mark.parametrize("method", CURVES)
def test_the_kits_own_methods_learn_as_ever(method):
    training = Training(tiny(method=method), dataset())
    for _ in range(5):
        training.learn()
    found = [row["loss"] for row in training.log]
    # To the bit on one machine; another processor adds up in another order.
    assert found == pytest.approx(CURVES[method], rel=1e-3)


def small(name, **changes):
    return tiny(method=name, **{"epochs": 2, "steps_per_epoch": 3} | TALLER.get(name, {}) | changes)


class Trained:
    """Six steps of a method, with what was seen on the way: which weights had a gradient, and the state after two."""

    def __init__(self, name, folder):
        self.config, self.run = small(name), Run(folder / name)
        training = Training(self.config, dataset())
        model = training.model.module
        self.named = {key for key, weight in model.named_parameters() if weight.requires_grad}
        self.moved, start = set(), {key: weight.clone() for key, weight in model.named_parameters()}
        for _ in range(training.steps):
            if training.step == 2:
                self.run.folder.mkdir()
                self.run.begin(self.config, dataset())
                training.save(self.run)
            training.learn()
            for key, weight in model.named_parameters():
                if weight.grad is not None and weight.grad.abs().max() > 0:
                    self.moved.add(key)
        self.still = {key for key, weight in model.named_parameters() if torch.equal(weight, start[key])}
        self.training = training


@pytest.fixture(scope="module", params=[name for name in METHODS if name not in KIT])
def trained(request, tmp_path_factory):
    return Trained(request.param, tmp_path_factory.mktemp("runs"))


def test_every_loss_is_a_number_and_every_weight_learns(trained):
    rows = trained.training.log
    assert len(rows) == 6 and all(torch.isfinite(torch.tensor(row["loss"])) for row in rows)
    assert set(rows[0]) >= {"loss", *METHODS[trained.config.method].terms}
    assert trained.moved >= trained.named, sorted(trained.named - trained.moved)
    assert not trained.still & trained.named, "an optimiser owns every weight that may be trained"


def test_stopped_and_resumed_it_has_the_same_weights(trained):
    again = Training(trained.config, dataset())
    again.load(trained.run)
    assert again.step == 2
    while not again.at_end:
        again.learn()
    state = trained.training.model.module.state_dict()
    assert all(torch.equal(tensor, state[key]) for key, tensor in again.model.module.state_dict().items())
    drop = lambda rows: [{k: v for k, v in row.items() if k != "images_per_second"} for row in rows]
    assert repr(drop(again.log)) == repr(drop(trained.training.log))


def test_saved_and_loaded_it_embeds_the_same(trained):
    trained.training.keep(trained.run)
    one, other = (
        embed(net, trained.training.val) for net in (trained.training.model.module, load_model(trained.run))
    )
    assert (one.infrared == other.infrared).all() and (one.visible == other.visible).all()
    assert one.visible.std() > 0


@pytest.mark.parametrize("name", METHODS)
def test_it_trains_to_its_end_and_is_scored(name, tmp_path):
    run = train(small(name, epochs=1, decay_epochs=()), dataset(), tmp_path, quiet=True)
    scores = run.test_scores()
    assert run.finished and set(scores["test_distance"]) == set(METHODS[name].distances)
    assert scores["mAP"].between(0, 1).all() and run.embeddings().visible.std() > 0


@pytest.mark.parametrize("start", ["paper-sysu", "paper-regdb", "paper-llcm"])
@pytest.mark.parametrize("name", PUBLISHED)
def test_at_paper_scale_only_what_is_its_own_differs(name, start):
    """Batch, size, rates, epochs and augmentation are the paper's, but for the row's own settings."""
    own, plain = asdict(preset(start, method=name)), asdict(preset(start, method="baseline"))
    differ = {key: value for key, value in own.items() if value != plain[key]}
    expected = {key: value for key, value in METHODS[name].settings.items() if value != plain[key]}
    distance = {"test_distance": METHODS[name].distances[-1]} if METHODS[name].distances != ("v",) else {}
    assert differ == expected | distance | ({} if name == "baseline" else {"method": name})
    assert (own["backbone"], own["height"], own["width"], own["last_stride"]) == ("resnet50", 256, 128, 1)


@pytest.mark.parametrize(("name", "width"), [("tone", 2048), ("hcml", 2048), ("bdtr", 1024)])
def test_at_paper_scale_a_shared_layer_is_as_wide_as_the_authors(name, width):
    assert (
        build_model(preset("paper-sysu", method=name, weights=None), 2).learner.head.layer.out_features
        == width
    )


@pytest.mark.parametrize("name", METHODS)
def test_a_method_without_bnneck_says_so(name):
    with_and_without = (set(build_model(small(name, neck=neck), 4).state_dict()) for neck in (True, False))
    assert METHODS[name].neckless == (next(with_and_without) == next(with_and_without))


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_step_at_paper_scale(name):
    """ResNet-50 and images of 256 x 128 by the paper's preset, of fewer people, in every phase of the training."""
    config = preset("paper-sysu", method=name, weights=None, people_per_batch=2, images_per_person=2, epochs=9,
                    steps_per_epoch=1, decay_epochs=(), warmup_epochs=0, train_on="train")  # fmt: skip
    training = Training(config, dataset())
    for training.step in (0, 4, 8):  # of nine: the GANs have three phases
        training.learn()
    assert len(training.log) == 3 and all(math.isfinite(row["loss"]) for row in training.log)
    model = training.model.module.eval()
    for faces in METHODS[name].faces.values():
        for face in faces:
            with torch.no_grad():
                assert model.embed(torch.rand(2, 3, 256, 128), face).after_bn.isfinite().all()


def outputs_of(name, config):
    """Of two people in blocks of two, in double precision, nothing dropped."""
    model = build_model(config, 4).double().eval()
    generator = torch.Generator().manual_seed(1)
    images = torch.rand(2, 8, 3, 32, 16, generator=generator, dtype=torch.float64)
    with torch.no_grad():
        return model(*images, Step(people=LABELS))


def step_of(order=slice(None)):
    cameras = torch.tensor([1, 2, 1, 2, 1, 2, 1, 2])[order]
    return Step(cameras={"infrared": cameras, "visible": cameras}, people=LABELS[order])


@pytest.mark.parametrize(
    "name", [name for name in METHODS if name not in DRAWN and len(METHODS[name].players) == 1]
)
def test_the_order_of_people_and_of_images_does_not_matter(name):
    config = small(name)
    outputs = outputs_of(name, config)
    order = torch.tensor([5, 4, 0, 1, 7, 6, 2, 3])
    moved = {key: output.mapped(lambda rows: rows[order]) for key, output in outputs.items()}
    one = losses(outputs, LABELS, config, step_of())
    other = losses(moved, LABELS[order], config, step_of(order))
    for key, term in one.items():
        torch.testing.assert_close(term, other[key])


@pytest.mark.parametrize(
    "name", [name for name in METHODS if len(METHODS[name].players) == 1 and name not in TARGETS]
)
def test_the_gradient_of_the_loss_is_its_own(name):
    """From the features and scores on, in double precision."""
    config = small(name)
    outputs = outputs_of(name, config)
    leaves = [output.before_bn.clone().requires_grad_() for output in outputs.values()] + [
        torch.randn_like(output.logits).requires_grad_() for output in outputs.values()
    ]

    def loss(*tensors):
        count = len(outputs)
        changed = {
            key: output._replace(before_bn=before, after_bn=before, logits=logits)
            for (key, output), before, logits in zip(
                outputs.items(), tensors[:count], tensors[count:], strict=True
            )
        }
        return losses(changed, LABELS, config, step_of())["loss"]

    assert torch.autograd.gradcheck(loss, leaves, fast_mode=True)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_says_how_near_it_is_to_its_paper(name):
    """A table refuses one that does not."""
    method = METHODS[name]
    assert method.fidelity and method.assumed and method.source
    assert all(one.endswith(".") for one in method.assumed)
    assert (method.version == 0) == (method.fidelity == "kit") == (name in KIT)
    in_its_manner = name.endswith(("-style", "-small"))
    assert in_its_manner == (method.fidelity in ("C", "C+", "B-"))


def test_another_version_of_a_method_is_another_run(monkeypatch):
    config = preset("demo", method="bdtr")
    before = run_folder("runs", config, "0" * 64, None).folder.name
    monkeypatch.setitem(METHODS, "bdtr", type(METHODS["bdtr"])(**vars(METHODS["bdtr"]) | {"version": 2}))
    assert run_folder("runs", config, "0" * 64, None).folder.name != before


def test_a_run_of_another_version_of_its_method_is_refused(tmp_path, monkeypatch):
    run = Run(tmp_path / "one")
    run.begin(small("bdtr"), dataset())
    assert run.config() == small("bdtr")
    monkeypatch.setitem(METHODS, "bdtr", type(METHODS["bdtr"])(**vars(METHODS["bdtr"]) | {"version": 9}))
    with pytest.raises(Exception, match="train it again"):
        run.config()


@pytest.mark.parametrize("name", METHODS)
def test_its_own_settings_are_the_defaults_and_can_be_changed(name):
    config = preset("demo", method=name)
    assert asdict(config).items() >= METHODS[name].settings.items()
    assert preset("demo", method=name, neck=True).neck
    assert isinstance(config, Config)
