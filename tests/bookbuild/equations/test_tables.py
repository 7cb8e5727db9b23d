"""The tables are read, and what is wrong with one is said with its place and remedy."""

import math

import pytest
import yaml

from bookbuild import places
from bookbuild.checks.sources import read
from bookbuild.equations import tables
from bookbuild.errors import CommandError
from tests.bookbuild.equations import small

TABLE = """
letters:
  - symbol: u
    code: u
    meaning: what comes in
    kind: positive
  - symbol: n
    kind: size
    hidden: it is only a length
settings:
  - name: a line
    symbols:
      u:
      n:
      z: {kind: defined}
      y: defined
      s: {kind: real}
      P: {}
    given:
      - y = s + 2 u
    where:
      - s > 0
    holds:
      - y > u
    oracles:
      P: {function: parameters_of_dense, of: [n, "2 n"]}
    draws: 3
    equations:
      eq-defined:
      eq-checked:
        for: {j: 1..3}
        within: 0.5
        alive: {z = s: it is the same}
      eq-quoted: {role: checked}
unread:
  eq-unread: nothing can be computed of it
"""
PAGE = small.page(
    eq_defined="z = s + u % definition",
    eq_checked="y = z + u",
    eq_quoted="z < y % quoted: known",
    eq_unread=r"\Omega",
)


def of(root, table=TABLE, page=PAGE, **more):
    small.write(root, table, page, **more)
    return tables.chapter(root, read(root, "book/topic.md"))


def test_a_table_is_read(tmp_path):
    chapter = of(tmp_path)
    ((setting, stated),) = chapter.settings
    assert setting.name == "a line"
    assert setting.draws == 3
    assert [(one.name, one.label) for one in setting.definitions] == [
        ("y", ""),
        ("z", "eq-defined"),
    ]
    assert len(setting.conditions) == len(setting.holds) == 1
    assert chapter.has_table
    assert chapter.unread == {"eq-unread": "nothing can be computed of it"}
    assert list(chapter.displays) == [
        "eq-defined",
        "eq-checked",
        "eq-quoted",
        "eq-unread",
    ]
    roles = {one.label: one.role for one in stated}
    assert roles == {
        "eq-defined": "definition",
        "eq-checked": "checked",
        "eq-quoted": "checked",
    }
    assert stated[1].ranges == {"j": "1..3"}
    assert stated[1].within == 0.5
    assert stated[1].alive == {"z = s": "it is the same"}


def test_what_a_page_quotes_is_quoted(tmp_path):
    chapter = of(tmp_path, TABLE.replace(" {role: checked}", ""))
    assert chapter.settings[0][1][2].role == "quoted"


def test_a_setting_changes_what_the_tables_say(tmp_path):
    common = [
        {"symbol": "u", "kind": "mask", "shape": "n"},
        {"symbol": "s", "kind": "mask", "shape": "n"},
    ]
    ((setting, _),) = of(tmp_path, letters=common).settings
    entries = setting.notation.entries
    assert (entries["u"].kind, entries["u"].shape) == ("positive", ())  # the chapter's
    assert (entries["s"].kind, entries["s"].shape) == ("real", ("n",))
    assert entries["y"].kind == "defined"
    assert entries["n"].kind == "size"


def test_an_oracle_is_asked_for_what_its_letters_are(tmp_path):
    ((setting, _),) = of(tmp_path).settings
    for world in setting.worlds():
        n = world.value("n")
        assert world.value("P") == n * 2 * n + 2 * n


def test_the_letters_for_readers_are_apart_from_what_evaluates(tmp_path):
    small.write(tmp_path, TABLE, PAGE, letters=[{"symbol": "z", "meaning": "a sum"}])
    first, second = tables.of_chapter(tmp_path, "book/topic")
    assert (first.symbol, first.code, first.meaning) == ("u", "u", "what comes in")
    assert first.options == {"kind": "positive"}
    assert second.hidden == "it is only a length"
    (letter,) = tables.common(tmp_path)
    assert (letter.symbol, letter.meaning) == ("z", "a sum")
    assert list(tables.groups(tmp_path)) == ["symbols"]
    assert tables.of_chapter(tmp_path, "book/elsewhere") == []


