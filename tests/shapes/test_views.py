"""Costs, explanations and tables of a network."""

import csv
import html.parser
import io
import json

import pytest

from byhand.shapes import Input, Sequential, layers
from byhand.shapes.size import substitute
from byhand.shapes.tables import COLUMNS


@pytest.fixture
def net():
    return Sequential(
        [
            Input((32, 32, 3)),
            layers.Conv2D(8, 3, strides=2),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(10, name="scores"),
        ],
        name="small",
    )


def test_flops_say_what_they_count(net):
    assert net.flops() == 2 * net.macs == 2 * (15 * 15 * 27 * 8 + 1800 * 10)
    assert net.flops(convention="macs") == net.macs
    with pytest.raises(ValueError, match=r"'2\*macs', 'macs', got 'ops'"):
        net.flops(convention="ops")


def test_memory_counts_weights_gradients_and_activations(net):
    weights = net.count_params() * 4
    memory = net.memory(batch=2)
    largest = 1800 + 1800  # batch normalisation's input and output
    assert memory.weights.value == weights
    assert memory.gradients.value == 0
    assert memory.activations.value == 2 * max(largest, 32 * 32 * 3 + 1800) * 4
    trained = net.memory(batch=2, dtype="float16", training=True)
    assert trained.gradients.value == net.trainable_params * 2
    kept = 32 * 32 * 3 + 3 * 1800 + 10
    assert trained.activations.value == 2 * kept * 2
    assert trained.total.value == sum(
        part.value for part in (trained.weights, trained.gradients, trained.activations)
    )
    with pytest.raises(ValueError, match="dtype"):
        net.memory(dtype="float31")
    with pytest.raises(ValueError, match="batch"):
        net.memory(batch=0)


def test_memory_of_an_open_input_is_the_largest_whatever_it_will_be():
    def made(height, width):
        return Sequential(
            [
                Input((height, width, 3)),
                layers.Conv2D(8, 3, padding="same"),
                layers.Conv2D(8, 3),
                layers.GlobalMaxPooling2D(),
                layers.Dense(5000),
            ]
        )

    for training in (False, True):
        memory = made(None, None).memory(batch=2, training=training)
        for height, width in [(3, 3), (7, 9), (64, 48)]:
            there = made(height, width).memory(batch=2, training=training)
            held = substitute(memory.activations.value, {"H": height, "W": width})
            assert held == there.activations.value
            assert str(memory.total.value).count("H")


def test_an_explanation_gives_each_number_as_formula_substituted_and_result(net):
    text = str(net["conv2d"].explain())
    assert "(i - k) // s + 1 = (32 - 3) // 2 + 1 = 15" in text
    assert "k_h * k_w * c * f + f = 3 * 3 * 3 * 8 + 8 = 224" in text
    assert "= 48600" in text
    assert "of these trainable  2 * c = 2 * 8 = 16" in str(
        net["batch_normalization"].explain()
    )
    latex = net["conv2d"].explain().latex()
    assert latex.count("&=") == 7
    assert r"&= \left\lfloor \frac{32 - 3}{2} \right\rfloor + 1 = 15" in latex
    assert latex.startswith("\\begin{aligned}")
    assert "<caption>conv2d (Conv2D)</caption>" in net["conv2d"].explain().html()


def test_the_text_table_holds_every_layer_and_the_totals(net, capsys):
    net.summary(
        columns=["macs", "flops", "receptive_field", "trainable", "input_shape"]
    )
    printed = capsys.readouterr().out
    for fragment in (
        'Model: "small"',
        "scores (Dense)",
        "(None, 15, 15, 8)",
        "48,600",
        "(3, 3)",
        "whole input",
        "Total params: 18,266",
        "Non-trainable params: 16",
    ):
        assert fragment in printed, fragment
    lines = []
    net.summary(print_fn=lines.append)
    assert len(lines) == 1


def test_csv_and_json_are_read_back_with_the_same_numbers(net):
    rows = list(csv.DictReader(io.StringIO(net.table(format="csv", columns=["macs"]))))
    assert [int(row["Param #"]) for row in rows] == [
        row.parameters.value for row in net.rows
    ]
    found = json.loads(net.table(format="json", columns=list(COLUMNS)))
    assert found["totals"]["Total params"] == net.count_params()
    assert [row["MACs"] for row in found["layers"]] == [
        row.macs.value for row in net.rows
    ]


def test_markdown_and_html_have_a_row_for_each_layer(net):
    markdown = net.table(format="markdown").splitlines()
    assert len(markdown) == len(net.rows) + 2
    assert len({line.count("|") for line in markdown}) == 1

    class Counter(html.parser.HTMLParser):
        rows = heads = 0

        def handle_starttag(self, tag, attributes):
            self.rows += tag == "tr"
            self.heads += ("scope", "row") in attributes

    counter = Counter()
    counter.feed(net._repr_html_())
    assert (counter.rows, counter.heads) == (len(net.rows) + 1, len(net.rows))


def test_names_of_a_reader_cannot_break_out_of_the_page():
    name = '<script>alert("x")</script>'
    net = Sequential([Input((3,)), layers.Dense(2, name=name)], name=name)
    assert "<script>" not in net.table(format="html")
    assert "<script>" not in net[name].explain().html()


def test_unknown_sizes_are_shown_as_symbols_and_never_as_zero():
    net = Sequential([Input((None, None, 3)), layers.Conv2D(4, 3), layers.Conv2D(4, 3)])
    text = net.table(columns=["macs"])
    assert "(None, H - 2, W - 2, 4)" in text
    assert "108 * (H - 2) * (W - 2)" in text
    assert "H" in str(net.memory().total.value)
    json.loads(net.table(format="json", columns=["macs"]))


@pytest.mark.parametrize(
    ("options", "fragment"),
    [({"format": "yaml"}, "'yaml'"), ({"columns": ["speed"]}, "'speed'")],
)
def test_a_view_that_is_not_there_lists_those_that_are(net, options, fragment):
    with pytest.raises(ValueError, match=fragment) as caught:
        net.table(**options)
    assert "'macs'" in str(caught.value) or "'csv'" in str(caught.value)
