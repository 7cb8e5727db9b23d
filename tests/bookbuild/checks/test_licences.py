"""The rules for licences, held to planted faults."""

import pytest

from bookbuild.checks import licences
from bookbuild.checks.sources import Source

# Cut in two, so that the search of the repository for these names finds none here.
OTHERS = [
    ("CC B", "Y 4.0"),
    ("CC-B", "Y-4.0"),
    ("CC-B", "Y-NC-SA 4.0"),
    ("CC B", "Y-ND 4.0"),
    ("(CC", "0)"),
    ("Attri", "bution 4.0 International"),
    ("licen", "ses/by/4.0/"),
    ("licen", "ses/by-sa/3.0/"),
    ("G", "PL 3 licence"),
    ("MIT", " licence"),
    ("Apache", " licence"),
]
OF_PHOTOGRAPHS = "CC B" + "Y 2.0"


@pytest.mark.parametrize("halves", OTHERS, ids="".join)
def test_another_licence_is_seen(halves):
    text = f"Text\nunder {''.join(halves)}."
    (fault,) = licences.other_licences(Source("a.md", text))
    assert "another licence" in fault.what
    assert fault.line == 2


@pytest.mark.parametrize("text", ["CC BY-SA 4.0", licences.TEXT, "licenses/by-sa/4.0/"])
def test_the_licence_of_the_text_is_no_other(text):
    assert list(licences.other_licences(Source("a.md", text))) == []


def test_the_licence_of_a_photograph_is_allowed_beside_it_alone():
    text = f"scikit-learn's photograph, under {OF_PHOTOGRAPHS}"
    assert list(licences.other_licences(Source("a.md", text))) == []
    drawing = Source("a.md", text.replace("photograph", "drawing"))
    assert len(list(licences.other_licences(drawing))) == 1


CREDIT = (
    "Adapted from Hands-on deep learning\nwith Keras examples by Alexandre Boucaud, "
    f"{licences.ADDRESS}, CC BY-SA 4.0; code: BSD 3-Clause"
)


@pytest.mark.parametrize("name", licences.CREDITS)
def test_a_credit_that_is_left_out_is_seen(name):
    assert list(licences.credits_are_given(Source("README.md", CREDIT))) == []
    text = licences.one_line(CREDIT).replace(name, "...")
    (fault,) = licences.credits_are_given(Source("README.md", text))
    assert f"does not name {name}" in fault.what


def test_the_first_page_cites_the_lecture_without_its_address():
    text = CREDIT.replace(licences.ADDRESS, "")
    assert list(licences.credits_are_given(Source("book/index.md", text))) == []


SCRIPT = f'"""\nA title\n\nCC BY-SA 4.0\n"""\n\n{licences.HEADER}\nimport keras\n'


@pytest.mark.parametrize("line", licences.HEADER.splitlines())
def test_a_script_without_a_line_on_its_licences_is_seen(line):
    assert list(licences.scripts_name_both(Source("plot_a.py", SCRIPT))) == []
    text = SCRIPT.replace(f"{line}\n", "")
    (fault,) = licences.scripts_name_both(Source("plot_a.py", text))
    assert "do not stand behind the docstring" in fault.what


def test_the_lines_on_licences_in_another_place_are_seen():
    before = licences.HEADER + SCRIPT.replace(licences.HEADER, "")
    assert list(licences.scripts_name_both(Source("plot_a.py", before)))


def test_a_photograph_without_its_licence_is_seen():
    shown = SCRIPT.replace("keras", "load_sample_image")
    (fault,) = licences.photographs_are_credited(Source("plot_a.py", shown))
    assert "a photograph" in fault.what
    named = shown.replace("A title", OF_PHOTOGRAPHS)
    assert list(licences.photographs_are_credited(Source("plot_a.py", named))) == []
    assert list(licences.photographs_are_credited(Source("plot_a.py", SCRIPT))) == []


def test_a_page_without_both_licences_on_top_is_seen():
    good = f"---\n# {licences.BOTH}\nmyst:\n---\n"
    assert list(licences.pages_name_both(Source("a.md", good))) == []
    for bad in (good.replace(" AND ", " OR "), "\n" + good, good[4:], ""):
        (fault,) = licences.pages_name_both(Source("a.md", bad))
        assert licences.BOTH in fault.what
