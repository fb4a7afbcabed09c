"""Run folder: what a training writes, named by what it depends on, whole or not at all."""

import csv
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import pandas as pd
import safetensors.torch
import torch

from xivlab.config import Config
from xivlab.data.datasets import DataSet
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings, TestFeature
from xivlab.evaluation.protocols import PROTOCOLS
from xivlab.files import (
    SEALS,
    check_regular,
    content_of,
    digest_of,
    read_csv,
    reading,
    seal,
    seals_in,
    write_atomically,
)
from xivlab.methods import METHODS
from xivlab.runs.embeddings_file import from_bytes, to_bytes
from xivlab.runs.lock import alone_in
from xivlab.runs.names import run_name, version

DATA = {"name", "fingerprint", "trial"}  # what is kept of a data set
AGAIN = "train the run again"  # the remedy for most files
BEFORE = {"x_rate": 1.0}  # what runs did that are older than a setting
SEALED = ("config.json", "model.safetensors", "log.csv", "metrics.csv", "made.json")


@dataclass(frozen=True)
class Run:
    """One run folder, each of its files written under another name and renamed:

    - `config.json`: first; the settings, the data set, the package version;
    - `model.safetensors` (the one that counts: the best so far on the validation people, or the last where they train,
      too), `state.pt` (everything to go on from), `log.csv` (a row per step), `metrics.csv` (a row per evaluation);
    - `made.json`: what computed it (`xivlab.resources.made`), for its last digits depend on that;
    - `checksums.sha256`: the seal of all of them but `state.pt`; a file changed after that is refused;
    - `embeddings.npz`: last; of the test people, when the run is finished.
    """

    folder: Path

    @property
    def finished(self) -> bool:
        """Whether training came to its end."""
        return (self.folder / "embeddings.npz").exists()

    @property
    def started(self) -> bool:
        """Whether there is a state to go on from."""
        return (self.folder / "state.pt").exists()

    def config(self) -> Config:
        """The settings.

        Raises:
            XivlabError: there is no run here, or its `config.json` is broken or of another version.
        """
        about = self.about()
        names = {field.name for field in fields(Config)}
        here = version(about["config"].get("method"))
        settings = BEFORE | about["config"]
        if about["version"] != here or set(settings) != names:
            raise XivlabError(
                f"The run in {self.folder} was made by xivlab {about['version']} and this is "
                f"{here}: train it again, or install that version."
            )
        if isinstance(settings["decay_epochs"], list):  # JSON has no tuples
            settings["decay_epochs"] = tuple(settings["decay_epochs"])
        with reading(self.folder / "config.json", AGAIN, "has been changed ({error})"):
            return Config(**settings)

    def about(self) -> dict[str, Any]:
        """The whole of `config.json`: settings, data set, version.

        Raises:
            XivlabError: there is no run here, or the file is broken.
        """
        path = self.folder / "config.json"
        if not os.path.exists(path):  # unlike Path.exists, it raises for no name
            raise XivlabError(
                f"{self.folder} is not a run folder, it has no config.json: name one that xivlab train made."
            )
        with reading(path, AGAIN):
            about = json.loads(content_of(path))
            if not isinstance(about, dict) or set(about) != {"config", "data", "version"}:
                raise ValueError("it holds something else")
            if not isinstance(about["config"], dict) or set(about["data"]) != DATA:
                raise ValueError("it holds something else")
        return about

    def state(self) -> dict[str, Any]:
        """What `state.pt` holds; tensors on the CPU.

        Raises:
            XivlabError: it is cut short or corrupt.
        """
        path = self.folder / "state.pt"
        with reading(path, "delete the folder to train anew", "is cut short or corrupt"):
            # PyTorch does not look at the checksums that the format, a zip file, has.
            check_regular(path)
            with zipfile.ZipFile(path) as file:
                if damaged := file.testzip():
                    raise ValueError(f"{damaged} in it has changed")
            return torch.load(path, map_location="cpu", weights_only=True)

    def weights(self) -> dict[str, torch.Tensor]:
        """The state of the model that counts, by parameter name, in the order of the names.

        Raises:
            XivlabError: there is none yet, or it is cut short or corrupt.
        """
        path = self.folder / "model.safetensors"
        with reading(path, AGAIN):
            # Sorted: safetensors gives what it reads from bytes in an order that changes.
            return dict(sorted(safetensors.torch.load(content_of(path)).items()))

    def metrics(self) -> pd.DataFrame:
        """`metrics.csv`: a row per evaluation, direction of search and test distance.

        Raises:
            XivlabError: there is none yet, or it is no table.
        """
        return self._table("metrics.csv", ("step", "split", "query", "test_distance", "rank1", "mAP", "mINP"))

    def log(self) -> pd.DataFrame:
        """`log.csv`: a row per step.

        Raises:
            XivlabError: there is none yet, or it is no table, or, of a finished run, it misses steps.
        """
        log = self._table("log.csv", ("step", "loss", "learning_rate"))
        if self.finished and log["step"].iloc[-1] != self.metrics()["step"].iloc[-1]:
            raise XivlabError(f"{self.folder}/log.csv is cut short: train the run again.")
        return log

    def _table(self, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
        with reading(self.folder / name, AGAIN):
            table = read_csv(self.folder / name)
            if not set(columns) <= set(table.columns) or table.empty:
                raise ValueError("it holds something else")
        return table

    def made(self) -> dict[str, Any] | None:
        """What computed the run: PyTorch, threads, processor; None if it does not say so, as runs of before.

        Raises:
            XivlabError: the file is damaged.
        """
        path = self.folder / "made.json"
        if not path.exists():
            return None
        with reading(path, AGAIN):
            made = dict(json.loads(content_of(path)))
            if not (isinstance(made.get("threads"), int) and made["threads"] > 0):
                raise ValueError("it does not say how many threads")
        return made

    @property
    def sealed(self) -> bool:
        """Whether a change of its files would be noticed; runs of before the seals have none."""
        with reading(self.folder / SEALS, AGAIN):
            return "embeddings.npz" in seals_in(self.folder)

    def check(self, config: Config | None = None, data: DataSet | None = None) -> None:
        """Read all that a finished run has sealed, and compare it with what it should be.

        Args:
            config: the settings that it should have; any if not given.
            data: that it should be of; any if not given.

        Raises:
            XivlabError: a file has changed or is gone, or the run has lost its seal, or is of other settings or data.
        """
        if self.sealed or (self.folder / "made.json").exists() or (self.folder / SEALS).exists():
            names = set(seals_in(self.folder))
            there = {name for name in SEALED if (self.folder / name).exists()}
            if gone := {*there, "embeddings.npz"} - names:
                raise XivlabError(
                    f"{self.folder} has lost {SEALS} or a part of it ({', '.join(sorted(gone))}), so nobody can say "
                    f"whether it is as it was written: {AGAIN}."
                )
            for name in sorted(names):
                with reading(self.folder / name, AGAIN):
                    content_of(self.folder / name)
        # Weights to start from may lie elsewhere by now: their content is in the name of the run.
        if config is not None and replace(self.config(), weights=config.weights) != config:
            raise XivlabError(f"{self.folder} holds a run of other settings: move it away.")
        if data is not None:
            self.check_data(data)

    def test_scores(self) -> pd.DataFrame:
        """What the run scored on the test people at its end, as `xivlab.evaluation.scores.score` gives it.

        Raises:
            XivlabError: as `config`, `metrics` and `check`, or it is not finished, or rows are missing.
        """
        self.check()
        config, metrics = self.config(), self.metrics()
        scores = metrics[metrics["split"] == "test"].drop(columns=["step", "split"]).reset_index(drop=True)
        if len(scores) != len(PROTOCOLS[config.protocol].directions) * len(METHODS[config.method].distances):
            raise XivlabError(
                f"{self.folder}/metrics.csv does not have all scores of the test people: finish or repeat the run."
            )
        return scores

    def embeddings(self, test_feature: TestFeature | None = None) -> Embeddings:
        """Embeddings of the test people, of length 1 if the settings say so.

        Args:
            test_feature: on which side of the BNNeck; that of the settings if not given.

        Raises:
            XivlabError: the run is not finished, or the file is cut short or corrupt.
        """
        config = self.config()
        side = test_feature or config.test_feature
        path = self.folder / "embeddings.npz"
        with reading(path, "finish or repeat the run"):
            embeddings = from_bytes(content_of(path), side)
        return embeddings.normalized() if config.normalize else embeddings

    def check_data(self, data: DataSet) -> None:
        """Refuse data that the run was not trained on.

        Raises:
            XivlabError: they are other data, or another split of RegDB, whose test people the run has
                learnt from; or as `about`.
        """
        about = self.about()["data"]
        if about["name"] == data.name and about["trial"] != data.trial:
            raise XivlabError(
                f"{self.folder} was trained on split {about['trial']} of {data.name} and this is split "
                f"{data.trial}, some of whose test people it has learnt from: give it its own split."
            )
        if about["fingerprint"] != data.fingerprint:
            raise XivlabError(
                f"{self.folder} was trained on other data than {data.name} as it is here: name its own with "
                "--data, and its scale with XIVLAB_SCALE."
            )

    @contextmanager
    def alone(self, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        """Keep other processes from training this run, after waiting for one that does.

        A process that is killed holds nothing back.

        Args:
            waiting: called some times a second while another trains it; raises to wait no longer. If not
                given, a line is printed.

        Raises:
            XivlabError: the folder cannot be made.
        """
        self._make()
        with alone_in(self.folder, waiting):
            yield

    def begin(self, config: Config, data: DataSet, made: Mapping[str, Any] | None = None) -> None:
        """Make the folder and write `config.json`, and `made.json` if it is said what computes.

        Raises:
            XivlabError: the folder cannot be made or written.
        """
        self._make()
        about = {
            "config": asdict(config),
            "data": {"name": data.name, "fingerprint": data.fingerprint, "trial": data.trial},
            "version": version(config.method),
        }
        if made is not None:
            self._write_json("made.json", made)
        self._write_json("config.json", about)

    def _write_json(self, name: str, content: Mapping[str, Any]) -> None:
        text = json.dumps(content, indent=2) + "\n"
        self.write(name, lambda path: path.write_text(text, encoding="utf-8"))

    def _make(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise XivlabError(
                f"The run folder {self.folder} cannot be made ({error.strerror}): name another folder of runs."
            ) from error

    def write_rows(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Write a CSV file with the keys of its first row as header."""

        def save(path: Path) -> None:
            with open(path, "w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(rows)

        if rows:
            self.write(name, save)

    def write_embeddings(
        self, embeddings: dict[TestFeature, Embeddings], made: Mapping[str, Any] | None = None
    ) -> None:
        """Seal the run and write `embeddings.npz`, which marks it as finished.

        Args:
            embeddings: of both sides of the BNNeck, not normalised (`embed_both`).
            made: what computed the run (`xivlab.resources.made`).
        """
        if made is not None:
            self._write_json("made.json", made)
        whole = to_bytes(embeddings)
        digests = {"embeddings.npz": digest_of(whole)}
        for name in SEALED:
            if (path := self.folder / name).exists():
                digests[name] = digest_of(path.read_bytes())
        seal(self.folder, digests)  # first: whoever is killed in between finishes again
        write_atomically(self.folder / "embeddings.npz", lambda path: path.write_bytes(whole))

    def write(self, name: str, save: Callable[[Path], Any]) -> None:
        """Write one file of the folder atomically; a seal that it had goes.

        Raises:
            XivlabError: the disk is full or the folder not writable; the file of that name, if
                there was one, is as it was.
        """
        if name in seals_in(self.folder):
            seal(self.folder, {name: None})
        write_atomically(self.folder / name, save)


def run_folder(root: str | Path, config: Config, fingerprint: str, weights: Path | None) -> Run:
    """The run of these settings on these data by this version of the package and of the method.

    Args:
        root: folder of all runs.
        config, fingerprint, weights: as of `run_name`.

    Raises:
        XivlabError: the weights cannot be read.
    """
    return Run(Path(root) / run_name(config, fingerprint, weights))
