"""Judges eigenpairs: `python referee.py FILE PAIRS.safetensors …` prints the largest ‖Hv − λv‖ of each file's pairs.

The Hessian is that of the images and weights in FILE, by double backward; v is normalised, λ taken as claimed. All pairs
are judged with float32 products, whose rounding is some 1e-6 of the largest eigenvalue; the worst of each file again in
float64, and the largest of these is printed. One line of JSON, a number for each file.
"""

import json
import sys

import torch
from safetensors.torch import load_file

from lenet_torch import loss, split
from torch_device import fastest_device

CHUNK = 500
WORST = 4
DEVICE = fastest_device()
data = {name: values.to(DEVICE) for name, values in load_file(sys.argv[1]).items()}
labels = data["y"].argmax(1)
claims = [load_file(path, str(DEVICE)) for path in sys.argv[2:]]


def residuals(pairs, dtype):
    """Of pairs (value, vector), float64 apart from the products."""
    x = data["x"].to(dtype).permute(0, 3, 1, 2)
    point = data["theta"].to(dtype).requires_grad_()
    vectors = [vector.double() / vector.double().norm() for _, vector in pairs]
    products = [torch.zeros_like(vector) for vector in vectors]
    for images, classes in zip(x.split(CHUNK), labels.split(CHUNK)):
        gradient = torch.autograd.grad(loss(split(point), images, classes), point, create_graph=True)[0]
        for product, vector in zip(products, vectors):
            part = torch.autograd.grad(gradient, point, vector.to(dtype), retain_graph=True)[0]
            product += part.double() * len(images) / len(x)
    return [(product - value.double() * vector).norm().item() for product, (value, _), vector in zip(products, pairs, vectors)]


every = [list(zip(claim["eigenvalues"], claim["eigenvectors"])) for claim in claims]
screened = iter(residuals(sum(every, []), torch.float32))
worst = []
for pairs in every:
    ranked = sorted(((next(screened), rank) for rank in range(len(pairs))), reverse=True)
    worst.append([pairs[rank] for _, rank in ranked[:WORST]])
exact = iter(residuals(sum(worst, []), torch.float64))
print(json.dumps([max(next(exact) for _ in pairs) for pairs in worst]))
