import signal
from dataclasses import fields

import pytest
import small_study
from command import fails

from xivlab.cli import commands, main
from xivlab.config import Config, preset
from xivlab.errors import XivlabError
from xivlab.evaluation.protocols import Sampling
from xivlab.runs.run import Run
from xivlab.scale import current
from xivlab.train import Training

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def settings(monkeypatch):
    """The settings that `xivlab train` would train with."""
    seen = []

    def train(config, *_):
        seen.append(config)
        raise KeyboardInterrupt

    monkeypatch.setattr("xivlab.cli.training.train", train)

    def of(*words):
        with pytest.raises(SystemExit):
            main(["train", *words])
        return seen.pop()

    return of


def test_export(tmp_path, capsys):
    main(["export", "synthetic-sysu", "--layout", "sysu-mm01", str(tmp_path / "tree")])
    assert (tmp_path / "tree" / "cam6" / "0008" / "0002.jpg").is_file()
    assert capsys.readouterr().out == f"synthetic-sysu is in {tmp_path / 'tree'}, laid out as sysu-mm01.\n"


def test_a_mistake_of_the_user_is_one_sentence(tmp_path, capsys):
    assert fails(capsys, "export", "synthetic-regdb", "--layout", "llcm", str(tmp_path / "tree")) == (
        "xivlab: Layout llcm takes synthetic-sysu, not synthetic-regdb: change one of the two.\n"
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "Study infrared-visible person re-identification"),
        (["train"], "Ctrl-C stops after the step under way"),
        (["evaluate"], "Score the best model of a run"),
        (["study"], "execute all notebooks, write a report"),
        (["figures"], "PNG files, and their captions"),
        (["export"], "folder tree of a real one"),
    ],
)
def test_help(capsys, words, says):
    with pytest.raises(SystemExit) as exit:
        main([*words, "--help"])
    assert exit.value.code == 0
    assert says in " ".join(capsys.readouterr().out.replace("│", " ").split())


def test_every_setting_is_a_flag(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    text = capsys.readouterr().out
    for field in fields(Config):
        assert f"--{field.name.replace('_', '-')}" in text


def test_defaults_are_those_of_the_preset_or_the_scale(settings):
    assert settings() == current().config()
    assert settings("--preset", "paper-regdb") == preset("paper-regdb")
    assert settings("--preset=demo", "--lam", "0.3", "--decay-epochs", "2", "4") == preset(
        "demo", lam=0.3, decay_epochs=(2, 4)
    )
    assert settings("--data", "synthetic-regdb").protocol == "regdb"
    densenet = settings("--preset", "paper-sysu", "--backbone", "densenet121")
    assert (densenet.height, densenet.width) == (224, 224)
    assert settings("--method", "baseline") == current().config(method="baseline")
    assert settings("--method", "tone", "--lam", "0.2") == current().config(method="tone", lam=0.2)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--lam", "-1"], "lam must be at least 0"),
        (["--preset", "tiny"], "Unknown preset 'tiny'"),
        (["--method", "magic"], "method must be one of"),
        (["--images-per-person", "1"], "The triplet loss needs"),
        (["--data", "nowhere"], "There is no data set 'nowhere'"),
        (["--trial", "3"], "trial"),
        (["--resume", "nowhere", "--trial", "3"], "give no others"),
        (["--resume", "nowhere"], "nowhere is not a run folder"),
        (["--resume", "nowhere", "--lam", "1"], "give no others"),
        (["--resume", "nowhere", "--preset", "demo"], "give no others"),
    ],
)
def test_train_refuses(capsys, words, says):
    error = fails(capsys, "train", *words)
    assert error.startswith("xivlab: ")
    assert says in error
    assert error.count("\n") == 1


