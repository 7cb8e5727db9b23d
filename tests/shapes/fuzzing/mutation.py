"""Ways to spoil what describes a network: trees of values, bytes, lines, calls."""

import copy
import io
import json
import struct
import zipfile

from byhand.shapes import layers


def is_layer(name):
    """Return whether a name of `layers` is a layer's class."""
    made = getattr(layers, name)
    return isinstance(made, type) and issubclass(made, layers.Layer)


NAMES = [name for name in layers.__all__ if is_layer(name)]
KEYS = sorted({key for name in NAMES for key in getattr(layers, name)._arguments_})

NUMBERS = [0, 1, -1, 2, 3, 7, 64, 1000, -7, 10**6, 2**31, 2**62, 2**63, 10**400]
FLOATS = [0.5, -2.0, 1e308, float("nan"), float("inf"), float("-inf")]
TEXTS = [
    "",
    "valid",
    "same",
    "causal",
    "channels_first",
    "abc,cd->abd",
    "ab,bc->",
    "...a,ab->...b",
    "a(,(c->ac",
    "\x1b[31mred\x1b]0;title\x07",
    "line\nline\r\ttab",
    "\x00\x01\ufffe",
    "\ud800",
    "\u202eright to left",
    "<script>alert(1)</script>",
    "a\\|b|`c`[d](e)",
    "=cmd|'/c calc'!A0",
    "x" * 5000,
    "__class__",
    "ﬁ",
]
OTHERS = [None, True, False, [], {}, [[]], [None], {"class_name": "Dense"}]


def value(rng):
    """Return a value that is rarely right where it stands."""
    kind = rng.randrange(8)
    if kind < 2:
        return rng.choice(NUMBERS)
    if kind == 2:
        return rng.choice(FLOATS)
    if kind < 5:
        return rng.choice(TEXTS)
    if kind == 5:
        return copy.deepcopy(rng.choice(OTHERS))
    if kind == 6:
        length = rng.choice([1, 2, 3, 4, 70])
        return [rng.choice([1, 2, 3, None, -1, 2**40]) for _ in range(length)]
    return nested(rng.choice([2, 9, 70, 300]), rng.choice([None, 3, "x"]))


def nested(depth, innermost):
    """Return a list in a list, so many deep."""
    made = innermost
    for _ in range(depth):
        made = [made]
    return made


# --- trees of dictionaries and lists


def places(tree):
    """Return (container, key) of everything in a tree."""
    found, left, seen = [], [tree], set()
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        keys = list(one) if isinstance(one, dict) else range(len(one))
        for key in keys:
            found.append((one, key))
            if isinstance(one[key], dict | list):
                left.append(one[key])
    return found


def spoiled(tree, rng):
    """Return a copy of a tree with one to four changes."""
    tree = copy.deepcopy(tree)
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4])):
        spots = places(tree)
        if not spots:
            return tree
        rng.choice(CHANGES)(tree, spots, rng)
    return tree


def replace(tree, spots, rng):
    container, key = rng.choice(spots)
    container[key] = value(rng)


def remove(tree, spots, rng):
    container, key = rng.choice(spots)
    del container[key]


def repeat(tree, spots, rng):
    container, key = rng.choice(spots)
    if isinstance(container, list):
        times = rng.choice([1, 1, 2, 30])
        container[key:key] = [copy.deepcopy(container[key]) for _ in range(times)]


def exchange(tree, spots, rng):
    """Exchange two leaves, or move one to where it does not belong."""
    leaves = [(c, k) for c, k in spots if not isinstance(c[k], dict | list)]
    if len(leaves) > 1:
        (one, first), (other, second) = rng.sample(leaves, 2)
        one[first], other[second] = other[second], one[first]


def transplant(tree, spots, rng):
    """Put a copy of one branch in another's place."""
    (one, first), (other, second) = rng.choice(spots), rng.choice(spots)
    one[first] = copy.deepcopy(other[second])


def scale(tree, spots, rng):
    numbers = [(c, k) for c, k in spots if type(c[k]) is int]
    if numbers:
        container, key = rng.choice(numbers)
        number = container[key]
        container[key] = rng.choice(
            [-number, number + 1, number - 1, number * 2**40, f"{number}", [number]]
        )


def rename(tree, spots, rng):
    """Give a name that another one has, so that calls close a circle or fail."""
    named = [(c, k) for c, k in spots if k == "name"]
    known = [c[k] for c, k in named]
    others = [(c, k) for c, k in spots if isinstance(c[k], str) and c[k] in known]
    if others:
        container, key = rng.choice(others)
        container[key] = rng.choice([*known, value(rng)])


def another_class(tree, spots, rng):
    classes = [(c, k) for c, k in spots if k == "class_name"]
    if classes:
        container, key = rng.choice(classes)
        container[key] = rng.choice([*NAMES, "Functional", "Sequential", "Model"])


def another_argument(tree, spots, rng):
    configs = [c[k] for c, k in spots if k == "config" and isinstance(c[k], dict)]
    if configs:
        config = rng.choice(configs)
        known = [key for key in config if key in KEYS]
        config[rng.choice([*known, rng.choice(KEYS)])] = value(rng)


