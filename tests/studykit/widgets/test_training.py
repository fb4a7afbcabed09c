"""A training that is watched: the same run as any, stopped and gone on with, found again, told in words."""

import threading
import time
from dataclasses import replace

import pytest
from tiny import TINY, assert_same, result, tiny
from toy import dataset

import xivlab.train
from studykit.studies.questions import house
from studykit.widgets import train_live
from studykit.widgets.training import job, widget
from xivlab.errors import XivlabError
from xivlab.methods import losses
from xivlab.scale import Scale
from xivlab.train import train


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return train(tiny(), dataset(), tmp_path_factory.mktemp("runs"))


@pytest.fixture
def scale(tmp_path):
    return Scale("smoke", "demo", "a few seconds", changes=TINY, runs=tmp_path)


@pytest.fixture
def panel(scale):
    panel = train_live(dataset(), scale)
    yield panel
    panel.stop()
    wait_for(lambda: not job.busy())


@pytest.fixture
def slow(monkeypatch):
    """A step takes a tenth of a second at least; pictures are drawn as often as they can, on a busy machine too."""

    def slowly(*arguments):
        time.sleep(0.1)
        return losses(*arguments)

    monkeypatch.setattr(xivlab.train, "losses", slowly)
    monkeypatch.setattr(widget, "SHARE", 1)


def wait_for(condition):
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < 30
        time.sleep(0.005)


def words(panel):
    return [view.words for view in panel.views.values()]


def pictures(panel):
    return [view.data for view in panel.views.values()]


def buttons(panel):
    """Whether each can be pressed."""
    return not panel.train_button.disabled, not panel.stop_button.disabled


def test_a_watched_training_is_the_same_run_as_any(panel, whole):
    assert "Not trained yet" in panel.status.value and "press Train" in words(panel)[0]
    before = pictures(panel)
    panel.train_button.click()
    assert panel.join().finished
    assert_same(result(panel.run()), result(whole))
    assert "Finished in" in panel.status.value and panel.bar.value == 1
    assert words(panel)[0].startswith("Step 12 of 12: the loss L went from")
    assert "On the test people, searched once at the end:" in words(panel)[1]
    assert all(one != other for one, other in zip(before, pictures(panel)))


def test_it_tells_how_far_it_is_and_nothing_of_test_people_before_the_end(panel, slow):
    said, seen, states, fractions = [], [], set(), []
    panel.status.observe(lambda change: said.append(change["new"]), "value")
    panel.views["losses"].observe(lambda change: seen.append(change["new"]), ["still", "moving"])
    panel.views["rank1"].observe(lambda change: said.append(change["new"]), "words")
    panel.bar.observe(lambda change: fractions.append(change["new"]), "value")
    panel.stop_button.observe(lambda change: states.add(buttons(panel)), "disabled")
    panel.train()
    panel.join()
    assert len(set(seen)) >= 3  # the picture grew
    assert any("left." in sentence for sentence in said) and fractions == sorted(fractions)
    scores = [i for i, sentence in enumerate(said) if "On the test people" in sentence]
    searched = [i for i, sentence in enumerate(said) if "searching the test people, once" in sentence]
    assert all(score > max(searched, default=-1) for score in scores)
    assert len(scores) == 1 and any("validation people by distance v+x" in sentence for sentence in said)


def test_stop_ends_within_half_a_second_and_train_goes_on_to_the_same_end(panel, slow, whole):
    panel.train_button.click()
    assert buttons(panel) == (False, True) and panel.lam.disabled
    wait_for(lambda: "Step 5 of 12" in words(panel)[0] or panel.bar.value > 0.4)
    start = time.monotonic()
    panel.stop_button.click()
    assert time.monotonic() - start < 0.25  # the button itself: at most a picture being drawn
    run = panel.join()
    assert time.monotonic() - start < 0.5
    assert run.started and not run.finished and buttons(panel) == (True, False) and not panel.lam.disabled
    step = run.state()["step"]
    assert 5 <= step < 12 and f"Stopped after step {step} of 12: Train goes on" in panel.status.value
    assert words(panel)[0].startswith(f"Step {step} of 12")
    panel.train_button.click()
    assert panel.join().finished
    assert_same(result(panel.run()), result(whole))


