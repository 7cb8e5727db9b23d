import os
import re
import stat
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise, permutations
from random import Random

import pytest

from byhand.shapes import Input, Model, Sequential, ShapeError, layers
from byhand.shapes.drawing import drawing, layout
from byhand.shapes.drawing.picture import edges_of
from byhand.shapes.drawing.svg import LETTER
from byhand.shapes.layers.opaque import Opaque
from tests.shapes.pictured import PICTURED, inception, lenet, resnet50, tickets, unet

SVG = "{http://www.w3.org/2000/svg}"
STYLES = ("volumes", "graph")
STEPS = 60  # along a piece of a path: less than the height of a box


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


def boxes_in(root):
    """Return the boxes of a graph: left, top, right, bottom."""
    found = []
    for rect in root.iter(f"{SVG}rect"):
        if rect.get("rx"):
            x, y, w, h = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
            found.append((x, y, x + w, y + h))
    return found


def edges_in(root):
    """Return the points along each edge, in the order of the drawing."""
    return [
        followed(path.get("d"))
        for path in root.iter(f"{SVG}path")
        if path.get("class") == "edge"
    ]


def followed(path):
    """Return points along a path, close enough to one another to meet any box."""
    points = []
    for letter, numbers in re.findall(r"([MLHVCQ])([^MLHVCQ]*)", path):
        values = [float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", numbers)]
        if letter == "M":
            points.append(tuple(values))
            continue
        x, y = points[-1]
        if letter == "H":
            values = [values[0], y]
        elif letter == "V":
            values = [x, values[0]]
        corners = [(x, y), *zip(values[::2], values[1::2], strict=True)]
        for step in range(1, STEPS + 1):
            points.append(bezier(corners, step / STEPS))
    return points


def bezier(corners, t):
    """Return a point of a line or a curve, by de Casteljau's construction."""
    while len(corners) > 1:
        corners = [
            tuple((1 - t) * a + t * b for a, b in zip(first, second, strict=True))
            for first, second in pairwise(corners)
        ]
    return corners[0]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("make", [stack, branches])
def test_every_call_is_drawn_with_its_shape(make, style):
    net = make()
    root = ET.fromstring(drawing(net, style=style))
    shown = " ".join(texts(root))
    for row in net.rows:
        assert row.name in shown
        assert str(row.outputs[0]) in shown


# --- volumes


def test_a_box_has_three_faces_and_grows_with_its_lengths():
    root = ET.fromstring(drawing(stack()))
    faces = [p for p in root.iter(f"{SVG}polygon") if p.get("class") == "face"]
    assert len(faces) == 3 * len(stack().rows)

    def height(polygon):
        heights = [float(pair.split(",")[1]) for pair in polygon.get("points").split()]
        return max(heights) - min(heights)

    fronts = [height(polygon) for polygon in faces[::3]]
    assert fronts[0] > fronts[2]  # 32 x 32 against 14 x 14


def long_names():
    """Many layers, the second of which has a long name and the others short ones."""
    names = ["the_second_layer_has_a_long_name", *(f"d{k}" for k in range(40))]
    return Sequential(
        [Input((3,), name="a"), *(layers.Dense(2, name=n) for n in names)]
    )


@pytest.mark.parametrize("make", [*PICTURED, long_names])
def test_volumes_are_no_wider_than_a_page_and_can_be_read(make):
    root = ET.fromstring(drawing(make()))
    assert float(root.get("width")) <= 1440
    words = {}
    for node in root.iter(f"{SVG}text"):
        assert int(node.get("font-size")) >= 11
        if node.get("text-anchor") == "middle":
            half = LETTER * len(node.text) / 2
            x = float(node.get("x"))
            assert x - half >= 0
            assert x + half <= float(root.get("width"))
            words.setdefault(node.get("y"), []).append((x - half, x + half))
    for line in words.values():
        line.sort()
        for (_, end), (start, _) in pairwise(line):
            assert end <= start


def test_a_skip_of_a_u_net_is_an_arc_over_what_it_skips():
    net = unet()
    root = ET.fromstring(drawing(net))
    assert sum(b != a + 1 for a, b in edges_of(net, net.rows)) == 3
    arcs = [
        e for e in edges_in(root) if min(y for _, y in e) < min(e[0][1], e[-1][1]) - 5
    ]
    assert len(arcs) == 3
    tops = []
    for face in root.iter(f"{SVG}polygon"):
        if face.get("class") == "face":
            tops += [float(pair.split(",")[1]) for pair in face.get("points").split()]
    heights = {min(y for _, y in arc) for arc in arcs}
    assert len(heights) == 3  # one within another
    assert max(heights) < min(tops)
    assert not any(text.startswith("to ") for text in texts(root))


def test_what_skips_into_another_line_is_marked_at_both_ends():
    shown = texts(ET.fromstring(drawing(resnet50())))
    leaving = {text[3:] for text in shown if text.startswith("to ")}
    arriving = {text[5:] for text in shown if text.startswith("from ")}
    assert leaving == arriving != set()


def test_unknown_sizes_are_drawn_and_named():
    net = Sequential([Input((None, None, 3)), layers.Conv2D(4, 3)])
    assert "(None, H - 2, W - 2, 4)" in drawing(net)


def test_channels_are_the_width_of_a_box_wherever_they_stand():
    def faces(data_format, shape):
        options = {"padding": "same", "data_format": data_format}
        net = Sequential([Input(shape), layers.Conv2D(64, 3, **options)])
        root = ET.fromstring(drawing(net))
        points = [
            [tuple(map(float, pair.split(","))) for pair in face.get("points").split()]
            for face in root.iter(f"{SVG}polygon")
            if face.get("class") == "face"
        ]
        # Sides alone: the words below a box, and so its place, differ.
        return [
            [(round(x - face[0][0], 3), round(y - face[0][1], 3)) for x, y in face]
            for face in points
        ]

    last = faces("channels_last", (8, 32, 3))
    assert faces("channels_first", (3, 8, 32)) == last


# --- graphs


@pytest.mark.slow
@pytest.mark.parametrize("make", [*PICTURED, branches])
def test_each_edge_leads_from_its_box_to_its_box_and_through_no_other(make):
    net = make()
    root = ET.fromstring(drawing(net, style="graph"))
    boxes, drawn = boxes_in(root), edges_in(root)
    edges = edges_of(net, net.rows)
    assert len(boxes) == len(net.rows)
    assert len(drawn) == len(edges)
    for (first, last), points in zip(edges, drawn, strict=True):
        (x, y), (to, end) = points[0], points[-1]
        left, _, right, bottom = boxes[first]
        assert left < x < right
        assert y == pytest.approx(bottom, abs=0.01)
        left, top, right, _ = boxes[last]
        assert left < to < right
        assert end == pytest.approx(top, abs=0.01)
        reach = [min(points)[0], max(points)[0]]
        for left, top, right, bottom in boxes:
            if reach[1] <= left + 1 or right - 1 <= reach[0]:
                continue
            for a, b in points:
                assert not (left + 1 < a < right - 1 and top + 1 < b < bottom - 1)


@pytest.mark.parametrize("make", [*PICTURED, branches])
def test_no_box_of_a_graph_covers_another(make):
    root = ET.fromstring(drawing(make(), style="graph"))
    boxes = boxes_in(root)
    width, height = float(root.get("width")), float(root.get("height"))
    for at, (left, top, right, bottom) in enumerate(boxes):
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        for other in boxes[at + 1 :]:
            apart = right <= other[0] or other[2] <= left
            assert apart or bottom <= other[1] or other[3] <= top


@pytest.mark.slow
@pytest.mark.parametrize("make", [*PICTURED, branches])
def test_every_arrow_has_its_head(make):
    root = ET.fromstring(drawing(make(), style="graph"))
    heads = [p.get("points").split()[0] for p in root.iter(f"{SVG}polygon")]
    ends = [f"{points[-1][0]:.6g},{points[-1][1]:.6g}" for points in edges_in(root)]
    assert heads == ends
    for points in edges_in(root):  # and comes straight down into it
        x, y = points[-1]
        for a, b in reversed(points):
            if b <= y - 6.5:
                break
            assert a == pytest.approx(x)


@pytest.mark.slow
def test_the_skips_of_a_u_net_run_beside_one_another():
    net = unet()
    root = ET.fromstring(drawing(net, style="graph"))
    right = max(box[2] for box in boxes_in(root))
    skips = [
        points
        for (a, b), points in zip(edges_of(net, net.rows), edges_in(root), strict=True)
        if b != a + 1
    ]
    lanes = sorted(max(x for x, _ in points) for points in skips)
    assert lanes[0] > right  # beside every box
    assert all(b - a >= 10 for a, b in pairwise(lanes))


def test_branches_of_a_module_stand_side_by_side():
    net = inception()
    boxes = boxes_in(ET.fromstring(drawing(net, style="graph")))
    names = [row.name for row in net.rows]
    first = [boxes[names.index(f"conv2d_{k}")] for k in (3, 4, 6)]
    assert len({round(top) for _, top, *_ in first}) == 1
    assert len({round(left) for left, *_ in first}) == 3


def test_a_tall_graph_goes_on_in_further_columns():
    root = ET.fromstring(drawing(resnet50(), style="graph"))
    width, height = float(root.get("width")), float(root.get("height"))
    assert height <= 2300  # columns of nearly the same height
    assert width <= height
    assert float(ET.fromstring(drawing(unet(), style="graph")).get("width")) < 400


def test_no_column_tears_a_long_skip():
    x = start = Input((8, 8, 3))
    for number in range(4):
        past = x = layers.Conv2D(3, 3, padding="same")(x)
        for _ in range(16):
            x = layers.Conv2D(3, 3, padding="same")(x)
        x = layers.Add(name=f"add_{number}")([past, x])
    net = Model(start, x)
    root = ET.fromstring(drawing(net, style="graph"))
    assert len({left for left, *_ in boxes_in(root)}) > 3  # in columns
    edges = edges_of(net, net.rows)
    for (first, last), points in zip(edges, edges_in(root), strict=True):
        if last > first + 1:
            assert all(y <= z + 0.01 for (_, y), (_, z) in pairwise(points))


def test_an_input_stands_above_the_first_that_takes_it():
    net = tickets()
    boxes = boxes_in(ET.fromstring(drawing(net, style="graph")))
    names = [row.name for row in net.rows]
    tags, joined = boxes[names.index("tags")], boxes[names.index("concatenate")]
    assert 0 < joined[1] - tags[3] < 60


def test_a_tensor_that_is_taken_twice_is_drawn_twice():
    x = Input((4,))
    y = layers.Dense(4)(x)
    root = ET.fromstring(drawing(Model(x, layers.Add()([y, y])), style="graph"))
    points = edges_in(root)
    assert len(points) == 3
    assert points[1][-1][0] != points[2][-1][0]


def crossings(edges, above, below):
    """Return how many pairs of edges cross, from every pair."""
    ends = [(above.index(a), below.index(b)) for a, b in edges]
    return sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(ends, 2))


