"""Model card of a run in Markdown: what the file takes and gives, data, settings, scores, limits, licence, citation."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from xivlab import __version__
from xivlab.config import Config
from xivlab.evaluation.scores import SHOWN
from xivlab.methods import METHODS
from xivlab.model import WITHOUT_X
from xivlab.runs.run import Run
from xivlab.runs.scores import remarks
from xivlab.world.knobs import is_synthetic

CITATION = """\
    @inproceedings{li2020xmodality,
      title     = {Infrared-Visible Cross-Modal Person Re-Identification with an {X} Modality},
      author    = {Li, Diangang and Wei, Xing and Hong, Xiaopeng and Gong, Yihong},
      booktitle = {Proceedings of the AAAI Conference on Artificial Intelligence},
      volume = {34}, number = {4}, pages = {4610--4617}, year = {2020},
      doi = {10.1609/aaai.v34i04.5891}
    }"""
DISTANCE = {
    "v": "the Euclidean distance from the query's `embedding` to the `embedding` of a visible image",
    "x": "the Euclidean distance from the query's `embedding` to the `x_embedding` of a visible image",
    "v+x": "the sum of two Euclidean distances, from the query's `embedding` to the `embedding` and to the `x_embedding` "
    "of a visible image (the paper's Eq. 2)",
}


def card(run: Run, file: Path, batch: int | None = None) -> str:
    """The text of the card; every number in it is read from the run.

    Args:
        run: finished.
        file: of the networks, as it will be written.
        batch: how many images it takes at a time; None: any number.

    Raises:
        XivlabError: the run is not finished, or was changed.
    """
    scores, config, data = run.test_scores(), run.config(), run.about()["data"]
    sections = [
        f"# {METHODS[config.method].title} trained on {data['name']}",
        _what(run),
        f"## In and out\n\n{_in_and_out(config, file, batch)}",
        f"## Data\n\n{_data(data)}",
        f"## Scores\n\n{_scores(scores, config)}",
        "\n".join([f"{one}\n" for one in remarks([run])]),
        f"## Settings\n\n{_table(['setting', 'value'], [[f'`{k}`', f'`{v}`'] for k, v in asdict(config).items()])}",
        f"Computed with: {_made(run)}.",
        f"## Limits\n\n{_limits(data['name'], config)}",
        f"## Licence\n\n{_licence(data['name'], config)}",
        f"## Citation\n\nThe paper; and the kit as in its CITATION.cff, with the run named above.\n\n{CITATION}",
    ]
    return "\n\n".join(part.strip("\n") for part in sections if part.strip()) + "\n"


def _what(run: Run) -> str:
    return (
        "Networks for infrared-visible person re-identification: an infrared picture of a person is searched among visible "
        f"ones. Run `{run.folder.name}` of XIV-Lab {run.about()['version']}; this card was written from it by "
        f"`xivlab deploy` {__version__}."
    )


def _in_and_out(config: Config, file: Path, batch: int | None) -> str:
    has_x = METHODS[config.method].faces != WITHOUT_X
    rows = [
        [
            "`images`",
            f"({batch or 'B'}, 3, {config.height}, {config.width})",
            "float32, RGB in [0, 1], one person who fills the image; an infrared one has three equal channels",
        ],
        ["`embedding`", f"({batch or 'B'}, D)", "of the images as they are, infrared or visible"],
    ]
    if has_x:
        rows.append(
            [
                "`x_embedding`",
                f"({batch or 'B'}, D)",
                "of X = g(V); it has a meaning for visible images alone",
            ]
        )
    length = "scaled to length 1" if config.normalize else "at the length they have"
    # Here "after" and "before" are sides of the BNNeck.
    side = f", read {config.test_feature.split('_')[0]} the BNNeck" if config.neck else ""
    if file.suffix == ".onnx":
        how = f"""\
    import onnxruntime
    session = onnxruntime.InferenceSession("{file.name}")
    {"embedding, x_embedding" if has_x else "embedding,"} = session.run(None, {{"images": images}})"""
    else:
        how = f"""\
    import torch
    network = torch.export.load("{file.name}").module()
    {"embedding, x_embedding" if has_x else "embedding,"} = network(images)"""
    return (
        f"`{file.name}`, {'any number of images' if batch is None else f'{batch} images'} at a time. ImageNet's mean and "
        "standard deviation are subtracted and divided by inside.\n\n"
        f"{_table(['name', 'shape', 'what it is'], rows)}\n\n"
        f"Embeddings are {length}{side}. Visible images are ranked by {DISTANCE[config.test_distance]}.\n\n{how}"
    )


def _data(data: dict[str, Any]) -> str:
    trial = "" if data["trial"] is None else f", split {data['trial']}"
    people = (
        "Its people are rendered from 3-D models and lit by measured spectra; none of them exists."
        if is_synthetic(data["name"])
        else "Who used it has signed for it; no picture of it is in the file."
    )
    return f"`{data['name']}`{trial}; fingerprint `{data['fingerprint']}`. {people}"


def _scores(scores: pd.DataFrame, config: Config) -> str:
    """The test people's, as the run wrote them down at its end."""
    about = [name for name in ("protocol", "sampler", "trials", "query", "test_distance") if name in scores]
    rows = [
        [str(row[name]) for name in about]
        + [f"{100 * row[name]:.2f}" for name in SHOWN]
        + [str(row["queries"])]
        for row in scores.to_dict("records")
    ]
    head = [name.replace("_", " ") for name in about] + list(SHOWN.values()) + ["queries"]
    trained = {
        "train": "the model is the best on the validation people",
        "train+val": "the validation people trained, too, and the model is the last",
    }[config.train_on]
    return (
        f"Test people, none of whom trained, in %; {trained}. The test distance of the settings is "
        f"`{config.test_distance}`. One training: another seed gives other numbers.\n\n{_table(head, rows)}"
    )


def _made(run: Run) -> str:
    made = run.made() or {}
    return ", ".join(f"{name} {value}" for name, value in made.items()) or "the run does not say"


def _limits(name: str, config: Config) -> str:
    said = [
        f"It sees {config.height} x {config.width} pixels: one person must fill them, cut out of the scene first.",
        "It orders a gallery. Somebody comes first even if the person is not there, and a distance is no probability.",
        "It knows clothes and build, as they were in one session; other clothes are another person to it.",
        "Pictures of other cameras, wavelengths or places were not tested.",
        "Infrared here is what the data above call so; near infrared and thermal are two different things.",
        "For study, with pictures of people who have agreed to it; not to decide anything about anybody.",
    ]
    if is_synthetic(name):
        said.insert(0, "It has seen no real person; the scores say nothing of real ones.")
    return "\n".join(f"- {one}" for one in said)


def _licence(name: str, config: Config) -> str:
    said = "MIT, as XIV-Lab."
    if not is_synthetic(name):
        said += f" The agreement that was signed for {name} binds what is done with networks trained on it, too: read it first."
    if config.weights == "imagenet":
        said += " Training started from torchvision's ImageNet weights, whose terms apply as well."
    return said


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
