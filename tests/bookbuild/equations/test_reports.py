"""What is found is kept while it is true, made anew when it may not be, and told."""

import dataclasses
import json

import pytest

from bookbuild import __main__ as command
from bookbuild.checks.sources import read
from bookbuild.equations import checking, mutants, reports
from bookbuild.errors import CommandError
from tests.bookbuild.equations import small

SYMBOLS = {
    "s": {},
    "t": {},
    "a": {"kind": "defined"},
    "b": {"kind": "defined"},
    "q": {"kind": "constant", "value": 1},
}
TABLE = small.table(SYMBOLS, {"eq-sum": None, "eq-half": None}, ["b = s + t"])
PAGE = small.page(eq_half="a = 0.5 b % definition", eq_sum="2 a = s + t")
WRONG = PAGE.replace("= s + t", "= s - t")


@pytest.fixture
def root(tmp_path):
    return small.write(tmp_path, TABLE, PAGE)


@pytest.fixture
def computed(monkeypatch):
    """Return the list of pages that were computed, to which each adds itself."""
    pages = []

    def noted(chapter, **options):
        pages.append(chapter.page.name)
        return checking.check_chapter(chapter, **options)

    monkeypatch.setattr(reports, "check_chapter", noted)
    return pages


def results(root, name="topic", **options):
    return reports.results_of(root, read(root, f"book/{name}.md"), **options)


def kept(root, name="topic"):
    return root / reports.KEPT / f"{name}.json"


# -- keeping -------------------------------------------------------------------------


def test_what_is_found_is_kept_and_read_back(root, computed):
    first = results(root)
    assert [one.label for one in first] == ["eq-half", "eq-sum"]
    assert all(one.made for one in first)
    assert results(root) == first
    assert computed == ["topic"]
    assert reports.is_kept(root, read(root, "book/topic.md"))


def test_without_mutants_it_is_always_computed_and_never_kept(root, computed):
    assert not any(one.made for one in results(root, mutate=False))
    assert not kept(root).exists()
    results(root)
    assert not any(one.made for one in results(root, mutate=False))
    assert computed == ["topic"] * 3


def changed_display(root):
    small.write(root, TABLE, WRONG)


def changed_role(root):
    small.write(root, TABLE, PAGE.replace("% definition\n", "% quoted: known\n"))


def changed_label(root):
    table = {"settings": [dict(TABLE["settings"][0])]}
    table["settings"][0]["equations"] = {"eq-total": None, "eq-half": None}
    small.write(root, table, PAGE.replace("eq-sum", "eq-total"))


def changed_table(root):
    small.write(root, small.table(SYMBOLS, {"eq-half": None}), PAGE)


def changed_letters(root):
    small.write(root, TABLE, PAGE, letters=[{"symbol": "s", "kind": "positive"}])


def changed_shapes(root):
    path = root / "src" / "byhand" / "shapes" / "counting.py"
    path.parent.mkdir(parents=True)
    path.write_text("COUNT = 1\n")


@pytest.mark.parametrize(
    "change",
    [
        changed_display,
        changed_role,
        changed_label,
        changed_table,
        changed_letters,
        changed_shapes,
    ],
)
def test_it_is_made_anew_when_what_it_rests_on_changes(root, computed, change):
    results(root)
    change(root)
    page = read(root, "book/topic.md")
    assert not reports.is_kept(root, page)
    found = results(root)
    assert computed == ["topic"] * 2
    assert reports.is_kept(root, page)
    if change is changed_display:
        assert any("it does not hold" in one.fault for one in found)


@pytest.mark.parametrize("part", ["build", "versions"])
def test_it_is_made_anew_when_the_package_or_a_library_changes(
    root, computed, monkeypatch, part
):
    results(root)
    monkeypatch.setattr(reports.inputs, part, lambda: "another")
    results(root)
    assert computed == ["topic"] * 2


