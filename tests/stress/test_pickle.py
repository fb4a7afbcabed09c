"""No file that a user names runs a program, however it is made."""

import ast
import io
import os
import pickle
import re
import shutil
from pathlib import Path

import joblib
import numpy as np
import pytest
import torch
from stress.harm import unchanged
from tiny import tiny
from toy import dataset

import xivlab
from data_prep import prepare, sysu_mm01, tree
from studykit.__main__ import COMMANDS
from studykit.studies import answers, embeddings, generators, measures
from studykit.widgets.generator import upload
from xivlab import files
from xivlab.backbones import backbone
from xivlab.data.datasets import load
from xivlab.data.packed import write_packed
from xivlab.errors import XivlabError
from xivlab.runs.run import Run
from xivlab.runs.weights import load_model
from xivlab.train import resume, train
from xivlab.world.world import World

ROOT = Path(xivlab.__file__).parent.parent


class Malice:
    """Makes a folder when it is loaded."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self):
        return os.mkdir, (str(self.proof),)


def raw(malice):
    return pickle.dumps(malice)


def torch_zip(malice):
    out = io.BytesIO()
    torch.save({"step": 1, "model": malice}, out)
    return out.getvalue()


def torch_old(malice):
    out = io.BytesIO()
    torch.save({"step": 1, "model": malice}, out, _use_new_zipfile_serialization=False)
    return out.getvalue()


def npy(malice):
    out = io.BytesIO()
    np.save(out, np.array([malice], object), allow_pickle=True)
    return out.getvalue()


def npz(malice):
    """With every array that a file of embeddings has."""
    out = io.BytesIO()
    names = [
        "infrared",
        "visible",
        "x",
        "infrared_before_bn",
        "infrared_after_bn",
        "infrared_rows",
        "visible_rows",
    ]
    np.savez(out, **{name: np.array([malice], object) for name in names})
    return out.getvalue()


def joblib_file(malice):
    out = io.BytesIO()
    joblib.dump(malice, out)
    return out.getvalue()


PROGRAMS = [raw, torch_zip, torch_old, npy, npz, joblib_file]


@pytest.mark.parametrize(("program", "victim"), [
    (raw, pickle.load), (torch_zip, lambda file: torch.load(file, weights_only=False)), (joblib_file, joblib.load),
    (torch_old, lambda file: torch.load(file, weights_only=False)),
    (npy, lambda file: np.load(file, allow_pickle=True)), (npz, lambda file: np.load(file, allow_pickle=True)["x"]),
])  # fmt: skip
def test_the_programs_do_run_where_nobody_minds(program, victim, tmp_path):
    """Else the tests below would show nothing."""
    victim(io.BytesIO(program(Malice(tmp_path / "proof"))))
    assert (tmp_path / "proof").exists()


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A finished run, a stopped one, a packed set."""
    folder = tmp_path_factory.mktemp("good")
    finished = train(tiny(), dataset(), folder)
    finished.folder.rename(folder / "run")
    stopped = train(tiny(), dataset(), folder, watch=lambda now: now.step == 6)
    stopped.folder.rename(folder / "stopped")
    toy = dataset()
    write_packed(folder / "packed", "toy", "0" * 64, (16, 8), toy.index, [toy.pixels])
    return folder


# Every file that is loaded, and by whom.
LOADERS = {
    "run/config.json": lambda folder: Run(folder / "run").config(),
    "run/model.safetensors": lambda folder: load_model(Run(folder / "run")),
    "run/metrics.csv": lambda folder: Run(folder / "run").test_scores(),
    "run/log.csv": lambda folder: Run(folder / "run").log(),
    "run/embeddings.npz": lambda folder: Run(folder / "run").embeddings(),
    "stopped/state.pt": lambda folder: resume(folder / "stopped", dataset()),
    "packed/meta.json": lambda folder: load(folder / "packed"),
    "packed/index.csv": lambda folder: load(folder / "packed"),
    "packed/pixels.npy": lambda folder: load(folder / "packed"),
    "start.safetensors": lambda folder: backbone("slim", str(folder / "start.safetensors")),
    "start.pt": lambda folder: backbone("resnet50", str(folder / "start.pt")),
    "tables/one.csv": lambda folder: answers.read_tables(folder / "tables"),
    "generators.csv": lambda folder: generators.read_generators(folder / "generators.csv"),
    "gap.csv": lambda folder: measures.stored("gap", folder).read(),
    "any.csv": lambda folder: refusing(files.read_csv, folder / "any.csv"),
    "one.npz": lambda folder: embeddings.read_embeddings("one", folder),
    "asset.safetensors": lambda folder: World("synthetic-sysu", folder / "asset.safetensors"),
    "rand_perm_cam.mat": lambda folder: sysu_mm01._orders(folder / "rand_perm_cam.mat"),
    "list.txt": lambda folder: tree.read_paths(folder / "list.txt"),
    "numbers.txt": lambda folder: tree.read_numbers(folder / "numbers.txt"),
    "image.jpg": lambda folder: prepare.decode(folder / "image.jpg", (8, 4)),
    "picture.png": lambda folder: upload.open_picture((folder / "picture.png").read_bytes(), "picture", 8, 8),
}


