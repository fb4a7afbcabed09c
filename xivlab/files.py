"""A folder is written whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from xivlab.errors import XivlabError

try:
    import fcntl
except ModuleNotFoundError:  # on Windows, where two commands at once are not noticed
    fcntl = None


@contextmanager
def new_folder(target: Path, replace: bool = False) -> Iterator[Path]:
    """Yield an empty scratch folder that becomes `target` when the block ends without an error.

    The scratch folder stands beside `target`, on the same disk, so the last step is a rename: nobody
    ever sees a half-written `target`, and an interrupted block leaves nothing behind.

    Args:
        target: the folder to make. Missing parents are created; an empty folder may be there already.
        replace: put the new folder in the place of what is there.

    Raises:
        FileExistsError: something not empty is at `target` when the block ends, and it was not to be
            (or, on Windows, cannot be) replaced.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = tempfile.TemporaryDirectory(
        prefix=f".{target.name}-", dir=target.parent, ignore_cleanup_errors=True
    )
    with scratch as place:
        # A folder inside, because the scratch folder itself is readable by its owner alone.
        folder = Path(place, "new")
        folder.mkdir()
        yield folder
        try:
            with suppress(OSError):
                target.rmdir()  # only an empty folder goes; Windows would not rename over it
            if replace:
                with suppress(FileNotFoundError):
                    target.rename(Path(place, "old"))
            folder.rename(target)
        except OSError:
            if target.exists():
                raise FileExistsError(f"{target} exists already") from None
            raise


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
        OSError: something not empty is at `target` when the block ends.
    """
    target = target.resolve()
    scratch = target.parent / f".{target.name}-partial"
    scratch.mkdir(parents=True, exist_ok=True)
    try:
        with open(scratch / "key", "a+b") as file:
            _lock(file, target)
            file.seek(0)
            if file.read() != key:
                _clear(scratch)
                file.truncate(0)
                file.write(key)
                file.flush()
            yield scratch
        (scratch / "key").unlink()
        with suppress(OSError):
            target.rmdir()  # only an empty folder goes; Windows would not rename over it
        scratch.rename(target)
    except _Busy:
        raise
    except Exception:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


class _Busy(XivlabError):
    """Somebody else is writing."""


def _lock(file: BinaryIO, target: Path) -> None:
    """Lock a file as long as it is open; the lock of a process that was killed is gone with it."""
    if fcntl:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _Busy(f"Another command is writing {target}: wait until it is done.") from None
        except OSError:  # a disk without locks
            pass


def _clear(scratch: Path) -> None:
    """Remove all but the key."""
    for path in scratch.iterdir():
        if path.name != "key":
            path.unlink()
