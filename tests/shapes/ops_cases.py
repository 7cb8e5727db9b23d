"""Uses of operations, for Keras and for us: a function of (ops, *tensors) each.

`USES` go through, `REFUSED` are wrong. Shapes are those of the inputs without batch.
"""

import numpy as np

IMAGE = (8, 6, 3)
ROWS = (5, 4)

ONE_TENSOR = (
    "abs absolute arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil conj "
    "conjugate copy cos cosh deg2rad erf erfc erfinv exp exp2 expm1 fabs floor "
    "hard_sigmoid hard_silu hard_swish hard_tanh i0 log log10 log1p log2 "
    "log_sigmoid logical_not negative rad2deg real reciprocal relu relu6 rsqrt "
    "selu sigmoid sign signbit silu "
    "sin sinc sinh softplus softsign sparse_plus sparse_sigmoid sqrt square swish tan "
    "tanh tanh_shrink trunc isfinite isinf isnan isneginf isposinf isreal angle imag "
    "celu elu gelu hard_shrink leaky_relu nan_to_num round soft_shrink squareplus "
    "softmax log_softmax sparsemax normalize stop_gradient zeros_like ones_like "
    "empty_like sort argsort flip fliplr flipud tril triu layer_normalization "
    "rms_normalization transpose ravel squeeze cumsum cumprod convert_to_tensor array"
)
TWO_TENSORS = (
    "add arctan2 divide divide_no_nan equal floor_divide fmax fmin fmod greater "
    "greater_equal heaviside hypot less less_equal logaddexp logaddexp2 logical_and "
    "logical_or logical_xor maximum minimum mod multiply nextafter not_equal power "
    "subtract true_divide isclose"
)
OF_INTEGERS = (
    "bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift "
    "left_shift right_shift gcd lcm ldexp"
)
REDUCTIONS = (
    "all any amax amin argmax argmin max mean median min prod std sum var logsumexp "
    "ptp nanmax nanmean nanmin nanprod nanstd nansum nanvar nanargmax nanargmin norm"
)
PLACES = {"argmax", "argmin", "nanargmax", "nanargmin"}


def called(name, *more, **options):
    return lambda ops, *xs: getattr(ops, name)(*xs, *more, **options)


USES = [(name, called(name), [ROWS]) for name in ONE_TENSOR.split()]
for name in TWO_TENSORS.split():
    USES += [
        (f"{name} of equal shapes", called(name), [ROWS, ROWS]),
        (f"{name} stretched", called(name), [(5, 1), (1, 4)]),
        (f"{name} with a number", called(name, 2.0), [ROWS]),
    ]
for name in REDUCTIONS.split():
    USES += [
        (f"{name} along the last", called(name, axis=-1), [ROWS]),
        (f"{name} along 1, kept", called(name, axis=1, keepdims=True), [ROWS]),
    ]
    if name not in PLACES:
        USES += [(f"{name} along two", called(name, axis=(1, 2)), [IMAGE])]
    if name != "norm":
        USES += [(f"{name} of all", called(name), [ROWS])]

