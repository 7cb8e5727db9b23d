"""Numbers, words and texts turned into whole numbers, or into counts of them."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError, UnsupportedError
from byhand.shapes.layers.base import REQUIRED, Layer
from byhand.shapes.layers.checks import single_shape
from byhand.shapes.outcome import POINT, WHOLE, Outcome
from byhand.shapes.size import Size
from byhand.shapes.tensor import Shape, show
from byhand.shapes.values import shown, whole_number
from byhand.shapes.variables import NO_NUMBERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments

VOCABULARY = Size.symbol("V")  # how many words, where nobody said
OLD_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


class _Encoding(Layer):
    """Whole numbers from 0 to the depth, as they are or as rows of that depth."""

    _modes_: tuple[str, ...] = ("int", "one_hot", "multi_hot", "count")
    output_mode: str
    num_bins: Any
    num_tokens: Any
    max_tokens: Any
    vocabulary: Any
    output_sequence_length: Any

    def _check_(self) -> None:
        """Refuse a mode that Keras does not have."""
        if isinstance(self.output_mode, str):
            self.output_mode = OLD_MODES.get(self.output_mode, self.output_mode)
        if self.output_mode not in self._modes_:
            raise ShapeError(
                f"output_mode must be one of {', '.join(self._modes_)}, got "
                f"{shown(self.output_mode)}"
            )
        if self.sparse and self.output_mode == "int":
            raise ShapeError(
                "sparse=True goes with output_mode='one_hot', 'multi_hot' or 'count'"
            )

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """One number stays one, or becomes a row; a row of them is counted."""
        shape = self._shape_(shapes)
        if self.output_mode == "int":
            return Outcome([shape])
        if self.output_mode == "one_hot":
            return Outcome([self._one_hot_(shape)], field=POINT)
        return Outcome([self._counted_(shape)], field=WHOLE)

    def _shape_(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape of the input."""
        return single_shape(shapes)

    def _one_hot_(self, shape: Shape) -> Shape:
        """Return the shape of one row for each number; an axis of 1 goes."""
        kept = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
        return (*kept, self._depth_)

    def _counted_(self, shape: Shape) -> Shape:
        """Return the shape of one row for each row."""
        return (*shape[:-1], self._depth_)

    def adapt(self, data: Any, **options: Any) -> None:
        """Take data to learn from; what is learnt stays unknown here."""