def test_a_page_without_a_table_has_displays_alone(tmp_path):
    chapter = of(tmp_path, None)
    assert not chapter.has_table
    assert chapter.settings == ()
    assert len(chapter.displays) == 4


def test_an_empty_table_is_a_table(tmp_path):
    assert of(tmp_path, "").has_table


FAULTS = [
    (
        "settings:",
        "situations:",
        "book/equations/topic.yml: unknown key situations; there",
    ),
    ("    draws: 3", "    drawn: 3", "a line: unknown key drawn; there are .*draws"),
    ("        within: 0.5", "        with: 1", "eq-checked: unknown key with; there"),
    ("    draws: 3", "    draws: many", "behind draws stands 'many', .* whole number"),
    ("  - name: a line\n    s", "  - s", "setting 1 has no name; say in words"),
    ("within: 0.5", "within: half", "behind within stands 'half', .* a number"),
    ("for: {j: 1..3}", "for: 1..3", "behind for stands '1..3', .* a mapping"),
    ("alive: {z = s: it is the same}", "alive: z = s", "behind alive .* a mapping"),
    ("      - y = s + 2 u", "      y = s + 2 u", "behind given .* a list"),
    ("      - s > 0", "      s > 0", "behind where .* a list"),
    ("      u:\n", "      - u\n", "correct the YAML"),
    ("{kind: real}", "[real]", r"a line: behind s stands \['real'\]; write its kind"),
    ("{kind: real}", "{kind: raal}", "a line: s is said to be of kind 'raal'; take"),
    ("{kind: real}", "{knd: real}", "a line: s has the unknown option knd; there"),
    ("      eq-defined:", "      eq-defnied:", "page has no equation eq-defnied; corr"),
    (
        "      eq-defined:",
        "      eq-defined: soft",
        "eq-defined: 'soft' is not a mapping",
    ),
    (
        "role: checked",
        "role: proved",
        "eq-quoted: the role 'proved' is none of checked",
    ),
    ("y = s + 2 u", "y = v + 2 u", "a line: v is not in the notation table; add it"),
    ("y = s + 2 u", "s + 2 u", "a line: this states nothing"),
    ("y = s + 2 u", "s + u = y", "a line: a definition has a symbol"),
    ("s > 0", "s 0", "a line: a number behind a factor"),
    ("y > u", r"y \gt u", r"a line: \\gt is not in the notation table"),
    ("parameters_of_dense", "parameters_of_dence", "dence is no function of bookbuild"),
    (", of: [n,", ", if: [n,", "oracle of P: unknown key if; there are function, of"),
    ("function: parameters_of_dense, ", "", "oracle of P does not say function"),
    ('[n, "2 n"]', "n", "oracle of P: behind of stands 'n', which is not a list"),
    (
        "  - symbol: u\n    code: u",
        "  - code: u",
        "topic.yml: .* has no symbol; add it",
    ),
    ("  - symbol: n\n    kind: size\n    hidden", "  - n\n  - h", "has no symbol|YAML"),
    ("      n:\n", "      n:\n      x:\n", "x is neither in book/notation.yml nor amo"),
    ("      n:\n", "      n:\n      '{n}':\n", "neither|same name"),
    ("unread:\n", "unread:\n  eq-gone: once\n", "no equation eq-gone; take it out of"),
    ("    draws: 3", "    draws: 3\n    name: a", r"yml:\d+: name stands twice in one"),
    ("      s: {kind: real}", "      s: real\n      s: mask", "yml:18: s stands twice"),
    (
        "name: a line",
        "name: [a line",
        r"topic.yml:12: expected ',' or .*; correct the YAML",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_a_fault_of_a_table_is_said(tmp_path, old, new, message):
    assert TABLE.count(old) == 1
    with pytest.raises(CommandError, match=message) as caught:
        of(tmp_path, TABLE.replace(old, new))
    assert str(caught.value).startswith("book/equations/topic.yml")


@pytest.mark.parametrize(
    "table", ["- settings", "settings: {name: a}", "settings: [1]"]
)
def test_a_table_of_another_form_is_refused(tmp_path, table):
    with pytest.raises(CommandError, match=r"topic.yml.* (list|mapping)"):
        of(tmp_path, table)


@pytest.mark.parametrize(
    ("notation", "message"),
    [
        ("groups: 1", "notation.yml: behind groups stands 1, .* a list"),
        ("- N", "notation.yml: .* is not a mapping"),
        ("groups: [{name: all, leters: []}]", "group 1: unknown key leters; there are"),
        ("groups: [{name: all, letters: [{kind: real}]}]", "has no symbol; add it"),
        ("groups: [", r"notation.yml:1: .*; correct the YAML"),
    ],
)
def test_a_fault_of_the_common_table_is_said(tmp_path, notation, message):
    small.write(tmp_path, TABLE, PAGE)
    (tmp_path / "book" / "notation.yml").write_text(notation)
    with pytest.raises(CommandError, match=message):
        tables.chapter(tmp_path, read(tmp_path, "book/topic.md"))


def test_a_display_that_a_definition_cannot_be_read_from_is_named(tmp_path):
    page = PAGE.replace("z = s + u", "z = s + \\beta")
    with pytest.raises(
        CommandError, match=r"^book/topic.md:\d+: eq-defined: \\beta is not in"
    ):
        of(tmp_path, page=page)


def test_displays_that_no_table_names_are_listed(tmp_path):
    small.write(tmp_path, TABLE, PAGE + small.page(eq_new="z = s"))
    pages = tables.pages_with_displays(tmp_path)
    (fault,) = tables.equations_are_named(tmp_path, pages)
    line = (PAGE + small.page(eq_new="z = s")).splitlines().index("z = s") + 1
    assert str(fault).startswith(f"book/topic.md:{line}: eq-new is not in book/equat")
    assert "name it there" in fault.what


def test_pages_with_displays_come_in_the_order_of_the_book(tmp_path):
    small.write(tmp_path, TABLE, PAGE)
    small.write(tmp_path, TABLE, PAGE, name="another")
    small.write(tmp_path, None, "# Prose alone\n", name="prose")
    found = [page.name for page in tables.pages_with_displays(tmp_path)]
    assert found == ["another", "topic"]


def test_a_file_that_is_not_there_holds_nothing(tmp_path):
    assert tables.load_yaml(tmp_path, "book/notation.yml") == {}


def test_the_letters_of_the_book_have_a_name_and_a_reason():
    """A letter is shown with its meaning, or the table says why readers need none."""
    for letter in tables.common(places.ROOT):
        assert letter.meaning or letter.hidden, letter.symbol
    names = [letter.symbol for letter in tables.common(places.ROOT)]
    assert len(set(names)) == len(names)


def test_a_table_can_be_written_with_anchors(tmp_path):
    shared = yaml.safe_load("a: &a {u: , n: }\nb: {<<: *a, z: real}")
    assert shared["b"] == {"u": None, "n": None, "z": "real"}
    text = TABLE.replace("    symbols:\n", "    symbols:\n      <<: {q: real, u: }\n")
    ((setting, _),) = of(tmp_path, text).settings
    assert math.isfinite(setting.world(0).value("q"))


def test_only_a_definition_can_be_only_read(tmp_path):
    table = TABLE.replace("        within: 0.5\n", "        only_read: tired\n")
    with pytest.raises(CommandError, match="only a definition can be only read"):
        of(tmp_path, table=table)
