"""Read folders of foreign files and hold what comes of each against a ledger: any change is told, for better or worse.

    python tools/try_corpus.py FOLDER... [--ledger tests/data/corpora.jsonl] [--update]

Public collections of odd and hostile workbooks (the test data of spreadsheet libraries) are the folders meant. No file
of theirs is kept here: the ledger knows a file by the hash of its content only.

Exit code 1 where something came out otherwise than the ledger says, or a file is not in it; `--update` writes it down.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from perf_xl.folders import SourceFile
from perf_xl.intake import FileResult, look, run_files

LEDGER = Path(__file__).parent.parent / "tests" / "data" / "corpora.jsonl"
NEW = "(not in the ledger)"


class Outcome(NamedTuple):
    """What came of a file: `read`, `refused`, `no form`, `own`, `temporary` or `slow`; how many forms; why it was refused.

    A file that is slow takes more than the limits allow, or a little less on a faster machine: either is right.
    """

    result: str
    forms: int = 0
    why: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.result, str(self.forms or ""), self.why)))


SLOW = Outcome("slow")


def main() -> int:
    """Read, compare, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--ledger", type=Path, default=LEDGER)
    parser.add_argument("--update", action="store_true", help="write down what came out")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    files = files_in(arguments.folders)
    started = time.monotonic()
    outcomes = read(files, arguments.jobs)
    seconds = time.monotonic() - started
    for path in files:
        if path not in outcomes:
            print(f"LOST {path}")
    expected = load(arguments.ledger)
    differences = compare({hash_of(path): (path, outcome) for path, outcome in outcomes.items()}, expected)
    print("\n".join(differences))
    told = Counter(outcome.result for outcome in outcomes.values())
    print(
        f"{len(files)} files in {seconds:.0f} s: {', '.join(f'{count} {name}' for name, count in told.most_common())}"
    )
    if arguments.update:
        save(arguments.ledger, expected | {hash_of(path): outcome for path, outcome in outcomes.items()})
        return 0
    return 1 if differences or len(outcomes) < len(files) else 0


def files_in(folders: list[Path]) -> list[Path]:
    """Return every regular file below the folders, each content once."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                found.setdefault(hash_of(path), path)
    return list(found.values())


def read(paths: list[Path], jobs: int) -> dict[Path, Outcome]:
    """Read files in processes that may die."""
    files = [SourceFile(path, path.name) for path in paths]
    outcomes: dict[Path, Outcome] = {}
    for piece in run_files(_outcome, files, jobs):
        for file, what in piece:
            outcomes[file.path] = what if isinstance(what, Outcome) else refused(what.why)
    return outcomes


def _outcome(file: SourceFile) -> Outcome:
    return outcome_of(look(file))


def outcome_of(result: FileResult) -> Outcome:
    """Tell what came of a file in the words of the ledger."""
    if result.file.temporary:
        return Outcome("temporary")
    if result.own:
        return Outcome("own")
    if result.refusal is None:
        return Outcome("read", len(result.forms))
    if result.refusal.code == "X02":
        return Outcome("no form")
    return refused(result.refusal.why)


def refused(why: str) -> Outcome:
    """Tell of a refusal."""
    return Outcome("slow") if why.startswith("读取所需超过") else Outcome("refused", why=why)


def compare(outcomes: dict[str, tuple[Path, Outcome]], expected: dict[str, Outcome]) -> list[str]:
    """Return a line for every file that came out otherwise than the ledger says."""
    return [
        f"{path}: {expected.get(digest, NEW)} → {outcome}"
        for digest, (path, outcome) in outcomes.items()
        if expected.get(digest) != outcome and SLOW not in (expected.get(digest), outcome)
    ]


def load(ledger: Path) -> dict[str, Outcome]:
    """Read a ledger: the hash of a file's content → what must come of it."""
    if not ledger.exists():
        return {}
    lines = map(json.loads, ledger.read_text(encoding="utf-8").splitlines())
    return {line["sha256"]: Outcome(line["result"], line.get("forms", 0), line.get("why", "")) for line in lines}


def save(ledger: Path, outcomes: dict[str, Outcome]) -> None:
    """Write a ledger, a line a file, by hash."""
    lines = []
    for digest, outcome in sorted(outcomes.items()):
        told = {name: value for name, value in outcome._asdict().items() if value}
        lines.append(json.dumps({"sha256": digest, **told}, ensure_ascii=False))
    ledger.write_text("\n".join(lines) + "\n", encoding="utf-8")


def hash_of(path: Path) -> str:
    """Return the hash of a file's content."""
    return sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
