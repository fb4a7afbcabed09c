"""What a reader does with the keys: a step of the wavelength, heat, a filter."""


def test_one_key_is_one_step_of_ten_nanometres(lab):
    notebook = lab.open("from studykit import widgets\nwidgets.wavelength()")
    page, words = notebook.page, notebook.words(0)
    before = [notebook.source(number) for number in range(3)]
    notebook.until(lambda: "at 850 nm (near infrared)" in words.inner_text(), "the start")
    notebook.slider("wavelength").focus()
    page.keyboard.press("ArrowLeft")
    notebook.until(lambda: "at 840 nm" in words.inner_text(), "one step")
    notebook.until(lambda: all(notebook.source(n) != before[n] for n in range(3)), "three new pictures")

    box = notebook.image(2).bounding_box()
    page.keyboard.press("End")
    notebook.until(lambda: "emit" in notebook.words(2).inner_text(), "heat")
    assert notebook.image(2).bounding_box() == box, "the page has jumped"

    before = notebook.source(0)
    notebook.menu("its filter").select_option("cuts infrared")
    notebook.until(lambda: "whose filter leaves 73%" in words.inner_text(), "the filter")
    notebook.until(lambda: notebook.source(0) != before, "the grey camera")
