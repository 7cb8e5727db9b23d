r"""Write what a page says as Markdown, with its mathematics in LaTeX.

The page is a tree of docutils nodes in which all is resolved: references, numbers,
citations and the results that sentences quote. Jupyter's Markdown knows less than a
page: where it has no words for a node, the nearest that a reader understands stands
there, and a node of which nobody has decided is an error, never left out unseen.
"""

import re
from collections.abc import Callable, Collection, Mapping
from html import escape
from pathlib import PurePosixPath

from docutils import nodes

from bookbuild.notebooks.tables import table_of

# What has nothing to say in a notebook.
SILENT = {
    "comment",
    "index",
    "meta",
    "raw",  # HTML of the page's own making
    "substitution_definition",
    "system_message",  # which is told by itself
    "target",
    "toctree",
}
# What only holds other nodes.
HOLDERS = {"compact_paragraph", "compound", "document", "only", "section"}
# The same within a line.
WITHIN = {
    "Explained",
    "PassthroughTextElement",
    "abbreviation",
    "citation_reference",
    "inline",
    "problematic",
}
CITED = "bibtex-citation"  # holds the names of authors and the year
LANGUAGES = {"ipython3": "python", "python3": "python", "default": "", "none": ""}
DARK = "only-dark"  # the twin of a picture, for dark pages
WHEN_CLOSED = "when-closed"  # words that a button loses when it is pressed
DEEPEST = 6  # of the headings that Markdown knows

# A line that would begin an item of a list, a heading or a quotation.
SIGN = re.compile(r"^([-+#>=])(?=\s|[-=#]*$)", re.MULTILINE)
COUNT = re.compile(r"^(\d+)([.)])(?=\s)", re.MULTILINE)
SPECIAL = re.compile(r"[\\`*$~]|(?<!\w)_|_(?!\w)|\](?=[(:\[])")
ENTITY = re.compile(r"&(?=#?\w+;)")
DISPLAY = re.compile(r"\$\$\n(.*?)\n\$\$", re.DOTALL)


class UnknownNodeError(ValueError):
    """There is a node for which Markdown has no words.

    Attributes
    ----------
    node : nodes.Node
        The node.
    """

    def __init__(self, node: nodes.Node) -> None:
        super().__init__(
            f"a notebook has no words for <{type(node).__name__}>: "
            f"{node.astext()[:60]!r}"
        )
        self.node = node


def no_address(reference: nodes.Element) -> str:
    """Return the address of a link from a book that is published nowhere."""
    return ""