KERNEL = np.ones((3, 3, 3, 7), "float32")
USES += [
    ("x + 1", lambda ops, x: x + 1, [ROWS]),
    ("1 - x", lambda ops, x: 1 - x, [ROWS]),
    ("2 / x", lambda ops, x: 2 / x, [ROWS]),
    ("x // 2", lambda ops, x: x // 2, [ROWS]),
    ("7 // x", lambda ops, x: 7 // (x + 1), [ROWS]),
    ("x % 2", lambda ops, x: x % 2, [ROWS]),
    ("2 % x", lambda ops, x: 2 % (x + 1), [ROWS]),
    ("x ** 2", lambda ops, x: x**2, [ROWS]),
    ("2 ** x", lambda ops, x: 2.0**x, [ROWS]),
    ("x * y", lambda ops, x, y: x * y, [ROWS, (1, 4)]),
    ("x @ y", lambda ops, x, y: x @ y, [ROWS, (4, 3)]),
    ("-x", lambda ops, x: -x, [ROWS]),
    ("abs(x)", lambda ops, x: abs(x), [ROWS]),
    ("x > 0", lambda ops, x: x > 0, [ROWS]),
    ("x >= y", lambda ops, x, y: x >= y, [ROWS, ROWS]),
    ("0 < x", lambda ops, x: 0 < x, [ROWS]),  # noqa: SIM300
    ("x <= 0", lambda ops, x: x <= 0, [ROWS]),
    ("x != 0", lambda ops, x: x != 0, [ROWS]),
    ("x & y", lambda ops, x, y: (x > 0) & (y > 0), [ROWS, ROWS]),
    ("x | y", lambda ops, x, y: (x > 0) | (y > 0), [ROWS, ROWS]),
    ("~x", lambda ops, x: ~(x > 0), [ROWS]),
    ("array + x", lambda ops, x: np.ones((5, 4), "float32") + x, [ROWS]),
    ("x - array", lambda ops, x: x - np.ones((4,), "float32"), [ROWS]),
    ("array @ x", lambda ops, x: np.ones((3, 5), "float32") @ x, [ROWS]),
    ("number of NumPy * x", lambda ops, x: np.float32(2) * x, [ROWS]),
    ("list * x", lambda ops, x: [1.0, 2.0, 3.0, 4.0] * x, [ROWS]),
    ("x[:, 0]", lambda ops, x: x[:, 0], [ROWS]),
    ("x[:, -1, :2]", lambda ops, x: x[:, -1, :2], [ROWS]),
    ("x[..., :3]", lambda ops, x: x[..., :3], [ROWS]),
    ("x[..., 0]", lambda ops, x: x[..., 0], [ROWS]),
    ("x[:, None]", lambda ops, x: x[:, None], [ROWS]),
    ("x[..., None]", lambda ops, x: x[..., None], [ROWS]),
    ("x[:, 1:-1:2]", lambda ops, x: x[:, 1:-1:2], [ROWS]),
    ("x[:, ::-1]", lambda ops, x: x[:, ::-1], [ROWS]),
    ("x[:, 4:1:-2]", lambda ops, x: x[:, 4:1:-2], [ROWS]),
    ("x[:, -2:]", lambda ops, x: x[:, -2:], [ROWS]),
    ("x[:, 7:]", lambda ops, x: x[:, 7:], [ROWS]),
    ("x[0]", lambda ops, x: x[0], [ROWS]),
    ("x[:, ..., 1]", lambda ops, x: x[:, ..., 1], [IMAGE]),
    ("x[None]", lambda ops, x: x[None], [ROWS]),
    (
        "image.rgb_to_grayscale of one",
        lambda ops, x: ops.image.rgb_to_grayscale(x[0]),
        [IMAGE],
    ),
    ("slice", lambda ops, x: ops.slice(x, (0, 1, 2), (3, 3, 1)), [ROWS]),
    ("slice to the end", lambda ops, x: ops.slice(x, (0, 1, 2), (3, 3, -1)), [ROWS]),
    ("get_item", lambda ops, x: ops.get_item(x, (slice(None), 2)), [ROWS]),
    ("x.reshape", lambda ops, x: x.reshape((-1, 20)), [ROWS]),
    ("clip", called("clip", 0, 1), [ROWS]),
    ("threshold", called("threshold", 0.5, 0.0), [ROWS]),
    ("softmax along two", called("softmax", axis=(1, 2)), [IMAGE]),
    ("softmax along 1", called("softmax", axis=1), [ROWS]),
    ("glu", called("glu"), [ROWS]),
    ("moments", called("moments", axes=[1, 2]), [IMAGE]),
    ("moments, kept", called("moments", axes=[1], keepdims=True), [IMAGE]),
    ("count_nonzero", called("count_nonzero", axis=1), [ROWS]),
    ("average", called("average", axis=1), [ROWS]),
    ("average, weighed", called("average", axis=1, weights=np.ones(5)), [ROWS]),
    ("max with initial", called("max", axis=1, initial=0.0), [ROWS]),
    ("norm of matrices", called("norm", axis=(1, 2)), [ROWS]),
    ("norm, kept", called("norm", axis=-1, keepdims=True, ord=1), [ROWS]),
    ("cast", called("cast", "int32"), [ROWS]),
    ("where", lambda ops, x: ops.where(x > 0, x, 0.0), [ROWS]),
    ("where, stretched", lambda ops, x, y: ops.where(x > 0, y, -y), [(5, 1), (1, 4)]),
    ("reshape", called("reshape", (-1, 20)), [ROWS]),
    ("reshape, merged", called("reshape", (-1, 4)), [ROWS]),
    ("reshape, split", called("reshape", (-1, 5, 2, 2)), [ROWS]),
    (
        "reshape with shape",
        lambda ops, x: ops.reshape(x, (ops.shape(x)[0], 20)),
        [ROWS],
    ),
    ("reshape, merged twice", called("reshape", (-1, 2)), [IMAGE]),
    ("transpose by axes", called("transpose", (0, 2, 1)), [ROWS]),
    ("transpose, batch moved", called("transpose", (1, 0, 2)), [ROWS]),
    ("swapaxes", called("swapaxes", 1, -1), [IMAGE]),
    ("moveaxis", called("moveaxis", 1, -1), [IMAGE]),
    ("moveaxis of two", called("moveaxis", (1, 3), (2, 1)), [IMAGE]),
    ("expand_dims", called("expand_dims", -1), [ROWS]),
    ("expand_dims, twice", called("expand_dims", (1, -1)), [ROWS]),
    ("expand_dims in front", called("expand_dims", 0), [ROWS]),
    ("squeeze 2", called("squeeze", 2), [(5, 1)]),
    ("squeeze two", called("squeeze", (1, 3)), [(1, 5, 1)]),
    (
        "concatenate",
        lambda ops, x, y: ops.concatenate([x, y], axis=-1),
        [(5, 4), (5, 2)],
    ),
    (
        "concatenate on 1",
        lambda ops, x, y: ops.concatenate([x, y], axis=1),
        [(5, 4), (3, 4)],
    ),
    ("concatenate the batch", lambda ops, x: ops.concatenate([x, x], axis=0), [ROWS]),
    ("append", called("append", axis=1), [(5, 4), (3, 4)]),
    ("stack", lambda ops, x, y: ops.stack([x, y], axis=1), [ROWS, ROWS]),
    ("stack last", lambda ops, x: ops.stack([x, x, x], axis=-1), [ROWS]),
    ("stack first", lambda ops, x: ops.stack([x, x]), [ROWS]),
    ("hstack", lambda ops, x, y: ops.hstack([x, y]), [(5, 4), (3, 4)]),
    ("vstack", lambda ops, x: ops.vstack([x, x]), [ROWS]),
    ("dstack", lambda ops, x, y: ops.dstack([x, y]), [(5, 4), (5, 2)]),
    ("split", called("split", 2, axis=-1), [ROWS]),
    ("split at places", called("split", [1, 3], axis=1), [ROWS]),
    ("array_split", called("array_split", 3, axis=1), [ROWS]),
    ("unstack", called("unstack", axis=1), [ROWS]),
    ("tile", called("tile", (1, 2, 3)), [ROWS]),
    ("tile, more axes", called("tile", (2, 1, 1, 3)), [ROWS]),
    ("tile, fewer", called("tile", (3,)), [ROWS]),
    ("tile the batch", called("tile", (2, 1, 1)), [ROWS]),
    ("repeat", called("repeat", 3, axis=1), [ROWS]),
    ("repeat each", called("repeat", [1, 2, 0, 3, 1], axis=1), [ROWS]),
    ("repeat the batch", called("repeat", 2, axis=0), [ROWS]),
    ("repeat all", called("repeat", 2), [ROWS]),
    ("flip along 1", called("flip", axis=1), [ROWS]),
    ("roll", called("roll", 2, axis=1), [ROWS]),
    ("rot90", called("rot90", axes=(1, 2)), [ROWS]),
    ("rot90, twice", called("rot90", k=2, axes=(1, 2)), [ROWS]),
    ("pad", called("pad", ((0, 0), (1, 2), (0, 3))), [ROWS]),
    (
        "pad with a value",
        called("pad", ((0, 0), (1, 1), (0, 0)), constant_values=2.0),
        [ROWS],
    ),
    ("pad, reflected", called("pad", ((0, 0), (1, 1), (0, 0)), mode="reflect"), [ROWS]),
    ("pad by a number", called("pad", 1), [ROWS]),
    ("pad by a pair", called("pad", (1, 2)), [ROWS]),
    ("broadcast_to", called("broadcast_to", (3, 5, 4)), [(5, 1)]),
    ("diagonal", called("diagonal", axis1=1, axis2=2), [ROWS]),
    ("diagonal above", called("diagonal", offset=2, axis1=1, axis2=2), [ROWS]),
    ("diagonal below", called("diagonal", offset=-3, axis1=1, axis2=2), [ROWS]),
    ("trace", called("trace", axis1=1, axis2=2), [ROWS]),
    ("diff", called("diff", axis=1), [ROWS]),
    ("diff, twice", called("diff", n=2, axis=1), [ROWS]),
    ("space_to_depth", called("space_to_depth", 2), [(8, 6, 3)]),
    ("depth_to_space", called("depth_to_space", 2), [(4, 3, 12)]),
    ("take", called("take", [0, 2], axis=1), [ROWS]),
    ("take one", called("take", 1, axis=-1), [ROWS]),
    ("take of all", called("take", [0, 2, 1]), [ROWS]),
    (
        "take_along_axis",
        lambda ops, x: ops.take_along_axis(x, ops.argsort(x, axis=1), axis=1),
        [ROWS],
    ),
    ("one_hot", lambda ops, x: ops.one_hot(ops.cast(x, "int32"), 7), [(5,)]),
    (
        "one_hot on 1",
        lambda ops, x: ops.one_hot(ops.cast(x, "int32"), 7, axis=1),
        [(5,)],
    ),
    ("multi_hot", lambda ops, x: ops.multi_hot(ops.cast(x, "int32"), 7), [(5,)]),
    ("top_k", called("top_k", 2), [ROWS]),
    (
        "in_top_k",
        lambda ops, x, y: ops.in_top_k(ops.cast(x[:, 0], "int32"), y, 2),
        [(1,), (4,)],
    ),
    ("sort along 1", called("sort", axis=1), [ROWS]),
    ("argsort along 1", called("argsort", axis=1), [ROWS]),
    ("argpartition", called("argpartition", 1, axis=-1), [ROWS]),
    ("cumsum along 1", called("cumsum", axis=1), [ROWS]),
    (
        "segment_sum",
        lambda ops, x: ops.segment_sum(x, ops.cast(x[:, 0], "int32"), 6),
        [(4,)],
    ),
    (
        "segment_max",
        lambda ops, x: ops.segment_max(x, ops.cast(x[:, 0], "int32"), 6),
        [(4,)],
    ),
    ("isin", called("isin", [1.0, 2.0]), [ROWS]),
    ("digitize", called("digitize", np.array([0.0, 1.0])), [ROWS]),
    ("matmul", called("matmul"), [ROWS, (4, 3)]),
    ("matmul by a row", called("matmul", np.ones(4, "float32")), [ROWS]),
    (
        "matmul of a row by it",
        lambda ops, x: ops.matmul(np.ones(5, "float32"), x),
        [ROWS],
    ),
    ("matmul by a matrix", called("matmul", np.ones((4, 7), "float32")), [ROWS]),
    (
        "matmul of scores",
        lambda ops, x: ops.matmul(x, ops.transpose(x, (0, 2, 1))),
        [ROWS],
    ),
    ("dot", called("dot", np.ones((4, 7), "float32")), [ROWS]),
    ("dot by a row", called("dot", np.ones(4, "float32")), [ROWS]),
    ("dot by a number", called("dot", 2.0), [ROWS]),
    ("inner", called("inner", np.ones((7, 4), "float32")), [ROWS]),
    ("vdot", called("vdot"), [ROWS, ROWS]),
    ("outer", called("outer", np.ones(7, "float32")), [(5,)]),
    ("tensordot", called("tensordot", np.ones((4, 7), "float32"), axes=1), [ROWS]),
    (
        "tensordot by axes",
        called("tensordot", np.ones((7, 5), "float32"), axes=[[1], [1]]),
        [ROWS],
    ),
    (
        "tensordot of none",
        called("tensordot", np.ones((7,), "float32"), axes=0),
        [ROWS],
    ),
    ("einsum", lambda ops, x, y: ops.einsum("bij,bjk->bik", x, y), [ROWS, (4, 3)]),
    ("einsum with dots", lambda ops, x: ops.einsum("...ij,...kj->...ik", x, x), [ROWS]),
    ("einsum of one", lambda ops, x: ops.einsum("bij->bji", x), [ROWS]),
    ("einsum, sums", lambda ops, x: ops.einsum("bij->b", x), [ROWS]),
    (
        "einsum, heads",
        lambda ops, x: ops.einsum("btc,chd->bthd", x, np.ones((4, 2, 3), "float32")),
        [ROWS],
    ),
    ("einsum, implied", lambda ops, x, y: ops.einsum("bij,bjk", x, y), [ROWS, (4, 3)]),
    (
        "dot_product_attention",
        called("dot_product_attention"),
        [(5, 2, 4), (3, 2, 4), (3, 2, 4)],
    ),
    ("cdist", called("cdist"), [(5, 4), (3, 4)]),
    ("conv", called("conv", KERNEL), [IMAGE]),
    ("conv, strided", called("conv", KERNEL, strides=2, padding="same"), [IMAGE]),
    ("conv, dilated", called("conv", KERNEL, dilation_rate=2), [IMAGE]),
    (
        "conv of a row",
        called("conv", np.ones((3, 4, 6), "float32"), padding="same"),
        [ROWS],
    ),
    ("conv, grouped", called("conv", np.ones((3, 3, 1, 6), "float32")), [IMAGE]),
    (
        "depthwise_conv",
        called("depthwise_conv", np.ones((3, 3, 3, 2), "float32"), padding="same"),
        [IMAGE],
    ),
    (
        "separable_conv",
        called(
            "separable_conv",
            np.ones((3, 3, 3, 2), "float32"),
            np.ones((1, 1, 6, 5), "float32"),
            1,
            "same",
        ),
        [IMAGE],
    ),
    (
        "conv_transpose",
        called("conv_transpose", np.ones((3, 3, 5, 3), "float32"), 2),
        [IMAGE],
    ),
    (
        "conv_transpose, same",
        called("conv_transpose", np.ones((3, 3, 5, 3), "float32"), 2, "same"),
        [IMAGE],
    ),
    ("max_pool", called("max_pool", 2), [IMAGE]),
    ("max_pool, same", called("max_pool", (3, 2), 2, "same"), [IMAGE]),
    ("average_pool", called("average_pool", 3, 1), [IMAGE]),
    ("average_pool of a row", called("average_pool", 2, padding="same"), [ROWS]),
    ("adaptive_average_pool", called("adaptive_average_pool", (2, 3)), [IMAGE]),
    ("adaptive_max_pool", called("adaptive_max_pool", 2), [IMAGE]),
    (
        "batch_normalization",
        called(
            "batch_normalization", np.zeros(4, "float32"), np.ones(4, "float32"), -1
        ),
        [ROWS],
    ),
    ("full_like", called("full_like", 3.0), [ROWS]),
    ("x + zeros", lambda ops, x: x + ops.zeros((5, 4)), [ROWS]),
    ("x * arange", lambda ops, x: x * ops.cast(ops.arange(0, 8, 2), "float32"), [ROWS]),
    ("x + linspace", lambda ops, x: x + ops.linspace(0.0, 1.0, 4), [ROWS]),
    (
        "linspace between tensors",
        lambda ops, x: ops.linspace(x[:, 0], x[:, 1], 5),
        [ROWS],
    ),
    (
        "linspace along the last",
        lambda ops, x: ops.linspace(x[:, 0], x[:, 1], 5, axis=-1),
        [ROWS],
    ),
    ("x + eye", lambda ops, x: x + ops.eye(5, 4), [ROWS]),
    ("x + full", lambda ops, x: x + ops.full((4,), 2.0), [ROWS]),
    (
        "x + ones of its length",
        lambda ops, x: x + ops.ones((ops.shape(x)[1], 1)),
        [ROWS],
    ),
    ("size", called("size"), [ROWS]),
    ("image.resize", lambda ops, x: ops.image.resize(x, (4, 9)), [IMAGE]),
    ("image.extract_patches", lambda ops, x: ops.image.extract_patches(x, 2), [IMAGE]),
    (
        "image.extract_patches, strided",
        lambda ops, x: ops.image.extract_patches(x, (3, 2), strides=1, padding="same"),
        [IMAGE],
    ),
    ("image.pad_images", lambda ops, x: ops.image.pad_images(x, 1, 2, 3, 4), [IMAGE]),
    (
        "image.pad_images to a size",
        lambda ops, x: ops.image.pad_images(
            x, top_padding=1, left_padding=0, target_height=12, target_width=9
        ),
        [IMAGE],
    ),
    ("image.crop_images", lambda ops, x: ops.image.crop_images(x, 1, 2, 3, 1), [IMAGE]),
    (
        "image.crop_images to a size",
        lambda ops, x: ops.image.crop_images(
            x, top_cropping=1, left_cropping=0, target_height=4, target_width=3
        ),
        [IMAGE],
    ),
    ("image.rgb_to_grayscale", lambda ops, x: ops.image.rgb_to_grayscale(x), [IMAGE]),
    ("image.rgb_to_hsv", lambda ops, x: ops.image.rgb_to_hsv(x), [IMAGE]),
    ("image.hsv_to_rgb", lambda ops, x: ops.image.hsv_to_rgb(x), [IMAGE]),
    ("image.gaussian_blur", lambda ops, x: ops.image.gaussian_blur(x), [IMAGE]),
    ("nn.relu", lambda ops, x: ops.nn.relu(x), [ROWS]),
    ("numpy.mean", lambda ops, x: ops.numpy.mean(x, axis=1), [ROWS]),
    ("linalg.norm", lambda ops, x: ops.linalg.norm(x, axis=1), [ROWS]),
    ("cholesky", called("cholesky"), [(4, 4)]),
    ("inv", called("inv"), [(4, 4)]),
    ("pinv", called("pinv"), [ROWS]),
    ("det", called("det"), [(4, 4)]),
    ("logdet", called("logdet"), [(4, 4)]),
    ("eigh", called("eigh"), [(4, 4)]),
    ("solve", called("solve"), [(4, 4), (4, 2)]),
    ("solve_triangular", called("solve_triangular"), [(4, 4), (4, 2)]),
    ("qr", called("qr"), [ROWS]),
    ("qr, complete", called("qr", mode="complete"), [ROWS]),
    ("svd", called("svd"), [ROWS]),
    ("svd, reduced", called("svd", full_matrices=False), [ROWS]),
    ("svd, values only", called("svd", compute_uv=False), [ROWS]),
    ("fft", lambda ops, x: ops.fft((x, x)), [ROWS]),
    ("fft2", lambda ops, x: ops.fft2((x, ops.zeros_like(x))), [ROWS]),
    ("ifft2", lambda ops, x: ops.ifft2((x, x)), [ROWS]),
    ("rfft", called("rfft"), [ROWS]),
    ("rfft of a length", called("rfft", fft_length=7), [ROWS]),
    ("quantile", called("quantile", 0.5, axis=1), [ROWS]),
    ("percentile", called("percentile", [10.0, 90.0], axis=1), [ROWS]),
    ("binary_crossentropy", called("binary_crossentropy"), [ROWS, ROWS]),
    ("categorical_crossentropy", called("categorical_crossentropy"), [ROWS, ROWS]),
    (
        "sparse_categorical_crossentropy",
        lambda ops, x, y: ops.sparse_categorical_crossentropy(ops.cast(x, "int32"), y),
        [(5,), ROWS],
    ),
    ("select", lambda ops, x: ops.select([x > 0, x < -1], [x, -x], 0.0), [ROWS]),
    ("allclose", called("allclose"), [ROWS, ROWS]),
    ("hsplit", called("hsplit", [2, 3]), [ROWS]),
    ("dsplit", called("dsplit", 2), [ROWS]),
    (
        "segment_min",
        lambda ops, x: ops.segment_min(x, ops.cast(x[:, 0], "int32"), 6),
        [(4,)],
    ),
    ("nancumsum", called("nancumsum", axis=1), [ROWS]),
    ("image.sobel_edges", lambda ops, x: ops.image.sobel_edges(x), [IMAGE]),
    ("meshgrid", lambda ops, x: ops.meshgrid(x[0], x[0]), [(5,)]),
]
for name in OF_INTEGERS.split():
    USES.append(
        (
            name,
            lambda ops, x, name=name: getattr(ops, name)(
                ops.cast(x, "int32"), ops.cast(x, "int32")
            ),
            [ROWS],
        )
    )

REFUSED = [
    ("add of unequal", called("add"), [(5, 4), (5, 3)]),
    ("matmul of unequal", called("matmul"), [(5, 4), (5, 4)]),
    (
        "concatenate of unequal",
        lambda ops, x, y: ops.concatenate([x, y], axis=1),
        [(5, 4), (5, 3)],
    ),
    (
        "fft of unequal parts",
        lambda ops, x, y: ops.fft((x, y)),
        [(5, 4), (5, 3)],
    ),
    ("stack of unequal", lambda ops, x, y: ops.stack([x, y]), [(5, 4), (5, 3)]),
    ("expand_dims too far", called("expand_dims", 5), [ROWS]),
    ("transpose of too few", called("transpose", (0, 1)), [ROWS]),
    ("transpose, one twice", called("transpose", (0, 1, 1)), [ROWS]),
    ("squeeze of a long axis", called("squeeze", 1), [ROWS]),
    ("split, uneven", called("split", 3, axis=1), [ROWS]),
    ("mean of an axis that is not there", called("mean", axis=3), [ROWS]),
    ("softmax of an axis that is not there", called("softmax", axis=7), [ROWS]),
    ("x[0, 0, 0, 0]", lambda ops, x: x[0, 0, 0, 0], [ROWS]),
    ("x[:, 9]", lambda ops, x: x[:, 9], [ROWS]),
    ("x[..., ...]", lambda ops, x: x[..., ...], [ROWS]),
    ("x['a']", lambda ops, x: x["a"], [ROWS]),
    ("pad of too few axes", called("pad", ((1, 1), (1, 1))), [ROWS]),
    ("einsum of too few axes", lambda ops, x: ops.einsum("bijk->bk", x), [ROWS]),
    (
        "einsum of unequal",
        lambda ops, x, y: ops.einsum("bij,bjk->bik", x, y),
        [(5, 4), (3, 4)],
    ),
    ("einsum, an axis of nothing", lambda ops, x: ops.einsum("bij->bz", x), [ROWS]),
    ("conv of other channels", called("conv", KERNEL), [(8, 6, 4)]),
    (
        "conv of groups that do not divide the filters",
        called("conv", np.ones((3, 3, 1, 7), "float32")),
        [IMAGE],
    ),
    ("conv of a small image", called("conv", KERNEL), [(2, 2, 3)]),
    ("max_pool of rows", called("max_pool", 2), [(5,)]),
    ("max_pool of 6 axes", called("max_pool", 2), [(4, 4, 4, 4, 4)]),
    ("max_pool of a small image", called("max_pool", 9), [IMAGE]),
    ("resize of a row", lambda ops, x: ops.image.resize(x, (4, 4)), [(5,)]),
    ("top_k of too many", called("top_k", 9), [ROWS]),
    ("broadcast_to of unequal", called("broadcast_to", (2, 5, 7)), [ROWS]),
    ("broadcast_to one place", called("broadcast_to", (3, 5, 1)), [ROWS]),
    ("glu of an odd length", called("glu"), [(5, 3)]),
    ("space_to_depth of odd lengths", called("space_to_depth", 2), [(5, 6, 3)]),
    (
        "dot_product_attention of 3 axes",
        called("dot_product_attention"),
        [ROWS, ROWS, ROWS],
    ),
    ("relu with two", called("relu", 1, 2), [ROWS]),
    ("relu with a name", called("relu", slope=2), [ROWS]),
    ("mean with a name", called("mean", axes=1), [ROWS]),
    ("iter", lambda ops, x: list(x), [ROWS]),
    ("bool", lambda ops, x: bool(x > 0), [ROWS]),
    ("len", lambda ops, x: len(x), [ROWS]),
    ("int", lambda ops, x: int(x), [ROWS]),
    ("float", lambda ops, x: float(x), [ROWS]),
]
