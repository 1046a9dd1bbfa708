"""docs/errors.md is what the code says."""

import importlib.util
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
READERS = ("annotate/check.py", "corpus/", "formats/", "grammar/")


@cache
def page():
    """What the script writes; it reads all modules, so once."""
    spec = importlib.util.spec_from_file_location("generate_errors", ROOT / "docs/generate_errors.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.page()


def test_the_page_is_generated_from_the_code():
    made = page()
    assert Path("docs/errors.md").read_text(encoding="utf-8") == made, "run: python docs/generate_errors.py"


def test_every_id_of_checks_and_readers_is_shown_by_a_broken_input_or_a_test():
    rows = [line for line in page().splitlines() if line.startswith("| `")]
    bare = [row.split("`")[1] for row in rows if row.endswith("| – |") and any(room in row for room in READERS)]
    assert bare == []
