"""Execute pages and examples several at a time, before Sphinx asks for their results.

MyST-NB executes a page when it reads it, one after another, while the other cores
wait; sphinx-gallery runs the examples of one theme at a time. Here everything whose
results are not in a cache is executed ahead by their own functions, what takes longest
first, so that all cores are busy to the end. MyST-NB and sphinx-gallery then find the
results. What fails here fails again when it is asked for, and is reported there.
"""

import json
import os
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
from jupyter_cache import get_cache
from myst_nb.core.execute import create_client
from myst_nb.core.read import create_nb_reader
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx_gallery.gen_rst import generate_file_rst, md5sum_is_current

from bookbuild.gallery import scripts, thumbnails

logger = logging.getLogger(__name__)

AT_MOST = 4  # at a time; each holds about 1 GB
MORE_THAN_CORES = 1  # each waits for its own threads for a fifth of the time


@dataclass(frozen=True)
class Page:
    """A page that is to be executed."""

    name: str
    path: Path
    notebook: Any
    read_format: dict[str, Any] | None

    @property
    def length(self) -> int:
        """The characters of its cells: what is long is likely to take long."""
        return sum(
            len(cell.source) for cell in self.notebook.cells if cell.cell_type == "code"
        )


class SilentLogger:
    """Take what the client says: reading the page says it again, in its place."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


def at_a_time(count: int) -> int:
    """Return how many of some pages or examples are executed at a time."""
    bound = getattr(os, "sched_getaffinity", None)
    cores = len(bound(0)) if bound else os.cpu_count() or 1
    return min(cores + MORE_THAN_CORES, AT_MOST, count)


def stale_pages(env: BuildEnvironment, names: list[str]) -> Iterator[Page]:
    """Yield those of the pages that have cells whose results are not in the cache."""
    cache = get_cache(env.mystnb_config.execution_cache_path)
    for name in names:
        path = Path(env.doc2path(name))
        try:
            text = path.read_text(encoding="utf-8")
            reader = create_nb_reader(
                str(path), env.myst_config, env.mystnb_config, text
            )
            notebook = reader.read(text) if reader else None
        except Exception:  # noqa: S112  reading the page says what is wrong with it
            continue
        if notebook is None or not any(c.cell_type == "code" for c in notebook.cells):
            continue
        with suppress(KeyError):
            cache.match_cache_notebook(notebook)
            continue
        yield Page(name=name, path=path, notebook=notebook, read_format=reader.read_fmt)


def execute(page: Page, config: Any) -> float:
    """Execute one page and leave its results in the cache; return the seconds."""
    start = time.monotonic()
    with create_client(
        page.notebook, str(page.path), config, SilentLogger(), page.read_format
    ):
        pass
    return time.monotonic() - start


def execute_ahead(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Execute what must be, the longest pages first, and show how far it is."""
    config = env.mystnb_config
    if config.execution_mode != "cache":
        return
    pages = sorted(stale_pages(env, docnames), key=lambda page: -page.length)
    workers = at_a_time(len(pages))
    if workers < 2:
        return  # reading does it as well
    logger.info("executing %d pages, %d at a time", len(pages), workers)
    pool = ThreadPoolExecutor(max_workers=workers)
    try:
        started = {pool.submit(execute, page, config): page for page in pages}
        for number, future in enumerate(as_completed(started), 1):
            name = started[future].name
            try:
                logger.info(
                    "[%d/%d] %s  %.0f s", number, len(pages), name, future.result()
                )
            except Exception:
                logger.info("[%d/%d] %s  FAILED", number, len(pages), name)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True)
class Example:
    """A script of the gallery that is to be run, and where its page belongs."""

    script: Path
    target: Path

    @property
    def mark(self) -> Path:
        """The file by which sphinx-gallery knows that it has run the script."""
        return self.target / f"{self.script.name}.md5"

    def forget_if_spoilt(self) -> None:
        """Let the script run again if what it left cannot be read.

        Facts, costs and devices are kept as JSON beside the page; a full disk or a
        power failure may have cut one short.
        """
        for path in self.target.glob(f"{self.script.stem}.*.json"):
            try:
                json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                path.unlink()
                self.mark.unlink(missing_ok=True)

    def forget_if_thumbnail_differs(self) -> None:
        """Let the script run again if its card is to show something else."""
        made = self.target / f"{self.script.stem}.made.json"
        if made.exists():
            drawn = json.loads(made.read_text(encoding="utf-8")).get("thumbnail")
            if drawn != thumbnails.choice_for(self.script).as_drawn():
                self.mark.unlink(missing_ok=True)

    @property
    def is_stale(self) -> bool:
        """Whether the results in the cache are not those of the script as it is."""
        copy = self.target / self.script.name
        if not self.mark.exists() or not copy.exists():
            return True
        text = self.script.read_text(encoding="utf-8")
        if copy.read_text(encoding="utf-8") != text:
            return True
        return not md5sum_is_current(copy, mode="t")


def seconds(root: Path) -> dict[str, float]:
    """Return how long each example took when it was last measured."""
    try:
        text = (root / "gallery/costs/cpu.json").read_text(encoding="utf-8")
        measured = json.loads(text)["scripts"]
        return {name: cost["wall_s"] for name, cost in measured.items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def stale_examples(app: Sphinx) -> list[Example]:
    """Return the examples that must be run, the longest first and new ones before."""
    root = Path(app.srcdir)
    config = app.config.sphinx_gallery_conf
    examples = [
        Example(script=script, target=root / made / script.parent.name)
        for source, made in zip(
            config["examples_dirs"], config["gallery_dirs"], strict=True
        )
        for script in scripts.all_scripts(root / source)
    ]
    for example in examples:
        example.forget_if_spoilt()
        example.forget_if_thumbnail_differs()
    known = seconds(root)
    return sorted(
        (example for example in examples if example.is_stale),
        key=lambda example: -known.get(scripts.name_of(example.script), float("inf")),
    )


def run_example(example: Example, config: Any) -> tuple[str, float]:
    """Run one example and leave its page where sphinx-gallery looks for it."""
    start = time.monotonic()
    generate_file_rst(
        example.script.name, str(example.target), str(example.script.parent), config
    )
    return scripts.name_of(example.script), time.monotonic() - start


def run_examples_ahead(app: Sphinx) -> None:
    """Run the examples that must be, and show how far it is."""
    examples = stale_examples(app)
    workers = at_a_time(len(examples))
    if workers < 2:
        return  # sphinx-gallery does it as well
    config = app.config.sphinx_gallery_conf
    for example in examples:
        (example.target / "images" / "thumb").mkdir(parents=True, exist_ok=True)
    logger.info("running %d examples, %d at a time", len(examples), workers)
    results = joblib.Parallel(
        n_jobs=workers,
        backend="loky",
        batch_size=1,
        pre_dispatch=workers,
        return_as="generator_unordered",
    )(joblib.delayed(run_example)(example, config) for example in examples)
    with warnings.catch_warnings():
        # Trainings leave memory behind. joblib then ends the process after an example
        # and starts another one: nothing is lost, and there is nothing to mend.
        warnings.filterwarnings("ignore", message="A worker stopped while some jobs")
        for number, (name, took) in enumerate(results, 1):
            logger.info("[%d/%d] %s  %.0f s", number, len(examples), name, took)


def connect(app: Sphinx) -> None:
    """Connect before sphinx-gallery, and after all who add pages to be read."""
    app.connect("builder-inited", run_examples_ahead, priority=400)
    app.connect("env-before-read-docs", execute_ahead, priority=900)
