"""A longer run: hostile files of every format to every verb that reads them, for a while.

    python -m tests.fuzz.run --seconds 600 --keep found/

Each fault is told with the call and the end of its traceback, once a place in the code; `--keep` writes the file.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from hypothesis.errors import NonInteractiveExampleWarning

from tests.fuzz.calls import calls_on
from tests.fuzz.hostile import FILES, FUZZED, good_files, spoilt


def main() -> None:
    """Look for faults until the time is over; the exit status is 1 where one was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--format", choices=FUZZED, action="append")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore", NonInteractiveExampleWarning)
    end, faults, rules, count, longest = time.monotonic() + options.seconds, Counter[str](), Counter[str](), 0, 0.0
    with tempfile.TemporaryDirectory() as name:
        good = good_files(Path(name) / "good")
        while time.monotonic() < end:
            format = random.choice(options.format or list(FUZZED))
            data = spoilt(good[format]).example()
            began = time.monotonic()
            for arguments, ended in calls_on(format, data, Path(name) / "here", Path(name) / "good"):
                count += 1
                rules.update(ended.rules)
                if ended.fault:
                    place = (
                        "; ".join(re.findall(r'viborder/(\S+\.py)", line (\d+)', ended.fault)[-1:][0])
                        if "line" in ended.fault
                        else ""
                    )
                    key = f"{format} {arguments[0]}: {ended.fault.strip().splitlines()[-1][:160]} ({place})"
                    if not faults[key] and options.keep:
                        options.keep.mkdir(parents=True, exist_ok=True)
                        (options.keep / f"{arguments[0]}--{len(faults)}--{Path(FILES[format]).name}").write_bytes(data)
                    faults[key] += 1
            longest = max(longest, time.monotonic() - began)
    print(
        f"{count:,} calls, {sum(faults.values())} faults of {len(faults)} kinds; the slowest file took {longest:.1f} s for all its calls"
    )
    for key, times in faults.most_common():
        print(f"{times:6} × {key}")
    print("rules told: " + ", ".join(f"{rule} {times}" for rule, times in rules.most_common()))
    raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()
