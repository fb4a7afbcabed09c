"""What a folder must be like after a kill, and when the job has been done again."""

from tiny import assert_same, result, rows

from xivlab.data.packed import read_packed
from xivlab.files import SEALS, content_of, seals_in
from xivlab.runs.run import Run


def remove(folder):
    """The folder and all in it."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def nothing_half(made, expected):
    """Every file with a name of its own is as whole as in the undisturbed folder, if perhaps of an earlier moment."""
    for path in made.rglob("*"):
        if path.is_dir() or any(part.startswith(".") for part in path.relative_to(made).parts):
            continue
        there = expected / path.relative_to(made)
        if path.name == "metrics.csv":
            found = path.read_text()
            assert found.endswith("\n") and there.read_text().startswith(found)
        elif path.name == "log.csv":
            run, whole = (rows(Run(one.parent), one.name) for one in (path, there))
            assert [row["loss"] for row in run] == [row["loss"] for row in whole][: len(run)]
        elif path.name == "state.pt":
            assert Run(path.parent).state()["step"] > 0
        elif path.name == "model.safetensors":
            assert Run(path.parent).weights().keys() == Run(there.parent).weights().keys()
        elif path.name == "embeddings.npz":
            assert_same(result(Run(path.parent)), result(Run(there.parent)))
        elif path.name == SEALS:  # of a log whose seconds are its own
            assert seals_in(path.parent)
        elif path.name in ("pixels.npy", "index.csv", "meta.json"):
            read_packed(path.parent)
        else:
            assert path.read_bytes() == there.read_bytes()


def same(made, expected):
    """Everything is as if never interrupted, and nothing is left over."""
    # A lock may stay; its content is nothing.
    assert names(made) - {".lock"} == names(expected) - {".lock"}
    assert not [name for name in names(made) if name.startswith(".scratch") or name.endswith("-partial")]
    for path in expected.rglob("*"):
        there = made / path.relative_to(expected)
        if path.name == "embeddings.npz":
            assert_same(result(Run(there.parent)), result(Run(path.parent)))
        elif path.name == "state.pt":
            states = [Run(one.parent).state() for one in (there, path)]
            assert [state["step"] for state in states] == [states[0]["step"]] * 2
            for name, tensor in states[0]["model"].items():
                assert tensor.equal(states[1]["model"][name])
        elif path.name == SEALS:  # all of them true; a log has a seal of its own, since it says how fast
            assert seals_in(there.parent).keys() == seals_in(path.parent).keys()
            for name in seals_in(there.parent):
                content_of(there.parent / name)
        elif path.is_file() and path.name not in (".lock", "log.csv"):  # the log says how fast
            assert there.read_bytes() == path.read_bytes(), path


def names(folder):
    """Of all files and folders in it."""
    return {path.name for path in folder.rglob("*")}