def test_ctrl_c_is_clean(capsys, monkeypatch):
    def press(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("xivlab.cli.training.train", press)
    assert fails(capsys, "train", status=130) == "xivlab: interrupted; the same command goes on.\n"


def test_train_resume_evaluate(folder, capsys, monkeypatch):
    learn = Training.learn

    def stop(self):
        learn(self)
        if self.step == 4:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Training, "learn", stop)
    with pytest.raises(SystemExit) as exit:
        main(["train", "--runs", "here", "--seed", "5"])
    assert exit.value.code == 130
    assert "Stopped after step 4 of 6" in capsys.readouterr().out
    monkeypatch.undo()
    current.cache_clear()
    small_study.project(folder, monkeypatch)

    (run,) = (folder / "here").iterdir()
    assert not Run(run).finished
    main(["train", "--resume", f"here/{run.name}"])
    images, _, printed = capsys.readouterr().out.partition("\n")
    assert images.startswith("Images: ")
    assert f"here/{run.name} is finished. Test people, in %:\nprotocol " in printed
    mine = [line.split()[-6:] for line in printed.partition("mINP\n")[2].splitlines()]
    main(["evaluate", f"here/{run.name}", "--test-feature", "after_bn"])
    header, *lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-6:] for line in lines] == mine
    assert header.split()[-6:] == ["rank-1", "rank-5", "rank-10", "rank-20", "mAP", "mINP"]

    main(["evaluate", f"here/{run.name}"])
    lines = capsys.readouterr().out.splitlines()[1:]
    expected = [[distance, side] for side in ("before_bn", "after_bn") for distance in ("v", "x", "v+x")]
    assert [line.split()[8:10] for line in lines] == expected
    assert all("sysu all single-shot  seeded   10" in line for line in lines)

    main(["evaluate", str(run), "--people", "val", "--test-distance", "v", "--mode", "indoor"])
    assert "sysu indoor single-shot" in capsys.readouterr().out
    assert "rand_perm_cam.mat" in fails(capsys, "evaluate", str(run), "--sampler", "official")
    assert "at least one run" in fails(capsys, "evaluate")

    monkeypatch.setenv("XIVLAB_SCALE", "demo")  # which has more people
    current.cache_clear()
    assert "trained on other data than synthetic-sysu" in fails(
        capsys, "evaluate", str(run), "--people", "val"
    )


def test_a_command_names_the_package_that_it_lacks(capsys, monkeypatch):
    def study():
        raise ModuleNotFoundError(name="sklearn")

    monkeypatch.setattr("xivlab.cli.commands", lambda words: {"study": study, "other": study})
    assert "needs sklearn: type pip install" in fails(capsys, "study")


def test_a_package_cannot_take_the_place_of_our_own_commands(monkeypatch):
    class Brought:
        name = "train"

        def load(self):
            return print

    monkeypatch.setattr("xivlab.cli.entry_points", lambda group: [Brought()])
    assert list(commands()) == ["train", "evaluate"] and commands()["train"] is not print


def looping(folder):
    (folder / "one").symlink_to(folder / "two")
    (folder / "two").symlink_to(folder / "one")
    return folder / "one"


@pytest.mark.parametrize("name", [lambda _: "x" * 300, looping, lambda folder: folder / ("x" * 300) / "deep"])
@pytest.mark.parametrize(
    "words", [("evaluate",), ("train", "--runs"), ("train", "--resume"), ("train", "--weights")]
)
def test_a_path_that_cannot_be_is_one_sentence(words, name, tmp_path, capsys):
    said = fails(capsys, *words, str(name(tmp_path)))
    assert said.startswith("xivlab: ") and said.count("\n") == 1


def test_an_error_of_the_system_is_one_sentence(capsys, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "/some/where")

    monkeypatch.setattr("xivlab.cli.training.train", full)
    assert (
        fails(capsys, "train")
        == "xivlab: /some/where cannot be used (No space left on device): name another.\n"
    )


@pytest.mark.parametrize("shots", ["0", "-1", "1001", "9" * 31])
def test_shots_beyond_sense(shots, folder, capsys):
    with pytest.raises(XivlabError, match="shots must be between 1 and 1000"):
        Sampling(shots=int(shots))
