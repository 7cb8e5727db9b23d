import xml.etree.ElementTree as ET

import pytest

from byhand.shapes import Input, Model, Sequential, layers
from byhand.shapes.__main__ import main
from byhand.shapes.drawing import drawing

SVG = "{http://www.w3.org/2000/svg}"


def stack(name="small"):
    return Sequential(
        [
            Input((32, 32, 1)),
            layers.Conv2D(10, 5),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10),
        ],
        name=name,
    )


def branches():
    x = Input((8, 8, 3))
    y = layers.Conv2D(3, 3, padding="same")(x)
    return Model(x, layers.Add()([x, y]))


def texts(root):
    return [node.text for node in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("style", ["volumes", "graph"])
@pytest.mark.parametrize("make", [stack, branches])
def test_every_call_is_drawn_with_its_shape(make, style):
    net = make()
    root = ET.fromstring(drawing(net, style=style))
    shown = " ".join(texts(root))
    for row in net.rows:
        assert row.name in shown
        assert str(row.outputs[0]) in shown


def test_a_box_has_three_faces_and_grows_with_its_lengths():
    root = ET.fromstring(drawing(stack()))
    polygons = list(root.iter(f"{SVG}polygon"))
    assert len(polygons) == 3 * len(stack().rows)

    def height(polygon):
        heights = [float(pair.split(",")[1]) for pair in polygon.get("points").split()]
        return max(heights) - min(heights)

    fronts = [height(polygon) for polygon in polygons[::3]]
    assert fronts[0] > fronts[2]  # 32 x 32 against 14 x 14


def test_the_graph_has_a_line_for_each_tensor_and_no_box_covers_another():
    root = ET.fromstring(drawing(branches(), style="graph"))
    assert len(list(root.iter(f"{SVG}line"))) == 3
    boxes = [
        tuple(float(rect.get(key)) for key in ("x", "y", "width", "height"))
        for rect in root.iter(f"{SVG}rect")
        if rect.get("rx")
    ]
    for a, (x, y, w, h) in enumerate(boxes):
        for other in boxes[a + 1 :]:
            apart = x + w <= other[0] or other[0] + other[2] <= x
            assert apart or y + h <= other[1] or other[1] + other[3] <= y


def test_the_same_network_gives_the_same_bytes(tmp_path):
    for name in ("a.svg", "b.svg"):
        stack().draw(tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_it_has_a_title_a_description_and_nothing_from_elsewhere():
    text = drawing(stack())
    root = ET.fromstring(text)
    assert root.find(f"{SVG}title").text == "small"
    assert "5 steps, 19870 parameters" in root.find(f"{SVG}desc").text
    assert "href" not in text
    assert root.get("role") == "img"


def test_names_of_a_reader_cannot_break_out():
    text = drawing(stack(name='<script>alert("x")</script>'))
    assert "<script>" not in text
    ET.fromstring(text)


def test_unknown_sizes_are_drawn_and_named():
    net = Sequential([Input((None, None, 3)), layers.Conv2D(4, 3)])
    assert "(None, H - 2, W - 2, 4)" in drawing(net)


def test_a_style_that_is_not_there_and_a_folder_that_is_not_there(tmp_path, capsys):
    with pytest.raises(ValueError, match="'volumes', 'graph', got 'pie'"):
        drawing(stack(), style="pie")
    path = tmp_path / "none" / "a.svg"
    assert main(["Dense(4)", "--input", "3", "--draw", str(path)]) == 2
    assert "No such file" in capsys.readouterr().err
    path = tmp_path / "a.svg"
    assert main(["Dense(4)", "--input", "3", "--draw", str(path)]) == 0
    ET.parse(path)