class Markdown:
    """What writes the nodes of one page.

    Parameters
    ----------
    numbers : mapping of str to str
        The numbers of figures, tables, exercises, equations and sections, by the id of
        each; that of the chapter stands under "".
    address : callable, optional
        Takes a reference and returns its address, or "" where its text stands alone.
    titles : set of str
        The titles of the book's sections: a link whose text is one of them and that
        leads nowhere from a notebook is set apart from the words around it.
    """

    def __init__(
        self,
        numbers: Mapping[str, str],
        address: Callable[[nodes.Element], str] = no_address,
        titles: Collection[str] = (),
    ) -> None:
        self.numbers = numbers
        self.address = address
        self.titles = titles
        self.in_table = False

    def number_of(self, node: nodes.Element) -> str:
        """Return the number of a node, or "" where it has none."""
        return next((self.numbers[i] for i in node["ids"] if i in self.numbers), "")

    # Blocks, which stand apart from each other.

    def blocks(self, node: nodes.Element) -> str:
        """Return what stands in a node, block after block."""
        written = (self.block(child) for child in node.children)
        return "\n\n".join(text for text in written if text)

    def block(self, node: nodes.Node) -> str:
        """Return one block.

        Raises
        ------
        UnknownNodeError
            If there is no way to write it, or something in it.
        """
        for kind in type(node).__mro__:
            name = kind.__name__
            if name in SILENT:
                return ""
            if name in HOLDERS:
                return self.blocks(node)
            if write := getattr(self, f"block_{name}", None):
                return str(write(node))
        raise UnknownNodeError(node)

    def block_container(self, node: nodes.container) -> str:
        """Write what a container holds: a card, for one, as an item of a list."""
        part = node.get("design_component", "")
        if part == "grid-row":
            return "\n".join(map(self.block, node.children))
        if part == "card":
            return self.card(node)
        if "nb_element" in node:
            raise UnknownNodeError(node)  # a cell within something else
        return self.blocks(node)

    def card(self, node: nodes.container) -> str:
        """Write a card: its title and what it says, in one item."""
        said = []
        for body in node.findall(nodes.container):
            if body.get("design_component") != "card-body":
                continue
            for part in body.children:
                kind = getattr(part, "attributes", {}).get("design_component")
                text = self.text(part)
                said.append(f"**{text}**" if kind == "card-title" else text)
        return "- " + " ".join(text for text in said if text)

    def block_title(self, node: nodes.title) -> str:
        """Write the heading of a section, with its number."""
        depth, section = 0, node.parent
        while isinstance(section, nodes.section):
            depth, section = depth + 1, section.parent
        number = self.number_of(node.parent)
        if depth == 1:
            number = self.numbers.get("", number)
        marks = "#" * min(max(depth, 1), DEEPEST)
        return " ".join(filter(None, [marks, number, self.text(node)]))

    def block_rubric(self, node: nodes.rubric) -> str:
        """Write a heading that is no section."""
        return f"**{self.text(node)}**"

    def block_paragraph(self, node: nodes.TextElement) -> str:
        """Write a paragraph."""
        lines = [line.strip() for line in self.inline_of(node).strip().splitlines()]
        return begun("\n".join(lines))

    def block_math_block(self, node: nodes.math_block) -> str:
        """Write a display equation with its number."""
        latex = without_blank_lines(node.astext())
        if number := self.number_of(node):
            latex += rf" \tag{{{number}}}"
        return f"$$\n{latex}\n$$"

    def block_literal_block(self, node: nodes.literal_block) -> str:
        """Write lines of code."""
        return fenced(node.astext(), node.get("language", ""))

    def block_doctest_block(self, node: nodes.doctest_block) -> str:
        """Write lines of an interpreter."""
        return fenced(node.astext(), "pycon")

    def block_bullet_list(self, node: nodes.bullet_list) -> str:
        """Write a list."""
        return self.listed(node, lambda _: "- ")

    def block_enumerated_list(self, node: nodes.enumerated_list) -> str:
        """Write a list with numbers; Markdown has no letters for its items."""
        start = node.get("start", 1)
        return self.listed(node, lambda number: f"{start + number}. ")

    def listed(self, node: nodes.Element, mark: Callable[[int], str]) -> str:
        """Write the items of a list, far from each other where one has many blocks."""
        items = [
            hanging(mark(number), self.blocks(item))
            for number, item in enumerate(node.children)
        ]
        is_tight = all(len(item.children) < 2 for item in node.children)
        return ("\n" if is_tight else "\n\n").join(items)

    def block_definition_list(self, node: nodes.definition_list) -> str:
        """Write words and what they mean, as a list: Markdown has no other."""
        items = []
        for item in node.children:
            terms = [self.inline_of(term) for term in item.findall(nodes.term)]
            meaning = next(item.findall(nodes.definition))
            said = f"**{', '.join(terms)}**: {self.blocks(meaning)}"
            items.append(hanging("- ", said))
        return "\n".join(items)

    def block_block_quote(self, node: nodes.block_quote) -> str:
        """Write what is quoted."""
        return quoted(self.blocks(node))

    def block_attribution(self, node: nodes.attribution) -> str:
        """Write whom a quotation is from."""
        return f"— {self.text(node)}"

    def block_line_block(self, node: nodes.line_block) -> str:
        """Write lines that end where they end."""
        return "\\\n".join(self.text(line) for line in node.findall(nodes.line))

    def block_transition(self, node: nodes.transition) -> str:
        """Write the line between two parts."""
        return "---"

    def block_table(self, node: nodes.table) -> str:
        """Write a table, below its title."""
        self.in_table = True
        try:
            written = table_of(node, inline=self.text, blocks=self.blocks)
        finally:
            self.in_table = False
        title = next(node.findall(nodes.title), None)
        if title is None:
            return written
        return f"{self.captioned('Table', node, title)}\n\n{written}"

    def block_figure(self, node: nodes.figure) -> str:
        """Write a picture and its caption."""
        parts = [self.block(image) for image in node.findall(nodes.image)]
        return "\n\n".join(filter(None, [*parts, self.caption_of(node)]))

    def block_image(self, node: nodes.image) -> str:
        """Write a picture, which the notebook holds; the one for light pages."""
        if DARK in node["classes"]:
            return ""
        alternative = re.sub(
            r"([\[\]])", r"\\\1", " ".join(node.get("alt", "").split())
        )
        return f"![{alternative}](attachment:{PurePosixPath(node['uri']).name})"

    def caption_of(self, node: nodes.figure) -> str:
        """Return the caption of a figure with its number."""
        caption = next(node.findall(nodes.caption), None)
        return "" if caption is None else self.captioned("Figure", node, caption)

    def captioned(self, kind: str, node: nodes.Element, caption: nodes.Element) -> str:
        """Return a caption behind the number of what it belongs to."""
        number = self.number_of(node)
        return (
            f"**{kind} {number}.** {self.text(caption)}"
            if number
            else self.text(caption)
        )

    def block_Admonition(self, node: nodes.Element) -> str:  # noqa: N802
        """Write a note or a warning, with its title or the name of its kind."""
        first = node.children[0] if node.children else None
        if isinstance(first, nodes.title):
            title, content = self.text(first), node.children[1:]
        else:
            title, content = type(node).__name__.capitalize(), node.children
        said = [f"**{title}**", *map(self.block, content)]
        return quoted("\n\n".join(text for text in said if text))

    def block_exercise_node(self, node: nodes.Element) -> str:
        """Write an exercise: its number and level, its title and what it asks."""
        title, *content = node.children
        level = ""
        words = []
        for part in title.children:
            if isinstance(part, nodes.inline) and "exercise-level" in part["classes"]:
                level = f" ({part.astext()})"
            else:
                words.append(self.inline(part))
        name = "".join(words).strip(" ·\n").removeprefix("(").removesuffix(")")
        begin = f"Exercise {self.number_of(node)}".rstrip() + level
        said = [f"**{begin}: {name}**" if name else f"**{begin}**"]
        said += map(self.block, content)
        return "\n\n".join(text for text in said if text)

    block_exercise_enumerable_node = block_exercise_node

    def block_fold(self, node: nodes.Element) -> str:
        """Write what is shown when the reader asks for it."""
        title, *content = node.children
        shown = "".join(
            part.astext()
            for part in title.children
            if WHEN_CLOSED not in getattr(part, "attributes", {}).get("classes", ())
        )
        written = (self.block(child) for child in content)
        inside = "\n\n".join(text for text in written if text)
        summary = escape(" ".join(shown.split()), quote=False)
        return f"<details>\n<summary>{summary}</summary>\n\n{inside}\n\n</details>"

    def block_footnote(self, node: nodes.footnote) -> str:
        """Write a footnote where it stands in the tree."""
        label, *content = node.children
        said = " ".join(self.block(child) for child in content)
        return f"[{label.astext()}] {said}"

    block_citation = block_footnote

    def block_caption(self, node: nodes.caption) -> str:
        """Write the caption of what is neither a figure nor a table."""
        return f"*{self.text(node)}*"

    # What stands within a line.

    def text(self, node: nodes.Node) -> str:
        """Return what a node says, in one line."""
        if isinstance(node, nodes.Text):
            return " ".join(self.inline(node).split())
        return " ".join(self.inline_of(node).split())

    def inline_of(self, node: nodes.Element) -> str:
        """Return what stands in a node, within a line."""
        return "".join(map(self.inline, node.children))

    def inline(self, node: nodes.Node) -> str:
        """Return one part of a line.

        Raises
        ------
        UnknownNodeError
            If there is no way to write it, or something in it.
        """
        for kind in type(node).__mro__:
            name = kind.__name__
            if name in SILENT:
                return ""
            if name in WITHIN:
                return self.inline_of(node)
            if write := getattr(self, f"inline_{name}", None):
                return str(write(node))
        raise UnknownNodeError(node)

    def inline_Text(self, node: nodes.Text) -> str:  # noqa: N802
        """Write words, so that Markdown takes none of their signs for its own."""
        return self.cell(escaped(node.astext()))

    def inline_paragraph(self, node: nodes.paragraph) -> str:
        """Write the paragraph of a cell or a card, of which there is one."""
        return self.inline_of(node)

    def inline_emphasis(self, node: nodes.emphasis) -> str:
        """Write what is stressed."""
        return surrounded("*", self.inline_of(node))

    inline_title_reference = inline_emphasis

    def inline_strong(self, node: nodes.strong) -> str:
        """Write what is strongly stressed."""
        return surrounded("**", self.inline_of(node))

    def inline_literal(self, node: nodes.literal) -> str:
        """Write code within a line, between more backticks than it holds."""
        code = " ".join(node.astext().split("\n"))
        longest = max(map(len, re.findall("`+", code)), default=0)
        marks = "`" * (longest + 1)
        gap = " " if code.startswith("`") or code.endswith("`") else ""
        return self.cell(f"{marks}{gap}{code}{gap}{marks}")

    def inline_math(self, node: nodes.math) -> str:
        """Write an equation within a line."""
        latex = " ".join(node.astext().split())
        if self.in_table:  # where a bar would end the cell
            latex = latex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
        return f"${latex}$"

    def inline_reference(self, node: nodes.reference) -> str:
        """Write a link, or its text alone where it leads nowhere from a notebook."""
        said = self.inline_of(node)
        if CITED in getattr(node.parent, "attributes", {}).get("classes", ()):
            return said
        to = self.address(node)
        if to and said:
            return f"[{said}]({to.replace(' ', '%20')})"
        return surrounded("*", said) if node.astext() in self.titles else said

    inline_number_reference = inline_reference
    inline_download_reference = inline_reference

    def inline_footnote_reference(self, node: nodes.footnote_reference) -> str:
        """Write the mark of a footnote."""
        return f"[{node.astext()}]"

    def inline_superscript(self, node: nodes.superscript) -> str:
        """Write what stands above the line."""
        return f"<sup>{self.inline_of(node)}</sup>"

    def inline_subscript(self, node: nodes.subscript) -> str:
        """Write what stands below the line."""
        return f"<sub>{self.inline_of(node)}</sub>"

    def cell(self, text: str) -> str:
        """Return words that may stand in a cell of a table, if they do."""
        return text.replace("|", r"\|") if self.in_table else text