def test_stop_before_the_first_step_frees_the_panel_at_once(panel, monkeypatch, whole):
    """While it makes ready, which cannot be interrupted."""
    hold, making = threading.Event(), threading.Event()

    class Slow(xivlab.train.Training):
        def __init__(self, *arguments):
            making.set()
            hold.wait(20)
            super().__init__(*arguments)

    monkeypatch.setattr(xivlab.train, "Training", Slow)
    panel.train()
    assert making.wait(20)
    panel.stop()
    assert buttons(panel) == (True, False) and "Not trained yet" in panel.status.value
    panel.train()  # at once again: it waits until the first has ended
    assert "Waiting for another training" in panel.status.value
    hold.set()
    assert panel.join().finished
    assert_same(result(panel.run()), result(whole))


def test_a_finished_run_is_shown_from_disk_and_never_trained_twice(panel, scale, monkeypatch):
    panel.train()
    panel.join()
    monkeypatch.setattr(widget, "train", None)
    again = train_live(dataset(), scale)
    assert "Trained before: shown from disk, never trained twice." in again.status.value
    assert words(again) == words(panel) and pictures(again) == pictures(panel)
    again.train_button.click()
    assert buttons(again) == (True, False) and again.notice.value == ""
    assert again.join() == panel.run()


def test_moving_a_control_shows_what_is_known_of_its_run(panel):
    panel.train()
    panel.join()
    known = words(panel), pictures(panel)
    panel.lam.value = 1.0
    assert "Not trained yet" in panel.status.value and "λ 1," in panel.status.value
    assert "press Train" in words(panel)[0]
    panel.lam.value = 0.1
    assert (words(panel), pictures(panel)) == known


class Curve:
    def __init__(self, error=None):
        self.runs, self.error = [], error

    def add(self, run, data):
        self.runs.append((run, data.name))
        if self.error:
            raise self.error


def test_a_finished_run_joins_the_curve_from_training_or_from_disk(scale):
    curve = Curve()
    panel = train_live(dataset(), scale, curve)
    panel.train()
    run = panel.join()
    assert curve.runs == [(run, "toy")]
    panel.train()
    assert curve.runs == [(run, "toy")] * 2
    panel.method.value = "baseline"  # no lambda, no place on the curve
    panel.train()
    assert panel.join().finished and len(curve.runs) == 2 and panel.notice.value == ""


def test_a_run_that_does_not_fit_the_curve_is_a_sentence(scale):
    panel = train_live(dataset(), scale, Curve(XivlabError("Other data: take the first.")))
    panel.train()
    assert panel.join().finished
    assert "Other data: take the first." in panel.notice.value and buttons(panel) == (True, False)


def test_an_error_of_the_training_is_a_sentence_and_the_buttons_are_back(scale):
    panel = train_live(dataset(), replace(scale, changes=TINY | {"people_per_batch": 11}))
    panel.train()
    with pytest.raises(XivlabError, match="needs 11 people"):
        panel.join()
    assert "needs 11 people" in panel.notice.value and buttons(panel) == (True, False)


def test_an_unforeseen_error_is_a_sentence_too_and_the_state_is_kept(panel, monkeypatch, whole):
    def broken(*arguments):
        raise ArithmeticError("no such\nloss")

    calls = iter([losses] * 6 + [broken])
    monkeypatch.setattr(xivlab.train, "losses", lambda *arguments: next(calls)(*arguments))
    panel.train()
    with pytest.raises(ArithmeticError):
        panel.join()
    assert "(ArithmeticError: no such loss)" in panel.notice.value and buttons(panel) == (True, False)
    assert "Stopped after step 4 of 12" in panel.status.value  # the last epoch
    monkeypatch.undo()
    panel.train()
    assert panel.join().finished and panel.notice.value == ""
    assert_same(result(panel.run()), result(whole))


