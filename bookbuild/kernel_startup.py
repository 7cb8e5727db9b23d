"""Run by every chapter's kernel before its first cell (PYTHONSTARTUP).

Figures have the look of the book. They come out as SVG, sharp at any size, and carry
their label as description, which bookbuild/extensions/cells.py makes the figure's
alternative text. Beside each is the same figure for a dark page, which
bookbuild/extensions/themes.py shows there. TensorFlow's advice on tracing, which is
for the authors of Keras, stays off the page. Nothing here changes what a cell computes.
"""

import logging


def _draw_for_the_book() -> None:
    from IPython import get_ipython
    from IPython.core import pylabtools
    from matplotlib import rcParams

    from byhand.figures import style

    print_figure = pylabtools.print_figure

    def in_both_themes(figure, fmt="png", **options):
        if fmt != "svg":
            return print_figure(figure, fmt, **options)
        # No date: the same figure gives the same bytes.
        options["metadata"] = {"Description": figure.get_label(), "Date": None}
        style.tidy(figure)
        light = print_figure(figure, fmt, **options)
        if light is None:  # an empty figure is not shown
            return None
        with style.dark(figure):
            return light, {"dark": print_figure(figure, fmt, **options)}

    pylabtools.print_figure = in_both_themes
    shell = get_ipython()
    shell.config.InlineBackend.figure_formats = {"svg"}
    shell.run_line_magic("matplotlib", "inline")
    style.use()
    # An image of numbers is kept with its own points, which the browser enlarges; what
    # matplotlib would make of them for one size is several times as large.
    rcParams["image.interpolation"] = "none"


_draw_for_the_book()
del _draw_for_the_book
logging.getLogger("tensorflow").addFilter(lambda record: "retracing" not in record.msg)
del logging
