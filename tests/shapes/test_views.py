"""Costs, explanations and tables of a network."""

import csv
import html.parser
import io
import json

import pytest

from byhand.shapes import Input, Model, Sequential, layers
from byhand.shapes.jsontable import as_json
from byhand.shapes.layers.opaque import Opaque
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
        columns=["macs", "flops", "receptive_field", "trainable_params", "input_shape"]
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
    text = net.table(format="csv", columns=["macs", "flops"])
    assert not text.endswith("\n")  # print ends the line, and no empty one follows
    *rows, last = csv.DictReader(io.StringIO(text))
    assert [int(row["Param #"]) for row in rows] == [
        row.parameters.value for row in net.rows
    ]
    assert last["Layer (type)"] == "Total"
    assert int(last["Param #"]) == net.count_params()
    assert int(last["MACs"]) * 2 == int(last["FLOPs"]) == net.flops()
    found = json.loads(net.table(format="json", columns=list(COLUMNS)))
    assert found["totals"]["params"] == net.count_params()
    assert found["totals"]["flops"] == net.flops()
    assert [row["macs"] for row in found["layers"]] == [
        row.macs.value for row in net.rows
    ]


def test_markdown_and_html_have_a_row_for_each_layer(net):
    markdown = net.table(format="markdown").splitlines()
    table = markdown[: markdown.index("")]
    assert len(table) == len(net.rows) + 2
    assert {line.count("|") for line in table} == {4}
    assert "- Total params: 18,266" in markdown

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


# --- what is not known


@pytest.fixture
def odd():
    """A network with a layer of an unknown class in its middle, called twice."""
    x = Input((32, 32, 3))
    y = layers.Conv2D(8, 3, name="first")(x)
    strange = Opaque("Strange", "its class is not known here", name="strange")
    y = strange(strange(y))
    return Model(x, layers.Dense(3, name="last")(layers.Flatten()(y)), name="odd")


def test_rows_that_are_not_known_are_question_marks_and_sums_say_so(odd):
    lines = odd.table(columns=["macs", "bytes", "intensity"]).splitlines()
    strange = next(line for line in lines if line.startswith("strange (Strange)"))
    assert strange.split()[2:] == ["?", "?", "?", "?", "?"]
    assert "Total params: 224 and those of 2 unknown layers" in lines
    assert "Multiply-accumulates: 194,400 and those of 2 unknown layers" in lines
    assert "Not counted, for it is not known: strange, last." in lines
    assert lines.count("strange: its class is not known here") == 1


@pytest.mark.parametrize("format", ["text", "markdown", "html", "csv", "json"])
def test_every_format_says_why(odd, format):
    text = odd.table(format=format)
    assert "its class is not known here" in text
    if format != "json":
        assert "224 and those of 2 unknown layers" in text


def test_one_unknown_layer_is_one_layer():
    x = Input((4,))
    y = Opaque("Strange", "why", name="s", output_shapes=[[(None, 4)]])(x)
    text = Model(x, layers.Dense(2)(y)).table()
    assert "Total params: 10 and those of 1 unknown layer\n" in text


def test_the_memory_of_what_is_not_known_is_left_out_and_named(odd):
    memory = odd.memory(training=True)
    assert memory.unknown == ("strange", "last", "flatten")
    assert memory.weights.value == 224 * 4
    assert memory.activations.value == 4 * (32 * 32 * 3 + 30 * 30 * 8)
    assert "without what is not known of strange, last, flatten" in repr(memory)


def test_a_formula_in_json_is_that_of_the_parameters_where_there_are_any():
    net = Sequential([Input((4,)), layers.Dense(3), layers.ReLU()])
    rows = json.loads(net.table(format="json"))["layers"]
    assert [row["formula"] for row in rows] == [
        None,
        "c * f + f = 4 * 3 + 3 = 15",
        None,
    ]


def test_an_output_that_is_not_known_is_named_in_the_memory():
    x = Input((8, 3))
    lost = layers.Lambda(lambda t: no_such_function(t), name="lost")  # noqa: F821
    net = Model(x, [lost(x), layers.Flatten()(x)])
    assert net.memory().unknown == ("lost",)
    assert net.memory().activations.value == 4 * (8 * 3 + 8 * 3)


