"""Trees and lists as people and systems write them: one image twice, near misses, other separators, absurd names."""

import os
import re
import shutil

import pytest
from fake_trees import exported

from data_prep.prepare import read_source
from data_prep.spelling import MOST_DIGITS, fold, shown, whole_number
from data_prep.tree import read_numbers
from xivlab.errors import XivlabError

FIRST = {  # a folder of images, the list that names them (if one does), of each layout
    "sysu-mm01": ("cam1/0001", None),
    "regdb": ("Visible/1", "idx/train_visible_1.txt"),
    "llcm": ("vis/0001", "idx/train_vis.txt"),
}
LISTED = ("regdb", "llcm")
LISTS = {"sysu-mm01": "exp/train_id.txt", "regdb": "idx/test_thermal_3.txt", "llcm": "idx/test_id.txt"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A tree of each layout."""
    return exported(tmp_path_factory.mktemp("trees"))


@pytest.fixture(params=FIRST)
def tree(request, whole, tmp_path):
    return shutil.copytree(whole / request.param, tmp_path / request.param)


@pytest.fixture(params=LISTED)
def listed(request, whole, tmp_path):
    return shutil.copytree(whole / request.param, tmp_path / request.param)


def images(tree):
    """A folder of the tree that has images, and those."""
    folder = tree / FIRST[tree.name][0]
    if not folder.is_dir():
        folder = next(one for one in sorted(folder.parent.iterdir()) if any(one.iterdir()))
    return folder, sorted(folder.iterdir())


def refused(tree, *says):
    with pytest.raises(XivlabError) as caught:
        read_source(tree.name, tree)
    said = str(caught.value)
    assert "\n" not in said and len(said) < 800
    for words in says:
        assert str(words) in said, said
    return said


def zeros(name):
    """The same name with one zero more before its first number."""
    return re.sub(r"(?<!\d)(\d)", r"0\1", name, count=1)


OTHER_NAMES = {
    "a zero more": lambda path: zeros(path.name),
    "upper case": lambda path: path.name.upper(),
    "another suffix": lambda path: path.stem + ".png",
    "another suffix in upper case": lambda path: path.stem + ".JPEG",
}


@pytest.mark.parametrize("other", OTHER_NAMES.values(), ids=OTHER_NAMES)
def test_one_image_under_two_names_is_refused_with_both(other, tree):
    path = images(tree)[1][0]
    shutil.copy(path, path.with_name(other(path)))
    refused(tree, path.stem.lstrip("0")[-8:], "one image under two names: remove one of the two")


def test_two_folders_of_one_person_are_refused_with_both(tree):
    folder = images(tree)[0]
    shutil.copytree(folder, folder.with_name(f"0{folder.name}"))
    if tree.name == "llcm":  # whose training images are those of the lists
        path = tree / FIRST["llcm"][1]
        text = path.read_text()
        path.write_text(
            text + text.splitlines()[0].replace(f"vis/{folder.name}/", f"vis/0{folder.name}/") + "\n"
        )
    refused(tree, folder.name, "of one person")


@pytest.mark.parametrize("other", OTHER_NAMES.values(), ids=OTHER_NAMES)
def test_a_near_miss_of_a_listed_image_is_named(other, listed):
    """The list says one name, the tree has another."""
    name = next(line.split()[0] for line in (listed / FIRST[listed.name][1]).read_text().splitlines())
    path = listed / name
    path.rename(path.with_name(other(path)))
    said = refused(listed, path.name, other(path))
    assert "unpack" not in said and "rename it" in said


@pytest.mark.parametrize("change", [str.swapcase, zeros, lambda name: name.upper()])
def test_a_near_miss_of_a_folder_is_named(change, listed):
    folder = images(listed)[0]
    parent = folder.parent
    other = parent.with_name(change(parent.name)) if change(parent.name) != parent.name else None
    was, now = (parent, other) if other else (folder, folder.with_name(change(folder.name)))
    was.rename(now)
    said = refused(listed, was.name, now.name)
    assert "unpack" not in said and "rename it" in said


def test_a_near_miss_of_a_person_is_named(whole, tmp_path):
    tree = shutil.copytree(whole / "sysu-mm01", tmp_path / "sysu-mm01")
    folder = images(tree)[0]
    for name in ("1", "01", "00001"):
        folder.rename(folder.with_name(name))
        refused(tree, folder, f"cam1/{name} is: rename it")
        folder.with_name(name).rename(folder)
    read_source("sysu-mm01", tree)


def test_a_near_miss_of_a_list_is_named(tree):
    path = tree / LISTS[tree.name]
    other = path.with_name(path.name.upper())
    path.rename(other)
    refused(tree, f"{path} is missing, but {other} is there: rename it")


SPELLINGS = {
    "backslashes": lambda path: path.replace("/", "\\"),
    "from here": lambda path: f"./{path}",
    "from here on Windows": lambda path: ".\\" + path.replace("/", "\\"),
    "doubled": lambda path: path.replace("/", "//"),
    "round about": lambda path: f"elsewhere/../{path}",
    "blanks around": lambda path: f"  {path}  ",
}


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_are_taken_as_what_they_are(spelled, end, whole, listed):
    expected = read_source(listed.name, whole / listed.name).index
    for path in (listed / "idx").glob("*.txt"):
        lines = [line.rsplit(maxsplit=1) for line in path.read_text().splitlines()]
        if all(len(line) == 2 for line in lines):
            text = "".join(f"{spelled(name)} {label}{end}" for name, label in lines)
            path.write_bytes(text.encode())
    assert read_source(listed.name, listed).index.equals(expected)


@pytest.mark.parametrize("word", ["9" * 1_000_000, "1" * (MOST_DIGITS + 1), "-3", "3.5", "٣", "", "nobody"])
def test_absurd_numbers_in_a_list_are_one_sentence(word, tmp_path):
    path = tmp_path / "ids" / "list.txt"
    path.parent.mkdir()
    path.write_text(f"1,2,{word},4", encoding="utf-8")
    with pytest.raises(XivlabError, match="take it from the archive again") as caught:
        read_numbers(path)
    assert len(str(caught.value)) < 400


def test_absurd_names_of_images_are_one_sentence(whole, tmp_path):
    tree = shutil.copytree(whole / "sysu-mm01", tmp_path / "sysu-mm01")
    path = images(tree)[1][0]
    shutil.copy(path, path.with_name("9" * 200 + ".jpg"))
    refused(tree, "is not named by its number")


def pipe(path):
    os.mkfifo(path)


def loop(path):
    path.symlink_to(path.name)


ODD = {
    "a pipe": pipe,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a link to itself": loop,
    "a folder": lambda path: path.mkdir(),
    "a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_what_is_no_plain_file_is_neither_read_nor_waited_for(odd, tree):
    path = images(tree)[1][-1]
    path.unlink()
    odd(path)
    refused(tree, path.name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_a_list_that_is_no_plain_file_is_one_sentence(odd, tree):
    path = tree / LISTS[tree.name]
    path.unlink()
    odd(path)
    refused(tree, path)


def test_a_list_longer_than_any_is_one_sentence(tree):
    path = tree / LISTS[tree.name]
    with open(path, "r+b") as file:
        file.truncate(10**12)  # of nothing: it takes no room
    refused(tree, path, "1.0 TB are more than any list has")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("0001.jpg", "1.JPEG", True),
        ("0001_f10.jpg", "1_f010.png", True),
        ("10.jpg", "1.jpg", False),
        ("100.bmp", "0100.bmp", True),
        ("a1.txt", "a1.jpg", False),
        ("Visible", "VISIBLE", True),
        ("caf\u00e9.png", "cafe\u0301.png", True),  # as macOS writes it
    ],
)
def test_what_is_nearly_the_same_name(one, other, same):
    assert (fold(one) == fold(other)) == same


def test_numbers_and_names_to_show():
    assert [whole_number(word) for word in ("7", "0007", "0", "+7", " 7", "7" * 10)] == [
        7,
        7,
        0,
        None,
        None,
        None,
    ]
    assert shown("a\nb\x00c") == "a?b?c" and len(shown("x" * 1000)) < 70
