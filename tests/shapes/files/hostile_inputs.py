"""Read small inputs that once took all of a machine; say how each ended.

    python hostile_inputs.py FOLDER

Prints one line of JSON for each: its name, the kind of error, its words, the seconds
and the megabytes at the peak. The memory of the process is limited, so that a fault is
an error and no dead machine.
"""

import bz2
import json
import os
import resource
import struct
import sys
import time
import zipfile
from pathlib import Path

import byhand.shapes
from byhand.shapes import load

LIMIT = 2 * 2**30


def layer(kind, config, name, *nodes, module="keras.layers"):
    config = {"name": name, **config}
    spec = {"class_name": kind, "module": module, "config": config, "name": name}
    return {**spec, "inbound_nodes": list(nodes)}


def tensor(name, call=0, index=0):
    config = {"keras_history": [name, call, index]}
    return {"class_name": "__keras_tensor__", "config": config}


def call(*tensors):
    return {"args": list(tensors), "kwargs": {}}


def start(*shape):
    return layer("InputLayer", {"batch_shape": [None, *shape]}, "i")


def graph(layers, end, name="m", last=0):
    config = {"name": name, "layers": layers}
    config |= {"input_layers": [["i", 0, 0]], "output_layers": [[end, last, 0]]}
    return {"class_name": "Functional", "module": "keras", "config": config}


def stack(*layers, **more):
    config = {"name": "s", "layers": list(layers), **more}
    return {"class_name": "Sequential", "module": "keras", "config": config}


def dense(name, *nodes):
    return layer("Dense", {"units": 4}, name, *nodes)


def chain(length):
    sources = ["i", *(f"d{k}" for k in range(length - 1))]
    return [dense(f"d{k}", call(tensor(one))) for k, one in enumerate(sources)]


def twice(depth, inner, shape):
    """A network in a network, called twice at each level."""
    net = graph([start(*shape), inner], inner["name"], "m0")
    for level in range(1, depth + 1):
        below = f"m{level - 1}"
        nodes = [call(tensor("i")), call(tensor(below))]
        net = {**net, "name": below, "inbound_nodes": nodes}
        net = graph([start(*shape), net], below, f"m{level}", last=1)
    return net


def repeated(inner, shape, calls):
    """One layer or network, called on its own output again and again."""
    name = inner["name"]
    nodes = [call(tensor("i")), *(call(tensor(name, k)) for k in range(calls - 1))]
    return graph(
        [start(*shape), {**inner, "inbound_nodes": nodes}], name, "o", calls - 1
    )


def squares(rounds, length):
    """A length that is squared in each round."""
    layers, last = [start(length, 1)], "i"
    for k in range(rounds):
        both = [tensor(last), tensor(last)]
        layers += [
            layer("Dot", {"axes": [2, 2]}, f"d{k}", call(both)),
            layer("Flatten", {}, f"f{k}", call(tensor(f"d{k}"))),
            layer("RepeatVector", {"n": 1}, f"r{k}", call(tensor(f"f{k}"))),
            layer("Permute", {"dims": [2, 1]}, f"p{k}", call(tensor(f"r{k}"))),
        ]
        last = f"p{k}"
    return graph(layers, last)


def attention(shape, **options):
    options = {"num_heads": 2, "key_dim": 8, **options, "output_shape": shape}
    spec = layer("MultiHeadAttention", options, "a", call(tensor("i"), tensor("i")))
    return graph([start(10, 16), spec], "a")


def zip_of(data, size, method):
    """An archive whose headers claim a size."""
    name = b"config.json"
    sizes = (len(data), size, len(name))
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 46, 0, method, 0, 0, 0, *sizes, 0)
    central = struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        *(b"PK\1\2", 46, 46, 0, method, 0, 0, 0, *sizes, 0, 0, 0, 0, 0, 0),
    )
    ends = (len(central) + len(name), len(local) + len(name) + len(data))
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, *ends, 0)
    return local + name + data + central + name + end


