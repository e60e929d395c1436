"""PyTorch's SGD updates, recorded: `python step.py FILE lenet|mlp THREADS`."""

import sys
import tempfile

import numpy
import torch
from safetensors.numpy import load_file, save_file

from lenet_torch import loss as lenet_loss
from lenet_torch import split as lenet_split
from serve import serve

path, net, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
torch.manual_seed(1)
data = {name: torch.from_numpy(value) for name, value in load_file(path).items()}
x, y, batches = data["x"], data["y"], data["batches"].long()
if net == "lenet":
    x = x.permute(0, 3, 1, 2)  # channels last in memory, as stored
    y = y.argmax(1)
samples, size = len(x), data["batches"].shape[1]


def mlp_loss(flat, x, y):
    w1, b1, w2, b2 = flat.split([800, 40, 40, 1])
    f = torch.tanh(x @ w1.reshape(20, 40) + b1) @ w2.reshape(40, 1) + b2
    return 0.5 * ((f - y) ** 2).sum(1).mean()


def start():
    theta = data["theta"].clone().requires_grad_()
    return theta, torch.optim.SGD([theta], lr=1e-3, momentum=0.9, weight_decay=1e-4)


def update(theta, optimiser, indices):
    optimiser.zero_grad()
    xb, yb = x[indices], y[indices]
    (lenet_loss(lenet_split(theta), xb, yb) if net == "lenet" else mlp_loss(theta, xb, yb)).backward()
    optimiser.step()


theta, optimiser = start()
order, at = torch.randperm(samples), 0
folder = tempfile.TemporaryDirectory()


def work(updates):
    """Samples, updates, and records θ and v after every update, in the end to a file."""
    global order, at
    thetas = numpy.empty((updates, theta.numel()), dtype=numpy.float32)
    velocities = numpy.empty_like(thetas)
    for k in range(updates):
        if at == samples // size:
            order, at = torch.randperm(samples), 0
        update(theta, optimiser, order[at * size : (at + 1) * size])
        at += 1
        thetas[k] = theta.detach().numpy()
        # The optimiser's own buffer; v = −η times it at a constant rate.
        velocities[k] = optimiser.state[theta]["momentum_buffer"].numpy()
    save_file({"theta": thetas, "velocity": velocities}, f"{folder.name}/trajectory.safetensors")


def result():
    fresh, with_momentum = start()
    for indices in batches:
        update(fresh, with_momentum, indices)
    return fresh.detach().numpy()


serve(f"torch {torch.__version__}", work, result)