def test_without_validation_people_it_says_so_and_rank_1_comes_at_the_end(scale):
    data = dataset()
    data = replace(data, index=data.index.assign(split=data.index["split"].replace("val", "train")))
    panel = train_live(data, replace(scale, changes=TINY | {"train_on": "train+val"}))
    assert "no validation people" in words(panel)[1]
    panel.train()
    panel.join()
    assert "no validation people" in words(panel)[1] and "On the test people" in words(panel)[1]


def test_two_panels_train_one_after_the_other(panel, scale, slow):
    other = train_live(dataset(), scale)
    other.margin_respective.value = 0.5
    panel.train()
    wait_for(lambda: job.busy() and panel.bar.value > 0)
    other.train()
    assert "Waiting for another training in this notebook." in other.status.value
    panel.stop()
    assert not panel.join().finished
    assert other.join().finished


def test_settings_that_do_not_count_make_no_other_run(panel, scale):
    panel.set({panel.method: "baseline", panel.lam: 1.0, panel.margin_cross: 0.7, panel.x: "gray"})
    assert panel.config() == scale.config(method="baseline")
    assert panel.lam.disabled and panel.margin_cross.disabled and panel.x.disabled
    panel.method.value = "baseline+x"
    assert panel.config() == scale.config(method="baseline+x", x="gray")
    assert panel.lam.disabled and not panel.x.disabled
    panel.method.value = "baseline+x+cmg"
    assert panel.config() == scale.config(x="gray", lam=1.0, margin_cross=0.7)
    assert not panel.lam.disabled and not panel.margin_cross.disabled
    panel.lam.value = 0.0  # without weight the loss is that of Baseline+X
    assert panel.config() == scale.config(method="baseline+x", x="gray") and panel.margin_cross.disabled
    assert "Baseline+X with Gray, α₂ 0.3, seed 0" in panel.status.value


def test_a_method_of_table_1_trains_with_the_settings_of_the_house_and_its_own_losses(panel, scale):
    titles = [title for title, _ in panel.method.options]
    assert titles[:3] == ["Baseline", "Baseline+X", "Baseline+X+CMG"] and "AGW" in titles
    assert not {"AlignGAN-small", "DEEN"} & set(titles)  # they cost too much
    panel.method.value = "agw"
    assert panel.config() == scale.config(**house("agw"))
    assert panel.x.disabled and panel.lam.disabled and panel.margin_respective.disabled
    assert "AGW, seed 0. Not trained yet" in panel.status.value
    panel.train()
    assert panel.join().finished
    assert "L_triplet" in words(panel)[0] and "by distance v:" in words(panel)[1]


def test_the_first_run_is_that_of_the_scale_and_another_length_keeps_the_schedule(panel, scale):
    assert panel.config() == scale.config()
    assert panel.steps.value == 12 and panel.steps.options == (3, 6, 12, 24)
    panel.steps.value = 24
    assert panel.config() == scale.config(steps_per_epoch=8)
    panel.seed.value = 3
    assert panel.config() == scale.config(steps_per_epoch=8, seed=3)


def test_the_kind_of_data_decides_the_rules_of_the_search(tmp_path):
    data = replace(dataset(), name="synthetic-regdb")
    panel = train_live(data, Scale("smoke", "demo", "a few seconds", changes=TINY, runs=tmp_path))
    assert panel.config().protocol == "regdb"


def test_with_no_arguments_it_takes_scale_and_data_of_the_notebook(folder):
    panel = train_live()
    assert panel.data.name == "synthetic-sysu" and panel.config().steps_per_epoch == 3
    assert "press Train" in words(panel)[0]