def bzip2_bomb(megabytes):
    packer = bz2.BZ2Compressor(9)
    data = b"".join(packer.compress(bytes(2**20)) for _ in range(megabytes))
    return zip_of(data + packer.flush(), 1000, zipfile.ZIP_BZIP2)


def deflate_bomb(size):
    import zlib

    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = b"".join(packer.compress(bytes(2**20)) for _ in range(64))
    return zip_of(data + packer.flush(), size, zipfile.ZIP_DEFLATED)


def deep(depth):
    spec = dense("d")
    for _ in range(depth):
        spec = stack(spec)
    return spec


def inputs(folder):
    """Yield the name of each input and what is given to `load`."""
    files = {
        "bzip2 bomb": bzip2_bomb(400),
        "deflate bomb": deflate_bomb(64 * 2**20),
        "a lying size": deflate_bomb(1000),
    }
    for name, data in files.items():
        path = folder / f"{name}.keras"
        path.write_bytes(data)
        yield name, path
    yield "zero", "/dev/zero"
    (folder / "link.keras").symlink_to("/dev/zero")
    yield "a link to zero", folder / "link.keras"
    os.mkfifo(folder / "x.json")
    yield "a pipe", folder / "x.json"
    yield "networks called twice", twice(17, dense("d", call(tensor("i"))), [4])
    conv = {"filters": 4, "kernel_size": 2}
    yield (
        "shapes that double",
        twice(40, layer("Conv1D", conv, "d", call(tensor("i"))), [None, 4]),
    )
    long = {**graph([start(4), *chain(1500)], "d1499", "n"), "name": "n"}
    yield "calls of a long network", repeated(long, [4], 40_000)
    yield "calls of one layer", repeated(dense("d"), [4], 40_000)
    wrapped = layer("TimeDistributed", {"layer": long}, "t")
    yield "a wrapped network", repeated(wrapped, [3, 4], 3000)
    sums = [layer("Add", {}, f"a{k}", call([tensor("i")] * 40)) for k in range(1500)]
    yield "tensors", graph([start(4), *sums], "a0")
    yield "lists", '{"a":[' + "[]," * 2_700_000 + "1]}"
    yield "numbers", '{"a":[' + "1," * 4_000_000 + "1]}"
    yield "layers", stack(start(4), *[dense(f"d{k}") for k in range(9000)])
    yield "axes of an input", stack(start(*[2] * 200_000), dense("d"))
    many = {"input_shape": [2] * 200_000}
    yield "axes of a first layer", stack(layer("PReLU", many, "p"))
    yield "axes it was built for", stack(dense("d"), build_input_shape=[2] * 200_000)
    wide = {"equation": "ab,bc->a" + "c" * 1_000_000, "output_shape": [7]}
    yield "axes of an equation", stack(start(5), layer("EinsumDense", wide, "e"))
    yield "lengths that square", squares(30, 2**62)
    yield "letters that square", squares(18, None)
    ups = [layer("UpSampling1D", {"size": 2**62}, f"u{k}") for k in range(1200)]
    yield "lengths that multiply", stack(start(2**62, 3), *ups)
    yield "an output shape of lists", attention([[0], 2**27])
    yield (
        "an output shape of text",
        attention(["A" * 100], num_heads=1000, key_dim=1000),
    )
    yield "deep JSON", '{"a":' * 100_000
    yield "deep networks", deep(500)


def peak():
    """Return the most megabytes that this process has held."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20
    # What the kernel counts for resource includes the process that started this one.
    line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def main(folder):
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    assert byhand.shapes
    for name, source in inputs(folder):
        began = time.process_time()
        try:
            net = load(source)
            kind, words = "read", str(net.output_shape)
            net.table()
        except Exception as error:
            kind, words = type(error).__name__, str(error)
        outcome = {"name": name, "kind": kind, "words": words}
        outcome["seconds"] = time.process_time() - began
        print(json.dumps({**outcome, "megabytes": peak()}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
