"""Each kind of node becomes Markdown that Jupyter reads, or is refused by its name."""

import pytest
from docutils import nodes
from sphinx import addnodes

from bookbuild.extensions.folding import fold, fold_title
from bookbuild.extensions.glossary import Explained
from bookbuild.notebooks import markdown
from bookbuild.notebooks.markdown import Markdown, UnknownNodeError


def text(words):
    return nodes.Text(words)


def paragraph(*parts):
    parts = [text(part) if isinstance(part, str) else part for part in parts]
    return nodes.paragraph("", "", *parts)


def item(*parts):
    return nodes.list_item("", *parts)


def written(node, **numbers):
    return Markdown(numbers).block(node)


def table(*rows, head=(), title=""):
    group = nodes.tgroup("", cols=2)
    for kind, cells in ((nodes.thead, head), (nodes.tbody, rows)):
        if cells:
            group += kind(
                "",
                *(
                    nodes.row("", *(nodes.entry("", *cell) for cell in row))
                    for row in cells
                ),
            )
    made = nodes.table("", group)
    if title:
        made.insert(0, nodes.title("", title))
    return made


def test_words_keep_their_signs():
    said = paragraph("2 * 3 < 7, f_1 and _x_, `a`, $5, ~1, a\\b & co, &amp; [1](2)")
    assert written(said) == (
        r"2 \* 3 &lt; 7, f_1 and \_x\_, \`a\`, \$5, \~1, a\\b & co, &amp;amp; [1\](2)"
    )


@pytest.mark.parametrize(
    ("line", "safe"),
    [
        ("- a", r"\- a"),
        ("# a", r"\# a"),
        ("> a", r"\> a"),
        ("12. a", r"12\. a"),
        ("===", r"\==="),
        ("-1 is", "-1 is"),
        ("12.5 is", "12.5 is"),
    ],
)
def test_no_line_of_a_paragraph_begins_something_else(line, safe):
    assert written(paragraph(f"One.\n{line}")) == f"One.\n{safe}"


def test_a_line_has_emphasis_code_and_mathematics():
    said = paragraph(
        nodes.emphasis("", "loss"),
        ", ",
        nodes.strong("", "now"),
        ", ",
        nodes.literal("", "a_b"),
        ", ",
        nodes.literal("", "a`b"),
        ", ",
        nodes.literal("", "`"),
        ", ",
        nodes.math("", "x_1\n* y_1"),
        ", ",
        nodes.superscript("", "2"),
        nodes.subscript("", "n"),
    )
    assert written(said) == (
        "*loss*, **now**, `a_b`, ``a`b``, `` ` ``, $x_1 * y_1$, "
        "<sup>2</sup><sub>n</sub>"
    )


def test_marks_touch_the_words_between_them():
    assert written(paragraph(nodes.emphasis("", " a "), "b")) == "*a* b"
    assert written(paragraph(nodes.strong("", ""), "b")) == "b"


def test_a_link_needs_an_address():
    link = nodes.reference("", "the page", refuri="convnets.html#sec-a")
    outside = nodes.reference("", "it", refuri="https://example.org/a b")

    def address(link):
        return link["refuri"] if "://" in link["refuri"] else ""

    said = paragraph(link, " and ", outside, ".")
    assert Markdown({}, address).block(said) == (
        "the page and [it](https://example.org/a%20b)."
    )
    assert written(said) == "the page and it."
    titled = Markdown({}, titles={"the page"})
    assert titled.block(said) == "*the page* and it."


def test_a_citation_is_text():
    link = nodes.reference("", "Fisher, 1922", refuri="https://example.org")
    cited = nodes.inline("", "[", link, text("]"), classes=["bibtex-citation"])
    writer = Markdown({}, lambda link: link["refuri"])
    assert writer.block(paragraph(cited)) == "[Fisher, 1922]"


def test_words_that_a_page_explains_or_links_are_words():
    said = paragraph(
        Explained("", "", nodes.reference("", "loss", refuri="glossary.html")),
        " ",
        addnodes.download_reference("", "the wheel"),
        addnodes.index(entries=[]),
        nodes.target("", ""),
    )
    assert written(said) == "loss the wheel"


