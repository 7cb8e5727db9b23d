"""Test what is taken out of the output: start-up logs, and nothing about the book."""

import pytest

from bookbuild import noise


@pytest.mark.parametrize(
    "line",
    [
        "",
        "2026-11-30 08:50:28.788231: I tensorflow/core/util/port.cc:153] oneDNN custom",
        "I0000 00:00:1767000000.123456    1234 cpu_client.cc:353] created",
        "WARNING: All log messages before absl::InitializeLog() is called are written",
        "[IPKernelApp] WARNING | Kernel is running over TCP",
        "# 2026-11-30 08:50:28,788 INFO traitlets client.py:695 -- Executing notebook",
    ],
)
def test_start_up_logs_are_noise(line):
    assert noise.is_noise(line)


@pytest.mark.parametrize(
    "line",
    [
        "book/neuron.md:12: WARNING: undefined label: sec-nowhere",
        "UserWarning: the gradients were not computed",
        "[3/20] book/capstone  64 s",
        "traitlets.traitlets.TraitError: a setting is not a number",
    ],
)
def test_what_is_about_the_book_stays(line):
    assert not noise.is_noise(line)


def test_other_lines_of_a_text_are_left_in_order():
    text = "first\n[IPKernelApp] WARNING | Kernel is running over TCP\n\nsecond"
    assert noise.without_noise(text) == "first\nsecond"
