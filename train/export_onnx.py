"""Export a fine-tuned model folder to ONNX: `python train/export_onnx.py build/models/xlmr build/models/xlmr-onnx`.

The new folder works with every viborder verb, by ONNX Runtime.
"""

from __future__ import annotations

import sys
from pathlib import Path

from viborder.errors import ViborderError
from viborder.train.encoder.export import export

if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        difference = export(Path(sys.argv[1]), Path(sys.argv[2]))
    except ViborderError as error:
        sys.exit(str(error))
    print(f"{sys.argv[2]}: probabilities differ from torch's by at most {difference:.1g}")
