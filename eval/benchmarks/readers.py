"""Load every config of a built dataset in older versions of `datasets`, each in an environment of its own.

    viborder build --out build/dataset && python eval/benchmarks/readers.py build/dataset

Takes minutes and downloads packages, so no test runs it. Every version must name the same numbers of rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

VERSIONS = {"2.21.0": ["numpy<2", "pyarrow<18"], "3.6.0": [], "4.4.2": []}  # with what each needs beside it
_LOAD = """
import json, sys, datasets
datasets.disable_progress_bars()
rows = {}
for name in json.loads(sys.argv[2]):
    loaded = datasets.load_dataset(sys.argv[1], name, cache_dir=sys.argv[3])
    rows[name] = {split: len(table) for split, table in loaded.items()}
print(json.dumps(rows))
"""


def main(folder: Path) -> None:
    """Print the rows that each version reads; exit with 1 where they differ from those of the version in use."""
    configs = json.loads((folder / "stats.json").read_text(encoding="utf-8"))["configs"]
    with tempfile.TemporaryDirectory() as place:
        expected = rows(sys.executable, folder, configs, f"{place}/cache")
        for version, others in VERSIONS.items():
            home = Path(place, version)
            subprocess.run([sys.executable, "-m", "venv", home], check=True)
            install = [home / "bin/pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*install, f"datasets=={version}", *others], check=True)
            found = rows(str(home / "bin/python"), folder, configs, f"{place}/cache-{version}")
            print(version, "the same" if found == expected else f"{found}, expected {expected}")
            if found != expected:
                sys.exit(1)


def rows(python: str, folder: Path, configs: list[str], cache: str) -> dict[str, dict[str, int]]:
    """Config → split → rows, as that Python reads them."""
    command = [python, "-c", _LOAD, str(folder), json.dumps(configs), cache]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, dict[str, int]] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