def test_a_display_has_its_number_and_no_blank_line():
    display = nodes.math_block("", "a = b\n\n+ c", ids=["equation-eq-sum"])
    assert written(display) == "$$\na = b\n+ c\n$$"
    assert written(display, **{"equation-eq-sum": "7.12"}) == (
        "$$\na = b\n+ c \\tag{7.12}\n$$"
    )


def test_headings_have_their_depth_and_their_number():
    inner = nodes.section("", nodes.title("", "Steps"), ids=["sec-steps"])
    outer = nodes.section("", nodes.title("", "Losses"), inner, ids=["losses"])
    nodes.document(None, None).append(outer)
    made = written(outer, **{"": "8", "sec-steps": "8.1"})
    assert made == "# 8 Losses\n\n## 8.1 Steps"
    assert written(nodes.rubric("", "Part")) == "**Part**"


def test_code_stands_between_more_backticks_than_it_holds():
    block = nodes.literal_block("", "```\na", language="ipython3")
    assert written(block) == "````python\n```\na\n````"
    assert written(nodes.literal_block("", "a", language="none")) == "```\na\n```"
    assert written(nodes.doctest_block("", ">>> 1")) == "```pycon\n>>> 1\n```"


def test_lists_hold_lists_and_displays():
    inner = nodes.bullet_list("", item(paragraph("c")), item(paragraph("d")))
    outer = nodes.enumerated_list(
        "",
        item(paragraph("a\nb"), inner),
        item(nodes.math_block("", "x")),
        start=9,
    )
    assert written(outer) == ("9. a\n   b\n\n   - c\n   - d\n\n10. $$\n    x\n    $$")


def test_definitions_are_a_list():
    made = nodes.definition_list(
        "",
        nodes.definition_list_item(
            "",
            nodes.term("", "loss"),
            nodes.term("", "cost"),
            nodes.definition("", paragraph("a number"), paragraph("more")),
        ),
    )
    assert written(made) == "- **loss, cost**: a number\n\n  more"


def test_a_table_of_lines_is_one_of_markdown():
    made = table(
        [[paragraph("a|b")], [paragraph(nodes.math("", r"|x| + \|y\|"))]],
        [[], [paragraph(nodes.literal("", "c|d"), "\n", "e")]],
        head=[[[paragraph("one")], [paragraph("two")]]],
        title="Both",
    )
    made["ids"] = ["tab-both"]
    assert written(made, **{"tab-both": "3.1"}) == (
        "**Table 3.1.** Both\n\n"
        "| one | two |\n| --- | --- |\n"
        r"| a\|b | $\vert x\vert + \Vert y\Vert $ |" + "\n"
        r"|  | `c\|d` e |"
    )
    assert written(table([[paragraph("a")], [paragraph("b")]])).startswith(
        "|  |  |\n| --- | --- |\n| a |"
    )
    # What is no table any more keeps its bars.
    assert written(paragraph("a|b", nodes.math("", "|x|"))) == "a|b$|x|$"


def test_a_table_with_more_in_a_cell_is_one_of_html():
    made = table([[paragraph("a"), paragraph(nodes.math("", "x"))], [paragraph("b")]])
    made.next_node(nodes.entry)["morecols"] = 1
    assert written(made) == (
        '<table>\n<tbody>\n<tr>\n<td colspan="2">\n\na\n\n$x$\n\n</td>\n'
        "<td>\n\nb\n\n</td>\n</tr>\n</tbody>\n</table>"
    )


def test_a_figure_is_its_picture_and_its_caption():
    figure = nodes.figure(
        "",
        nodes.image(uri="book/a/one.png", alt="A [line]."),
        nodes.image(uri="book/a/dark.png", classes=["only-dark"]),
        nodes.caption("", "It", nodes.emphasis("", " rises"), text(".")),
        ids=["fig-one"],
    )
    assert written(figure, **{"fig-one": "7.3"}) == (
        r"![A \[line\].](attachment:one.png)" + "\n\n**Figure 7.3.** It *rises*."
    )


