"""What fits: the settings that lead from one length to another."""

from __future__ import annotations

from typing import Any

from bookbuild.explorer.asked import one_of, span, whole
from bookbuild.explorer.axis import PADDINGS, formula_of
from bookbuild.explorer.errors import AskedError
from byhand.shapes.solving import Setting, solve

MOST = 200  # settings that are listed
WIDEST = 64  # kernels, strides, dilations and depths that are tried
EITHER = "either"


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that give what was asked for, simplest first.

    Parameters
    ----------
    request : dict
        `input` and `output`, or `field`, a receptive field; `kernel`, `strides`,
        `dilation` and `depth` as pairs of the least and the most; `padding`, "valid",
        "same" or "either"; `transposed`.

    Returns
    -------
    dict
        `count`, and `settings`, of which the first are listed, each with the arguments
        of a layer, its formula and a line of Keras.

    Raises
    ------
    AskedError
        If the question is incomplete.
    """
    if request.get("field") is not None:
        found = solve(
            receptive_field=whole(request, "field"),
            kernel=span(request, "kernel", most=WIDEST),
            dilation=span(request, "dilation", most=WIDEST),
            depth=span(request, "depth", most=WIDEST),
        )
        listed = [_stack(setting) for setting in found[:MOST]]
        return {"count": len(found), "settings": listed}
    length = whole(request, "input")
    transposed = bool(request.get("transposed"))
    padding = one_of(request, "padding", (*PADDINGS, EITHER))
    try:
        found = solve(
            input=length,
            output=whole(request, "output"),
            kernel=span(request, "kernel", most=WIDEST),
            strides=span(request, "strides", most=WIDEST),
            dilation=span(request, "dilation", most=WIDEST),
            padding=PADDINGS if padding == EITHER else padding,
            transposed=transposed,
        )
    except ValueError as error:
        raise AskedError(str(error)) from None
    listed = [_layer(length, setting, transposed) for setting in found[:MOST]]
    return {"count": len(found), "settings": listed}


def _layer(length: int, setting: Setting, transposed: bool) -> dict[str, Any]:
    """Return one setting of a layer with its formula and its line of Keras."""
    formula = formula_of(
        length,
        kernel=setting.kernel,
        strides=setting.strides,
        padding=setting.padding,
        dilation=setting.dilation,
        transposed=transposed,
    )
    name = "Conv1DTranspose" if transposed else "Conv1D"
    return {
        "kernel": setting.kernel,
        "strides": setting.strides,
        "dilation": setting.dilation,
        "padding": setting.padding,
        "formula": str(formula),
        "line": _line(name, setting),
    }


def _stack(setting: Setting) -> dict[str, Any]:
    """Return one stack of equal layers with the field of its last."""
    taps, step, depth = setting.kernel, setting.dilation, setting.depth
    field = 1 + depth * (taps - 1) * step
    return {
        "kernel": taps,
        "strides": 1,
        "dilation": step,
        "depth": depth,
        "padding": setting.padding,
        "formula": f"1 + n * (k - 1) * d = 1 + {depth} * ({taps} - 1) * {step} "
        f"= {field}",
        "line": _line("Conv1D", setting),
    }


def _line(name: str, setting: Setting) -> str:
    """Return a layer as Keras's line, with one filter to be changed."""
    parts = ["1", str(setting.kernel)]
    if setting.strides != 1:
        parts.append(f"strides={setting.strides}")
    if setting.padding != "valid":
        parts.append(f'padding="{setting.padding}"')
    if setting.dilation != 1:
        parts.append(f"dilation_rate={setting.dilation}")
    return f"layers.{name}({', '.join(parts)})"
