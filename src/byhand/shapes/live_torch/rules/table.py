"""Which rule stands for which function of PyTorch."""

from __future__ import annotations

from byhand.shapes.live_torch.lengths import Lengths
from byhand.shapes.live_torch.rules.arranging import (
    cat,
    chunk,
    expand,
    expand_as,
    flatten,
    getitem,
    permute,
    repeat,
    reshape,
    split_into,
    squeeze,
    stack,
    transpose,
    unbind,
    unflatten,
    unsqueeze,
)
from byhand.shapes.live_torch.rules.products import (
    addmm,
    attention,
    bilinear,
    einsum,
    embedding,
    linear,
    matmul,
)
from byhand.shapes.live_torch.rules.reducing import (
    across_places,
    extreme,
    filled,
    filled_like,
    made,
    made_like,
    mixed,
    normalized,
    pack,
    reduced,
    same_shape,
    shares,
    together,
    unpack,
)
from byhand.shapes.live_torch.rules.windows import (
    adaptive_pooling,
    average_pooling,
    convolution,
    interpolate,
    pad,
    pixel_shuffle,
    pixel_unshuffle,
    pooling,
    transposed_convolution,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _by_rank(rule: Callable[..., Any]) -> dict[int, Callable[..., Any]]:
    """Return a rule for 1, 2 and 3 axes."""
    from functools import partial

    return {rank: partial(rule, rank) for rank in (1, 2, 3)}


def _with_kernel(rule: Callable[..., Any], *names: str) -> Callable[..., Any]:
    """Return a rule for a function that takes a bias between kernel and the rest."""

    def conv(
        input: Lengths, weight: Lengths, bias: Any = None, *rest: Any, **named: Any
    ) -> Any:
        return rule(input, weight, **dict(zip(names, rest, strict=False)), **named)

    return conv


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "linear": linear,
    "bilinear": bilinear,
    "matmul": matmul,
    "bmm": matmul,
    "mm": matmul,
    "mv": matmul,
    "dot": matmul,
    "addmm": addmm,
    "baddbmm": addmm,
    "scaled_dot_product_attention": attention,
    "einsum": einsum,
    "embedding": embedding,
    "interpolate": interpolate,
    "upsample": interpolate,
    "pad": pad,
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "view": reshape,
    "reshape": reshape,
    "flatten": flatten,
    "ravel": flatten,
    "unflatten": unflatten,
    "permute": permute,
    "transpose": transpose,
    "swapaxes": transpose,
    "swapdims": transpose,
    "squeeze": squeeze,
    "unsqueeze": unsqueeze,
    "expand": expand,
    "expand_as": expand_as,
    "broadcast_to": expand,
    "repeat": repeat,
    "cat": cat,
    "concat": cat,
    "concatenate": cat,
    "stack": stack,
    "chunk": chunk,
    "split": split_into,
    "unbind": unbind,
    "getitem": getitem,
    "setitem": same_shape,
    "pack_padded_sequence": pack,
    "pad_packed_sequence": unpack,
    "max": extreme,
    "min": extreme,
    "layer_norm": normalized,
    "rms_norm": normalized,
    "full": filled,
    "new_full": filled_like,
}
for _rank in (1, 2, 3):
    _conv = _by_rank(convolution)[_rank]
    _back = _by_rank(transposed_convolution)[_rank]
    FUNCTIONS[f"conv{_rank}d"] = _with_kernel(
        _conv, "stride", "padding", "dilation", "groups"
    )
    FUNCTIONS[f"conv_transpose{_rank}d"] = _with_kernel(
        _back, "stride", "padding", "output_padding", "groups", "dilation"
    )
    _pool = _by_rank(pooling)[_rank]
    FUNCTIONS[f"max_pool{_rank}d"] = _pool
    FUNCTIONS[f"avg_pool{_rank}d"] = _by_rank(average_pooling)[_rank]
    FUNCTIONS[f"adaptive_avg_pool{_rank}d"] = _by_rank(adaptive_pooling)[_rank]
    FUNCTIONS[f"adaptive_max_pool{_rank}d"] = _by_rank(adaptive_pooling)[_rank]
# One number at each place, from those of all tensors there.
FUNCTIONS |= dict.fromkeys(
    """
        add sub subtract mul multiply div divide true_divide floor_divide pow fmod
        remainder maximum minimum fmax fmin atan2 where eq ne lt le gt ge equal_to
        lerp addcmul addcdiv masked_fill clamp clip logical_and logical_or
        logical_xor and or xor truediv floordiv rsub rpow rtruediv rfloordiv mod
        logaddexp isclose copysign prelu
    """.split(),
    together,
)
FUNCTIONS |= dict.fromkeys(
    """
        relu relu6 leaky_relu elu selu celu gelu silu mish softplus softsign tanh
        sigmoid hardtanh hardsigmoid hardswish logsigmoid tanhshrink softshrink
        hardshrink threshold rrelu exp log log1p expm1 log2 log10 sqrt rsqrt square
        abs neg negative sign sin cos tan erf reciprocal floor ceil round trunc frac
        invert logical_not bitwise_not isnan isinf isfinite nan_to_num dropout
        dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout batch_norm
        local_response_norm zeros_like ones_like full_like
        rand_like randn_like empty_like bernoulli fill
        zero normal uniform channel_shuffle native_channel_shuffle
    """.split(),
    same_shape,
)
FUNCTIONS |= dict.fromkeys(["group_norm", "instance_norm"], across_places)
FUNCTIONS |= dict.fromkeys(["softmax", "log_softmax", "softmin"], shares)
FUNCTIONS |= dict.fromkeys(
    """
        normalize cumsum cumprod flip fliplr flipud roll tril triu masked_softmax
    """.split(),
    mixed,
)
FUNCTIONS |= dict.fromkeys(
    """
        mean sum prod amax amin argmax argmin std var logsumexp any all nanmean
        nansum count_nonzero
    """.split(),
    reduced,
)
FUNCTIONS |= dict.fromkeys(["zeros", "ones", "empty", "rand", "randn"], made)
FUNCTIONS |= dict.fromkeys(["new_zeros", "new_ones", "new_empty"], made_like)
# They do work that is no product with weights, and more than one pass.
UNCOUNTED = frozenset(
    """
        cdist fft ifft rfft irfft fft2 ifft2 rfft2 irfft2 fftn ifftn stft istft
        inverse inv svd qr eig eigh eigvalsh cholesky solve lstsq matrix_exp det
        slogdet pinverse pinv outer kron tensordot inner chain_matmul multi_dot
        grid_sample conv_tbc cosine_similarity cumulative_trapezoid deform_conv2d
        nms roi_align
    """.split()
)
