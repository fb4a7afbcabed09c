"""Page of a search: the ranked lists as pictures, in one HTML file that needs no other."""

import base64
import io
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from PIL import Image

from studykit.find.photos import content_and_digest, decoded
from studykit.find.search import THROUGH, Found, remarks
from xivlab.files import write_atomically

HEIGHT = 192  # of a picture on the page, in its pixels; its width is half of that, as the network sees it


def write_page(found: Found, path: Path) -> None:
    """Write the page, whole or not at all.

    Raises:
        XivlabError: it could not be written, or a picture has gone since the search.
    """
    text = resources.files("studykit.find").joinpath("find.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(text).render(tell(found))
    # A name of a file may hold bytes that are no letters.
    write_atomically(path, lambda file: file.write_text(page, encoding="utf-8", errors="replace"))


def tell(found: Found) -> dict[str, Any]:
    """What the template shows, in the order of the page."""
    lists = []
    for query, rows, far in zip(found.queries.paths, found.lists.rows, found.lists.distance):
        items = []
        for place, (row, distance) in enumerate(zip(rows, far), start=1):
            path = found.gallery.paths[row]
            name = str(path.relative_to(found.folder))
            alt = f"Place {place}: {name}, at a distance of {distance:.3f}"
            items.append(
                {"place": place, "name": name, "far": distance, "source": _picture(path), "alt": alt}
            )
        lists.append({"name": str(query), "source": _picture(query), "items": items})
    return {
        "found": found,
        "through": THROUGH[found.kind],
        "lists": lists,
        "remarks": remarks(found),
        "left_out": [one.reason for one in found.queries.left_out + found.gallery.left_out],
    }


def _picture(path: Path) -> str:
    """A picture as a data address, at the proportions that the network sees."""
    pixels, _ = decoded(content_and_digest(path)[0], path, (HEIGHT, HEIGHT // 2))
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
