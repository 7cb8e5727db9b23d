"""The command line, run as a person runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from byhand.shapes.__main__ import main, shape_from, shapes_from
from tests.shapes.files.specs import called, functional, layer, stack, start, tensor

LECTURE = (
    "Conv2D(10, 5) MaxPooling2D(2) Conv2D(25, (5, 5)) MaxPool2D((2, 2)) "
    "Conv2D(100, 4, activation='relu') MaxPool2D(2) Flatten() Dense(10)"
)
CONFIG = stack(layer("Conv2D", filters=4, kernel_size=3), shape=(8, 8, 3))


def run(*arguments, **options):
    command = [sys.executable, "-m", "byhand.shapes", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, **options)


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(CONFIG))
    return path


def test_the_network_of_the_lecture_from_words():
    done = run(LECTURE, "--input", "32,32,1", "--columns", "macs", text=True)
    assert done.returncode == 0
    assert "Total params: 47,645" in done.stdout
    assert "Multiply-accumulates: 982,000" in done.stdout


def test_words_may_be_several_arguments(capsys):
    assert main(["Dense(4)", "Dense(1)", "--input", "3"]) == 0
    assert "Total params: 21" in capsys.readouterr().out


def test_formats_and_explanations(capsys):
    assert main(["Dense(4) Dense(1)", "--input", "3", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)
    assert main(["Conv2D(4, 3)", "--input", "?,?,3", "--explain"]) == 0
    printed = capsys.readouterr().out
    assert "(None, H - 2, W - 2, 4)" in printed
    assert "k_h * k_w * c * f + f = 3 * 3 * 3 * 4 + 4 = 112" in printed


# --- files


def test_a_file_by_whatever_name(model, tmp_path, capsys):
    for name in ("model.json", "model.h5", "model (1)", "Dense(4)"):
        path = model.rename(tmp_path / name)
        assert main([str(path)]) == 0
        assert "Total params: 112" in capsys.readouterr().out
        model = path


def test_the_text_of_a_network(capsys):
    for text in (json.dumps(CONFIG), "\n" + json.dumps(CONFIG, indent=1)):
        assert main([text]) == 0
        assert "Total params: 112" in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_standard_input(encoding):
    done = run("-", input=json.dumps(CONFIG).encode(encoding))
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Total params: 112" in done.stdout


def test_another_input_is_computed_anew(model, capsys):
    for shape in ("64,32,3", "64x32x3", "(64, 32, 3)"):
        assert main([str(model), "--input", shape]) == 0
        assert "(None, 62, 30, 4)" in capsys.readouterr().out


def test_several_inputs(tmp_path, capsys):
    both = {"args": [[tensor("a"), tensor("b")]]}
    path = tmp_path / "two.json"
    layers = [start(3, name="a"), start(4, name="b")]
    config = functional(
        [*layers, called("c", layer("Concatenate"), both)],
        [["a", 0, 0], ["b", 0, 0]],
        [["c", 0, 0]],
    )
    path.write_text(json.dumps(config))
    assert main([str(path), "--input", "5", "--input", "6"]) == 0
    assert "(None, 11)" in capsys.readouterr().out
    assert main([str(path), "--input", "b=9"]) == 0
    assert "(None, 12)" in capsys.readouterr().out
    assert main([str(path), "--input", "5"]) == 2
    assert "has 2 inputs, 'a', 'b', and 1 shapes" in capsys.readouterr().err


def test_a_stack_without_an_input_takes_one_and_asks_for_it(tmp_path, capsys):
    path = tmp_path / "model.json"
    specs = [layer(units=4), layer(units=2)]
    path.write_text(json.dumps({"class_name": "Sequential", "config": specs}))
    assert main([str(path), "--input", "20"]) == 0
    printed = capsys.readouterr()
    assert "Total params: 94" in printed.out
    assert printed.err == ""
    assert main([str(path)]) == 0
    printed = capsys.readouterr()
    assert "?" in printed.out
    assert "says nothing of its input; give its shape" in printed.err


def test_networks_inside_are_opened(tmp_path, capsys):
    inner = stack(layer(units=4, name="deep"))
    inner["config"]["name"] = "inner"
    path = tmp_path / "model.json"
    path.write_text(json.dumps(stack(inner, layer(units=2))))
    assert main([str(path)]) == 0
    assert "deep" not in capsys.readouterr().out
    assert main([str(path), "--nested"]) == 0
    assert "deep" in capsys.readouterr().out


def test_a_drawing_is_written_and_a_picture_refused(model, tmp_path, capsys):
    path = tmp_path / "net.svg"
    assert main([str(model), "--draw", str(path), "--style", "graph"]) == 0
    assert path.read_text().startswith("<svg")
    capsys.readouterr()
    assert main([str(model), "--draw", str(tmp_path / "net.png")]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "png" in printed.err.lower()
    assert not (tmp_path / "net.png").exists()


@pytest.mark.slow
def test_a_reader_who_has_seen_enough_is_no_fault(tmp_path):
    path = tmp_path / "model.json"
    specs = [layer(units=4, name=f"d{k}") for k in range(3000)]
    path.write_text(json.dumps(stack(*specs)))
    command = [sys.executable, "-m", "byhand.shapes", path]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    assert (process.wait(), process.stderr.read()) == (0, b"")
    process.stderr.close()


def test_letters_that_the_terminal_lacks_are_escaped(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(stack(layer(units=4, name="größe"))))
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = run(path, env=environment)
    assert done.returncode == 0
    assert b"gr\\xf6\\xdfe" in done.stdout


# --- refusals


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["Dense(4)"], "needs --input"),
        (["Dense(4", "--input", "3"], "left open"),
        (["Dense(4))", "--input", "3"], "closes nothing"),
        (["Dens(4)", "--input", "3"], "did you mean Dense"),
        (["Linear(4)", "--input", "3"], "Keras's name for it is Dense"),
        (["Dense(4) and more", "--input", "3"], "got 'and more'"),
        (["Dense", "--input", "3"], "with its brackets, such as Dense()"),
        (["Dense(4, activation=relu)", "--input", "3"], "activation='relu')\""),
        (["Dense(*[3])", "--input", "3"], "no plain value"),
        (["__import__('os').system('echo x')", "--input", "3"], "no layer"),
        (["Dense(9**9**9)", "--input", "3"], "no plain value"),
        (["Dense(0)", "--input", "3"], "at least 1, got 0"),
        (["Dense(4)", "--input", "a,b"], "got 'a,b'"),
        (["Dense(4)", "--input", "3", "--input", "4"], "give --input once"),
        (["Dense(4)", "--input", "3", "--input", "a=4"], "for all shapes or for none"),
        (["Dense(4)", "--input", ",".join("2" * 3000)], "axes"),
        (["Conv2D(4, 9)", "--input", "8,8,1"], "spans 9"),
        (["GroupNormalization(0)", "--input", "8"], "at least 1"),
        (["Reshape((-1, 0))", "--input", "?"], "Reshape"),
        (["EinsumDense('ab,bc->', 7)", "--input", "3"], "equation"),
        (["EinsumDense('a(,(c->ac', 7)", "--input", "3"], "equation"),
        (["", "--input", "3"], "no layer in ''"),
        (["none.json"], "No such file"),
        (["none.keras"], "No such file"),
        (["none.h5", "--input", "3"], "No such file"),
        (["some/folder/model", "--input", "3"], "No such file"),
        (["model (1).json"], "No such file"),
        (["a\0b"], "expected a layer"),
        (["[1,2]"], "is a list"),
        (["{'class_name': 1}"], "as Python prints it"),
        (["Dense(4)", "--input", "3", "--columns", "speed"], "'speed'"),
    ],
)
def test_bad_input_ends_in_one_line_and_exit_code_2(arguments, fragment, capsys):
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1
    assert fragment in printed.err


@pytest.mark.parametrize(
    ("name", "data", "fragment"),
    [
        ("train.py", b"import keras\n", "a Python script, which is never run"),
        ("model.h5", b"\x89HDF\r\n\x1a\n", "HDF5"),
        ("model.yaml", b"class_name: [", "is no YAML"),
        ("weights.pt", b"\x80\x02}q\0.", "a pickle"),
        ("net.onnx", b"\x08\x07\x12\x07pytorch\0\0", "ONNX"),
    ],
)
def test_files_of_other_kinds_are_told_what_they_are(
    name, data, fragment, tmp_path, capsys
):
    path = tmp_path / name
    path.write_bytes(data)
    for more in ([], ["--input", "3"]):
        assert main([str(path), *more]) == 2
        assert fragment in capsys.readouterr().err


def test_a_folder_is_told_what_it_is(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err


def test_names_of_a_file_reach_no_terminal_raw(tmp_path, capsys):
    name = "\x1b]0;pwn\x07\x1b[2J"
    path = tmp_path / "model.json"
    for spec in (stack(layer(units=4, name=name)), stack(layer(units=0, name=name))):
        path.write_text(json.dumps(spec))
        main([str(path), "--explain"])
        printed = capsys.readouterr()
        assert "pwn" in printed.out + printed.err
        assert "\x1b" not in printed.out + printed.err


@pytest.mark.parametrize("fault", [ZeroDivisionError, KeyError, RecursionError])
def test_a_fault_inside_ends_in_one_line_too(fault, monkeypatch, capsys):
    from byhand.shapes.network import Network

    def table(*_, **__):
        raise fault("planted")

    monkeypatch.setattr(Network, "table", table)
    assert main(["Dense(4)", "--input", "3"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_no_error_reaches_a_terminal_raw(monkeypatch, capsys):
    from byhand.shapes.network import Network

    def table(*_, **__):
        raise ValueError("\x1b[2Jone\ntwo")

    monkeypatch.setattr(Network, "table", table)
    assert main(["Dense(4)", "--input", "3"]) == 2
    assert capsys.readouterr().err == "byhand.shapes: \\x1b[2Jone two\n"


def test_nothing_given_is_explained_by_argparse():
    done = run(text=True)
    assert done.returncode == 2
    assert "usage: python -m byhand.shapes" in done.stderr


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("32,32,1", (32, 32, 1)),
        ("32x32x1", (32, 32, 1)),
        ("32 \u00d7 32 \u00d7 1", (32, 32, 1)),
        ("(32, 32, 1)", (32, 32, 1)),
        ("[3]", (3,)),
        ("?,None,3", (None, None, 3)),
    ],
)
def test_shapes(text, shape):
    assert shape_from(text) == shape
    assert shapes_from([text]) == shape
    assert shapes_from([f"a={text}"]) == {"a": shape}


@pytest.mark.slow
def test_a_file_of_keras_2_becomes_its_table_in_a_moment(tmp_path):
    """Take no more than 0.3 s of the processor, start of Python and all."""
    import resource

    specs = [
        layer("Conv2D", filters=32, kernel_size=[3, 3], padding="same", name=f"c{k}")
        for k in range(60)
    ]
    specs[0]["config"]["batch_input_shape"] = [None, 64, 64, 3]
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"class_name": "Sequential", "config": specs}))
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert run(path).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        )
    assert min(seconds) < 0.3


def test_an_answer_that_cannot_be_written_is_told_in_one_line():
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no device that is always full")
    with full.open("wb") as sink:
        command = [sys.executable, "-m", "byhand.shapes", "Dense(3)", "--input", "4"]
        done = subprocess.run(command, stdout=sink, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"the answer cannot be written" in done.stderr


def test_a_shape_with_the_batch_is_refused_and_two_files_are_not_one(model, capsys):
    assert main(["Dense(3)", "--input", "(None, 4)"]) == 2
    assert "a shape without the batch, got '(None, 4)'; write 4" in (
        capsys.readouterr().err
    )
    assert main([str(model), str(model)]) == 2
    assert "one file is read at a time" in capsys.readouterr().err
