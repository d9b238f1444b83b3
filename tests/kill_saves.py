"""Kill a process that saves, at random moments, and look at what it left.

    python tests/kill_saves.py [--kills 1000]

A child writes one file over and over, each time as a whole of another content; it is killed (SIGKILL), and what stands
there must be one of the wholes, with nothing beside it but a temporary file that the next run sweeps.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

CHILD = """
import itertools, pathlib, sys
from perf_xl.saving import write_bytes
path = pathlib.Path(sys.argv[1])
print("ready", flush=True)
for number in itertools.count(int(sys.argv[2])):
    write_bytes(bytes([number % 251]) * (200_000 + number % 7), path)
"""


def is_whole(data: bytes) -> bool:
    """Return whether these bytes are one of the contents that the child writes."""
    return bool(data) and len(set(data)) == 1 and 200_000 <= len(data) <= 200_006


def kill_once(path: Path, seconds: float, first: int) -> None:
    """Start the child, and kill it after so many seconds of saving."""
    command = [sys.executable, "-c", CHILD, str(path), str(first)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(seconds)
    child.kill()
    child.wait()
    child.stdout.close()


def count_broken(folder: Path, kills: int, seed: int) -> tuple[int, int, int]:
    """Kill so many times; return how often the file was not whole, how many different contents were seen, and what else was left."""
    from perf_xl.saving import sweep, write_bytes

    path, chance = folder / "汇总.xlsx", random.Random(seed)
    write_bytes(b"\0" * 200_000, path)
    broken, seen = 0, set()
    for number in range(kills):
        kill_once(path, chance.random() * 0.05, number)
        data = path.read_bytes()
        broken += not is_whole(data)
        seen.add(sha256(data).digest())
    sweep(path)
    return broken, len(seen), len(list(folder.iterdir())) - 1


def main() -> int:
    """Kill, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        broken, seen, left = count_broken(Path(folder), arguments.kills, arguments.seed)
    print(f"{arguments.kills} kills: {broken} files not whole, {seen} different contents, {left} files left over")
    return 1 if broken or left else 0


if __name__ == "__main__":
    sys.exit(main())
