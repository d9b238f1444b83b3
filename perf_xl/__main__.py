"""What `perf-xl` and `python -m perf_xl` start. A worker process imports it anew, so it imports nothing by itself."""

from __future__ import annotations


def main() -> None:
    """Run the command line. Its imports make no garbage in circles, so there is no looking for any meanwhile."""
    import gc

    gc.set_threshold(100_000, 20, 100)
    from perf_xl.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
