"""Projections of a recorded window by peers: `python project.py FOLDER FILE torch|numpy|numpy64`."""

import sys
import tempfile
from pathlib import Path

import numpy
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from serve import serve

folder, path, way = sys.argv[1:]
BLOCK = 128
work = load_file(path)
mean, directions = work["mean"], work["directions"]
parts = sorted(Path(folder, "trajectory").glob("*.safetensors"))
out = tempfile.TemporaryDirectory()
last = {}


def with_numpy(dtype):
    along = directions.astype(dtype).T
    found = {"theta": [], "velocity": []}
    for part in parts:
        with safe_open(part, "numpy") as file:
            tensors = {name: file.get_slice(name) for name in found}
            rows = tensors["theta"].get_shape()[0]
            for row in range(0, rows, BLOCK):
                block = slice(row, min(row + BLOCK, rows))
                theta = (tensors["theta"][block] - mean).astype(dtype)
                found["theta"].append((theta @ along).astype(numpy.float32))
                velocity = tensors["velocity"][block].astype(dtype, copy=False)
                found["velocity"].append((velocity @ along).astype(numpy.float32))
    keep({name: numpy.concatenate(blocks) for name, blocks in found.items()})


def with_torch():
    import torch

    along = torch.from_numpy(directions).T
    middle = torch.from_numpy(mean)
    found = {"theta": [], "velocity": []}
    for part in parts:
        with safe_open(part, "pt") as file:
            tensors = {name: file.get_slice(name) for name in found}
            rows = tensors["theta"].get_shape()[0]
            for row in range(0, rows, BLOCK):
                block = slice(row, min(row + BLOCK, rows))
                found["theta"].append((tensors["theta"][block] - middle).float() @ along)
                found["velocity"].append(tensors["velocity"][block] @ along)
    keep({name: torch.cat(blocks).numpy() for name, blocks in found.items()})


def keep(projected):
    save_file(projected, f"{out.name}/projections.safetensors")
    last.update(projected)


def work_once(repeats):
    for _ in range(repeats):
        with_torch() if way == "torch" else with_numpy(numpy.float64 if way == "numpy64" else numpy.float32)


if way == "torch":
    import torch

    name = f"torch {torch.__version__}"
else:
    name = f"numpy {numpy.__version__}"
serve(name, work_once, lambda: numpy.concatenate([last["theta"].ravel(), last["velocity"].ravel()]))