def another_call(tree, spots, rng):
    """Change from where a call takes its tensor."""
    pasts = [(c, k) for c, k in spots if k == "keras_history"]
    if pasts:
        container, key = rng.choice(pasts)
        past = copy.deepcopy(rng.choice(pasts))
        container[key] = past[0][past[1]]
        if isinstance(container[key], list) and container[key]:
            at = rng.randrange(len(container[key]))
            container[key][at] = rng.choice([0, 1, 2, -1, 10**6, value(rng)])


CHANGES = [
    replace,
    replace,
    remove,
    repeat,
    exchange,
    transplant,
    scale,
    scale,
    rename,
    another_class,
    another_argument,
    another_argument,
    another_call,
]


def closed(tree, rng):
    """Return a tree of Python objects that holds itself, or what JSON has not."""
    tree = spoiled(tree, rng)
    spots = places(tree)
    container, key = rng.choice(spots)
    container[key] = rng.choice(
        [tree, container, b"bytes", {1, 2}, object(), 1j, (1, (2,)), print, {1: 2}]
    )
    return tree


# --- texts and bytes


def text_of(tree):
    return json.dumps(tree)


def spoiled_text(text, rng):
    """Return a text with a piece cut, doubled, moved or written over."""
    for _ in range(rng.choice([1, 1, 2, 3])):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice([1, 1, 2, 10, 500]))
        piece = text[start:end]
        other = rng.choice(["", piece * 2, piece[::-1], rng.choice(SCRAPS)])
        text = text[:start] + other + text[end:]
    return text


SCRAPS = [
    '"',
    "[" * 3000,
    '{"a":' * 500,
    "NaN",
    "Infinity",
    "1e999",
    "9" * 5000,
    "\ufeff",
    "\x00",
    "\\ud800",
    "null",
    "}",
    ",",
    "'",
]


def archive(tree, rng):
    """Return a .keras file, whole or with some of its bytes changed."""
    packed = io.BytesIO()
    method = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
    with zipfile.ZipFile(packed, "w", method) as file:
        file.writestr("metadata.json", '{"keras_version": "3.15.1"}')
        file.writestr("config.json", text_of(tree))
        file.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n")
    content = bytearray(packed.getvalue())
    for _ in range(rng.randrange(4)):
        change = rng.randrange(4)
        at = rng.randrange(len(content))
        if change == 0:
            content[at] = rng.randrange(256)
        elif change == 1:
            del content[at : at + rng.choice([1, 4, 100])]
        elif change == 2:
            content[at:at] = struct.pack("<I", rng.choice([0, 1, 8, 2**32 - 1]))
        else:
            # In the directory at the end, which says where entries are and how large.
            at = len(content) - rng.randrange(1, min(250, len(content)))
            content[at : at + 4] = struct.pack(
                "<I", rng.choice([0, 9, 2**31, 2**40 % 97])
            )
        if not content:
            break
    return bytes(content)


# --- lines


COMMANDS = [
    ["Conv2D(10, 5) MaxPooling2D(2) Flatten() Dense(10)", "--input", "32,32,1"],
    ["LSTM(4, return_sequences=True) Dense(3)", "--input", "?,5"],
    ["Conv1D(8, 3, padding='same') GlobalAveragePooling1D()", "--input", "16,2"],
    ["Embedding(100, 8) Bidirectional(LSTM(3)) Dense(1)", "--input", "20"],
    ["Reshape((4, -1)) Permute((2, 1)) Dense(2)", "--input", "8,6"],
]
OPTIONS = [
    ["--format", "json"],
    ["--format", "html"],
    ["--columns", "macs,receptive_field"],
    ["--explain"],
    ["--draw", "out.svg"],
    ["--style", "graph"],
    ["--input", "3"],
    ["--format", "nothing"],
    ["--columns", "nothing"],
]


def command(rng):
    """Return the arguments of a command line; it writes nowhere but to out.svg."""
    source, *rest = rng.choice(COMMANDS)
    for option in rng.sample(OPTIONS, rng.randrange(3)):
        rest += option
    parts = [source, *rest]
    for _ in range(rng.choice([1, 1, 2, 3])):
        at = rng.choice([0, 0, 0, *range(len(parts))])
        if parts[at] not in ("--draw", "out.svg"):
            parts[at] = spoiled_text(parts[at], rng)
            if at == 0 and rng.random() < 0.3:
                parts[at] += f" {rng.choice(NAMES)}({literal(rng)}, {literal(rng)})"
    return parts


def literal(rng):
    return repr(value(rng))[:200]


def chain(rng):
    """Return the shapes of inputs, and layers to make, each with its arguments."""
    lengths = [1, 2, 3, 5, 8, 17, 64, None]
    shapes = []
    for _ in range(rng.choice([1, 1, 1, 2])):
        shapes.append([rng.choice(lengths) for _ in range(rng.choice([0, 1, 2, 3, 4]))])
    made = []
    for _ in range(rng.choice([1, 1, 2, 4])):
        name = rng.choice(NAMES)
        arguments = {}
        for key in getattr(layers, name)._arguments_:
            chance = rng.random()
            if chance < 0.2:
                arguments[key] = value(rng)
            elif chance < 0.6:
                arguments[key] = rng.choice(
                    [1, 2, 3, 4, (2, 2), (1, 2), "same", "valid", True, None, -1]
                )
        made.append((name, arguments))
    return shapes, made
