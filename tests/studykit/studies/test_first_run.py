"""The run that notebook 00 shows without training: it is that of today's settings, and searches as its scores say."""

import numpy as np
import pytest
import small_study

from studykit.studies import first_run as module
from studykit.studies.store import SHIPPED
from xivlab.backbones import weights_file
from xivlab.errors import XivlabError
from xivlab.evaluation.scores import score
from xivlab.runs.run import Run, run_folder
from xivlab.scale import SCALES, current
from xivlab.train import train
from xivlab.world.world import World

ROOT = next(one for one in SHIPPED if one.exists()) / "first_run"


def test_the_shipped_run_is_of_the_settings_and_the_world_of_today():
    """If this fails, settings, version or world have changed: python -m studykit.studies.first_run."""
    config = SCALES["demo"].config()
    weights = weights_file(config.weights, config.backbone)
    run = run_folder(ROOT, config, World("synthetic-sysu").fingerprint, weights)
    assert [path.name for path in ROOT.iterdir()] == [run.folder.name]
    run.check(config)


def test_rounded_embeddings_score_as_the_run_did():
    (folder,) = ROOT.iterdir()
    run = Run(folder)
    again, then = (one.set_index("test_distance") for one in (score(run.embeddings()), run.test_scores()))
    for metric in ("rank1", "mAP"):
        np.testing.assert_allclose(again[metric], then[metric], atol=0.001)  # one query in 800 is 0.00125


def test_who_has_a_run_sees_that_and_who_asks_trains(tmp_path, monkeypatch, capsys):
    small_study.project(tmp_path, monkeypatch)
    scale = current()
    data = scale.load()
    made = train(scale.config(), data, tmp_path / "elsewhere")
    kept = module.store(made, tmp_path / "results" / "first_run")
    capsys.readouterr()

    assert module.first_run(scale, data).folder.resolve() == kept.folder.resolve()
    assert "came with the kit, nothing is trained" in capsys.readouterr().out
    assert not scale.runs.exists()

    own = module.first_run(scale, data, anew=True)
    assert own.folder.parent == scale.runs and (own.folder / "model.safetensors").exists()
    assert "Your own run, trained here" in capsys.readouterr().out
    assert module.first_run(scale, data).folder == own.folder
    assert "found finished" in capsys.readouterr().out


def test_a_stored_run_that_was_changed_is_refused(tmp_path, monkeypatch):
    small_study.project(tmp_path, monkeypatch)
    scale = current()
    data = scale.load()
    kept = module.store(
        train(scale.config(), data, tmp_path / "elsewhere"), tmp_path / "results" / "first_run"
    )
    (kept.folder / "metrics.csv").write_text("step\n1\n")
    with pytest.raises(XivlabError, match="metrics.csv"):
        module.first_run(scale, data)