def refusing(call, path):
    """What raises plain errors, for others to word."""
    try:
        call(path)
    except (OSError, ValueError) as error:
        raise XivlabError(str(error)) from error


@pytest.mark.parametrize("name", LOADERS)
def test_no_loader_runs_a_program(name, good, tmp_path, counted):
    for program in PROGRAMS:  # a copy for each: nothing of one is there for the next
        folder = tmp_path / program.__name__
        shutil.copytree(good, folder)
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(program(Malice(tmp_path / "proof")))
        with pytest.raises(XivlabError), unchanged(folder):
            LOADERS[name](folder)
        assert not (tmp_path / "proof").exists(), program
        counted("pickle: refused")


def test_a_page_description_in_an_image_s_clothes_is_never_interpreted(tmp_path, monkeypatch, counted):
    """Pillow would start Ghostscript for it."""
    monkeypatch.setattr("PIL.EpsImagePlugin.Ghostscript", lambda *_: pytest.fail("it was interpreted"))
    page = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 8\n%%EndComments\nshowpage\n"
    (tmp_path / "0001.jpg").write_bytes(page)
    with pytest.raises(XivlabError, match="is not a whole image"):
        prepare.decode(tmp_path / "0001.jpg", (8, 4))
    counted("pickle: refused")


SOURCES = [
    path
    for part in ("xivlab", "studykit", "data_prep", "notebooks")
    for path in sorted((ROOT / part).rglob("*.py"))
]
# Modules whose readers run whatever they read.
NEVER = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal"}


def calls(path):
    """Dotted names of all calls in a file, with their nodes."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def flag(call, name):
    """The value of a keyword in a call."""
    return next((ast.unparse(word.value) for word in call.keywords if word.arg == name), None)


def unsafe(name, call):
    """Whether a call may run what it reads."""
    last = name.rpartition(".")[2]
    if name in ("torch.load", "torch.hub.load", "torch.jit.load"):
        return name != "torch.load" or flag(call, "weights_only") != "True"
    if name in ("np.load", "numpy.load"):
        return flag(call, "allow_pickle") not in (None, "False")
    return name.partition(".")[0] in NEVER or name in ("joblib.load", "eval", "exec") or last == "read_pickle"


def test_no_source_uses_a_loader_that_runs_what_it_reads():
    assert len(SOURCES) > 130
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in SOURCES
        for name, call in calls(path)
        if unsafe(name, call)
    ]
    # Small changes of the kit's own solutions, made from their source; nothing that a file or a reader brings.
    assert found == ["studykit/exercises/changes.py: exec"]
    imports = re.compile(
        rf"^\s*(import|from)\s+({'|'.join(NEVER)})\b|from (torch|numpy|joblib) import .*\bload\b",
        re.MULTILINE,
    )
    assert not [path for path in SOURCES if imports.search(path.read_text("utf-8"))]


@pytest.mark.parametrize(("text", "wrong"), [
    ("torch.load(p)", True), ("torch.load(p, weights_only=False)", True), ("torch.load(p, weights_only=True)", False),
    ("np.load(p)", False), ("np.load(p, allow_pickle=True)", True), ("pickle.loads(b)", True), ("eval(t)", True),
    ("joblib.load(p)", True), ("pd.read_pickle(p)", True), ("model.eval()", False), ("json.loads(t)", False),
])  # fmt: skip
def test_the_search_finds_them(text, wrong):
    call = ast.parse(text).body[0].value
    assert unsafe(ast.unparse(call.func), call) is wrong


def test_jupyter_asks_for_its_token():
    """Its own default; nothing here turns that off."""
    assert COMMANDS["lab"][1:] == [
        "jupyterlab",
        "--ServerApp.root_dir=.",
        "--LabApp.default_url=/lab/tree/lab/00_start_here.ipynb",
    ]
    assert not list(ROOT.glob("jupyter_*config*")) + list(ROOT.glob("notebooks/jupyter_*config*"))
    words = re.compile(r"IdentityProvider\.token|ServerApp\.(token|password)|--no-token|disable_check_xsrf")
    texts = [
        path
        for path in (*ROOT.glob("*.*"), *ROOT.glob("**/*.yml"))
        if path.suffix in (".toml", ".yml", ".md", ".json")
    ]
    assert not [path for path in texts if ".venv" not in path.parts and words.search(path.read_text())]