def test_lines_follow_the_page(root, computed):
    before = [one.line for one in results(root)]
    small.write(root, TABLE, "A line.\n\nAnother.\n" + PAGE)
    after = results(root)
    assert [one.line for one in after] == [line + 3 for line in before]
    assert computed == ["topic"]
    lines = (root / "book" / "topic.md").read_text().splitlines()
    assert [lines[one.line - 1] for one in after] == ["a = 0.5 b", "2 a = s + t"]


def test_the_line_of_a_fault_follows_the_page(root, computed):
    latex = "\\begin{aligned}\n2 a &= s + t \\\\\n4 a &= s + t\n\\end{aligned}"
    page = small.page(eq_half="a = 0.5 b % definition", eq_sum=latex)
    small.write(root, TABLE, page)

    def line():
        (fault,) = reports.faults_of(results(root))
        return (root / "book" / "topic.md").read_text().splitlines()[fault.line - 1]

    assert line() == r"4 a &= s + t"
    small.write(root, TABLE, "A line.\n" + page)
    assert line() == r"4 a &= s + t"
    assert computed == ["topic"]


def cut(text):
    return text[: len(text) // 2]


def empty(text):
    return ""


def of_another_form(text):
    return json.dumps([1, 2])


def without_results(text):
    content = json.loads(text)
    del content["results"]
    return json.dumps(content)


def with_less(text):
    content = json.loads(text)
    del content["results"][0]["role"]
    return json.dumps(content)


def with_survivors_of_another_form(text):
    content = json.loads(text)
    content["results"][0]["alive"] = [["sign"]]
    return json.dumps(content)


def of_another_page(text):
    content = json.loads(text)
    content["results"][0]["label"] = "eq-elsewhere"
    return json.dumps(content)


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        empty,
        of_another_form,
        without_results,
        with_less,
        with_survivors_of_another_form,
        of_another_page,
    ],
)
def test_a_damaged_file_is_as_good_as_none(root, computed, damage):
    first = results(root)
    kept(root).write_text(damage(kept(root).read_text()))
    assert results(root) == first
    assert computed == ["topic"] * 2
    assert results(root) == first
    assert computed == ["topic"] * 2


def test_what_is_interrupted_keeps_nothing(root, monkeypatch):
    def stopped(chapter, **options):
        yield from list(checking.check_chapter(chapter, **options))[:1]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(reports, "check_chapter", stopped)
        with pytest.raises(KeyboardInterrupt):
            results(root)
    assert not kept(root).exists()
    assert len(results(root)) == 2


# -- pages ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["topic", "book/topic", "book/topic.md", "topic.md"])
def test_a_page_is_named_in_any_usual_way(root, name):
    small.write(root, TABLE, PAGE, name="another")
    assert [page.name for page in reports.pages_of(root, name)] == ["topic"]
    assert len(reports.pages_of(root)) == 2


def test_a_page_that_is_not_there_is_refused(root):
    with pytest.raises(
        CommandError, match=r"book/tropic\.md is no page with equations; "
    ):
        reports.pages_of(root, "book/tropic.md")
    with pytest.raises(CommandError, match=r"take one of book/topic\.md"):
        reports.check(root, "index")


@pytest.mark.slow
def test_two_pages_are_found_in_two_processes_in_their_order(root):
    small.write(root, TABLE, WRONG, name="another")
    small.write(root, None, PAGE, name="zero")
    pages = reports.pages_of(root)
    found = list(reports.all_results(root, pages))
    assert [page.name for page, _ in found] == ["another", "topic", "zero"]
    for page, rows in found:
        assert rows == results(root, page.name)
        assert all(one.page == page.document for one in rows)
    assert [bool(reports.faults_of(rows)) for _, rows in found] == [True, False, False]


@pytest.mark.slow
def test_a_wrong_table_ends_the_work_of_both_processes(root):
    small.write(root, "situations: []\n", PAGE, name="another")
    with pytest.raises(CommandError, match=r"another\.yml: unknown key situations"):
        list(reports.all_results(root, reports.pages_of(root)))


