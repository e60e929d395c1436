"""State dicts of networks in PyTorch, with the logits that they give:

    python state_dict.py KIND WEIGHTS.safetensors CHECK.safetensors

WEIGHTS gets model.state_dict(), as `save_file` of safetensors writes it; CHECK gets x [n, channels, height, width] and
logits [n, outputs], computed in eval mode at float32. Kinds are the names of the table at the end. Written as people write
networks in PyTorch, with its own layers and names: nothing here knows of the other side's layouts.
"""

import sys

import torch
from safetensors.torch import save_file
from torch import nn
import torch.nn.functional as F


class ConvNet(nn.Module):
    """Images that are not square, and no two lengths alike: whatever is taken for something else shows."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 3, padding=1)
        self.hidden = nn.Linear(3 * 2 * 3, 5)
        self.out = nn.Linear(5, 4)

    def forward(self, x):
        h = F.avg_pool2d(torch.relu(self.conv(x)), 2)
        return self.out(torch.tanh(self.hidden(h.flatten(1))))


def mlp():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(2 * 4 * 6, 5), nn.Tanh(), nn.Linear(5, 5), nn.Tanh(), nn.Linear(5, 5), nn.Tanh(), nn.Linear(5, 4)
    )


class LeNet(nn.Module):
    def __init__(self, padding, activation, pool, side=16):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5, padding=padding)
        self.conv2 = nn.Conv2d(6, 16, 5, padding=padding)
        lost = 4 - 2 * padding
        last = ((side - lost) // 2 - lost) // 2
        self.fc1 = nn.Linear(16 * last * last, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)
        self.activation, self.pool = activation, pool

    def forward(self, x):
        x = self.pool(self.activation(self.conv1(x)), 2)
        x = self.pool(self.activation(self.conv2(x)), 2)
        x = self.activation(self.fc1(torch.flatten(x, 1)))
        return self.fc3(self.activation(self.fc2(x)))


class Block(nn.Module):
    def __init__(self, before, after, stride, norm):
        super().__init__()
        bias = norm is None
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=bias)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=bias)
        if norm:
            self.bn1, self.bn2 = norm(after), norm(after)
        self.stride, self.missing, self.norm = stride, after - before, norm

    def forward(self, x):
        if self.norm:
            h = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        else:
            h = self.conv2(torch.relu(self.conv1(x))) / 3
        around = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.missing // 2, self.missing - self.missing // 2))
        return torch.relu(h + around)


class ResNet20(nn.Module):
    """He et al. 2015, section 4.2, shortcuts of option A, at a small width."""

    def __init__(self, norm, width=4):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, padding=1, bias=norm is None)
        if norm:
            self.bn1 = norm(width)
        self.norm = norm
        before = width
        for stage in (1, 2, 3):
            after = width * 2 ** (stage - 1)
            blocks = [Block(before if block == 0 else after, after, 2 if block == 0 and stage > 1 else 1, norm) for block in range(3)]
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
            before = after
        self.fc = nn.Linear(before, 10)

    def forward(self, x):
        h = self.conv1(x)
        h = torch.relu(self.bn1(h) if self.norm else h)
        h = self.layer3(self.layer2(self.layer1(h)))
        return self.fc(h.mean((2, 3)))


def randomised(model):
    """Biases, scales and shifts of their own, as after training."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter += 0.3 * torch.randn_like(parameter)
    return model


KINDS = {
    "convnet": (ConvNet, (2, 4, 6)),
    "mlp": (mlp, (2, 4, 6)),
    "lenet-valid": (lambda: LeNet(0, torch.tanh, F.avg_pool2d), (3, 16, 16)),
    "lenet-same": (lambda: LeNet(2, torch.relu, F.max_pool2d), (3, 16, 16)),
    "resnet20-frozen-batch": (lambda: ResNet20(nn.BatchNorm2d), (3, 16, 16)),
    "resnet20-group": (lambda: ResNet20(lambda channels: nn.GroupNorm(2, channels)), (3, 16, 16)),
    "resnet20-none": (lambda: ResNet20(None), (3, 16, 16)),
}


def main(kind, weights, check):
    torch.manual_seed(1)
    make, shape = KINDS[kind]
    model = randomised(make())
    model.train()
    with torch.no_grad():
        for _ in range(20):  # running statistics, where there are such
            model(1 + 2 * torch.randn(32, *shape))
    model.eval()
    x = 1 + 2 * torch.randn(6, *shape)
    with torch.no_grad():
        logits = model(x)
    save_file(model.state_dict(), weights)
    save_file({"x": x, "logits": logits}, check)


if __name__ == "__main__":
    main(*sys.argv[1:])
