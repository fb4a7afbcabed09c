"""What is left of widgets when a notebook is saved."""

from studykit.server import MARK, WIDGET, keep_stills


def notebook(metadata):
    data = {WIDGET: {"model_id": "1"}, "image/png": "picture", "text/plain": "words"}
    outputs = [{"output_type": "display_data", "data": data, "metadata": metadata}, {"output_type": "stream"}]
    cells = [{"cell_type": "markdown"}, {"cell_type": "code", "outputs": outputs}]
    return {"type": "notebook", "content": {"cells": cells}}


def data(model):
    return set(model["content"]["cells"][1]["outputs"][0]["data"])


def test_a_widget_with_a_still_picture_leaves_the_picture():
    model = notebook({MARK: True})
    keep_stills(model=model, path="a.ipynb", contents_manager=None)
    assert data(model) == {"image/png", "text/plain"}


def test_widgets_of_others_stay():
    model = notebook({})
    keep_stills(model)
    assert WIDGET in data(model)


def test_what_is_no_notebook_stays():
    model = {"type": "file", "content": "text"}
    keep_stills(model)
    assert model == {"type": "file", "content": "text"}
