"""Run by every chapter's kernel before its first cell (PYTHONSTARTUP).

Figures come out as SVG, sharp at any size, and carry their label as description:
bookbuild/extensions/cells.py makes it the figure's alternative text. TensorFlow's
advice on tracing, which is for the authors of Keras, stays off the page. Nothing here
changes what a cell computes.
"""

import logging


def _describe_figures() -> None:
    from IPython import get_ipython
    from IPython.core import pylabtools

    print_figure = pylabtools.print_figure

    def described(figure, fmt="png", **options):
        if fmt == "svg":
            # No date: the same figure gives the same bytes.
            options["metadata"] = {"Description": figure.get_label(), "Date": None}
        return print_figure(figure, fmt, **options)

    pylabtools.print_figure = described
    shell = get_ipython()
    shell.config.InlineBackend.figure_formats = {"svg"}
    shell.run_line_magic("matplotlib", "inline")


_describe_figures()
del _describe_figures
logging.getLogger("tensorflow").addFilter(lambda record: "retracing" not in record.msg)
del logging
