"""The protocol of a contestant (see contestant.mjs) for peers in Python."""

import json
import resource
import sys
import time

import numpy
from safetensors.numpy import save_file

# Of the peak memory: kilobytes, but bytes on macOS.
UNIT = 1 if sys.platform == "darwin" else 1024


def serve(version, work, result):
    """work(repeats) does the work so many times; what it returns is told beside the seconds.

    result() gives an array, or arrays by name.
    """
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        line = line.strip()
        if line.isdigit():
            start = time.perf_counter()
            told = work(int(line))
            seconds = time.perf_counter() - start
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT
            print(json.dumps({"seconds": seconds, "peakMemoryBytes": peak, **(told or {})}), flush=True)
        else:
            found = result()
            if not isinstance(found, dict):
                found = {"result": numpy.asarray(found, dtype=numpy.float64).ravel()}
            save_file({name: numpy.ascontiguousarray(value) for name, value in found.items()}, line)
            print("{}", flush=True)
