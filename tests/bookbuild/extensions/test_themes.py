import pytest
from docutils import nodes
from myst_nb.core.render import MimeData
from PIL import Image

from bookbuild.extensions import themes

SVG = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" {}>\n</svg>'
LIGHT, DARK = "the light picture", "the dark picture"


@pytest.mark.parametrize(
    ("lengths", "size"),
    [
        ('width="360pt" height="72.2pt" viewBox="0 0 360 72.2"', (480, 96)),
        ('height="10px" width="20px"', (20, 10)),
        ('width="20" height="10" stroke-width="3"', (20, 10)),
        ('width="100%" height="10"', None),
        ('viewBox="0 0 3 4"', None),
    ],
)
def test_the_size_of_a_drawing_is_read_in_pixels(tmp_path, lengths, size):
    path = tmp_path / "drawing.svg"
    path.write_text(SVG.format(lengths))
    assert themes.size_of(path) == size


def test_the_size_of_a_picture_is_read_and_no_size_of_what_is_not_there(tmp_path):
    Image.new("RGB", (7, 5)).save(tmp_path / "picture.png")
    assert themes.size_of(tmp_path / "picture.png") == (7, 5)
    assert themes.size_of(tmp_path / "gone.png") is None


def test_an_image_is_fetched_late_and_keeps_its_place():
    assert 'width="7" height="5" loading="lazy"' in themes.attributes((7, 5))
    assert "width" not in themes.attributes(None)


def image_of(renderer, data):
    """Stand in for MyST-NB, which writes the content to a file."""
    return [nodes.image(uri=data.content)]


@pytest.mark.parametrize(
    ("metadata", "made"),
    [
        ({"image/svg+xml": {"dark": DARK}}, {LIGHT: "only-light", DARK: "only-dark"}),
        ({"image/png": {"dark": DARK}}, {LIGHT: ""}),
        ({}, {LIGHT: ""}),
    ],
)
def test_an_output_with_a_dark_picture_becomes_two_images(metadata, made):
    data = MimeData("image/svg+xml", LIGHT, output_metadata=metadata)
    images = themes.in_both_themes(image_of)(None, data)
    assert {image["uri"]: " ".join(image["classes"]) for image in images} == made
