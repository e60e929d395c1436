#!/usr/bin/env python3
"""Recomputes a run of epochnoise with PyTorch in float64, from its files alone.

    epochnoise data export RUN_DIR --out DATA.safetensors
    python check_run.py RUN_DIR DATA.safetensors [--json]

Needs torch, numpy and safetensors. Shares nothing with the program but the documented files: forward pass, losses,
derivatives, updates and variances are written again here. Exit code 0: everything agrees; 1: something does not;
2: the files cannot be read.

Tolerances follow from how the program computes: in float32, unless the run says float64. What that costs depends on the
network (a saturated softmax loses much more than a linear layer), so it is not guessed but measured: PyTorch computes the
same in float32, and D below is 8 times the distance to its float64, a norm or a root mean square over samples. For a
float64 run D is scaled to that precision. u is the spacing of numbers near 1 (2^-23 or 2^-52), whose few roundings
come on top. The script's own float64 errors are far below.

    losses       D of a sample's loss, and 16 u of the value for the long sums inside one native op
    gradient     D of it; along directions likewise
    noise        each sample's derivative is off by delta, D of it, so a variance s^2 by 2 s delta + delta^2; an estimate
                 from batches by twice its 95 % interval, about 4 standard errors
    curvature    D of the product H e, and 4 u * largest |eigenvalue|; a quotient and the norm of a residual are off by
                 no more than the product
    felt         D of the gradient, twice at a snapshot, over the step of a finite one; u |mean| of the weights
    updates      2 sqrt(k) * (u/2 |theta| + (u/2 |v| + eta D) / (1 - beta)) after k of them: independent roundings of
                 theta, and of v and a batch's gradient, which momentum carries on
    steps        theta_k - theta_(k-1) - v_k: u |theta_k|, element by element; rounding makes half of that
    projections  rounding to float32: 2^-24 of each value; products are float64 on the native back end
    mean         K roundings of float64 sums
    variances    of projections rounded to float32: 2^-23 of the value, times 4
"""

import argparse
import csv
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open

import resnet20

torch.set_default_dtype(torch.float64)
DIRECTIONS = 5
STEPS_SPREAD = 16
SNAPSHOTS = 10
CHUNK = 1024
BLOCK_VALUES = 2**23
U32, U64 = 2.0**-23, 2.0**-52
MARGIN = 8


def read(path):
    """All tensors of a file, floating-point ones in float64."""
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    return {name: t.double() if t.is_floating_point() else t.long() for name, t in tensors.items()}


def read_metadata(path):
    """Metadata of a file; the values are JSON."""
    with safe_open(path, "pt") as file:
        return {key: json.loads(text) for key, text in (file.metadata() or {}).items()}


