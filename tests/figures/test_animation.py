import json
import re
from html import unescape
from xml.etree import ElementTree

import pytest

from byhand.figures import Animation

FRAMES = tuple(f'<circle cx="{x}" cy="5" r="4"/>' for x in (5, 15, 25))
LABEL = 'A dot "moves" from left to right in three steps.'


def made(**changed):
    given = {
        "frames": FRAMES,
        "captions": ("Left.", "Middle.", "Right."),
        "width": 30,
        "height": 10,
        "label": LABEL,
    }
    return Animation(**(given | changed))


def test_the_page_gets_every_frame_and_shows_the_still_one():
    html = made()._repr_html_()
    hidden = re.findall(r'<g data-frame="(\d)" style="display:none">', html)
    assert hidden == ["0", "1"]
    assert all(frame in html for frame in FRAMES)
    assert "<figcaption>Right.</figcaption>" in html
    assert 'max="2" value="2"' in html


def test_the_script_can_read_the_captions():
    html = made(captions=('"a"', "b & c", "<d>"))._repr_html_()
    (given,) = re.findall(r'data-captions="([^"]*)"', html)
    assert json.loads(unescape(given)) == ['"a"', "b & c", "<d>"]
    assert "<figcaption>&lt;d&gt;</figcaption>" in html


def test_controls_wait_for_the_script_and_nothing_is_fetched():
    html = made()._repr_html_()
    assert "<div data-controls hidden>" in html
    assert not re.search(r"src=|href=|https?://(?!www.w3.org)", html)


@pytest.mark.parametrize(("still", "shown"), [(None, "25"), (0, "5"), (1, "15")])
def test_a_frame_is_a_picture_of_its_own(still, shown):
    root = ElementTree.fromstring(made().svg(still))
    assert root.get("aria-label") == LABEL
    (circle,) = root.iter("{http://www.w3.org/2000/svg}circle")
    assert circle.get("cx") == shown


@pytest.mark.parametrize(
    ("changed", "fragment"),
    [
        ({"frames": ()}, "at least one frame"),
        ({"captions": ("one",)}, "each of the 3 frames, got 1"),
        ({"label": "short"}, "got 'short'"),
        ({"still": 3}, "one of the 3 frames, got 3"),
    ],
)
def test_what_cannot_be_shown_is_refused(changed, fragment):
    with pytest.raises(ValueError, match=re.escape(fragment)):
        made(**changed)
