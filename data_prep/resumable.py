"""Folder that outlives an interruption: begun by one command, gone on with by the next."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xivlab.errors import XivlabError
from xivlab.files import claimed, release


@contextmanager
def resumable_folder(target: Path, key: bytes) -> Iterator[Path]:
    """Yield a scratch folder that becomes `target` when the block ends, and that outlives an interruption.

    The scratch folder stands hidden beside `target`. If the block is interrupted or its process is
    killed, the folder stays, and the next call with the same key yields it with what it holds; with
    another key it begins empty. An error in the block removes it.

    Args:
        target: the folder to make. Missing parents are created; an empty folder may be there already.
        key: says what the block makes: what was begun with one key goes on only with the same.

    Raises:
        XivlabError: another process makes the same folder at this moment.
        FileExistsError: something not empty is at `target`; the block is not begun.
        OSError: the folder cannot be made.
    """
    target = target.resolve()
    scratch = scratch_of(target)
    try:
        _, lock = claimed(lambda: scratch, lambda folder: folder.mkdir(parents=True, exist_ok=True))
    except BlockingIOError:
        raise XivlabError(f"Another command is writing {target}: wait until it is done.") from None
    try:
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            raise FileExistsError(f"{target} exists already")
        with open(scratch / "key", "a+b") as file:
            file.seek(0)
            if file.read() != key:
                _clear(scratch)
                file.truncate(0)
                file.write(key)
        yield scratch
        (scratch / "key").unlink()
        with suppress(OSError):
            target.rmdir()  # only an empty folder goes; Windows would not rename over it
        scratch.rename(target)
    except Exception:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    finally:
        release(lock)


def scratch_of(target: Path) -> Path:
    """Where what is to become `target` stands until it is whole."""
    target = target.resolve()
    return target.parent / f".{target.name}-partial"


def _clear(scratch: Path) -> None:
    """Remove all but the key."""
    for path in scratch.iterdir():
        if path.name != "key":
            path.unlink()
