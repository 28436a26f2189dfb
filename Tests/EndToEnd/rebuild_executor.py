"""An executor for tests: what it does is in the context's parameters.

A JSON job on standard input; the output is a .npy of float32 that follows from the inputs' bytes alone, so that it comes
out the same each time, unless it is told to drift.
"""

import hashlib
import json
import random
import struct
import sys
import time
from pathlib import Path

ROWS, COLUMNS = 64, 4


def npy(numbers: list[float]) -> bytes:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({ROWS}, {COLUMNS}), }}"
    header += " " * (117 - len(header)) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(
        f"<{len(numbers)}f", *numbers
    )


def main() -> None:
    job = json.load(sys.stdin)
    how = job["context"].get("parameters", {})
    time.sleep(how.get("seconds", 0))
    if how.get("poison"):
        print("the disk is on fire", file=sys.stderr)
        sys.exit(3)
    seed = hashlib.sha256()
    for one in job["inputs"]:
        seed.update(Path(one["path"]).read_bytes())
    numbers = random.Random(seed.digest())
    drift = random.Random(job["sample"]).uniform(1, 2) if how.get("drifts") else 1.0
    out = Path(job["output"]["folder"])
    (out / "scores.npy").write_bytes(npy([numbers.gauss(0, 1) * drift for _ in range(ROWS * COLUMNS)]))
    (out / "result.json").write_text(json.dumps({"compute": {"dtypes": ["fp32"]}}))


main()
