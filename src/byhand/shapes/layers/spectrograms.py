"""Sound as what its frequencies are over time."""

from __future__ import annotations

from byhand.shapes.axis import conv_formula
from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import Layer
from byhand.shapes.layers.checks import channels_first, shape_of_rank, single_shape
from byhand.shapes.outcome import UNKNOWN, Outcome, WeightSpec
from byhand.shapes.tensor import Shape, show
from byhand.shapes.values import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from byhand.shapes.tensor import Arguments

MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


class STFTSpectrogram(Layer):
    """The frequencies within windows that move along the steps."""

    _arguments_ = {
        "mode": "log",
        "frame_length": 256,
        "frame_step": None,
        "fft_length": None,
        "window": "hann",
        "periodic": False,
        "scaling": "density",
        "padding": "valid",
        "expand_dims": False,
        "data_format": None,
    }
    frame_length: int

    def _check_(self) -> None:
        """Refuse windows that do not go together, and an unknown data format."""
        channels_first(self)
        self.frame_length = whole_number("frame_length", self.frame_length)
        for name, choices in {
            "mode": MODES,
            "scaling": (None, "density", "spectrum"),
            "padding": ("valid", "same"),
        }.items():
            if getattr(self, name) not in choices:
                raise ShapeError(
                    f"{name} must be one of {', '.join(map(str, choices))}, got "
                    f"{shown(getattr(self, name))}"
                )
        if self.frame_step is not None:
            step = whole_number("frame_step", self.frame_step)
            if step > self.frame_length:
                raise ShapeError(
                    f"frame_step must be at most frame_length={self.frame_length}, got "
                    f"{step}"
                )
        if self.fft_length is not None and self.fft_length < self.frame_length:
            raise ShapeError(
                f"fft_length must be at least frame_length={self.frame_length}, got "
                f"{self.fft_length}"
            )

    @property
    def _step_(self) -> int:
        """Steps from one window to the next."""
        return int(self.frame_step or self.frame_length // 2)

    @property
    def _frequencies_(self) -> int:
        """How many frequencies there are."""
        length = self.fft_length or 2 ** (self.frame_length - 1).bit_length()
        return int(length) // 2 + 1

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A kernel for the cosines and one for the sines, as far as they are used."""
        names = ["real_kernel", "imag_kernel"]
        if self.mode in ("real", "imag"):
            names = [f"{self.mode}_kernel"]
        axes = {"k": self.frame_length, "c": 1, "f": self._frequencies_}
        return [WeightSpec(name, axes) for name in names]

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """A convolution of each channel along the steps."""
        shape = shape_of_rank(shapes, 3, "batch, steps, channels")
        first = channels_first(self)
        batch, steps, channels = shape if not first else (shape[0], shape[2], shape[1])
        length = conv_formula(
            steps, self.frame_length, strides=self._step_, padding=self.padding
        )
        t, f = length.value, self._frequencies_ * (2 if self.mode == "stft" else 1)
        out: Shape
        if self.expand_dims:
            out = (batch, channels, t, f) if first else (batch, t, f, channels)
        else:
            out = (batch, f * channels, t) if first else (batch, t, f * channels)
        macs = Formula(
            "n * t * k * f * c",
            n=len(self._weight_specs_(shapes)),
            t=t,
            k=self.frame_length,
            f=self._frequencies_,
            c=channels,
        )
        return Outcome([out], lengths=[("length", length)], macs=macs, field=UNKNOWN)


class MelSpectrogram(Layer):
    """The frequencies over time, in steps as an ear tells them apart."""

    _arguments_ = {
        "fft_length": 2048,
        "sequence_stride": 512,
        "sequence_length": None,
        "window": "hann",
        "sampling_rate": 16000,
        "num_mel_bins": 128,
        "min_freq": 20.0,
        "max_freq": None,
        "power_to_db": True,
        "top_db": 80.0,
        "mag_exp": 2.0,
        "min_power": 1e-10,
        "ref_power": 1.0,
    }

    def _check_(self) -> None:
        """Refuse windows that are longer than their transform."""
        for name in ("fft_length", "sequence_stride", "num_mel_bins"):
            whole_number(name, getattr(self, name))
        if self.sequence_length is not None and self.sequence_length > self.fft_length:
            raise ShapeError(
                f"fft_length must be at least sequence_length={self.sequence_length}, "
                f"got {self.fft_length}"
            )

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """One column of bins for each stride, and one more."""
        shape = single_shape(shapes)
        if len(shape) != 2:
            raise ShapeError(
                f"it takes an input of 2 axes, batch and steps, got {show(shape)}"
            )
        length = Formula("(i + s + 1) // s", i=shape[1], s=self.sequence_stride)
        out = (shape[0], self.num_mel_bins, length.value)
        return Outcome([out], lengths=[("length", length)], macs=None, field=UNKNOWN)