def test_the_explanation_of_what_is_not_known(odd):
    text = str(odd["strange"].explain())
    assert "not known: output shape, parameters, multiply-accumulates" in text
    assert "its class is not known here" in odd["strange"].explain().html()
    assert "its input is not known" in str(odd["flatten"].explain())


def test_a_network_without_an_input_is_listed_with_question_marks(capsys):
    net = Sequential([layers.Dense(5), layers.Dense(1)])
    net.summary()
    printed = capsys.readouterr().out
    assert printed.count("(Dense)") == 2
    assert "dense_1 (Dense)" in printed
    assert "It has no input yet" in printed
    found = json.loads(net.table(format="json"))
    assert found["built"] is False
    assert found["layers"][0]["output_shapes"] == [None]
    assert found["totals"]["params"] is None
    assert net.table(format="html").count("<td>?</td>") == 2


# --- nested networks, and who may be trained


@pytest.fixture
def transfer():
    base = Sequential(
        [
            Input((8, 8, 3)),
            layers.Conv2D(4, 3),
            layers.BatchNormalization(),
            layers.GlobalAveragePooling2D(),
        ],
        name="base",
    )
    base.trainable = False
    x = Input((8, 8, 3))
    return Model(x, layers.Dense(2, name="head")(base(x)), name="transfer")


def test_nested_rows_are_indented_and_frozen_with_their_network(transfer, capsys):
    transfer.summary(expand_nested=True, show_trainable=True)
    lines = capsys.readouterr().out.splitlines()
    said = {line.split()[0]: (line, line.split()[-1]) for line in lines if "(" in line}
    assert said["conv2d"][0].startswith("   conv2d (Conv2D)")
    assert {name: said[name][1] for name in ("base", "conv2d", "head")} == {
        "base": "no",
        "conv2d": "no",
        "head": "yes",
    }
    assert said["input_layer"][1] == "-"
    found = json.loads(transfer.table(format="json", nested=True))
    rows = {row["name"]: row for row in found["layers"]}
    assert rows["conv2d"]["depth"] == 1
    assert rows["conv2d"]["trainable_params"] == 0
    assert rows["conv2d"]["params"] == 112
    assert found["totals"]["trainable_params"] == 10


def test_a_table_without_nested_rows_has_none(transfer):
    assert "conv2d" not in transfer.table()
    assert "padding-left" in transfer.table(format="html", nested=True)
    assert "| &emsp;conv2d (Conv2D) |" in transfer.table(format="markdown", nested=True)
    assert '"   conv2d (Conv2D)"' in transfer.table(format="csv", nested=True)


def test_a_frozen_network_has_nothing_to_train(transfer):
    transfer.trainable = False
    rows = json.loads(transfer.table(format="json"))["layers"]
    assert rows[-1]["trainable"] is False
    assert rows[-1]["trainable_params"] == 0


def test_notes_of_an_opened_network_are_those_of_its_rows():
    base = Sequential([Input((4,)), Opaque("Strange", "why", name="s")], name="base")
    x = Input((4,))
    net = Model(x, base(x))
    assert "base: s: why" in net.table()
    opened = net.table(nested=True)
    assert "\ns: why" in opened
    assert "base: s: why" not in opened


def test_memory_looks_into_networks(transfer):
    kept = 8 * 8 * 3 + 2 * 6 * 6 * 4 + 4 + 2
    assert transfer.memory(training=True).activations.value == 4 * kept
    assert transfer.memory().activations.value == 4 * (8 * 8 * 3 + 6 * 6 * 4)


def test_nested_networks_that_are_called_twice_are_looked_into_once():
    net = Sequential([Input((4,)), layers.Dense(4), layers.ReLU()])
    for _ in range(30):  # 2**30 calls, all opened
        x = Input((4,))
        net = Model(x, net(net(x)))
    assert net.memory(training=True).activations.value == 4 * (4 + 8 * 2**30)
    text = net.table(columns=["macs", "bytes", "intensity"])
    assert f"Multiply-accumulates: {16 * 2**30:,}" in text
    assert "Counted as 0, for these multiply by no weight: ReLU." in text


