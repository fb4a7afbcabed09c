"""TensorBoard's view of a run: the numbers of `log.csv` and `metrics.csv` as scalars, in the run's folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xivlab.errors import XivlabError
from xivlab.evaluation.scores import SHOWN
from xivlab.runs.progress import Progress
from xivlab.runs.run import Run

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

FOLDER = "tensorboard"  # in the run's


class EventLog:
    """Scalars of one run for TensorBoard: a `Watch` that never stops a training, and changes nothing of it.

    Each session writes the whole history anew, from the first step, and removes what an earlier one left: so a
    training that went back to its last state leaves no step twice. Tags are `train/` and a column of `log.csv`, and
    split, direction of search, test distance and score of `metrics.csv`, such as `val/infrared/v+x/mAP`.

    Args:
        run: its folder need not be there yet.

    Raises:
        XivlabError: TensorBoard is not installed.
    """

    def __init__(self, run: Run) -> None:
        try:
            import torch.utils.tensorboard  # noqa: F401 (now, not after the first step)
        except ImportError as error:
            raise XivlabError(
                "TensorBoard is not installed: type pip install '.[tensorboard]' in the project, or leave "
                "--tensorboard out."
            ) from error
        self.folder: Path = run.folder / FOLDER
        self._writer: SummaryWriter | None = None
        self._said, self._logged, self._scored = False, 0, 0

    def __call__(self, progress: Progress) -> None:
        """Write what has come since the last call."""
        if progress.doing == "waiting":
            if not self._said:  # the line that a training without anybody who watches prints
                print(f"Another process trains {self.folder.parent}: waiting for it.", flush=True)
            self._said = True
        else:
            self._write(progress.log, progress.metrics)

    def close(self, run: Run) -> None:
        """Write what is still missing of a finished run, the scores of the test people among it, and close the file.

        Raises:
            XivlabError: the tables of a finished run cannot be read.
        """
        if run.finished:
            self._write(_rows(run.log()), _rows(run.metrics()))
        if self._writer is not None:
            self._writer.close()

    def _write(self, log: Sequence[Mapping[str, Any]], metrics: Sequence[Mapping[str, Any]]) -> None:
        writer = self._writer = self._writer or self._begun()
        for row in log[self._logged :]:
            for name, value in row.items():
                if name != "step":
                    writer.add_scalar(f"train/{name}", value, row["step"])
        for row in metrics[self._scored :]:
            where = f"{row['split']}/{row['query']}/{row['test_distance']}"
            for name in SHOWN:
                writer.add_scalar(f"{where}/{name}", row[name], row["step"])
        self._logged, self._scored = len(log), len(metrics)

    def _begun(self) -> "SummaryWriter":
        from torch.utils.tensorboard import SummaryWriter

        for old in self.folder.glob("events.out.tfevents.*"):
            old.unlink(missing_ok=True)
        return SummaryWriter(str(self.folder))


def _rows(table: Any) -> list[dict[str, Any]]:
    return table.to_dict("records")
