"""The command line, run as a person runs it."""

import json
import subprocess
import sys

import pytest

from byhand.shapes.__main__ import calls_in, layer_from, main

LECTURE = (
    "Conv2D(10, 5) MaxPooling2D(2) Conv2D(25, (5, 5)) MaxPool2D((2, 2)) "
    "Conv2D(100, 4, activation='relu') MaxPool2D(2) Flatten() Dense(10)"
)


def run(*arguments):
    command = [sys.executable, "-m", "byhand.shapes", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_network_of_the_lecture_from_words():
    done = run(LECTURE, "--input", "32,32,1", "--columns", "macs")
    assert done.returncode == 0
    assert "Total params: 47,645" in done.stdout
    assert "Multiply-accumulates: 982,000" in done.stdout


def test_formats_and_explanations(capsys):
    assert main(["Dense(4) Dense(1)", "--input", "3", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"]["Total params"] == 21
    assert main(["Conv2D(4, 3)", "--input", "?,?,3", "--explain"]) == 0
    printed = capsys.readouterr().out
    assert "(None, H - 2, W - 2, 4)" in printed
    assert "k_h * k_w * c * f + f = 3 * 3 * 3 * 4 + 4 = 112" in printed


def test_a_file(tmp_path, capsys):
    config = {
        "class_name": "Sequential",
        "config": {
            "name": "s",
            "layers": [
                {"class_name": "InputLayer", "config": {"batch_shape": [None, 3]}},
                {"class_name": "Dense", "config": {"units": 4}},
            ],
        },
    }
    path = tmp_path / "model.json"
    path.write_text(json.dumps(config))
    assert main([str(path)]) == 0
    assert "Total params: 16" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["Dense(4)"], "needs --input"),
        (["Dense(4", "--input", "3"], "left open"),
        (["Dense(4))", "--input", "3"], "closes nothing"),
        (["Dens(4)", "--input", "3"], "did you mean Dense"),
        (["Dense(4) and more", "--input", "3"], "got 'and more'"),
        (["Dense(units)", "--input", "3"], "no plain value"),
        (["Dense(*[3])", "--input", "3"], "no plain value"),
        (["Dense(**{'units': 3})", "--input", "3"], "write them out"),
        (["__import__('os').system('echo x')", "--input", "3"], "no layer"),
        (["(lambda: 3)()", "--input", "3"], "expected a layer"),
        (["Dense(9**9**9)", "--input", "3"], "no plain value"),
        (["Dense(0)", "--input", "3"], "at least 1, got 0"),
        (["Dense(4)", "--input", "a,b"], "got 'a,b'"),
        (["Conv2D(4, 9)", "--input", "8,8,1"], "spans 9"),
        (["", "--input", "3"], "no layer in ''"),
        (["none.json"], "No such file"),
        (["none.keras"], "No such file"),
        (["Dense(4)", "--input", "3", "--columns", "speed"], "'speed'"),
    ],
)
def test_bad_input_ends_in_one_line_and_exit_code_2(arguments, fragment, capsys):
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1
    assert fragment in printed.err


def test_nothing_given_is_explained_by_argparse():
    done = run()
    assert done.returncode == 2
    assert "usage: python -m byhand.shapes" in done.stderr


def test_calls_are_taken_apart_at_their_brackets():
    text = "Conv2D(4, (3, 3)) -> Dense(2, name='a (b)'), layers.Flatten()"
    assert list(calls_in(text)) == [
        "Conv2D(4, (3, 3))",
        "Dense(2, name='a (b)')",
        "layers.Flatten()",
    ]
    assert layer_from("keras.layers.Dense(3)").units == 3
