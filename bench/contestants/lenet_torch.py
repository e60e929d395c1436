"""LeNet on flat parameters laid out as this program does: kernels [height, width, in, out], dense weights [in, out]."""

import torch
import torch.nn.functional as F

SHAPES = [(5, 5, 3, 6), (6,), (5, 5, 6, 16), (16,), (400, 120), (120,), (120, 84), (84,), (84, 10), (10,)]
SIZES = [torch.Size(shape).numel() for shape in SHAPES]


def split(flat):
    """The parameters of a flat vector, as PyTorch wants them."""
    k1, b1, k2, b2, *dense = (part.reshape(shape) for part, shape in zip(flat.split(SIZES), SHAPES))
    return [k1.permute(3, 2, 0, 1), b1, k2.permute(3, 2, 0, 1), b2, *dense]


def forward(parameters, x):
    """Logits of images [n, 3, 32, 32] (channels last in memory)."""
    k1, b1, k2, b2, w1, c1, w2, c2, w3, c3 = parameters
    h = F.avg_pool2d(torch.tanh(F.conv2d(x, k1, b1)), 2)
    h = F.avg_pool2d(torch.tanh(F.conv2d(h, k2, b2)), 2)
    # The dense layer's rows are in the order height, width, channel.
    h = h.permute(0, 2, 3, 1).reshape(x.shape[0], -1)
    h = torch.tanh(h @ w1 + c1)
    h = torch.tanh(h @ w2 + c2)
    return h @ w3 + c3


def loss(parameters, x, labels):
    return F.cross_entropy(forward(parameters, x), labels)


class LeNet(torch.nn.Module):
    """The same as a module, for libraries that want one; its parameters are one flat tensor."""

    def __init__(self, theta):
        super().__init__()
        self.theta = torch.nn.Parameter(theta.clone())

    def forward(self, x):
        return forward(split(self.theta), x)
