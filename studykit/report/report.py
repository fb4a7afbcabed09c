"""Report of the main job: one HTML page that needs no other file."""

import base64
import io
import platform
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studykit.machine import describe
from studykit.plots.charts import training_curves
from studykit.plots.picture import encode
from studykit.report.main_job import MainJob, Trained, beside
from xivlab import __version__
from xivlab.config import preset
from xivlab.evaluation.retrieval import first_of_each_person, ranked_list
from xivlab.evaluation.scores import SHOWN
from xivlab.files import write_atomically
from xivlab.methods import METHODS
from xivlab.paper import counterpart
from xivlab.runs.devices import pick_device
from xivlab.world.knobs import is_synthetic

NAMES = {name: method.title for name, method in METHODS.items()}
WAYS = {"v": "V", "x": "X", "v+x": "V + X"}  # through what the distance goes
VERSIONS = ("torch", "torchvision", "numpy", "matplotlib")


@dataclass(frozen=True)
class PageImage:
    """An image that a page holds in itself.

    Attributes:
        source: data address.
        alt: what it shows, in words.
    """

    source: str
    alt: str


def write_report(job: MainJob, path: Path) -> None:
    """Write the page, whole or not at all.

    Args:
        job: what it tells.
        path: of the page; links to notebooks are to `notebooks/` beside it.

    Raises:
        XivlabError: it could not be written; what was there is as it was.
    """
    text = resources.files("studykit.report").joinpath("report.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(text).render(tell(job))
    write_atomically(path, lambda file: file.write_text(page, encoding="utf-8"))


def tell(job: MainJob) -> dict[str, Any]:
    """What the template shows, in the order of the page."""
    method = job.trained[-1]
    return {
        "job": job,
        "names": NAMES,
        "ways": WAYS,
        "directions": len(job.chance) > 1,
        "headings": list(SHOWN.values()),
        "results": results(job),
        "best": {one.config.method: one.scores.iloc[-1]["rank1"] for one in job.trained},
        "chance": job.chance.iloc[0]["rank1"],
        "synthetic": is_synthetic(job.data.name),
        "beside": beside(job).splitlines(),
        "paper": paper_rows(job),
        "curves": curves(job),
        "lists": lists(job, method),
        "settings": settings(job),
        "facts": facts(job),
    }


def results(job: MainJob) -> list[dict[str, Any]]:
    """Rows of the table of scores: chance first, then every run by every test distance."""
    rows = []
    for row in job.chance.to_dict("records"):
        rows.append(row | {"name": "Chance", "way": "–", "main": False})
    for one in job.trained:
        for row in one.scores.to_dict("records"):
            main = row["test_distance"] == one.config.test_distance
            rows.append(
                row | {"name": NAMES[one.config.method], "way": WAYS[row["test_distance"]], "main": main}
            )
    return [row | {"scores": [row[name] for name in SHOWN]} for row in rows]


def paper_rows(job: MainJob) -> dict[str, list[float | None]]:
    """What the paper has for the same methods, ResNet-50 on SYSU-MM01 (Table 4); None: not reported."""
    rows = {}
    for one in job.trained:
        row = counterpart(preset("paper-sysu", method=one.config.method), "sysu-mm01")
        rows[NAMES[one.config.method]] = [row.get(name) for name in SHOWN]
    return rows


def curves(job: MainJob) -> list[tuple[str, PageImage]]:
    """How the trainings went, by method: losses, learning rate, rank-1 on the validation people."""
    told = []
    for one in job.trained:
        picture = training_curves(one.run.log(), one.run.metrics())
        told.append((NAMES[one.config.method], PageImage(_address(*encode(picture)), picture.alt)))
    return told


def lists(job: MainJob, one: Trained) -> list[dict[str, Any]]:
    """Ranked lists of the first image of each of the first three test people."""
    embeddings, test = one.run.embeddings(), job.data.test
    infrared, visible = (np.flatnonzero(test.modality == code) for code in (1, 0))
    told = []
    for query in first_of_each_person(embeddings):
        ranked = ranked_list(embeddings, query, one.config.protocol, one.config.test_distance)
        row = infrared[query]
        who = f"person {test.person[row]}, camera {test.camera[row]}"
        found = []
        for rank, (place, right) in enumerate(zip(visible[ranked.found], ranked.right), start=1):
            verdict = "right" if right else "wrong"
            alt = f"Rank {rank}, {verdict}: person {test.person[place]}, camera {test.camera[place]}"
            found.append(
                {"picture": person_image(test.pixels[place], alt), "right": bool(right), "rank": rank}
            )
        told.append({"who": who, "query": person_image(test.pixels[row], f"Query: {who}"), "found": found})
    return told


def settings(job: MainJob) -> list[tuple[str, list[Any]]]:
    """Every setting with its value in each run."""
    configs = [asdict(one.config) for one in job.trained]
    return [(name, [config[name] for config in configs]) for name in configs[0]]


def facts(job: MainJob) -> list[tuple[str, str]]:
    """Where and with what it was run."""
    data = job.data
    counts = [
        f"{split} {len(np.unique(part.person))} people, {len(part)} images"
        for split, part in (("train", data.train), ("val", data.val), ("test", data.test))
    ]
    versions = [f"xivlab {__version__}", f"Python {platform.python_version()}"]
    versions += [f"{name} {metadata.version(name)}" for name in VERSIONS]
    trained = [
        f"{NAMES[one.config.method]} ({one.run.folder.name}): "
        + ("found finished" if one.seconds is None else f"{one.seconds:.0f} s")
        for one in job.trained
    ]
    return [
        ("Written", datetime.now().astimezone().strftime("%d %B %Y, %H:%M %Z")),
        ("Scale", f"{job.scale.name} (a training takes {job.scale.training})"),
        ("Device", f"{describe(pick_device())}, {platform.system()} {platform.machine()}"),
        ("Versions", ", ".join(versions)),
        ("Data", f"{data.name}: {'; '.join(counts)}"),
        ("Fingerprint of the data", data.fingerprint),
        ("Training", "; ".join(trained)),
        ("Stages", ", ".join(f"{name} {seconds:.0f} s" for name, seconds in job.seconds.items())),
    ]


def person_image(pixels: NDArray[np.uint8], alt: str) -> PageImage:
    """One image, (H, W, 3) uint8 RGB."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "JPEG", quality=90)
    return PageImage(_address("image/jpeg", buffer.getvalue()), alt)


def _address(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