def test_layers_inside_a_wrapper_are_trained_as_they_say():
    cnn = Sequential(
        [Input((64, 64, 3)), layers.Conv2D(8, 3), layers.GlobalAveragePooling2D()]
    )
    x = Input((10, 64, 64, 3))
    net = Model(x, layers.LSTM(4)(layers.TimeDistributed(cnn, name="each")(x)))
    lines = net.table(columns=["trainable_params"]).splitlines()
    assert "Trainable params: 432" in lines
    assert "Non-trainable params: 0" in lines
    each = next(line for line in lines if line.startswith("each"))
    assert each.split()[-2:] == ["224", "224"]


def test_each_step_sees_its_own_frame():
    x = Input((10, 8, 8, 3))
    net = Model(x, layers.TimeDistributed(layers.Conv2D(4, 3), name="each")(x))
    lines = net.table(columns=["receptive_field"]).splitlines()
    assert next(line for line in lines if "each" in line).endswith("(1, 3, 3)")


# --- columns


def test_connected_to_is_there_where_layers_are_no_chain(net):
    assert "Connected to" not in net.table()
    x, y = Input((4,), name="a"), Input((4,), name="b")
    z = layers.Add(name="sum")([layers.Dense(4, name="d")(x), y])
    text = Model([x, y], z).table()
    assert next(line for line in text.splitlines() if "sum" in line).endswith("d, b")
    assert "Connected to" in net.table(columns=["connected_to"])


def test_bytes_are_those_of_inputs_weights_and_outputs(net):
    found = json.loads(net.table(format="json", dtype="float16"))
    conv = next(row for row in found["layers"] if row["type"] == "Conv2D")
    read, written = 2 * (32 * 32 * 3 + 224), 2 * 15 * 15 * 8
    assert (conv["bytes_read"], conv["bytes_written"]) == (read, written)
    assert conv["intensity"] == pytest.approx(2 * 48600 / (read + written))
    table = net.table(columns=["bytes", "bytes_read", "bytes_written", "intensity"])
    assert f"{4 * (32 * 32 * 3 + 224 + 1800):,}" in table
    moved = 4 * (32 * 32 * 3 + 224 + 1800)
    assert f"{2 * 48600 / moved:.4g}" in table
    with pytest.raises(ValueError, match="dtype must be one of"):
        net.table(dtype="float31")


def test_bytes_of_a_network_are_those_of_the_layers_inside(transfer):
    found = json.loads(transfer.table(format="json", nested=True))
    base, *inside = found["layers"][1:5]
    for key in ("bytes_read", "bytes_written"):
        assert base[key] == sum(row[key] for row in inside)


def test_an_embedding_reads_the_rows_that_are_looked_up():
    net = Sequential([Input((10,)), layers.Embedding(1000, 8)])
    row = json.loads(net.table(format="json"))["layers"][-1]
    assert row["bytes_read"] == 4 * (10 + 10 * 8)


def test_a_layer_that_is_called_again_reads_its_weights_again():
    x = Input((4,))
    dense = layers.Dense(4, name="shared")
    rows = json.loads(Model(x, dense(dense(x))).table(format="json"))["layers"][1:]
    assert [row["params"] for row in rows] == [20, 0]
    assert [row["bytes_read"] for row in rows] == [4 * (4 + 20)] * 2


def test_work_that_is_not_counted_is_said_where_costs_are_shown(net):
    said = "Counted as 0, for these multiply by no weight: BatchNormalization."
    assert said in net.table(columns=["macs"])
    assert said not in net.table()
    assert json.loads(net.table(format="json"))["uncounted"] == ["BatchNormalization"]


def test_layers_that_only_move_numbers_do_no_work():
    x = Input((8, 8, 3))
    y = layers.ZeroPadding2D(1)(layers.SpatialDropout2D(0.1)(x))
    y = layers.Flatten()(layers.Concatenate()([y, layers.AveragePooling2D(1)(y)]))
    found = json.loads(Model(x, layers.Activation("relu")(y)).table(format="json"))
    assert found["uncounted"] == ["AveragePooling2D", "Activation"]


