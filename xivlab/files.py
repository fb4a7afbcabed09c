"""Atomic files and folders: written whole or not at all; what a killed process leaves is cleared away.

Everything is written under a hidden name beside its place, on the same disk, and renamed when it is whole. Such
scratch is locked as long as its process lives: what can be locked by another was left behind.

What is read back is sealed: `checksums.sha256` beside it, which `sha256sum --check` reads as well, has the SHA-256
of each file as it was written. A file that does not fit is refused; one without a seal is taken as it is.
"""

import hashlib
import io
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from xivlab.errors import XivlabError

fcntl: ModuleType | None
try:
    import fcntl
except ModuleNotFoundError:
    fcntl = None  # Windows: two commands at once are not noticed, and no scratch is cleared

SEALS = "checksums.sha256"
ASSETS = Path(__file__).parent / "assets"
NEW_ASSETS = "install XIV-Lab again (or, in a clone, `git checkout -- xivlab/assets`)"
SCRATCH = re.compile(r"\.scratch-[0-9a-f]{16}-")  # how the names of scratch begin


def write_atomically(target: Path, save: Callable[[Path], Any]) -> None:
    """Let `save` write a file under another name, and rename it to `target` when it is whole.

    Raises:
        XivlabError: the disk is full or the folder not writable; `target` is as it was.
    """
    try:
        with _scratch(target, _make_file) as scratch:
            save(scratch)
            os.replace(scratch, target)
    except (OSError, RuntimeError) as error:  # torch.save raises RuntimeError on a full disk
        reason = str(error).partition("\n")[0]
        raise XivlabError(f"{target} could not be written ({reason}); nothing was lost.") from error


def check_regular(path: str | Path) -> None:
    """Refuse what is no plain file: from a named pipe, for one, a reader would wait for ever.

    Raises:
        OSError: there is no such file.
        ValueError: it is a folder, a pipe or a device.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise ValueError("it is no plain file")


def content_of(path: str | Path) -> bytes:
    """The bytes of a file, if they are what its seal says.

    Raises:
        OSError: there is no such file.
        ValueError: it is no plain file, or is not as it was sealed.
    """
    path = Path(path)
    check_regular(path)
    content = path.read_bytes()
    if seals_in(path.parent).get(path.name, (digest := digest_of(content))) != digest:
        raise ValueError("it has changed since it was written")
    return content


def digest_of(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def seals_in(folder: Path) -> dict[str, str]:
    """SHA-256 of every sealed file of a folder, by its name; empty if there is no seal.

    Raises:
        ValueError: the seals are damaged.
    """
    if not os.path.isfile(folder / SEALS):
        return {}
    lines = (folder / SEALS).read_text(encoding="utf-8").splitlines()
    if not all(re.fullmatch(r"[0-9a-f]{64}  [^/\\]+", line) for line in lines):
        raise ValueError(f"{SEALS} beside it is damaged")
    return {line[66:]: line[:64] for line in lines}


def seal(folder: Path, digests: Mapping[str, str | None]) -> None:
    """Seal files of a folder beside those that are sealed already; None takes a seal away.

    Raises:
        XivlabError: the seals could not be written.
    """
    with suppress(ValueError):  # damaged ones are written anew
        digests = seals_in(folder) | dict(digests)
    lines = [f"{digest}  {name}\n" for name, digest in sorted(digests.items()) if digest]
    write_atomically(
        folder / SEALS, lambda path: path.write_text("".join(lines), encoding="utf-8", newline="\n")
    )


def write_sealed(target: Path, save: Callable[[Path], Any]) -> None:
    """As `write_atomically`, and seal the file. Whoever is killed in between leaves it without a seal.

    Raises:
        XivlabError: as `write_atomically`.
    """
    if os.path.isfile(target.parent / SEALS):
        seal(target.parent, {target.name: None})
    write_atomically(target, save)
    seal(target.parent, {target.name: digest_of(target.read_bytes())})


def read_csv(path: Path, **how: Any) -> pd.DataFrame:
    """A table that was written with a line end after every row, as all tables here are; `how` is pandas'.

    A table cut between two rows is whole to this function: who knows how many there should be checks that.

    Raises:
        OSError: there is no such file.
        ValueError: it is no table, the last row is cut short, or as `content_of`.
    """
    content = content_of(path)
    if not content.endswith(b"\n"):
        raise ValueError("its last row is cut short")
    return pd.read_csv(io.BytesIO(content), **how)


@contextmanager
def reading(path: Path, remedy: str, says: str = "cannot be read ({error})") -> Iterator[None]:
    """Turn whatever the readers of a block raise for a damaged file into one sentence.

    Only what decodes and checks the file belongs into the block; it raises ValueError for content that is not
    what it should be.

    Args:
        path: of the file.
        remedy: what to do about it.
        says: of the file what is wrong; `{error}` becomes the reader's own words.

    Raises:
        XivlabError: the file is missing, damaged, or holds something else.
    """
    try:
        yield
    except Exception as error:  # NumPy, pandas, torch, safetensors and JSON raise a dozen kinds between them
        reason = str(error).partition("\n")[0].rstrip(".")
        raise XivlabError(f"{path} {says.format(error=reason)}: {remedy}.") from error


@contextmanager
def new_folder(target: Path, replace: bool = False) -> Iterator[Path]:
    """Yield an empty scratch folder that becomes `target` when the block ends without an error.

    The scratch folder stands beside `target`, on the same disk, so the last step is a rename: nobody
    ever sees a half-written `target`, and an interrupted block leaves nothing behind. What a block leaves
    whose process is killed goes with the next new file or folder there.

    Args:
        target: the folder to make. Missing parents are created; an empty folder may be there already.
        replace: put the new folder in the place of what is there.

    Raises:
        FileExistsError: something not empty is at `target` when the block ends, and it was not to be
            (or, on Windows, cannot be) replaced.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    old = _scratch_name(target)
    with _scratch(target, os.mkdir) as new:
        yield new
        try:
            with suppress(OSError):
                target.rmdir()  # only an empty folder goes; Windows would not rename over it
            if replace:
                with suppress(FileNotFoundError):
                    target.rename(old)
            new.rename(target)
        except OSError:
            if target.exists():
                raise FileExistsError(f"{target} exists already") from None
            raise
        finally:
            shutil.rmtree(old, ignore_errors=True)


