"""The model that comes with the package, so that `viborder tag article.txt` works after installation.

`make model` (viborder/shipped/make.py) makes it from masked documents.
"""

from pathlib import Path

FOLDER = Path(__file__).parent / "model"
