"""The protocol of a contestant (see contestant.mjs) for peers in Python."""

import json
import sys
import time

import numpy
from safetensors.numpy import save_file


def serve(version, work, result):
    """work(repeats) does the work so many times; result() gives a flat array."""
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        line = line.strip()
        if line.isdigit():
            start = time.perf_counter()
            work(int(line))
            print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)
        else:
            save_file({"result": numpy.asarray(result(), dtype=numpy.float64).ravel()}, line)
            print("{}", flush=True)