# -- telling -------------------------------------------------------------------------


def test_a_good_book_has_no_fault(root, capsys):
    assert reports.check(root) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "book/topic.md: 1 checked, 1 definition",
        "2 equations: 1 hold in every draw, 1 define, 0 are not evaluated.",
    ]
    assert err == ""
    assert reports.faults_in(root) == []
    assert "checking the equations of 1 pages" in capsys.readouterr().out
    assert reports.faults_in(root) == []
    assert capsys.readouterr().out == ""


def test_a_fault_is_told_with_file_and_line(root, capsys):
    small.write(root, TABLE, WRONG)
    assert reports.check(root) == 1
    out, err = capsys.readouterr()
    line = WRONG.splitlines().index("2 a = s - t") + 1
    assert "book/topic.md: 1 checked, 1 definition; 1 wrong" in out
    first, last = err.splitlines()
    assert first.startswith(f"book/topic.md:{line}: eq-sum: it does not hold: ")
    assert last == "1 of 2 equations are wrong."
    (fault,) = reports.faults_in(root)
    assert (fault.place, fault.line) == ("book/topic.md", line)


def test_a_slip_that_nobody_would_see_is_a_fault_of_the_build_alone(root, capsys):
    page = PAGE.replace("= s + t", "= s + q t")
    small.write(root, TABLE, page)
    assert reports.check(root) == 0
    (fault,) = reports.faults_in(root)
    assert "a slip would not be noticed" in fault.what
    capsys.readouterr()
    assert reports.mutate(root) == 1
    out, err = capsys.readouterr()
    assert "eq-sum (checked), factor: 2 a = s + t\n    NOT FOUND" in out
    assert "a slip would not be noticed" in err


def test_mutants_are_counted_by_kind(root, capsys):
    assert reports.mutate(root, "topic") == 0
    out, err = capsys.readouterr()
    (checked,) = [one for one in results(root) if one.role == "checked"]
    (defined,) = [one for one in results(root) if one.role == "definition"]
    for kind, count in checked.made.items():
        row = f"{kind:12} {count:5} of {count:5}  {mutants.KINDS[kind]}"
        assert row in out.splitlines()
    total = sum(checked.made.values())
    assert f"{'together':12} {total:5} of {total:5}" in out
    count = sum(defined.made.values())
    assert f"of definitions {count} of {count} are found by what rests on them" in out
    assert err == ""


def test_a_survivor_with_a_reason_counts_as_none(root, capsys):
    table = small.table(
        SYMBOLS,
        {"eq-sum": {"alive": {"2 a = s + t": "q is one"}}, "eq-half": None},
        ["b = s + t"],
    )
    page = PAGE.replace("= s + t", "= s + q t")
    small.write(root, table, page)
    reports.mutate(root)
    out = capsys.readouterr().out
    assert "factor: 2 a = s + t\n    q is one" in out
    (checked,) = [one for one in results(root) if one.role == "checked"]
    explained = [one for one in checked.alive if one[2] and one[0] == "factor"]
    made = checked.made["factor"] - len(explained)
    assert f"factor       {checked.killed['factor']:5} of {made:5}" in out


def test_the_commands_of_the_terminal(root, capsys):
    where = ["--root", str(root)]
    assert command.main(["equations", "check", "book/topic.md", *where]) == 0
    assert command.main(["equations", "mutate", *where]) == 0
    assert command.main(["equations", "check", "other", *where]) == 1
    assert "other is no page with equations" in capsys.readouterr().err
    small.write(root, "situations: []\n", PAGE)
    assert command.main(["equations", "check", *where]) == 1
    assert "book/equations/topic.yml: unknown key situations" in capsys.readouterr().err


def test_faults_are_those_of_results_that_have_one(root):
    good, other = results(root)
    bad = dataclasses.replace(other, fault="it is wrong")
    (fault,) = reports.faults_of([good, bad])
    assert str(fault) == f"book/topic.md:{bad.line}: {bad.label}: it is wrong"