def test_hardly_more_edges_cross_than_must():
    random = Random(7)  # noqa: S311  the same graphs every time
    found = fewest = 0
    for _ in range(30):
        edges = [(a, b) for a in range(4) for b in range(4, 8) if random.random() < 0.4]
        edges += [(a, 4 + a) for a in range(4)]  # none without an edge
        graph = layout._Graph([50] * 8, edges)
        found += crossings(edges, *layout._ordered(graph))
        fewest += min(
            crossings(edges, above, below)
            for above in permutations(range(4))
            for below in permutations(range(4, 8))
        )
    assert fewest <= found <= 1.2 * fewest


def test_a_graph_too_large_to_be_read_is_refused():
    x = y = Input((4,))
    kept = []
    for _ in range(300):
        y = layers.ReLU()(y)
        kept.append(y)
    net = Model(x, layers.Add()(kept))
    with pytest.raises(ValueError, match="Draw the networks inside one by one"):
        drawing(net, style="graph")
    drawing(net, style="volumes")


@pytest.mark.parametrize("style", STYLES)
def test_a_large_network_is_drawn_in_no_time(style):
    net = resnet50()
    start = time.process_time()
    drawing(net, style=style)
    assert time.process_time() - start < 1


# --- both


@pytest.mark.parametrize("style", STYLES)
def test_what_is_not_known_is_dashed(style):
    x = Input((8, 8, 3))
    y = Opaque("Strange", "why it is", name="odd")(layers.Conv2D(4, 3)(x))
    root = ET.fromstring(drawing(Model(x, layers.ReLU(name="after")(y)), style=style))
    dashed = []
    for group in root.iter(f"{SVG}g"):
        if any(part.get("stroke-dasharray") for part in group):
            dashed.append(group.find(f"{SVG}title").text)
    assert [title.split()[0] for title in dashed] == ["odd", "after"]
    assert dashed[0] == "odd (Strange) ?: why it is"


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("make", [lenet, inception])
def test_the_same_network_gives_the_same_bytes_in_every_process(make, style):
    lines = (
        f"from tests.shapes.pictured import {make.__name__} as make\n"
        "from byhand.shapes.drawing import drawing\n"
        f"print(drawing(make(), style={style!r}), end='')"
    )
    for seed in ("0", "7"):
        done = subprocess.run(
            [sys.executable, "-c", lines],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == drawing(make(), style=style)


def test_it_has_a_title_a_description_and_nothing_from_elsewhere():
    text = drawing(stack())
    root = ET.fromstring(text)
    assert root.find(f"{SVG}title").text == "small"
    assert "5 steps, 19870 parameters" in root.find(f"{SVG}desc").text
    assert "href" not in text
    assert root.get("role") == "img"
    # It brings its own paper, so that it reads the same on a dark page.
    paper = root.find(f"{SVG}rect")
    assert (paper.get("fill"), paper.get("width")) == ("#ffffff", root.get("width"))


def test_a_network_without_an_input_is_no_picture():
    with pytest.raises(ShapeError, match="nothing to draw; put Input"):
        drawing(Sequential([layers.Dense(3)]))


def test_a_style_that_is_not_there():
    with pytest.raises(ValueError, match="'volumes', 'graph', got 'pie'"):
        drawing(stack(), style="pie")


# --- files


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_drawing_in_a_file(tmp_path):
    for name in ("a.svg", "b.svg", "none"):
        stack().draw(tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.svg").read_text("utf-8") == drawing(stack())
    assert names_in(tmp_path) == ["a.svg", "b.svg", "none"]


@pytest.mark.parametrize("name", ["net.png", "net.PDF", "net.jpg"])
def test_another_kind_of_picture_is_refused_with_what_to_do(tmp_path, name):
    with pytest.raises(ValueError, match="a drawing is SVG") as caught:
        stack().draw(tmp_path / name)
    assert "'net.svg'" in str(caught.value)
    assert "rsvg-convert" in str(caught.value)
    assert names_in(tmp_path) == []


def test_a_file_keeps_its_permissions_and_a_link_its_end(tmp_path):
    path, link = tmp_path / "net.svg", tmp_path / "link.svg"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    stack().draw(link)
    assert link.is_symlink()
    assert path.read_text("utf-8") == drawing(stack())
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_drawing_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "net.svg"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="No space"):
        stack().draw(path)
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["net.svg"]


def test_a_name_with_half_a_character_leaves_no_empty_file(tmp_path):
    path = tmp_path / "net.svg"
    path.write_text("old")
    net = stack(name="a\ud800b")
    net.draw(path)
    assert "a\\ud800b" in path.read_text("utf-8")


def test_a_pipe_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_text("utf-8")))
    reader.start()
    stack().draw(pipe)
    reader.join(timeout=5)
    assert received == [drawing(stack())]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        stack().draw(tmp_path / "none" / "a.svg")
    with pytest.raises(IsADirectoryError):
        stack().draw(tmp_path)