def clear_scratch(folder: Path) -> None:
    """Remove from a folder the scratch of processes that are no more; that of live ones stays."""
    with suppress(OSError):
        for path in [path for path in folder.iterdir() if SCRATCH.match(path.name)]:
            # Whoever cannot lock it, because its process lives or the disk knows no locks, leaves it alone.
            with suppress(OSError):
                lock = _locked(path)
                if lock is not None:
                    _remove(path)
                    release(lock)


@contextmanager
def _scratch(target: Path, make: Callable[[Path], Any]) -> Iterator[Path]:
    """Scratch beside `target`, locked, and gone at the end if it has not been renamed."""
    clear_scratch(target.parent)
    while True:
        with suppress(BlockingIOError):  # another process takes it for left behind, and is about to remove it
            scratch, lock = claimed(lambda: _scratch_name(target), make)
            break
    try:
        yield scratch
    finally:
        _remove(scratch)
        release(lock)


def _scratch_name(target: Path) -> Path:
    # The end of the name stays, since some formats go by the suffix.
    return target.parent / f".scratch-{secrets.token_hex(8)}-{target.name[-40:]}"


def _make_file(path: Path) -> None:
    path.open("xb").close()  # with the mode of any other new file


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _locked(path: Path) -> int | None:
    """Lock a file or folder until the result is released, if only by the end of the process.

    Raises:
        BlockingIOError: another process holds it.
        OSError: it is not there, or the disk has no locks.
    """
    if not fcntl:
        return None
    lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock


def release(lock: int | None) -> None:
    """Let a lock of `claimed` go; None is none."""
    if lock is not None:
        os.close(lock)


def claimed(name: Callable[[], Path], make: Callable[[Path], Any]) -> tuple[Path, int | None]:
    """Make a file or folder and lock it: its path, and the lock (None on a disk without locks).

    Raises:
        BlockingIOError: another process holds it.
    """
    while True:
        path = name()
        make(path)
        try:
            lock = _locked(path)
        except BlockingIOError:
            raise
        except FileNotFoundError:  # another process has removed or renamed it
            continue
        except OSError:  # a disk without locks
            return path, None
        # Between the two lines above it may have gone, too, and the lock is then on nothing of this name.
        with suppress(FileNotFoundError):
            if lock is None or os.path.samestat(os.fstat(lock), path.stat()):
                return path, lock
        release(lock)
