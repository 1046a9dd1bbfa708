"""Export a fine-tuned model folder to ONNX, for tagging on a CPU.

    python train/export_onnx.py build/models/e5 build/models/e5-onnx
    python train/export_onnx.py build/models/e5 build/models/e5-int8 --int8

The new folder works with every viborder verb, by ONNX Runtime. With --int8 its weights have eight bits: about a quarter
of the size and twice as fast; some spans may differ, so score it beside the first.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from viborder.errors import ViborderError
from viborder.train.encoder.export import export

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--int8", action="store_true", help="weights of eight bits")
    options = parser.parse_args()
    try:
        difference = export(options.model, options.out, int8=options.int8)
    except ViborderError as error:
        sys.exit(str(error))
    size = sum(path.stat().st_size for path in options.out.rglob("*") if path.is_file()) / 1e6
    print(f"{options.out}: {size:.0f} MB; probabilities differ from torch's by at most {difference:.1g}")
