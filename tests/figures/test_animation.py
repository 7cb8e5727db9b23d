import json
import re
from html import unescape
from xml.etree import ElementTree

import pytest

from byhand.figures import Animation
from byhand.figures.colours import PAPER

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


def test_without_a_script_the_still_frame_stands_for_all():
    html = made()._repr_html_()
    hidden = re.findall(r'<g data-frame="(\d)" style="display:none">', html)
    assert hidden == ["0", "1"]
    assert all(frame in html for frame in FRAMES)
    assert '<p aria-live="polite">Right.</p>' in html
    assert 'max="2" value="2"' in html


def test_the_script_can_read_the_captions():
    html = made(captions=('"a"', "b & c", "<d>"))._repr_html_()
    (given,) = re.findall(r'data-captions="([^"]*)"', html)
    assert json.loads(unescape(given)) == ['"a"', "b & c", "<d>"]
    assert '<p aria-live="polite">&lt;d&gt;</p>' in html


def test_it_may_be_a_part_of_a_figure_with_a_caption():
    html = made()._repr_html_()
    assert html.startswith('<div class="animation"')
    assert not re.search("<figure|<figcaption", html)


def test_controls_wait_for_the_script_and_nothing_is_fetched():
    html = made()._repr_html_()
    assert "<div data-controls hidden" in html
    assert not re.search(r"src=|href=|https?://(?!www.w3.org)", html)


def test_every_control_has_a_name_and_the_size_of_a_finger():
    html = made()._repr_html_()
    buttons = re.findall(r"<button .*?</button>", html)
    names = [re.search(r'aria-label="([^"]+)"|<span>([^<]+)', b) for b in buttons]
    assert [name[1] or name[2] for name in names] == [
        "Previous step",
        "Play",
        "Next step",
    ]
    for button in buttons:
        assert "min-width:2.75rem;min-height:2.75rem" in button
        assert re.search(r'<svg [^>]*aria-hidden="true"[^>]*><path d="M[^"]+z"', button)
    assert re.search(r'<input [^>]*aria-label="Step"[^>]*min-height:2.75rem', html)


def test_a_drawing_fills_its_column_and_stays_legible():
    picture = made(width=500).svg()
    assert "width:100%" in picture
    assert "min-width:275px" in picture
    assert "max-width:700px" in picture


def test_a_drawing_has_paper_of_its_own_and_no_other_colour():
    root = ElementTree.fromstring(made(frames=("",), captions=("",)).svg())
    paper, frame = root
    assert len(frame) == 0
    assert (paper.tag.rpartition("}")[2], paper.get("fill")) == ("rect", PAPER)
    assert "color" not in root.get("style")


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