class Run:
    """The files of a run, and the objective they belong to."""

    def __init__(self, folder, data):
        self.folder = Path(folder)
        self.experiment = json.loads((self.folder / "experiment.json").read_text())
        self.sgd, self.model = self.experiment["sgd"], self.experiment["model"]
        self.native = self.experiment["backend"] == "tensorflow"
        self.u = U64 if self.experiment["precision"] == "float64" and self.native else U32
        self.margin = MARGIN * self.u / U32  # times a distance between float32 and float64: D
        if self.model["name"] not in ("linear", "mlp", "lenet", "resnet20"):
            raise ValueError(f"model {self.model['name']} is not known here")
        tensors = read(data)
        self.x, self.y = tensors["x"], tensors["y"]
        self.opening = self.tensors("weights")
        self.parameters = read_metadata(self.folder / "weights.safetensors")["parameters"]
        self.batches = self.tensors("batches")["indices"]
        self.mean = self.tensors("mean")
        self.spectrum = self.tensors("spectrum")
        self.noise = self.tensors("noise")
        self.statistics = self.tensors("minimum").get("batch_statistics")
        self.noise_metadata = read_metadata(self.folder / "noise.safetensors")
        self.parts = sorted((self.folder / "trajectory").glob("[0-9]*.safetensors"))
        self.samples, self.size = len(self.x), len(self.mean["theta"])
        self.updates, self.batch = self.batches.shape
        self.epoch = self.samples // self.batch
        epochs = self.experiment["record"]["epochs"]
        if self.batches.numel() != epochs * self.samples:
            raise ValueError(f"{self.batches.numel()} samples in batches are not {epochs} epochs of {self.samples}")
        self.largest = self.spectrum["eigenvalues"].abs().max().item()
        count = len(self.spectrum["eigenvalues"])
        self.chosen = sorted({round(i * (count - 1) / (DIRECTIONS - 1)) for i in range(DIRECTIONS)})

    def tensors(self, name):
        return read(self.folder / f"{name}.safetensors")

    def table(self, name):
        with open(self.folder / name, newline="") as file:
            return list(csv.DictReader(file))

    def directions(self):
        """The chosen eigenvectors [5, d]."""
        return self.spectrum["eigenvectors"][self.chosen]

    def trajectory(self):
        """(first update, theta, velocity) in blocks of rows."""
        first, rows = 0, max(1, BLOCK_VALUES // self.size)
        for path in self.parts:
            with safe_open(path, "pt") as file:
                theta, velocity = file.get_slice("theta"), file.get_slice("velocity")
                length = theta.get_shape()[0]
                for row in range(0, length, rows):
                    yield first + row, theta[row : row + rows].double(), velocity[row : row + rows].double()
                first += length

    def forward(self, flat, x):
        """Outputs [n, outputs]; x [n, ...] with channels last, as exported."""
        tensor = resnet20.parts_of(flat, self.parameters)
        if self.model["name"] == "resnet20":
            return resnet20.forward(tensor, self.model, x, self.statistics)
        layers = list(dict.fromkeys(name.split("/")[0] for name in tensor))
        activations = {"tanh": torch.tanh, "relu": torch.relu, "softplus": lambda h: torch.logaddexp(h, 0 * h)}
        activation = activations[self.model.get("activation", "tanh")]
        h = x
        for layer in (name for name in layers if name.startswith("conv")):
            kernel = tensor[f"{layer}/kernel"].permute(3, 2, 0, 1)
            padding = kernel.shape[-1] // 2 if self.model["padding"] == "same" else 0
            h = F.conv2d(h.permute(0, 3, 1, 2), kernel, tensor[f"{layer}/bias"], padding=padding)
            pool = F.max_pool2d if self.model["pooling"] == "max" else F.avg_pool2d
            h = pool(activation(h), 2).permute(0, 2, 3, 1)
        h = h.reshape(len(h), -1)
        dense = [name for name in layers if name.startswith("dense")]
        for layer in dense:
            h = h @ tensor[f"{layer}/weight"] + tensor[f"{layer}/bias"]
            h = h if layer == dense[-1] else activation(h)
        return h

    def losses(self, flat, x, y):
        """One value a sample, without L2."""
        outputs = self.forward(flat, x)
        kind = self.experiment["loss"]
        if kind == "half-mean-squared-error":
            return 0.5 * ((outputs - y) ** 2).sum(-1)
        if kind == "binary-cross-entropy":
            return (torch.logaddexp(outputs, 0 * outputs) - y * outputs).sum(-1)
        if kind == "cross-entropy":
            return (torch.logsumexp(outputs, -1, keepdim=True) * y - outputs * y).sum(-1)
        raise ValueError(f"unknown loss {kind}")

    def chunks(self, rows, dtype=torch.float64):
        for first in range(0, self.samples, rows):
            yield self.x[first : first + rows].to(dtype), self.y[first : first + rows].to(dtype)

    def sample_losses(self, theta):
        """Each sample's loss, without L2; in the precision of theta."""
        with torch.no_grad():
            return torch.cat([self.losses(theta, x, y) for x, y in self.chunks(CHUNK, theta.dtype)])

    def batch_gradient(self, theta, indices):
        """Mean loss of a batch, and the gradient of the batch's objective; in the precision of theta."""
        theta = theta.clone().requires_grad_()
        value = self.losses(theta, self.x[indices].to(theta.dtype), self.y[indices].to(theta.dtype)).mean()
        (gradient,) = torch.autograd.grad(value, theta)
        return value.item(), gradient + self.sgd["weightDecay"] * theta.detach()

    def gradient(self, theta):
        """The objective's gradient; in the precision of theta."""
        theta = theta.clone().requires_grad_()
        total = torch.zeros_like(theta)
        for x, y in self.chunks(CHUNK, theta.dtype):
            total += torch.autograd.grad(self.losses(theta, x, y).sum(), theta)[0]
        return total / self.samples + self.sgd["weightDecay"] * theta.detach()

    def hessian_product(self, theta, vector):
        """H v of the objective, by differentiating twice backwards; in the precision of theta."""
        theta = theta.clone().requires_grad_()
        total = torch.zeros_like(vector)
        for x, y in self.chunks(CHUNK, theta.dtype):
            (gradient,) = torch.autograd.grad(self.losses(theta, x, y).sum(), theta, create_graph=True)
            total += torch.autograd.grad(gradient @ vector, theta)[0]
        return total / self.samples + self.sgd["weightDecay"] * vector

    def sample_derivatives(self, theta, directions):
        """The derivative of each sample's loss along each direction [N, directions]; in the precision of theta."""
        theta = theta.clone().requires_grad_()
        rows = []
        for x, y in self.chunks(CHUNK, theta.dtype):
            # The gradient of sum w_n l_n along e is linear in w: its derivative to w_n is that of sample n along e.
            weights = torch.ones(len(x), dtype=theta.dtype, requires_grad=True)
            (gradient,) = torch.autograd.grad(weights @ self.losses(theta, x, y), theta, create_graph=True)
            along = [torch.autograd.grad(gradient @ e, weights, retain_graph=True)[0] for e in directions]
            rows.append(torch.stack(along, 1))
        return torch.cat(rows)


def root_mean_square(values):
    return (values**2).mean(0).sqrt()


def worst(pairs):
    """The (deviation, tolerance) that is furthest out; NaN before all."""
    return pairs[int(np.argmax([deviation / tolerance for deviation, tolerance in pairs]))]


def check_batches(run):
    """Every sample once an epoch, or, with replacement, any."""
    sampler, epochs = run.sgd["sampler"], run.batches.reshape(-1, run.samples)
    wrong = int(((epochs < 0) | (epochs >= run.samples)).sum())
    if sampler != "with-replacement":
        wrong += int((epochs.sort(1).values != torch.arange(run.samples)).sum())
    if sampler == "shuffle-once":
        wrong += int((epochs != epochs[0]).sum())
    yield f"batches: places at odds with {sampler}", wrong, 0


def check_losses(run):
    """Losses of the training curves at states that were kept."""
    *_, (_, theta, _) = run.trajectory()
    states = [("training", run.tensors("minimum")["theta"]), ("window", theta[-1])]
    for name, state in states:
        rows = run.table(f"{name}.csv")
        if rows:
            losses = run.sample_losses(state)
            run.loss_distance = root_mean_square(run.sample_losses(state.float()) - losses).item()
            loss = losses.mean().item()
            tolerance = run.margin * run.loss_distance + 16 * run.u * loss
            yield f"last loss of {name}.csv", abs(float(rows[-1]["train_loss"]) - loss), tolerance


def check_gradient_and_noise(run):
    """The objective's gradient at the mean, and the variance of one batch's along five eigenvectors."""
    mean, rows = run.mean["theta"], run.directions()
    gradient = run.gradient(mean)
    tolerance = run.margin * (run.gradient(mean.float()) - gradient).norm().item()
    yield f"gradient at the mean ({gradient.norm():.1e})", (gradient - run.mean["gradient"]).norm().item(), tolerance
    stored = run.spectrum["gradient"][run.chosen]
    yield "gradient along 5 directions", (rows @ gradient - stored).abs().max().item(), tolerance

    along = run.sample_derivatives(mean, rows)
    delta = run.margin * root_mean_square(run.sample_derivatives(mean.float(), rows.float()) - along)
    replaced = run.sgd["sampler"] == "with-replacement"
    per_sample = along.var(0, correction=0 if replaced else 1)
    factor = (1 if replaced else 1 - run.batch / run.samples) / run.batch
    variance = factor * per_sample
    if run.noise_metadata["method"] == "per-sample":
        allowed = factor * (2 * per_sample.sqrt() * delta + delta**2)
    else:
        allowed = 2 * (run.noise["variance_high"] - run.noise["variance_low"])[run.chosen]
    off = (run.noise["variance"][run.chosen] - variance).abs()
    for i, direction in enumerate(run.chosen):
        name = f"noise variance {direction} ({variance[i]:.2e}), of itself"
        yield name, (off / variance)[i].item(), (allowed / variance)[i].item()


def check_curvature(run):
    """Rayleigh quotients and residuals of five eigenvectors."""
    mean = run.mean["theta"]
    for i, vector in zip(run.chosen, run.directions()):
        product = run.hessian_product(mean, vector)
        distance = (run.hessian_product(mean.float(), vector.float()) - product).norm().item()
        # Eigenvalues belong to rows before these were rounded to float32, which a quotient feels in second order.
        tolerance = run.margin * distance + (4 * run.u + 16 * U32**2) * run.largest
        value, residual = run.spectrum["eigenvalues"][i].item(), run.spectrum["residuals"][i].item()
        quotient = (vector @ product / (vector @ vector)).item()
        yield f"eigenvalue {i} ({value:.3e})", abs(quotient - value), tolerance
        found = (product - value * vector).norm().item()
        yield f"residual {i} ({residual:.1e})", abs(found - residual), tolerance


def check_felt_curvature(run):
    """The gradient along five eigenvectors at snapshots of the path, and over finite steps."""
    stored, rows, mean = run.tensors("curvature"), run.directions(), run.mean["theta"]
    metadata = read_metadata(run.folder / "curvature.safetensors")
    if metadata["samples"] != run.samples:
        return
    distance = run.margin * (run.gradient(mean.float()) - run.gradient(mean)).norm().item()
    row_of = {update: row for row, update in enumerate(stored["snapshot_updates"].tolist())}
    wanted = set(list(row_of)[:: max(1, len(row_of) // SNAPSHOTS)]) if metadata["window"] == "same" else set()
    weights, gradients = [], []
    for first, thetas, _ in run.trajectory():
        for k in wanted & set(range(first, first + len(thetas))):
            theta = thetas[k - first]
            ours = rows @ (theta - mean), rows @ run.gradient(theta)
            theirs = stored["snapshot_theta"][row_of[k]], stored["snapshot_gradient"][row_of[k]]
            off = [(mine - other[run.chosen]).abs().max().item() for mine, other in zip(ours, theirs)]
            # The mean is rounded like a state, and the gradient of both.
            weights.append((off[0], run.u * mean.norm().item()))
            gradients.append((off[1], 2 * distance))
    if weights:
        yield f"theta along 5 directions at {len(weights)} snapshots", *worst(weights)
        # At one state in so many the rounding of float32 may carry a sample over a kink of relu, where gradients jump.
        if run.model.get("activation") == "relu" and run.u == U32 and len(gradients) > 1:
            gradients.remove(worst(gradients))
        yield f"gradient along 5 directions at {len(gradients)} snapshots", *worst(gradients)

    steps = []
    for at, direction in enumerate(stored["finite_step_directions"].tolist()):
        vector, sigma = run.spectrum["eigenvectors"][direction], stored["finite_step"][at].item()
        change = run.gradient(mean + sigma * vector) - run.gradient(mean - sigma * vector)
        curvature = (vector @ change / (2 * sigma)).item()
        # Rows are of unit length to float32.
        tolerance = distance / sigma + 2 * U32 * abs(curvature)
        steps.append((abs(stored["finite_step_curvature"][0, at].item() - curvature), tolerance))
    if steps:
        yield f"curvature over {len(steps)} finite steps", *worst(steps)


def check_updates(run):
    """The first epoch of the window again, and single updates from all over it."""
    eta, beta = run.sgd["learningRate"], run.sgd["momentum"]

    _, thetas, velocities = next(run.trajectory())
    count = min(run.epoch, len(thetas))
    theta, velocity = run.opening["theta"], run.opening["velocity"]
    rough = [run.batch_gradient(theta.float(), run.batches[k])[1] for k in range(count)]
    distance = [(ours - run.batch_gradient(theta, run.batches[k])[1]).norm() for k, ours in enumerate(rough)]
    distance = run.margin * root_mean_square(torch.stack(distance)).item()

    def update(theta, velocity, k):
        loss, gradient = run.batch_gradient(theta, run.batches[k])
        velocity = beta * velocity - eta * gradient
        return loss, theta + velocity, velocity

    def compare(k, ours, theirs):
        carried = (run.u / 2 * velocity.norm() + eta * distance) / (1 - beta)
        return (ours - theirs).norm().item(), 2 * k**0.5 * (run.u / 2 * theta.norm() + carried).item()

    pairs, losses = {"theta": [], "velocity": []}, []
    for k in range(count):
        loss, theta, velocity = update(theta, velocity, k)
        losses.append(loss)
        pairs["theta"].append(compare(k + 1, theta, thetas[k]))
        pairs["velocity"].append(compare(k + 1, velocity, velocities[k]))
    for name in pairs:
        yield f"{name}, {count} updates from the opening", *worst(pairs[name])
    if count == run.epoch:
        row = next(row for row in run.table("window.csv") if row["phase"] == "window")
        mean = float(np.mean(losses))
        tolerance = run.margin * run.loss_distance + 16 * run.u * mean
        yield "mean batch loss of that epoch (window.csv)", abs(float(row["batch_loss"]) - mean), tolerance

    wanted = {round(i * (run.updates - 1) / STEPS_SPREAD) for i in range(1, STEPS_SPREAD + 1)} - {0}
    single, before = [], None
    for first, thetas, velocities in run.trajectory():
        for k in range(len(thetas)):
            if first + k in wanted:
                _, theta, velocity = update(*before, first + k)
                single.append(compare(1, theta, thetas[k]))
            before = thetas[k], velocities[k]
    yield f"theta, {len(wanted)} single updates over the window", *worst(single)


def check_window(run):
    """The recorded window against its mean, its projections and its variances, row by row."""
    stored = run.tensors("projections")
    rows, mean = run.spectrum["eigenvectors"], run.mean["theta"]
    # On another back end than the native one the products themselves are float32.
    product = (U64 if run.native else U32) * run.size**0.5
    total, previous, seen = torch.zeros(run.size), run.opening["theta"], 0
    squares, norms = dict.fromkeys(stored, 0), dict.fromkeys(stored, 0)
    steps, roundings = [], {name: [] for name in stored}
    for first, theta, velocity in run.trajectory():
        ahead = torch.cat([previous[None], theta[:-1]])
        steps.append(((theta - ahead - velocity).abs() / (run.u * theta.abs()).clamp_min(1e-300)).max().item())
        total, previous, seen = total + theta.sum(0), theta[-1], seen + len(theta)
        for name, values in (("theta", theta - mean), ("velocity", velocity)):
            ours = values @ rows.T
            squares[name] = squares[name] + (ours**2).sum(0)
            norms[name] = norms[name] + (values**2).sum()
            allowed = U32 / 2 * ours.abs() + product * values.norm(dim=1, keepdim=True) + 2.0**-149
            roundings[name].append(((stored[name][first : first + len(ours)] - ours).abs() / allowed).max().item())
    yield "trajectory: rows missing", abs(seen - run.updates), 0
    yield "theta after an update - before - velocity, in u", float(np.max(steps)), 1
    yield "mean of the trajectory", (total / seen - mean).abs().max().item(), seen * U64 * mean.abs().max().item()
    for name in stored:
        yield f"projections of {name}, in roundings", float(np.max(roundings[name])), 1.01

    table = run.table("directions.csv")
    column = lambda name: torch.tensor([float(row[name]) for row in table])
    for name in stored:
        ours = squares[name] / seen
        tolerance = 4 * (U32 + product * (norms[name] / squares[name]).sqrt())
        off = (column(f"{name}_variance") - ours).abs() / ours
        i = int(np.argmax(off / tolerance))
        yield f"{name}_variance (directions.csv), of itself", off[i].item(), tolerance[i].item()
    for name, tensor in (("eigenvalue", run.spectrum["eigenvalues"]), ("noise_variance", run.noise["variance"])):
        yield f"{name} of directions.csv and of its own file", (column(name) - tensor).abs().max().item(), 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", help="a finished run directory")
    parser.add_argument("data", help="its data, written by `epochnoise data export RUN --out FILE`")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    try:
        run = Run(arguments.run, arguments.data)
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        print(f"error: {arguments.run} with {arguments.data} cannot be used: {error}", file=sys.stderr)
        return 2
    results = []
    checks = (check_batches, check_losses, check_gradient_and_noise, check_curvature, check_felt_curvature)
    for check in (*checks, check_updates, check_window):
        for name, deviation, tolerance in check(run):
            agrees = bool(deviation <= tolerance)  # False for NaN
            results.append({"check": name, "deviation": deviation, "tolerance": tolerance, "ok": agrees})
    failed = [result for result in results if not result["ok"]]
    if arguments.json:
        for result in results:
            if not np.isfinite(result["deviation"]):
                result["deviation"] = None  # JSON has no NaN
        print(json.dumps({"run": str(run.folder), "ok": not failed, "checks": results}, indent=2))
    else:
        for result in results:
            verdict, name = "ok  " if result["ok"] else "FAIL", result["check"]
            print(f"{verdict}  {name:<56} {result['deviation']:9.2e}  within {result['tolerance']:.2e}")
        print(f"{len(results) - len(failed)} of {len(results)} agree")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
