"""Projections of a recorded window by peers: `python project.py FOLDER FILE torch|torch-memory|numpy|numpy64 [cpu|cuda]`.

torch-memory is the matrix product alone: both factors lie on the device, and what comes of it is brought back.
"""

import sys
import tempfile
from pathlib import Path

import numpy
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from serve import serve

folder, path, way, *device_name = sys.argv[1:]
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
    along = torch.from_numpy(directions).to(device).T
    middle = torch.from_numpy(mean).to(device)
    found = {"theta": [], "velocity": []}
    for part in parts:
        with safe_open(part, "pt") as file:
            tensors = {name: file.get_slice(name) for name in found}
            rows = tensors["theta"].get_shape()[0]
            for row in range(0, rows, BLOCK):
                block = slice(row, min(row + BLOCK, rows))
                found["theta"].append((tensors["theta"][block].to(device) - middle).float() @ along)
                found["velocity"].append(tensors["velocity"][block].to(device) @ along)
    keep({name: torch.cat(blocks).cpu().numpy() for name, blocks in found.items()})


def open_factors():
    """Directions, and θ − θ̄ above v, on the device."""
    whole = [load_file(part) for part in parts]
    theta = numpy.concatenate([part["theta"] - mean for part in whole]).astype(numpy.float32)
    velocity = numpy.concatenate([part["velocity"] for part in whole])
    rows = torch.from_numpy(numpy.concatenate([theta, velocity])).to(device)
    return rows, torch.from_numpy(directions).to(device).T


def with_factors():
    rows, along = factors
    last["theta"], last["velocity"] = (rows @ along).cpu().numpy().reshape(2, -1)


def keep(projected):
    save_file(projected, f"{out.name}/projections.safetensors")
    last.update(projected)


def work_once(repeats):
    for _ in range(repeats):
        works[way]()


works = {
    "torch": with_torch,
    "torch-memory": with_factors,
    "numpy": lambda: with_numpy(numpy.float32),
    "numpy64": lambda: with_numpy(numpy.float64),
}
if way.startswith("torch"):
    import torch

    from torch_device import open_device

    device, name, _ = open_device(*device_name)
    if way == "torch-memory":
        factors = open_factors()
else:
    name = f"numpy {numpy.__version__}"
serve(name, work_once, lambda: numpy.concatenate([last["theta"].ravel(), last["velocity"].ravel()]))
