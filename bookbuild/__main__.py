"""The commands of the project, as the Makefile calls them: `python -m bookbuild`.

Each command is imported when it is called, so that one which needs little runs where
little is installed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bookbuild import places, processes
from bookbuild.errors import CommandError

PORT = 8000
INTERRUPTED = 130


def build(options: argparse.Namespace) -> int:
    """Build the book strictly into _build/html."""
    from bookbuild import building

    return building.build(options.root)


def links(options: argparse.Namespace) -> int:
    """Ask every address that a page links to whether it is there."""
    from bookbuild import building

    return building.check_links(options.root)


def serve(options: argparse.Namespace) -> int:
    """Build, show the book in a browser, and build again whatever changes."""
    from bookbuild import serving

    serving.serve(options.root, options.port)
    return 0


def lint(options: argparse.Namespace) -> int:
    """Hold the sources of book, gallery and documents to the project's rules."""
    from bookbuild import linting

    return linting.lint(options.root)


def newest(options: argparse.Namespace) -> int:
    """Build the book on the newest Sphinx, parsers and theme, and report."""
    from bookbuild import newest as trying

    return trying.build()


def run_example(options: argparse.Namespace) -> int:
    """Run one example in this process and write down what it found and cost."""
    from bookbuild.gallery import running

    return running.run_and_keep(
        options.script,
        options.results,
        figures=options.figures,
        device=options.device,
    )


def measure(options: argparse.Namespace) -> int:
    """Run every example, one process each, and write down what each costs."""
    from bookbuild.gallery import measuring

    return measuring.measure(
        options.kind, options.gallery, options.costs, figures=options.figures
    )


def downloads(options: argparse.Namespace) -> int:
    """Run every script and notebook that the built site offers, as a reader would."""
    from bookbuild.gallery import downloads as trying

    return trying.try_all(options.html, only=options.only)


def pdf(options: argparse.Namespace) -> int:
    """Print the built book into _build/hands-on-deep-learning.pdf."""
    from bookbuild.browsing import printing
    from bookbuild.browsing.paper import Solutions

    return printing.print_book(options.root, Solutions(options.solutions))


def sheet(options: argparse.Namespace) -> int:
    """Write sheets of a chapter's exercises, with new numbers for each student."""
    from bookbuild.browsing import sheets

    return sheets.write(
        options.root,
        options.chapter,
        seed=options.seed,
        students=options.students,
        labels=options.exercises,
        kind=options.format,
        output=options.output,
    )


def offline(options: argparse.Namespace) -> int:
    """Pack the built site into one archive that is read without a server."""
    from bookbuild.browsing import packing

    return packing.pack_book(options.root)


def package(options: argparse.Namespace) -> int:
    """Build the package byhand into dist/, and try the wheel in fresh environments."""
    from bookbuild import distribution

    return distribution.package(places.ROOT / "dist", pythons=options.python)


def check_equations(options: argparse.Namespace) -> int:
    """Evaluate the equations of a page, or of the book, from their LaTeX."""
    from bookbuild.equations import reports

    return reports.check(options.root, options.page)


def mutate_equations(options: argparse.Namespace) -> int:
    """Change each equation in every way, and say which changes nobody would see."""
    from bookbuild.equations import reports

    return reports.mutate(options.root, options.page)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    whole = argparse.ArgumentParser(prog="python -m bookbuild", description=__doc__)
    commands = whole.add_subparsers(required=True, metavar="COMMAND")

    def add(group, name, function):
        made = group.add_parser(
            name, help=function.__doc__, description=function.__doc__
        )
        made.set_defaults(function=function)
        return made

    folder = {"type": Path, "default": places.ROOT, "help": "the book's folder"}
    command = add(commands, "build", build)
    command.add_argument("--root", **folder)

    command = add(commands, "serve", serve)
    command.add_argument("--root", **folder)
    command.add_argument("--port", type=int, default=PORT)

    command = add(commands, "lint", lint)
    command.add_argument("--root", **folder)

    command = add(commands, "links", links)
    command.add_argument("--root", **folder)

    add(commands, "newest", newest)

    of_equations = commands.add_parser(
        "equations", help="Check the equations from the LaTeX that readers read."
    )
    equations = of_equations.add_subparsers(required=True, metavar="HOW")
    for name, function in (("check", check_equations), ("mutate", mutate_equations)):
        command = add(equations, name, function)
        command.add_argument("page", nargs="?", default="", help="one page alone")
        command.add_argument("--root", **folder)

    gallery = commands.add_parser("gallery", help="Run the examples of the gallery.")
    examples = gallery.add_subparsers(required=True, metavar="HOW")

    command = add(examples, "run", run_example)
    command.add_argument("script", type=Path)
    command.add_argument("--results", type=Path, required=True)
    command.add_argument("--figures", type=Path, help="save the figures there, too")
    command.add_argument("--device", choices=["any", "cpu", "gpu"], default="any")

    command = add(examples, "measure", measure)
    command.add_argument("kind", choices=["cpu", "gpu"])
    command.add_argument("--gallery", type=Path, default=places.GALLERY)
    command.add_argument("--costs", type=Path, default=places.COSTS)
    command.add_argument("--figures", type=Path, default=places.FIGURES)

    command = add(commands, "downloads", downloads)
    command.add_argument("--html", type=Path, default=places.HTML)
    command.add_argument("--only", default="", help="a part of the files' paths")

    command = add(commands, "pdf", pdf)
    command.add_argument("--root", **folder)
    command.add_argument(
        "--solutions",
        choices=["here", "end", "no"],
        default="end",
        help="where the solutions stand; by default at the end of the book",
    )

    command = add(commands, "sheet", sheet)
    command.add_argument("--root", **folder)
    command.add_argument("--chapter", required=True, help="such as convolution")
    command.add_argument("--seed", type=int, default=1, help="of the numbers")
    command.add_argument("--students", type=int, default=1, help="how many sheets")
    command.add_argument(
        "--exercises",
        nargs="+",
        default=[],
        metavar="LABEL",
        help="such as ex-channels-count; by default all that answer",
    )
    command.add_argument("--format", choices=["markdown", "pdf"], default="markdown")
    command.add_argument(
        "--output", type=Path, help="a folder; by default _build/sheets of the book"
    )

    command = add(commands, "offline", offline)
    command.add_argument("--root", **folder)

    command = add(commands, "package", package)
    command.add_argument(
        "--python",
        action="append",
        help="a version or a path of an interpreter to try the wheel on; may be given "
        "several times; by default the one that runs this",
    )
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the command line names; return the exit status."""
    options = parser().parse_args(arguments)
    with processes.interruptible():
        try:
            return options.function(options)
        except CommandError as error:
            print(error, file=sys.stderr)
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            print(
                f"{error.strerror or error}{where}; free space or change the "
                "permissions, then run the same command again. Nothing half-written "
                "is left.",
                file=sys.stderr,
            )
        except KeyboardInterrupt:
            print(
                "\nStopped. Whatever was finished is kept; the same command goes on "
                "from there.",
                file=sys.stderr,
            )
            return INTERRUPTED
    return 1


if __name__ == "__main__":
    sys.exit(main())