class CategoryEncoding(_Encoding):
    """Whole numbers as rows with a one, or as counts."""

    _arguments_ = {"num_tokens": None, "output_mode": "multi_hot", "sparse": False}
    _modes_ = ("one_hot", "multi_hot", "count")
    _takes_ = ("inputs", "count_weights")

    def _check_(self) -> None:
        """Refuse a missing number of tokens."""
        super()._check_()
        if self.num_tokens is None:
            raise ShapeError(
                "num_tokens is needed; where it is not known, use IntegerLookup"
            )
        self.num_tokens = whole_number("num_tokens", self.num_tokens)

    @property
    def _depth_(self) -> Any:
        """The number of tokens."""
        return self.num_tokens

    def _shape_(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape of the numbers; weights of a count may follow."""
        return single_shape(shapes[:1])


class Discretization(_Encoding):
    """Numbers as those of the bins that they lie in."""

    _arguments_ = {
        "bin_boundaries": None,
        "num_bins": None,
        "epsilon": 0.01,
        "output_mode": "int",
        "sparse": False,
        "dtype": None,
        "name": None,
    }

    def _check_(self) -> None:
        """Refuse bins that are given in two ways or in none."""
        super()._check_()
        if (self.num_bins is None) == (self.bin_boundaries is None):
            raise ShapeError("either num_bins or bin_boundaries is needed, not both")
        if self.num_bins is not None:
            whole_number("num_bins", self.num_bins, least=0)

    @property
    def _depth_(self) -> Any:
        """The number of bins."""
        if self.bin_boundaries is None:
            return self.num_bins
        return len(self.bin_boundaries) + 1

    def _counted_(self, shape: Shape) -> Shape:
        """Return the shape of counts, for which Keras leaves the second axis out."""
        return (
            (shape[0], *shape[2:], self._depth_) if len(shape) > 1 else (self._depth_,)
        )


class Hashing(_Encoding):
    """Whole numbers and words as those of the bins that a hash puts them in."""

    _arguments_ = {
        "num_bins": REQUIRED,
        "mask_value": None,
        "salt": None,
        "output_mode": "int",
        "sparse": False,
    }

    def _check_(self) -> None:
        """Refuse less than one bin."""
        super()._check_()
        self.num_bins = whole_number("num_bins", self.num_bins)

    @property
    def _depth_(self) -> Any:
        """The number of bins."""
        return self.num_bins

    def _one_hot_(self, shape: Shape) -> Shape:
        """Return the shape of one row for each row of numbers, as Keras says."""
        return self._counted_(shape)


class HashedCrossing(_Encoding):
    """Pairs of two features as the number of the bin that a hash puts them in."""

    _arguments_ = {
        "num_bins": REQUIRED,
        "output_mode": "int",
        "sparse": False,
        "name": None,
        "dtype": None,
    }
    _modes_ = ("int", "one_hot")

    def _check_(self) -> None:
        """Refuse less than one bin."""
        self.num_bins = whole_number("num_bins", self.num_bins)
        super()._check_()

    @property
    def _depth_(self) -> Any:
        """The number of bins."""
        return self.num_bins

    def _shape_(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape that both inputs have."""
        if len(shapes) != 2 or shapes[0] != shapes[1]:
            got = " and ".join(show(shape) for shape in shapes)
            raise ShapeError(f"it takes 2 inputs of one shape, got {got}")
        return shapes[0]


class _Lookup(_Encoding):
    """Words or numbers as their places in a vocabulary."""

    _modes_ = ("int", "one_hot", "multi_hot", "count", "tf_idf")

    def _check_(self) -> None:
        """Refuse a vocabulary of less than one word."""
        super()._check_()
        words = self.vocabulary
        if words is not None and not isinstance(words, str):
            words = list(words) if hasattr(words, "__iter__") else [words]
            if any(isinstance(word, list | tuple | dict | set) for word in words):
                raise TypeError(
                    f"vocabulary must be a list of words, got {shown(self.vocabulary)}"
                )
            self.vocabulary = words
        if self.max_tokens is not None:
            self.max_tokens = whole_number("max_tokens", self.max_tokens)

    @property
    def _depth_(self) -> Any:
        """The number of words, and of places for those that are not known."""
        if self.pad_to_max_tokens and self.max_tokens is not None:
            return self.max_tokens
        if self.vocabulary is None or isinstance(self.vocabulary, str):
            return VOCABULARY
        special = {self.mask_token, self.oov_token}
        words = [word for word in self.vocabulary if word not in special]
        return len(words) + self.num_oov_indices

    def get_vocabulary(self, include_special_tokens: bool = True) -> Any:
        """Return the vocabulary that it was made with.

        Raises
        ------
        UnsupportedError
            If it was to be learnt from data.
        """
        if self.vocabulary is None or isinstance(self.vocabulary, str):
            raise UnsupportedError(
                f"{NO_NUMBERS}, so no vocabulary is learnt: give it as vocabulary=[...]"
            )
        return list(self.vocabulary)

    def vocabulary_size(self) -> Any:
        """Return the number of words; V where it is to be learnt from data."""
        return self._depth_

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Take a vocabulary."""
        self.vocabulary = vocabulary


class StringLookup(_Lookup):
    """Words as their places in a vocabulary."""

    _arguments_ = {
        "max_tokens": None,
        "num_oov_indices": 1,
        "mask_token": None,
        "oov_token": "[UNK]",
        "vocabulary": None,
        "idf_weights": None,
        "invert": False,
        "output_mode": "int",
        "pad_to_max_tokens": False,
        "sparse": False,
        "encoding": "utf-8",
        "name": None,
        "salt": None,
    }


class IntegerLookup(_Lookup):
    """Whole numbers as their places in a vocabulary."""

    _arguments_ = {
        "max_tokens": None,
        "num_oov_indices": 1,
        "mask_token": None,
        "oov_token": -1,
        "vocabulary": None,
        "vocabulary_dtype": "int64",
        "idf_weights": None,
        "invert": False,
        "output_mode": "int",
        "sparse": False,
        "pad_to_max_tokens": False,
        "oov_method": "floormod",
        "salt": None,
        "name": None,
    }


class TextVectorization(_Lookup):
    """Texts as the places of their words in a vocabulary, or as counts of words."""

    _arguments_ = {
        "max_tokens": None,
        "standardize": "lower_and_strip_punctuation",
        "split": "whitespace",
        "ngrams": None,
        "output_mode": "int",
        "output_sequence_length": None,
        "pad_to_max_tokens": False,
        "vocabulary": None,
        "idf_weights": None,
        "sparse": False,
        "ragged": False,
        "encoding": "utf-8",
        "name": None,
    }
    mask_token = ""
    oov_token = "[UNK]"  # noqa: S105  a word, and no secret
    num_oov_indices = 1

    def _check_(self) -> None:
        """Refuse a length for anything but whole numbers."""
        super()._check_()
        if self.output_sequence_length is None:
            return
        if self.output_mode != "int":
            raise ShapeError(
                "output_sequence_length goes with output_mode='int', got "
                f"output_mode={self.output_mode!r}"
            )
        self.output_sequence_length = whole_number(
            "output_sequence_length", self.output_sequence_length
        )

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """A row of places for each text, or counts of all words."""
        shape = single_shape(shapes)
        if self.output_mode == "int":
            length = self.output_sequence_length or Size.symbol("T")
            return Outcome([(shape[0], length)], field=WHOLE)
        if self.split is not None:  # each text becomes a row of words
            shape = (*shape, Size.symbol("T"))
        elif len(shape) <= 1:
            shape = (*shape, 1)
        one_hot = self.output_mode == "one_hot"
        out = self._one_hot_(shape) if one_hot else self._counted_(shape)
        return Outcome([out], field=WHOLE)
