"""Eigenpairs by the peers: `python lanczos.py FILE retained|curvlinops|eigenthings|pyhessian PAIRS TOLERANCE DIMENSION [cpu|cuda]`.

TOLERANCE is relative to each eigenvalue, as SciPy has it. DIMENSION is that of the Krylov space for the peer that does
not find out by itself when it is done. SciPy computes on the CPU; products, and hessian-eigenthings altogether, on the device.
"""

import sys
from importlib.metadata import version

import numpy
import torch
from safetensors.numpy import load_file
from scipy.sparse.linalg import LinearOperator, eigsh

from lenet_torch import LeNet, loss, split
from serve import serve
from torch_device import open_device

path, way, pairs, tolerance, dimension, *device_name = sys.argv[1:]
pairs, tolerance, dimension = int(pairs), float(tolerance), int(dimension)
data = load_file(path)
device, called, _ = open_device(*device_name)
x = torch.from_numpy(data["x"]).to(device).permute(0, 3, 1, 2)  # channels last in memory, as stored
labels = torch.from_numpy(data["y"]).to(device).argmax(1)
# Caches like few samples, cards many.
CHUNK = 1000 if device.type == "cpu" else 10_000
chunks = list(zip(x.split(CHUNK), labels.split(CHUNK)))
theta = torch.from_numpy(data["theta"]).to(device)
found = {}
products = 0


def with_scipy(product):
    """SciPy's restarted Lanczos (ARPACK), in float32 as the products are."""

    def counted(vector):
        global products
        products += 1
        return product(vector.ravel())

    size = theta.numel()
    start = numpy.random.default_rng(1).standard_normal(size).astype(numpy.float32)
    operator = LinearOperator((size, size), matvec=counted, dtype=numpy.float32)
    values, vectors = eigsh(operator, k=pairs, which="LA", tol=tolerance, v0=start)
    keep(values[::-1], vectors[:, ::-1].T)


def keep(values, vectors):
    found["eigenvalues"] = numpy.asarray(values, dtype=numpy.float64)
    found["eigenvectors"] = numpy.asarray(vectors, dtype=numpy.float32)


def retained():
    """Double backward; each chunk's graph is built once."""
    point = theta.clone().requires_grad_()
    gradients = [
        torch.autograd.grad(loss(split(point), images, classes) * len(images) / len(x), point, create_graph=True)[0]
        for images, classes in chunks
    ]

    def product(vector):
        vector = torch.from_numpy(vector).to(device)
        return sum(torch.autograd.grad(g, point, vector, retain_graph=True)[0] for g in gradients).cpu().numpy()

    with_scipy(product)


def curvlinops():
    from curvlinops import HessianLinearOperator

    model = LeNet(theta)
    criterion = torch.nn.CrossEntropyLoss()
    operator = HessianLinearOperator(model, criterion, list(model.parameters()), chunks, check_deterministic=False)
    with_scipy(operator.to_scipy().matvec)


def eigenthings():
    from hessian_eigenthings import HessianOperator, lanczos

    model = LeNet(theta)
    operator = HessianOperator(model, chunks, lambda model, batch: torch.nn.functional.cross_entropy(model(batch[0]), batch[1]))
    pair = lanczos(operator, k=pairs, max_iter=dimension, reorthogonalize=True, which="LA", seed=1)
    global products
    products = pair.iterations
    keep(pair.eigenvalues.detach().cpu().numpy(), pair.eigenvectors.detach().cpu().numpy())


def pyhessian():
    """Power iteration, one pair after another, until two estimates of the eigenvalue differ by less than 1e-4."""
    from pyhessian import hessian

    computer = hessian(LeNet(theta), torch.nn.CrossEntropyLoss(), dataloader=chunks, cuda=False)
    values, vectors = computer.eigenvalues(maxIter=1000, tol=1e-4, top_n=pairs)
    keep(values, numpy.stack([vector[0].detach().numpy() for vector in vectors]))


def work(_):
    {"retained": retained, "curvlinops": curvlinops, "eigenthings": eigenthings, "pyhessian": pyhessian}[way]()
    return {"products": products}


package = {"curvlinops": "curvlinops-for-pytorch", "eigenthings": "hessian-eigenthings", "pyhessian": "PyHessian"}
names = [f"{package[way]} {version(package[way])}"] if way in package else []
serve(", ".join([*names, called, f"scipy {version('scipy')}"]), work, lambda: found)
