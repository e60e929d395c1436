"""ResNet-20 in PyTorch, for check_run.py and, as a program, for one set of weights and images:

    python resnet20.py IN.safetensors OUT.safetensors

IN holds theta [d], x [n, height, width, channels], y [n, classes] (one-hot), vector [d], all F64, statistics [2, C] F64
where batch normalisation is frozen, and as metadata, in JSON, `model` as in the configuration and `parameters` as in
weights.safetensors. OUT gets, in float64: outputs [n, classes], gradient [d] and product [d], of the summed cross-entropy
and of its Hessian with the vector; with statistics also training_outputs, batch normalisation in its training mode, and
training_statistics [2, C], its means and (biased) variances.

He et al. 2015, section 4.2, with the shortcuts of option A. Written with PyTorch's own normalisations.
"""

import json
import sys

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file

# The program's constants are float32 numbers.
EPSILON = float(torch.tensor(1e-5, dtype=torch.float32))
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "softplus": lambda h: torch.logaddexp(h, 0 * h)}


def parts_of(flat, parameters):
    """The parameters by their names."""
    tensor = {}
    for place in parameters:
        length = torch.Size(place["shape"]).numel()
        tensor[place["name"]] = flat[place["offset"] : place["offset"] + length].reshape(place["shape"])
    return tensor


def default_groups(width):
    """Half the width, or the largest divisor below that."""
    return max([d for d in range(1, width) if width % d == 0], default=1)


def forward(tensor, model, x, statistics=None, training=False, note=None):
    """Outputs [n, classes] for x [n, height, width, channels].

    statistics: means and variances [2, C] of frozen batch normalisation, layer after layer; note is given those of the batch.
    """
    activation = ACTIVATIONS[model["activation"]]
    kind = model["normalisation"]
    groups = model["groups"] or default_groups(model["width"])
    first = 0  # channel, of all normalised layers

    def convolve(h, name, stride):
        nonlocal first
        h = F.conv2d(h, tensor[f"{name}/kernel"].permute(3, 2, 0, 1), stride=stride, padding=1)
        if kind == "none":
            return h + tensor[f"{name}/bias"][:, None, None]
        scale, shift = tensor[f"{name}/scale"], tensor[f"{name}/shift"]
        if kind == "group":
            return F.group_norm(h, groups, scale, shift, EPSILON)
        channels = slice(first, first := first + len(scale))
        if training:
            if note is not None:
                note(h.mean((0, 2, 3)), h.var((0, 2, 3), correction=0))
            return F.batch_norm(h, None, None, scale, shift, True, 0, EPSILON)
        mean, variance = statistics[:, channels].to(h.dtype)
        return F.batch_norm(h, mean, variance, scale, shift, False, 0, EPSILON)

    h = activation(convolve(x.permute(0, 3, 1, 2), "conv1", 1))
    for block in range(1, 10):
        stride = 2 if block in (4, 7) else 1
        branch = activation(convolve(h, f"block{block}/conv1", stride))
        branch = convolve(branch, f"block{block}/conv2", 1)
        if kind == "none":
            branch = branch / 3
        around = h[:, :, ::stride, ::stride]
        missing = branch.shape[1] - around.shape[1]
        around = F.pad(around, (0, 0, 0, 0, missing // 2, missing - missing // 2))
        h = activation(branch + around)
    return h.mean((2, 3)) @ tensor["dense1/weight"] + tensor["dense1/bias"]


def main(given, wanted):
    with safe_open(given, "pt") as file:
        data = {name: file.get_tensor(name) for name in file.keys()}
        model, parameters = (json.loads(file.metadata()[key]) for key in ("model", "parameters"))
    statistics = data.get("statistics")
    theta = data["theta"].requires_grad_()
    outputs = forward(parts_of(theta, parameters), model, data["x"], statistics)
    loss = -(data["y"] * torch.log_softmax(outputs, -1)).sum()
    (gradient,) = torch.autograd.grad(loss, theta, create_graph=True)
    (product,) = torch.autograd.grad(gradient @ data["vector"], theta)
    results = {"outputs": outputs, "gradient": gradient, "product": product}
    if statistics is not None:
        layers = []
        tensor = parts_of(theta, parameters)
        results["training_outputs"] = forward(tensor, model, data["x"], training=True, note=lambda *found: layers.append(found))
        results["training_statistics"] = torch.stack([torch.cat(row) for row in zip(*layers)])
    save_file({name: value.detach().contiguous() for name, value in results.items()}, wanted)


if __name__ == "__main__":
    main(*sys.argv[1:])
