"""Which ops TensorFlow's library has for GPUs: `python3 scripts/kernels.py [libtensorflow_cc.so.2] [op …]`.

The list is the library's own, and has what the build has, whether or not there is a card. DEFAULT stands for devices that have
no kernel of their own, GPUs among them. Inputs and outputs are named that lie in the machine's memory. Without ops: those with
which state is kept on a card.
"""

import ctypes
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).parents[1] / "node_modules/@tensorflow/tfjs-node/deps/lib/libtensorflow_cc.so.2"
OPS = [
    *("MapStage", "MapPeek", "MapUnstage", "MapSize", "MapIncompleteSize"),
    *("Bitcast", "ShapeN"),
]
# DataType of TensorFlow.
TYPES = {1: "float32", 2: "float64", 3: "int32", 9: "int64"}


class Buffer(ctypes.Structure):
    """TF_Buffer of TensorFlow's C interface, without what frees it."""

    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def kernels(library, op):
    """KernelList of an op, as bytes of protocol buffers."""
    library.TF_NewStatus.restype = ctypes.c_void_p
    library.TF_GetRegisteredKernelsForOp.restype = ctypes.POINTER(Buffer)
    library.TF_GetRegisteredKernelsForOp.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    buffer = library.TF_GetRegisteredKernelsForOp(op.encode(), library.TF_NewStatus()).contents
    return ctypes.string_at(buffer.data, buffer.length) if buffer.length else b""


def fields(message):
    """Numbers and contents of the fields of a message that have a length; the others here are single numbers."""
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        value, at = varint(message, at)
        if key & 7 == 2:
            yield key >> 3, message[at : at + value]
            at += value


def varint(message, at):
    """A number of variable length, and where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        shift, at = shift + 7, at + 1
        if byte < 128:
            return value, at


def one(message, wanted):
    """All contents of a field of one number."""
    return [value for number, value in fields(message) if number == wanted]


def types(kernel):
    """Names of the types of numbers that a kernel takes, of those that are used here; empty where it takes all."""
    # KernelDef.constraint, AttrConstraint.allowed_values, AttrValue.list, ListValue.type.
    lists = [one(one(constraint, 2)[0], 1)[0] for constraint in one(kernel, 3)]
    return {TYPES[number] for several in lists for number in b"".join(one(several, 6)) if number in TYPES}


def main():
    given = sys.argv[1:]
    path = given.pop(0) if given and "/" in given[0] else str(HERE)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    library = ctypes.CDLL(path)
    for op in given or OPS:
        alike = {}
        for kernel in one(kernels(library, op), 1):
            # KernelDef.device_type and .host_memory_arg.
            (device,) = one(kernel, 2)
            key = device.decode(), ", ".join(sorted(name.decode() for name in one(kernel, 4)))
            alike.setdefault(key, set()).update(types(kernel) or {"all types"})
        for (device, host), of in sorted(alike.items()):
            print(f"{op} on {device}, {', '.join(sorted(of))}" + (f"; in the machine's memory: {host}" if host else ""))


main()
