"""Networks of a run as one file, ONNX or torch.export: images in, embeddings out; compared with PyTorch before it is kept."""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xivlab.config import Config
from xivlab.errors import XivlabError
from xivlab.files import write_atomically
from xivlab.model import XIVNet
from xivlab.runs.run import Run
from xivlab.runs.weights import load_model

ENDINGS = (".onnx", ".pt2")
TOLERANCE = 1e-4  # between PyTorch and what was written, on any number of an embedding
DRAWN = (1, 2, 5)  # images of the batches that are compared, if the size is left open
MOST_BATCH = 4096
NEEDED = "ONNX files need onnx, onnxscript and onnxruntime: type pip install '.[onnx]' in the project, or name a .pt2."

Runner = Callable[[Tensor], tuple[Tensor, ...]]


class Deployed(nn.Module):
    """f, and g where there is one, from pixels to test features, normalisation of images and features among it.

    Args:
        model: of a run, in evaluation mode.
        config: its settings.
    """

    def __init__(self, model: XIVNet, config: Config) -> None:
        super().__init__()
        self.model, self.side, self.unit = model, config.test_feature, config.normalize

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what `forward` gives."""
        return ("embedding",) if self.model.generator is None else ("embedding", "x_embedding")

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Embeddings of images as they are, whatever their modality, and of their X.

        Args:
            images: (B, 3, H, W) float32, in [0, 1]; of one modality or both.

        Returns:
            (B, D) of the images, and where there is g (B, D) of their X, which has a meaning for visible ones.
        """
        found = [self._feature(self.model.normalize(images))]
        if self.model.generator is not None:
            found.append(self._feature(self.model.x_images(images)))
        return tuple(found)

    def _feature(self, images: Tensor) -> Tensor:
        feature = getattr(self.model.learner(images), self.side)
        return F.normalize(feature) if self.unit else feature


def deploy(run: Run, path: Path, batch: int | None = None) -> float:
    """Write the networks of a run, compare them with PyTorch on drawn images, and keep the file if they agree.

    Args:
        run: with a model.
        path: of the file; its ending says which kind: .onnx, or .pt2 for torch.export.
        batch: how many images the file takes at a time; any number if not given.

    Returns:
        the largest difference of any number of an embedding.

    Raises:
        XivlabError: another ending or a batch that makes no sense, the run cannot be used, a package is missing, the file
            could not be written, or what was written gives other numbers.
    """
    if path.suffix not in ENDINGS:
        raise XivlabError(f"{path} ends in neither .onnx nor .pt2: the ending says what is to be written.")
    if batch is not None and not 1 <= batch <= MOST_BATCH:
        raise XivlabError(f"--batch must be between 1 and {MOST_BATCH}, not {batch}.")
    if run.finished:
        run.check()
    config = run.config()
    network = Deployed(load_model(run).cpu(), config).eval()
    drawn = draw(config, (batch,) if batch else DRAWN)
    write, read = (_write_onnx, _read_onnx) if path.suffix == ".onnx" else (_write_pt2, _read_pt2)
    difference = 0.0

    def save(scratch: Path) -> None:
        nonlocal difference
        write(network, scratch, drawn[-1], batch is None)
        difference = largest_difference(network, read(scratch, network), drawn)

    write_atomically(path, save)
    return difference


def draw(config: Config, sizes: tuple[int, ...]) -> list[Tensor]:
    """Batches of random images, each (B, 3, H, W) in [0, 1], the same at every call."""
    generator = torch.Generator().manual_seed(0)
    return [torch.rand(size, 3, config.height, config.width, generator=generator) for size in sizes]


def largest_difference(network: Deployed, other: Runner, drawn: list[Tensor]) -> float:
    """How far a written network is from ours, on any number of an embedding.

    Raises:
        XivlabError: further than `TOLERANCE`, or not a number.
    """
    largest = 0.0
    with torch.no_grad():
        for images in drawn:
            for ours, theirs in zip(network(images), other(images), strict=True):
                if ours.shape != theirs.shape or not torch.isfinite(theirs).all():
                    largest = float("inf")
                else:
                    largest = max(largest, float((ours - theirs).abs().max()))
    if largest > TOLERANCE:
        raise XivlabError(
            f"What was written gives embeddings that are {largest:.1e} from PyTorch's, more than {TOLERANCE:g}: it was "
            "not kept; try the other ending."
        )
    return largest


def _dynamic(network: Deployed, images: Tensor, open_batch: bool) -> torch.export.ExportedProgram:
    sizes: Mapping[str, Any] | None = None
    if open_batch:
        sizes = {"images": {0: torch.export.Dim("batch", min=1, max=MOST_BATCH)}}
    with torch.no_grad():
        return torch.export.export(network, (images,), dynamic_shapes=sizes)


def _write_pt2(network: Deployed, path: Path, images: Tensor, open_batch: bool) -> None:
    with open(path, "wb") as file:
        torch.export.save(_dynamic(network, images, open_batch), file)


def _read_pt2(path: Path, network: Deployed) -> Runner:
    with open(path, "rb") as file:
        return torch.export.load(file).module()


def _write_onnx(network: Deployed, path: Path, images: Tensor, open_batch: bool) -> None:
    try:
        import onnx  # noqa: F401 (what PyTorch needs, named in our own words)
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise XivlabError(NEEDED) from error
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of PyTorch's own insides
        torch.onnx.export(
            _dynamic(network, images, open_batch),
            (images,),
            str(path),
            input_names=["images"],
            output_names=list(network.outputs),
            dynamo=True,
            external_data=False,  # one file
            verbose=False,
        )


def _read_onnx(path: Path, network: Deployed) -> Runner:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])

    def run(images: Tensor) -> tuple[Tensor, ...]:
        found = session.run(list(network.outputs), {"images": images.numpy().astype(np.float32)})
        return tuple(torch.from_numpy(one) for one in found)

    return run
