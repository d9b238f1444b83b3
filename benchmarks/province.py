"""A province on one machine: many generated files consolidated by the command, and what memory they take meanwhile.

    python benchmarks/province.py [--files 50000] [--cluster local:N]

The forms are those of `run.py`, each of a unit of its own, in 100 projects; so every one counts.
Printed are seconds, milliseconds a file, and the resident memory of the main process and of its workers: at a tenth of the
run, at half and at nine tenths.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
from run import as_installed, make_files


class Watch(threading.Thread):
    """Samples the resident memory of a process and its children."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self.process, self.samples = process, [(0.0, 0, 0)]

    def run(self) -> None:
        root, start = psutil.Process(self.process.pid), time.perf_counter()
        while self.process.poll() is None:
            try:
                own = root.memory_info().rss
                below = sum(child.memory_info().rss for child in root.children(recursive=True))
            except psutil.NoSuchProcess:
                continue
            self.samples.append((time.perf_counter() - start, own, below))
            time.sleep(0.2)


def main() -> None:
    """Make the files, run, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--files", type=int, default=50_000)
    arguments.add_argument("--cluster")
    arguments.add_argument("--keep", type=Path, help="make the files here, and keep them")
    given = arguments.parse_args()
    as_installed()
    with tempfile.TemporaryDirectory() as temporary:
        home = given.keep or Path(temporary)
        folder = home / "自评表"
        if not folder.exists():
            folder.mkdir(parents=True)
            make_files(folder, given.files)
        command = [sys.executable, "-m", "perf_xl", "consolidate", str(folder), "-o", str(home / "汇总.xlsx")]
        command += ["--cluster", given.cluster] if given.cluster else []
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        watch = Watch(process)
        watch.start()
        out = process.communicate()[0].decode()
        seconds = time.perf_counter() - start
        watch.join()
        print("\n".join(out.splitlines()[:1] + out.splitlines()[-3:]))
        print(
            f"{given.files} files: {seconds:.0f} s, {seconds / given.files * 1000:.2f} ms a file, exit {process.returncode}"
        )
        working = [sample for sample in watch.samples if sample[2] > 0]
        for share in (0.1, 0.5, 0.9):
            moment, own, below = working[int(share * (len(working) - 1))]
            print(f"at {moment:6.0f} s: main process {own >> 20:5} MB, workers together {below >> 20:5} MB")
        print(f"most: {max(own + below for _, own, below in watch.samples) >> 20} MB over all processes")


if __name__ == "__main__":
    main()
