"""Where PyTorch computes. Float32 is float32 there too: GPUs from Ampere on would use TF32 for convolutions otherwise."""

import sys

import torch

torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False


def open_device(name="cpu"):
    """The device cpu or cuda, what PyTorch and the card call themselves, and a function that waits for the device.

    Ends the process with one sentence where there is no CUDA device.
    """
    version = f"torch {torch.__version__}"
    if name == "cpu":
        return torch.device("cpu"), version, lambda: None
    if not torch.cuda.is_available():
        sys.exit("PyTorch sees no CUDA device")
    return torch.device("cuda"), f"{version} on {torch.cuda.get_device_name()}", torch.cuda.synchronize


def fastest_device():
    """A card where there is one, else the CPU."""
    return open_device("cuda" if torch.cuda.is_available() else "cpu")[0]