def test_costs_of_open_lengths_are_texts():
    net = Sequential([Input((None, None, 3)), layers.Conv2D(4, 3)])
    found = json.loads(net.table(format="json"))
    conv = found["layers"][1]
    assert found["open"] == ["H", "W"]
    assert conv["output_shapes"] == [[None, "H - 2", "W - 2", 4]]
    assert conv["macs"] == "108 * (H - 2) * (W - 2)"
    assert conv["params"] == 112
    assert conv["intensity"].startswith("(216 * (H - 2) * (W - 2)) / (12 * H * W")


# --- JSON


def test_json_has_its_keys_and_shapes_as_arrays():
    x, y = Input((4, 2), name="a"), Input((3,), name="b")
    z, h, _ = layers.LSTM(5, return_state=True, name="lstm")(x)
    z = layers.Concatenate(name="both")([z, y])
    found = json.loads(Model([x, y], [z, h], name="two").table(format="json"))
    assert set(found) == {
        *("name", "type", "built", "open", "dtype", "inputs", "outputs", "layers"),
        *("notes", "uncounted", "totals", "known", "unknown"),
    }
    assert (found["name"], found["type"]) == ("two", "Model")
    assert found["inputs"] == [
        {"name": "a", "shape": [None, 4, 2]},
        {"name": "b", "shape": [None, 3]},
    ]
    assert found["outputs"] == [
        {"name": "both", "shape": [None, 8]},
        {"name": "lstm", "shape": [None, 5]},
    ]
    rows = {row["name"]: row for row in found["layers"]}
    assert rows["lstm"]["output_shapes"] == [[None, 5]] * 3
    assert rows["both"]["input_shapes"] == [[None, 5], [None, 3]]
    assert rows["both"]["connected_to"] == ["lstm", "b"]
    assert set(rows["lstm"]) == {
        *("name", "type", "depth", "connected_to", "input_shapes", "output_shapes"),
        *("params", "trainable_params", "trainable", "macs", "flops", "bytes_read"),
        *("bytes_written", "intensity", "receptive_field", "formula", "note"),
    }
    assert rows["lstm"]["receptive_field"] == "whole input"
    assert found["unknown"] == {"params": [], "macs": []}


def test_the_docstring_names_every_key_of_json(odd):
    def keys(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield key
                yield from keys(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from keys(inner)

    for key in set(keys(json.loads(odd.table(format="json")))):
        assert key in as_json.__doc__, key


# --- Keras's arguments of summary


def test_a_summary_keeps_to_a_line_length(transfer):
    lines = []
    transfer.summary(60, expand_nested=True, print_fn=lines.append)
    (text,) = lines
    assert max(map(len, text.splitlines())) <= 60
    assert "(GlobalAveragePooling2D)" in text
    with pytest.raises(ValueError, match="do not fit into a line of 12 characters"):
        transfer.summary(12)


def test_positions_say_where_columns_end(transfer, capsys):
    transfer.summary(line_length=80, positions=[0.5, 0.8, 1.0])
    rule = capsys.readouterr().out.splitlines()[1]
    assert len(rule) == 80
    transfer.summary(positions=[40, 60, 72])
    head = capsys.readouterr().out.splitlines()[2]
    assert head.index("Output Shape") == 42
    assert len(head) == 72
    with pytest.raises(ValueError, match="where each of 3 columns ends, got 2"):
        transfer.summary(positions=[0.5, 1.0])


def test_a_range_of_layers_is_listed_and_the_totals_stay(transfer, capsys):
    transfer.summary(layer_range=["base", "ba.*"], expand_nested=True)
    printed = capsys.readouterr().out
    assert "conv2d" in printed
    assert "head" not in printed
    assert "Total params: 138" in printed
    transfer.summary(layer_range=["input", ".*"])  # the first, and the last
    assert "head" in capsys.readouterr().out
    with pytest.raises(ValueError, match="'nobody', and no layer"):
        transfer.summary(layer_range=["nobody", "head"])
    with pytest.raises(ValueError, match="regular expressions, got '\\('"):
        transfer.summary(layer_range=["(", "head"])
    with pytest.raises(ValueError, match="two names"):
        transfer.summary(layer_range="base")
