"""A folder is written whole or not at all."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


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
