"""Training: terms, schedule, options, run folder, and the choice of the model."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch
from tiny import assert_same, result, rows, tiny
from toy import dataset

from xivlab.config import preset
from xivlab.data.images import Images
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import embed
from xivlab.evaluation.retrieval import search
from xivlab.loss import batch_hard_triplet
from xivlab.methods import build_model, losses
from xivlab.model import Output
from xivlab.runs.run import run_folder
from xivlab.runs.schedule import epoch_length, learning_rate
from xivlab.runs.weights import load_model
from xivlab.train import train


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return train(tiny(), dataset(), tmp_path_factory.mktemp("runs"))


def test_run_folder_holds_what_it_should(whole):
    assert {path.name for path in whole.folder.iterdir() if path.name != ".lock"} == {
        "config.json",
        "log.csv",
        "metrics.csv",
        "model.safetensors",
        "state.pt",
        "embeddings.npz",
        "made.json",
        "checksums.sha256",
    }
    assert whole.config() == tiny()
    log, metrics = rows(whole, "log.csv"), rows(whole, "metrics.csv")
    assert [int(row["step"]) for row in log] == list(range(1, 13))
    assert [(row["split"], row["test_distance"]) for row in metrics] == [
        (split, kind) for split in ("val", "val", "val", "test") for kind in ("v", "x", "v+x")
    ]
    loss = {name: float(value) for name, value in log[3].items()}
    cross = loss["loss_infrared_x"] + loss["loss_infrared_visible"]
    own = loss["loss_infrared"] + loss["loss_x"] + loss["loss_visible"]
    assert loss["loss"] == pytest.approx(own + 0.1 * cross)


@pytest.mark.parametrize(("protocol", "queries"), [("sysu", 1), ("regdb", 2), ("llcm", 2)])
def test_directions_reported(protocol, queries, tmp_path):
    run = train(tiny(protocol=protocol, epochs=1, steps_per_epoch=1), dataset(), tmp_path)
    test = [row for row in rows(run, "metrics.csv") if row["split"] == "test"]
    assert [row["query"] for row in test] == (["infrared"] * 3 + ["visible"] * 3)[: 3 * queries]
    back = [row for row in test if row["query"] == "visible" and row["test_distance"] == "v+x"]
    for row in back:
        again = search(run.embeddings(), protocol, "v+x", "visible", "infrared")
        assert float(row["mAP"]) == again.mAP


def test_the_model_kept_is_the_best_on_validation_people(whole):
    """Loaded again, it gives the embeddings that were stored, and they the scores."""
    model, config = load_model(whole), whole.config()
    test = Images.of(dataset().test, config.height, config.width)
    again, stored = embed(model, test, config.test_feature, config.normalize), whole.embeddings()
    for name, array in vars(stored).items():
        np.testing.assert_array_equal(array, getattr(again, name))
    last = rows(whole, "metrics.csv")[-1]
    assert search(stored, "sysu", "v+x").mAP == float(last["mAP"])
    val = Images.of(dataset().val, config.height, config.width)
    best = max(
        float(r["mAP"])
        for r in rows(whole, "metrics.csv")
        if r["split"] == "val" and r["test_distance"] == "v+x"
    )
    assert search(embed(model, val, config.test_feature, config.normalize), "sysu", "v+x").mAP == best


def test_train_and_validation_people_learn_and_the_last_model_counts(whole, tmp_path, capsys):
    run = train(tiny(train_on="train+val"), dataset(), tmp_path)
    assert run.folder.name != whole.folder.name
    weights, state = run.weights(), run.state()["model"]
    assert len(weights["learner.classifier.weight"]) == 20
    assert all(torch.equal(weights[name], tensor) for name, tensor in state.items())
    assert {row["split"] for row in rows(run, "metrics.csv")} == {"test"}
    rates = [[row["learning_rate"] for row in rows(one, "log.csv")] for one in (run, whole)]
    assert rates[0] == rates[1]
    told = capsys.readouterr()
    assert "images/s" in told.err and "val rank-1" not in told.err
    assert told.out == "Images: 240 of 16 x 8 (0.1 MB), in memory\n"


def test_without_validation_people_the_sentence_names_both_ways_out(tmp_path):
    data = dataset()
    data = replace(data, index=data.index.assign(split=data.index["split"].replace("val", "train")))
    with pytest.raises(XivlabError, match="toy has no validation people.*train_on to 'train.val'.*split val"):
        train(tiny(), data, tmp_path)
    assert not list(tmp_path.iterdir())
    assert train(tiny(train_on="train+val", epochs=1, steps_per_epoch=1), data, tmp_path).finished


def test_selection_never_looks_at_test(whole, tmp_path):
    """Other test people, same model."""
    data = dataset()
    data.pixels[data.index["split"] == "test"] ^= 255
    other = train(tiny(), data, tmp_path)
    assert (other.folder / "model.safetensors").read_bytes() == (
        whole.folder / "model.safetensors"
    ).read_bytes()


def test_seeds_differ(whole, tmp_path):
    other = train(tiny(seed=1), dataset(), tmp_path)
    assert rows(other, "log.csv")[0]["loss"] != rows(whole, "log.csv")[0]["loss"]
    assert other.folder.name != whole.folder.name


def test_training_learns(tmp_path):
    """People of simple looks, one big enough image each: the last losses are well below the first."""
    changes = {"height": 32, "width": 16, "people_per_batch": 8, "images_per_person": 4, "erase": 0.0}
    config = tiny(**changes, epochs=1, steps_per_epoch=40, warmup_epochs=0)
    log = rows(train(config, dataset((32, 16)), tmp_path), "log.csv")
    loss = [float(row["loss"]) for row in log]
    assert np.mean(loss[-5:]) < 0.8 * np.mean(loss[:5])


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "baseline"},
        {"method": "baseline+x"},
        {"x": "gray"},
        {"x": "v", "method": "baseline+x"},
        {"x_input": "normalized"},
        {"x_init_seed": 3},
        {"cross": "centre"},
        {"label_smoothing": 0.1},
        {"test_feature": "before_bn", "normalize": False},
        {"test_distance": "x"},
        {"steps_per_epoch": None},
    ],
)
def test_every_option_trains(changes, tmp_path):
    run = train(tiny(**{"epochs": 1, "steps_per_epoch": 2} | changes), dataset(), tmp_path)
    assert run.finished
    assert all(np.isfinite(float(value)) for row in rows(run, "log.csv") for value in row.values())


def test_an_epoch_of_its_own_length_shows_as_many_images_as_the_larger_modality(tmp_path):
    run = train(tiny(epochs=1, steps_per_epoch=None), dataset(), tmp_path)
    assert len(rows(run, "log.csv")) == 10  # 10 people x 4 cameras x 2 visible images over M = 8


def outputs(names):
    generator = torch.Generator().manual_seed(0)
    return {
        name: Output(*(torch.randn(6, size, generator=generator) for size in (4, 4, 3))) for name in names
    }


def test_methods_have_the_terms_of_the_paper():
    labels = torch.tensor([0, 0, 1, 1, 2, 2])
    both, all_three = outputs(["infrared", "visible"]), outputs(["infrared", "x", "visible"])
    baseline = losses(both, labels, tiny(method="baseline"))
    assert list(baseline) == ["loss", "loss_infrared", "loss_visible"]
    with_x = losses(all_three, labels, tiny(method="baseline+x"))
    assert with_x["loss"] == with_x["loss_infrared"] + with_x["loss_x"] + with_x["loss_visible"]
    full = losses(all_three, labels, tiny(lam=0.5))
    infrared, x = all_three["infrared"].before_bn, all_three["x"].before_bn
    cross = batch_hard_triplet(infrared, x, labels, 0.5) + batch_hard_triplet(x, infrared, labels, 0.5)
    torch.testing.assert_close(full["loss_infrared_x"], cross / 6)
    torch.testing.assert_close(
        full["loss"], with_x["loss"] + 0.5 * (full["loss_infrared_x"] + full["loss_infrared_visible"])
    )


def test_schedule_of_the_paper():
    config = preset("paper-sysu")
    rates = [learning_rate(config, epoch) for epoch in (0, 5, 10, 39.9, 40, 69.9, 70, 119)]
    assert rates == pytest.approx([3.5e-6, 1.7675e-4, 3.5e-4, 3.5e-4, 3.5e-5, 3.5e-5, 3.5e-6, 3.5e-6])
    assert learning_rate(replace(config, warmup_epochs=0), 0) == 3.5e-4


def test_too_few_people_leave_no_folder_behind(tmp_path):
    with pytest.raises(XivlabError, match="needs 11 people"):
        train(tiny(people_per_batch=11), dataset(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_starting_weights_count_by_content_not_by_name(tmp_path):
    backbone = load_backbone()
    for name in ("one", "two", "other"):
        if name == "other":
            backbone["0.weight"] = backbone["0.weight"] + 1
        safetensors.torch.save_file(backbone, tmp_path / name)
    short = {"epochs": 1, "steps_per_epoch": 1}
    names = [
        train(tiny(weights=str(tmp_path / n), **short), dataset(), tmp_path).folder.name
        for n in ("one", "two", "other")
    ]
    assert names[0] == names[1] != names[2]


def load_backbone():
    from xivlab.backbones import Slim

    return dict(Slim().state_dict())


def test_who_watches_is_told_every_step_and_changes_nothing(whole, tmp_path):
    told = []

    def watch(p):
        told.append((p.doing, p.step, p.steps, len(p.log), [row["split"] for row in p.metrics]))

    run = train(tiny(), dataset(), tmp_path, quiet=True, watch=watch)
    assert_same(result(run), result(whole))
    steps = [step for doing, step, *_ in told if doing == "learning"]
    assert steps == list(range(13))  # before the first and after each
    assert all(logged == step and total == 12 for _, step, total, logged, _ in told)
    assert {step for doing, step, *_ in told if doing == "validation"} == {4, 8, 12}
    assert {step for doing, step, *_ in told if doing == "test"} == {12}
    assert {split for *_, splits in told for split in splits} == {"val"}  # test people are not shown


@pytest.mark.parametrize("where", [("learning", 0), ("learning", 5), ("validation", 8), ("test", 12)])
def test_who_watches_may_stop_it_anywhere_and_it_goes_on_to_the_same_end(where, whole, tmp_path):
    told = []

    def watch(p):
        told.append((p.doing, p.step))
        return told[-1] == where

    run = train(tiny(), dataset(), tmp_path, quiet=True, watch=watch)
    assert not run.finished and told[-1] == where  # nothing was done afterwards
    assert run.started == (where[1] > 0)
    if run.started:
        assert run.state()["step"] == len(rows(run, "log.csv")) == where[1]
    assert_same(result(train(tiny(), dataset(), tmp_path)), result(whole))


def test_waiting_for_another_process_may_be_given_up(tmp_path, whole):
    config, data = tiny(), dataset()
    told = []
    run = run_folder(tmp_path, config, data.fingerprint, None)
    with run.alone():
        again = train(config, data, tmp_path, quiet=True, watch=lambda p: told.append(p.doing) or True)
    assert told == ["waiting"] and again == run and not run.started


def test_networks_built_in_threads_at_once_are_those_built_one_by_one():
    """They draw their weights from the numbers of the whole process."""
    alone = [build_model(tiny(seed=seed), 10).state_dict() for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            together = pool.map(lambda seed: build_model(tiny(seed=seed), 10).state_dict(), range(4))
            for one, other in zip(alone, together):
                for name, tensor in one.items():
                    torch.testing.assert_close(tensor, other[name], rtol=0, atol=0)


def test_an_epoch_is_as_long_as_its_settings_or_else_its_images_say():
    data = dataset()
    assert epoch_length(tiny(), data) == 4
    # 10 people x 4 cameras x 2 visible images, and twice as many people, over M = 8
    assert epoch_length(tiny(steps_per_epoch=None), data) == 10
    assert epoch_length(tiny(steps_per_epoch=None, train_on="train+val"), data) == 20


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            torch.OutOfMemoryError("CUDA out of memory. Tried"),
            r"The memory is not enough .*: lower people_per_batch",
        ),
        (
            RuntimeError("CUDA error: no kernel image is available"),
            "The GPU does not work .*set CUDA_VISIBLE_DEVICES=",
        ),
    ],
)
def test_a_gpu_that_fails_in_the_middle_is_a_sentence_and_the_state_is_kept(
    error, sentence, whole, tmp_path, monkeypatch
):
    def broken(*_):
        raise error

    calls = iter([losses] * 6 + [broken])
    monkeypatch.setattr("xivlab.train.losses", lambda *arguments: next(calls)(*arguments))
    with pytest.raises(XivlabError, match=sentence):
        train(tiny(), dataset(), tmp_path)
    monkeypatch.undo()
    assert_same(result(train(tiny(), dataset(), tmp_path)), result(whole))


def test_small_networks_train_on_one_thread_however_many_there_are(whole, tmp_path):
    """So that the numbers of a run do not depend on the cores of a machine."""
    torch.set_num_threads(2)
    try:
        again = train(tiny(), dataset(), tmp_path)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)
    assert again.made()["threads"] == whole.made()["threads"] == 1
    assert_same(result(again), result(whole))


def test_a_batch_that_cannot_fit_is_refused_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr("xivlab.resources.free_memory", lambda: 1000)
    with pytest.raises(
        XivlabError, match=r"^Batches of .* need .* of memory and .* are free: lower people_per_batch"
    ):
        train(tiny(), dataset(), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("devices", "nodes"), [(0, 1), (1, -1), (100_000, 1), (1, 10**30)])
def test_senseless_numbers_of_devices_are_refused_of_a_finished_run_too(devices, nodes, whole):
    with pytest.raises(XivlabError, match=r"devices|processes"):
        train(tiny(), dataset(), whole.folder.parent, devices, nodes)


@pytest.mark.parametrize("place", ["xivlab.data.images.Images.held_on", "torch.nn.Module.to"])
def test_a_gpu_that_is_full_before_the_first_step_is_a_sentence(place, tmp_path, monkeypatch):
    def full(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 3 GiB")

    monkeypatch.setattr(place, full)
    with pytest.raises(XivlabError, match=r"The memory is not enough \(CUDA out of memory. .*\): "):
        train(tiny(), dataset(), tmp_path)
    assert not list(tmp_path.iterdir())
