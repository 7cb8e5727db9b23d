"""The page of costs and the cards, from recorded data and from the scripts."""

import json

import pytest

from bookbuild.extensions import cards, costs
from tests import minibook

COSTS = {
    "backend": "jax",
    "date": "2026-11-24",
    "device": "Planted Card 80GB",
    "host": "Planted Processor, 2 cores",
    "kind": "gpu",
    "scripts": {
        "lines/plot_square": {
            "wall_s": 123.4,
            "first_step_s": 1.26,
            "steady_step_s": None,
            "host_mib": 512.0,
            "device_mib": 77.0,
        },
        "lines/plot_gone": {"wall_s": 1.0},
    },
    "versions": {"jax": "0.1", "keras": "3.0", "numpy": "2.0", "python": "3.11"},
}
BACKENDS = {
    "date": "2026-11-25",
    "device": "Planted Processor, 2 cores",
    "kind": "backends",
    "scripts": {
        "lines/plot_square": {
            "jax": {"wall_s": 3.0},
            "tensorflow": {"wall_s": 4.0},
            "torch": {"skipped": "planted reason"},
        }
    },
    "versions": {"keras": "3.0"},
}


def test_numbers_are_shown_to_two_digits():
    shown = [costs.number(value) for value in (None, 0.00123, 1.26, 12.3, 604.0)]
    assert shown == [costs.NOTHING, "0.0012", "1.3", "12", "604"]


def test_the_origin_names_machine_day_and_versions():
    told = costs.origin(COSTS)
    assert told.startswith(
        "Planted Card 80GB in Planted Processor, 2 cores, 2026-11-24"
    )
    assert "JAX 0.1, Keras 3.0, NumPy 2.0, Python 3.11" in told


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3, "under 10 s"), (10, "under 30 s"), (59, "under 60 s"), (130, "2 min")],
)
def test_a_time_fits_a_card(seconds, said):
    assert cards.duration(seconds) == said


@pytest.mark.slow
def test_pages_show_costs_cards_and_mini_galleries(tmp_path):
    mini = minibook.make(tmp_path / "mini")
    text = "```{costs}\n```\n\n```{backends}\n```\n\n"
    text += "```{eval-rst}\n.. minigallery:: gallery/lines/plot_square.py\n```\n"
    mini.page("first", text=text)
    status, printed = mini.build()
    assert status == 0, printed
    page = mini.html("first")
    assert "No processor has been measured yet" in page
    assert "No graphics card has been measured yet" in page
    assert "The backends have not been compared yet" in page
    assert "<table" not in page
    assert page.count('class="sphx-glr-thumbcontainer"') == 1
    assert 'href="gallery/lines/plot_square.html"' in page
    for name in ("first", "gallery/index"):
        assert "Lines · under 10 s · no Keras" in mini.html(name)
    timing = mini.html("gallery/lines/plot_square").partition("Total running time")[2]
    assert "core" in timing.partition("</p>")[0]

    # Data that comes later is seen, and no page is executed for it.
    mini.executed()
    mini.write("gallery/costs/card.json", json.dumps(COSTS))
    mini.write("gallery/costs/backends.json", json.dumps(BACKENDS))
    status, printed = mini.build()
    assert status == 0, printed
    assert mini.executed() == []
    page = mini.html("first")
    assert "No processor has been measured yet" in page
    assert "No graphics card" not in page
    assert "GPU: Planted Card 80GB" in page
    assert "plot_gone" not in page
    for shown in ("123", "1.3", "512", "77", "no: planted reason"):
        assert f"<p>{shown}</p>" in page, shown
    assert page.count("pst-scrollable-table-container") == 2
