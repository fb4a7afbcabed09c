"""Images of the report: charts of the training and photographs, held by the page itself, with alt text."""

import base64
import io
from dataclasses import dataclass

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from studykit.plots.charts import MARKS
from studykit.plots.picture import CURVES, DASHES

MARKED = 8  # points with a marker on each curve


@dataclass(frozen=True)
class PageImage:
    """An image that a page holds in itself.

    Attributes:
        source: data address.
        alt: what it shows, in words.
    """

    source: str
    alt: str


def line_chart(series: dict[str, tuple[NDArray, NDArray]], title: str, unit: str = "") -> PageImage:
    """Curves over the steps of the optimiser.

    Args:
        series: name -> (steps, values), both (n,).
        title: what the values are.
        unit: put behind the first and the last value in the alt text.
    """
    figure = Figure(figsize=(5, 3.2), layout="constrained")
    axes = figure.subplots()
    words = []
    for i, (name, (steps, values)) in enumerate(series.items()):
        axes.plot(
            steps,
            values,
            label=name,
            color=CURVES[i],
            linestyle=DASHES[i % len(DASHES)],
            marker=MARKS[i % len(MARKS)],
            markevery=max(1, len(steps) // MARKED),
            markersize=5,
            linewidth=1.6,
        )
        words.append(f"{name} goes from {values[0]:.3g}{unit} to {values[-1]:.3g}{unit}")
    axes.set(title=title, xlabel="step", ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if len(series) > 1:
        figure.legend(loc="outside lower center", ncols=3, fontsize="small", frameon=False)
    return PageImage(_svg(figure), f"{title} over the steps of training: {'; '.join(words)}.")


def running_mean(values: NDArray, width: int) -> NDArray:
    """Mean of each value and those before it, `width` at most, (n,)."""
    return pd.Series(values).rolling(width, min_periods=1).mean().to_numpy()


def person_image(pixels: NDArray[np.uint8], alt: str) -> PageImage:
    """One image, (H, W, 3) uint8 RGB."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "JPEG", quality=90)
    return PageImage(_address("image/jpeg", buffer.getvalue()), alt)


def _svg(figure: Figure) -> str:
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "xivlab"}):  # the same picture, the same bytes
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return _address("image/svg+xml", buffer.getvalue())


def _address(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
