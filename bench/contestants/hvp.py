"""Hessian products of peers: `python hvp.py FILE WAY [cpu|cuda]`.

WAY is double-backward, retained, func or compile (PyTorch), curvlinops, eigenthings, pyhessian, or jax; or gradient, which
is PyTorch's gradient alone. PyTorch's own ways can be had on a CUDA device.
"""

import sys
from importlib.metadata import version

from safetensors.numpy import load_file

from serve import serve

path, way, *device_name = sys.argv[1:]
data = load_file(path)


def torch_contestant():
    import torch

    from lenet_torch import loss, split
    from torch_device import open_device

    device, called, wait = open_device(*device_name)
    x = torch.from_numpy(data["x"]).to(device).permute(0, 3, 1, 2)  # channels last in memory, as stored
    labels = torch.from_numpy(data["y"]).to(device).argmax(1)
    vector = torch.from_numpy(data["vector"]).to(device)
    theta = torch.from_numpy(data["theta"]).to(device).requires_grad_()
    last = [None]

    def gradient():
        return torch.autograd.grad(loss(split(theta), x, labels), theta, create_graph=True)[0]

    retained = gradient() if way == "retained" else None

    def forward_over_reverse(point, direction):
        function = torch.func.grad(lambda flat: loss(split(flat), x, labels))
        return torch.func.jvp(function, (point,), (direction,))[1]

    if way == "compile":
        forward_over_reverse = torch.compile(forward_over_reverse)

    def product():
        if way == "gradient":
            return torch.autograd.grad(loss(split(theta), x, labels), theta)[0]
        if way in ("func", "compile"):
            return forward_over_reverse(theta.detach(), vector)
        g = gradient() if retained is None else retained
        return torch.autograd.grad(g, theta, vector, retain_graph=retained is not None)[0]

    def work(repeats):
        for _ in range(repeats):
            last[0] = product()
        wait()

    work(1)
    serve(called, work, lambda: last[0].detach().cpu().numpy())


def library_contestant():
    """Products by libraries for Hessians, each as its own documentation has it."""
    import torch

    from lenet_torch import LeNet

    x = torch.from_numpy(data["x"]).permute(0, 3, 1, 2)  # channels last in memory, as stored
    labels = torch.from_numpy(data["y"]).argmax(1)
    vector = torch.from_numpy(data["vector"])
    model = LeNet(torch.from_numpy(data["theta"]))
    criterion = torch.nn.CrossEntropyLoss()
    if way == "curvlinops":
        from curvlinops import HessianLinearOperator

        parameters = list(model.parameters())
        operator = HessianLinearOperator(model, criterion, parameters, [(x, labels)], check_deterministic=False)

        def product():
            return operator @ vector

    elif way == "eigenthings":
        from hessian_eigenthings import HessianOperator

        operator = HessianOperator(model, [(x, labels)], lambda model, batch: criterion(model(batch[0]), batch[1]))

        def product():
            return operator.matvec(vector)

    else:
        from pyhessian import hessian
        from pyhessian.utils import hessian_vector_product

        computer = hessian(model, criterion, data=(x, labels), cuda=False)

        def product():
            return hessian_vector_product(computer.gradsH, computer.params, [vector])[0]

    last = [product()]

    def work(repeats):
        for _ in range(repeats):
            last[0] = product()

    package = {"curvlinops": "curvlinops-for-pytorch", "eigenthings": "hessian-eigenthings", "pyhessian": "PyHessian"}[way]
    serve(f"{package} {version(package)}, torch {version('torch')}", work, lambda: last[0].detach().numpy())


def jax_contestant():
    import jax
    import jax.numpy as jnp

    shapes = [(5, 5, 3, 6), (6,), (5, 5, 6, 16), (16,), (400, 120), (120,), (120, 84), (84,), (84, 10), (10,)]
    x, y, vector, theta = (jnp.asarray(data[name]) for name in ("x", "y", "vector", "theta"))

    def loss(flat):
        parameters, at = [], 0
        for shape in shapes:
            size = 1
            for length in shape:
                size *= length
            parameters.append(flat[at : at + size].reshape(shape))
            at += size
        k1, b1, k2, b2, w1, c1, w2, c2, w3, c3 = parameters

        def convolve(h, kernel, bias):
            h = jax.lax.conv_general_dilated(h, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
            h = jnp.tanh(h + bias)
            return jax.lax.reduce_window(h, 0.0, jax.lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") / 4

        h = convolve(convolve(x, k1, b1), k2, b2).reshape(x.shape[0], -1)
        h = jnp.tanh(jnp.tanh(h @ w1 + c1) @ w2 + c2) @ w3 + c3
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(h), axis=1))

    product = jax.jit(lambda p, v: jax.jvp(jax.grad(loss), (p,), (v,))[1])
    last = [product(theta, vector).block_until_ready()]

    def work(repeats):
        for _ in range(repeats):
            last[0] = product(theta, vector).block_until_ready()

    serve(f"jax {jax.__version__}", work, lambda: last[0])


if way == "jax":
    jax_contestant()
elif way in ("curvlinops", "eigenthings", "pyhessian"):
    library_contestant()
else:
    torch_contestant()