def escaped(text: str) -> str:
    r"""Return words in which no sign stands for markup.

    Examples
    --------
    >>> escaped("a * b < c, and snake_case costs $2")
    'a \\* b &lt; c, and snake_case costs \\$2'
    """
    text = ENTITY.sub("&amp;", text)
    return SPECIAL.sub(lambda found: f"\\{found[0]}", text).replace("<", "&lt;")


def begun(text: str) -> str:
    r"""Return a paragraph of which no line begins as a list or a heading does.

    Examples
    --------
    >>> begun("+ is a sign.")
    '\\+ is a sign.'
    >>> begun("1986. A year.")
    '1986\\. A year.'
    """
    return COUNT.sub(r"\1\\\2", SIGN.sub(r"\\\1", text))


def surrounded(mark: str, text: str) -> str:
    """Return words between two marks, which must touch them."""
    inside = text.strip()
    if not inside:
        return text
    before, _, after = text.partition(inside)
    return f"{before}{mark}{inside}{mark}{after}"


def fenced(code: str, language: str) -> str:
    """Return lines of code between two lines of backticks, more than they hold."""
    longest = max(map(len, re.findall("^`+", code, re.MULTILINE)), default=0)
    marks = "`" * max(3, longest + 1)
    name = language.lower()
    return f"{marks}{LANGUAGES.get(name, name)}\n{code}\n{marks}"


def hanging(mark: str, text: str) -> str:
    """Return an item of a list: its further lines stand below its first word."""
    gap = " " * len(mark)
    first, *others = text.splitlines() or [""]
    return "\n".join([mark + first, *(gap + line if line else "" for line in others)])


def quoted(text: str) -> str:
    """Return blocks as a quotation.

    A display equation gets a line of its own: Jupyter takes equations out before it
    reads any mark of Markdown, and would take the marks of its lines for a part of it.
    """
    text = DISPLAY.sub(lambda found: f"$$ {' '.join(found[1].split())} $$", text)
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def without_blank_lines(latex: str) -> str:
    """Return an equation without the blank lines, at which Markdown would end it."""
    return "\n".join(line for line in latex.splitlines() if line.strip())