def test_a_note_is_quoted_with_its_title_and_its_display_on_one_line():
    note = nodes.note("", paragraph("a"), nodes.math_block("", "x\n= y"))
    assert written(note) == "> **Note**\n>\n> a\n>\n> $$ x = y $$"
    titled = nodes.admonition("", nodes.title("", "Mind"), paragraph("b"))
    assert written(titled) == "> **Mind**\n>\n> b"
    assert written(nodes.block_quote("", paragraph("c\nd"))) == "> c\n> d"


def exercise(*title, ids=("ex-a",)):
    from sphinx_exercise.nodes import exercise_enumerable_node

    return exercise_enumerable_node(
        "", nodes.title("", "", *title), paragraph("How many?"), ids=list(ids)
    )


def test_an_exercise_has_number_level_and_title():
    level = nodes.inline("", "routine", classes=["exercise-level"])
    titled = exercise(text(" ("), text("Odd (and even)"), text(")"), text(" · "), level)
    assert written(titled, **{"ex-a": "7.1"}) == (
        "**Exercise 7.1 (routine): Odd (and even)**\n\nHow many?"
    )
    assert written(exercise()) == "**Exercise**\n\nHow many?"


def test_a_solution_is_folded_and_its_markdown_is_read():
    title = fold_title(
        "",
        "",
        nodes.inline("", "Show the solution", classes=["when-closed"]),
        nodes.inline("", "Solution", classes=["when-open"]),
        text(" of exercise 7.1"),
    )
    assert written(fold("", title, paragraph("It has ", nodes.math("", "41")))) == (
        "<details>\n<summary>Solution of exercise 7.1</summary>\n\nIt has $41$\n\n"
        "</details>"
    )
    plain = fold("", fold_title("", "a < b"), paragraph("c"))
    assert "<summary>a &lt; b</summary>" in written(plain)


def card(title, *body):
    def part(kind, *parts):
        return nodes.container("", *parts, design_component=kind)

    head = part("card-title", text(title))
    return part("grid-item", part("card", part("card-body", head, *body)))


def test_cards_are_a_list():
    grid = nodes.container(
        "",
        nodes.container(
            "",
            card("You need", paragraph("layers")),
            card("It takes", paragraph("an hour")),
            design_component="grid-row",
        ),
        design_component="grid-container",
    )
    assert written(grid) == "- **You need** layers\n- **It takes** an hour"


def test_footnotes_and_lines_stand_where_they_stand():
    note = nodes.footnote("", nodes.label("", "1"), paragraph("Below."))
    assert written(note) == "[1] Below."
    assert written(paragraph("a", nodes.footnote_reference("", "1"))) == "a[1]"
    lines = nodes.line_block("", nodes.line("", "a"), nodes.line("", "b"))
    assert written(lines) == "a\\\nb"
    assert written(nodes.transition()) == "---"
    assert written(nodes.attribution("", "A. Known")) == "— A. Known"


def test_what_belongs_to_the_page_alone_is_dropped():
    page = nodes.document(None, None)
    page += [
        nodes.raw("", "<b>a</b>", format="html"),
        nodes.target(),
        nodes.comment("", "a"),
        addnodes.index(entries=[]),
        paragraph("b"),
    ]
    assert written(page) == "b"


@pytest.mark.parametrize(
    "node",
    [
        nodes.sidebar("", paragraph("a")),
        nodes.topic("", paragraph("a")),
        nodes.container("", nb_element="cell_code"),
        nodes.block_quote("", nodes.sidebar("", paragraph("a"))),
    ],
)
def test_a_node_without_words_is_refused(node):
    with pytest.raises(UnknownNodeError, match="a notebook has no words for <") as told:
        written(node)
    assert isinstance(told.value.node, nodes.Node)
    with pytest.raises(UnknownNodeError):
        Markdown({}).inline(nodes.sidebar("", paragraph("a")))


def test_a_table_that_fails_leaves_no_trace():
    writer = Markdown({})
    with pytest.raises(UnknownNodeError):
        writer.block(table([[paragraph(nodes.sidebar())]]))
    assert writer.block(paragraph("a|b")) == "a|b"


def test_lines_of_an_equation_that_is_quoted_are_joined_and_no_others():
    assert markdown.quoted("a\n\n$$\nx\ny\n$$\n\n$$\nz\n$$") == (
        "> a\n>\n> $$ x y $$\n>\n> $$ z $$"
    )
