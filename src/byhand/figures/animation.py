"""A drawing that moves: frames of SVG with controls, and one of them for print."""

import json
from dataclasses import dataclass
from html import escape

from byhand.figures.colours import PAPER

# Drawings grow to fill a column, and shrink on a phone as long as they are legible.
LARGEST, SMALLEST = 1.4, 0.55  # times the size in which they are written
TARGET = "2.75rem"  # of a finger

# What the buttons show, drawn in a square of 16.
_BACK = "M12 2v12L5 8zM3 2h2v12H3z"
_PLAY = "M4 2l10 6-10 6z"
_PAUSE = "M3 2h4v12H3zM9 2h4v12H9z"
_NEXT = "M4 2v12l7-6zM11 2h2v12h-2z"

# Runs where it stands and finds its own drawing: several may share a page.
_SCRIPT = """
(() => {
  const whole = document.currentScript.parentElement;
  const frames = whole.querySelectorAll("svg > g[data-frame]");
  const words = JSON.parse(whole.dataset.captions);
  const [back, play, next] = whole.querySelectorAll("button");
  const slider = whole.querySelector("input");
  const said = whole.querySelector("[aria-live]");
  const controls = whole.querySelector("[data-controls]");
  const still = +slider.value;
  let timer = null;
  let left = 0;
  const show = (k) => {
    frames.forEach((frame, n) => (frame.style.display = n === k ? "" : "none"));
    slider.value = k;
    slider.setAttribute("aria-valuetext", `step ${k + 1} of ${frames.length}`);
    said.textContent = words[k];
  };
  const name = (word, path) => {
    play.querySelector("span").textContent = word;
    play.querySelector("path").setAttribute("d", path);
  };
  const stop = () => {
    clearInterval(timer);
    timer = null;
    name("Play", play.dataset.play);
  };
  const step = (by) => show((+slider.value + by + frames.length) % frames.length);
  back.onclick = () => { stop(); step(-1); };
  next.onclick = () => { stop(); step(1); };
  slider.oninput = () => { stop(); show(+slider.value); };
  play.onclick = () => {
    if (timer) return stop();
    name("Pause", play.dataset.pause);
    step(1);
    timer = setInterval(() => {
      if (+slider.value === frames.length - 1) return stop();
      step(1);
    }, +whole.dataset.pause);
  };
  addEventListener("beforeprint", () => { left = +slider.value; show(still); });
  addEventListener("afterprint", () => show(left));
  show("last" in whole.dataset ? frames.length - 1 : 0);
  controls.hidden = false;
  controls.style.display = "flex";
})();
"""


@dataclass(frozen=True, repr=False)
class Animation:
    """Frames of one drawing, shown one after the other when the reader asks.

    A page begins with the first frame and has buttons and a slider; nothing moves by
    itself. The sentence of each step is read out. Without a script, and in print, one
    frame stands for all. A page that sets ``data-last`` begins with the last frame.

    Colours are constants of `byhand.figures.colours`, written as attributes, as in
    `fill="{INK}"`: the pages of the book change them on a dark ground.

    Parameters
    ----------
    frames : tuple of str
        What each frame draws, in SVG elements.
    captions : tuple of str
        A sentence for each frame, shown below it.
    width, height : float
        Of the drawing, in the units of the frames.
    label : str
        A text that stands in for the picture.
    background : str
        SVG elements below every frame.
    still : int
        The frame that stands for all without a script and in print; the last by
        default.
    pause : int
        Milliseconds from one frame to the next.

    Raises
    ------
    ValueError
        If there is no frame, or not one caption for each, or the label is short.

    Examples
    --------
    >>> dot = '<circle cx="{}" cy="5" r="4"/>'
    >>> moving = Animation(
    ...     tuple(dot.format(x) for x in (5, 15, 25)),
    ...     ("Left.", "Middle.", "Right."),
    ...     width=30,
    ...     height=10,
    ...     label="A dot that moves from left to right in three steps.",
    ... )
    >>> moving
    <Animation of 3 frames: A dot that moves from left to right in three steps.>
    """

    frames: tuple[str, ...]
    captions: tuple[str, ...]
    width: float
    height: float
    label: str
    background: str = ""
    still: int = -1
    pause: int = 700

    def __post_init__(self) -> None:
        if not self.frames:
            raise ValueError("an animation needs at least one frame, got none")
        if len(self.captions) != len(self.frames):
            raise ValueError(
                f"captions must give one sentence for each of the {len(self.frames)} "
                f"frames, got {len(self.captions)}"
            )
        if len(self.label) < 30:
            raise ValueError(
                "label must say in 30 characters or more what is seen, got "
                f"{self.label!r}"
            )
        if not -len(self.frames) <= self.still < len(self.frames):
            raise ValueError(
                f"still must be the number of one of the {len(self.frames)} frames, "
                f"got {self.still}"
            )

    def __repr__(self) -> str:
        return f"<Animation of {len(self.frames)} frames: {self.label}>"

    def svg(self, frame: int | None = None) -> str:
        """Return one frame as a picture of its own, the still one by default."""
        shown = self.frames[self.still if frame is None else frame]
        return self._picture(f"<g>{shown}</g>")

    def _picture(self, content: str) -> str:
        """Return SVG elements as a picture with the animation's size and label."""
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
            f'aria-label="{escape(self.label)}" '
            f'viewBox="0 0 {self.width:g} {self.height:g}" '
            f'style="width:100%;height:auto;min-width:{SMALLEST * self.width:.0f}px;'
            f'max-width:{LARGEST * self.width:.0f}px">'
            f'<rect width="100%" height="100%" fill="{PAPER}"/>'
            f"{self.background}{content}</svg>"
        )

    def _repr_html_(self) -> str:
        """Show the frames with controls, in a notebook or on a page."""
        still = self.still % len(self.frames)
        hidden = ' style="display:none"'
        groups = "".join(
            f'<g data-frame="{k}"{"" if k == still else hidden}>{frame}</g>'
            for k, frame in enumerate(self.frames)
        )
        captions = escape(json.dumps(self.captions))
        return (
            f'<div class="animation" data-pause="{self.pause}" '
            f'data-captions="{captions}">'
            f'<div style="overflow-x:auto">{self._picture(groups)}</div>'
            f'<p aria-live="polite">{escape(self.captions[still])}</p>'
            '<div data-controls hidden style="gap:0.5rem;align-items:center">'
            f"{_button(_BACK, label='Previous step')}"
            f"{_button(_PLAY, word='Play', other=_PAUSE)}"
            f"{_button(_NEXT, label='Next step')}"
            f'<input type="range" min="0" max="{len(self.frames) - 1}" '
            f'value="{still}" aria-label="Step" '
            f'style="flex:1;min-width:0;min-height:{TARGET}"></div>'
            f"<script>{_SCRIPT}</script></div>"
        )


def _button(path: str, *, label: str = "", word: str = "", other: str = "") -> str:
    """Return a button with an icon, and with a word or, unseen, a label.

    Parameters
    ----------
    path, other : str
        What the icon is, and what it is while the animation plays.
    label, word : str
        What is read out, and what is also seen.
    """
    named = f' aria-label="{label}" title="{label}"' if label else ""
    icons = f' data-play="{path}" data-pause="{other}"' if other else ""
    return (
        f'<button type="button"{named}{icons} '
        f'style="min-width:{TARGET};min-height:{TARGET}">'
        '<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" '
        f'fill="currentColor"><path d="{path}"/></svg>'
        f"{f' <span>{word}</span>' if word else ''}</button>"
    )
