"""A drawing that moves: frames of SVG with controls, and one of them for print."""

import json
from dataclasses import dataclass
from html import escape

# Runs where it stands and finds its own figure: several may share a page.
_SCRIPT = """
(() => {
  const figure = document.currentScript.parentElement;
  const frames = figure.querySelectorAll("svg > g[data-frame]");
  const words = JSON.parse(figure.dataset.captions);
  const [back, play, next] = figure.querySelectorAll("button");
  const slider = figure.querySelector("input");
  const caption = figure.querySelector("figcaption");
  let timer = null;
  const show = (k) => {
    frames.forEach((frame, n) => (frame.style.display = n === k ? "" : "none"));
    slider.value = k;
    slider.setAttribute("aria-valuetext", words[k]);
    caption.textContent = words[k];
  };
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  };
  const step = (by) => show((+slider.value + by + frames.length) % frames.length);
  back.onclick = () => { stop(); step(-1); };
  next.onclick = () => { stop(); step(1); };
  slider.oninput = () => { stop(); show(+slider.value); };
  play.onclick = () => {
    if (timer) return stop();
    play.textContent = "Pause";
    timer = setInterval(() => {
      step(1);
      if (+slider.value === frames.length - 1) stop();
    }, +figure.dataset.pause);
  };
  const still = +slider.value;
  addEventListener("beforeprint", () => show(still));
  figure.querySelector("[data-controls]").hidden = false;
})();
"""


@dataclass(frozen=True, repr=False)
class Animation:
    """Frames of one drawing, shown one after the other when the reader asks.

    A page shows it with buttons and a slider; nothing moves by itself. Without a
    script, and in print, one frame stands for all.

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
        The frame that is shown first and in print; the last by default.
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
            f'style="max-width:{self.width:g}px;width:100%;height:auto">'
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
            f'<figure class="animation" data-pause="{self.pause}" '
            f'data-captions="{captions}">{self._picture(groups)}'
            f"<figcaption>{escape(self.captions[still])}</figcaption>"
            "<div data-controls hidden>"
            '<button type="button" aria-label="Previous frame">&#8249;</button> '
            '<button type="button">Play</button> '
            '<button type="button" aria-label="Next frame">&#8250;</button> '
            f'<input type="range" min="0" max="{len(self.frames) - 1}" '
            f'value="{still}" aria-label="Frame"></div>'
            f"<script>{_SCRIPT}</script></figure>"
        )
