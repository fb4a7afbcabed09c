"""Ways to damage a file, and what must follow: one sentence, and nothing else touched; or no difference at all."""

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xivlab.cli import main
from xivlab.errors import XivlabError

# A damage takes the path of a whole file.
Damage = Callable[[Path], Any]


def missing(path: Path) -> None:
    path.unlink()


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nothing")


def holds(content: bytes) -> Damage:
    def damage(path: Path) -> None:
        path.write_bytes(content)

    damage.__qualname__ = f"holds({content[:20]!r})"
    return damage


def cut(share: float) -> Damage:
    """Keep a share of the bytes, at least one less than there are."""

    def damage(path: Path) -> None:
        os.truncate(path, int(share * path.stat().st_size))

    damage.__qualname__ = f"cut({share})"
    return damage


def cut_by(count: int) -> Damage:
    """Take off the last bytes."""

    def damage(path: Path) -> None:
        os.truncate(path, max(0, path.stat().st_size - count))

    damage.__qualname__ = f"cut_by({count})"
    return damage


def flip(share: float, bit: int) -> Damage:
    """Turn over one bit."""

    def damage(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[int(share * len(content))] ^= 1 << bit
        path.write_bytes(content)

    damage.__qualname__ = f"flip({share}, {bit})"
    return damage


share = st.floats(0, 1, exclude_max=True)
foreign = st.sampled_from([b"", b"\0", b"{}", b"[]", b"null", b"[" * 100_000, b"<html>404</html>", b"\xff" * 100,
                           b"PK\x03\x04", b"\x93NUMPY\x01\x00", b"\x80\x04N.", b"a,b\n1,2\n", b"8\0\0\0\0\0\0\0{}"])  # fmt: skip
# Of files without a checksum a flipped bit is not asked: a digit of a table may turn into another.
CUTS = st.one_of(
    st.sampled_from([missing, a_folder, a_link_to_nothing]),
    share.map(cut),
    st.integers(1, 40).map(cut_by),
    st.one_of(foreign, st.binary(max_size=60)).map(holds),
)
FLIPS = st.one_of(CUTS, st.builds(flip, share, st.integers(0, 7)))


def drawn(strategy: st.SearchStrategy, draws: int) -> Callable[[Callable[[Any], None]], None]:
    """Do the function with so many draws, the same in every run."""

    def do(function: Callable[[Any], None]) -> None:
        settings(max_examples=draws, derandomize=True, database=None, deadline=None)(
            given(strategy)(function)
        )()

    return do


def refused_or_same(
    good: Path, damaged: Path, name: str, damage: Damage, read: Callable[[Path], Any], same
) -> None:
    """Damage a copy of a folder in one file: reading is refused in a sentence that names it, or gives the same.

    Args:
        good: the whole folder.
        damaged: where the copy is made; it is removed afterwards.
        name: of the file in it.
        damage: is done to it.
        read: of a folder.
        same: compares two results.
    """
    expected = read(good)
    shutil.copytree(good, damaged)
    try:
        damage(damaged / name)
        with unchanged(damaged):
            try:
                found = read(damaged)
            except XivlabError as error:
                one_sentence(str(error))
                assert damaged.name in str(error) or Path(name).stem in str(error), error
            else:
                same(found, expected)
    finally:
        shutil.rmtree(damaged)


def one_sentence(text: str, *names: str) -> None:
    """It is one line that ends as a sentence and names the thing."""
    assert "\n" not in text and text.endswith("."), text
    assert "Traceback" not in text and len(text) < 1000, text
    for name in names:
        assert name in text, text


def refused(call: Callable[[], Any], *names: str) -> None:
    """The call raises XivlabError: one sentence with these names."""
    with pytest.raises(XivlabError) as caught:
        call()
    one_sentence(str(caught.value), *names)


def command_refused(capsys, words: list, *names: str) -> None:
    """The command ends with status 1 and one sentence on the screen."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as exit:
        main([str(word) for word in words])
    assert exit.value.code == 1
    error = capsys.readouterr().err.rpartition("\r")[2]
    assert error.startswith("xivlab: ") and error.endswith("\n"), error
    one_sentence(error[:-1], *names)


@contextmanager
def unchanged(folder: Path):
    """Nothing in the folder has changed, come or gone at the end of the block, but for locks, which hold nothing."""
    before = contents(folder)
    yield
    assert contents(folder) == before


def contents(folder: Path) -> dict[str, str]:
    """What every file holds, as a hash, and where every folder and link is."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "-"
        for path in folder.rglob("*")
        if path.name != ".lock"
    }
