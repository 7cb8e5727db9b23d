"""Bookmarks read as the headings do, and pages are counted from one."""

import pikepdf

from bookbuild.browsing import printing


def test_bookmarks_get_their_spaces_back():
    pdf = pikepdf.new()
    pdf.add_blank_page()
    with pdf.open_outline() as outline:
        chapter = pikepdf.OutlineItem("1 Findinglenses", 0)
        chapter.children.append(pikepdf.OutlineItem("As it is", 0))
        outline.root += [chapter, pikepdf.OutlineItem("Index", 0)]
    printing.mend_bookmarks(pdf, ["1 Finding\n lenses", "Index"])
    first = pdf.Root.Outlines.First
    titles = [str(item.Title) for item in printing.bookmarks(first)]
    assert titles == ["1 Finding lenses", "As it is", "Index"]


def test_anchors_are_on_numbered_pages():
    pdf = pikepdf.new()
    for _ in range(3):
        pdf.add_blank_page()
    pdf.Root.Dests = pikepdf.Dictionary(
        {
            "/losses": [pdf.pages[2].obj, pikepdf.Name.XYZ, 0, 0, 0],
            "/losses--sec-a": [pdf.pages[0].obj, pikepdf.Name.XYZ, 0, 0, 0],
        }
    )
    assert printing.page_numbers(pdf) == {"losses": 3, "losses--sec-a": 1}
