"""The README's captioned tree is the tree on the disk."""

import re
import subprocess
from pathlib import Path


def captioned_tree():
    block = re.search(r"```tree\n(.*?)```", Path("README.md").read_text(encoding="utf-8"), re.DOTALL)
    paths, folder = [], ""
    for line in block[1].splitlines():
        name, caption = re.fullmatch(r"(\s*\S+)\s{2,}(\S.*)", line).groups()
        if name == name.lstrip():
            folder = name if name.endswith("/") else ""
            paths.append(name)
        else:
            paths.append(folder + name.strip())
        assert caption, line
    return paths


def on_disk():
    """Every tracked entry of the top level and of viborder/, folders with a slash at the end."""
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.splitlines()
    found = set()
    for path in tracked:
        parts = path.split("/")
        found.add(parts[0] + ("/" if len(parts) > 1 else ""))
        if parts[0] == "viborder" and len(parts) > 1:
            found.add("viborder/" + parts[1] + ("/" if len(parts) > 2 else ""))
    return found - {"viborder/__init__.py", "viborder/__main__.py", "viborder/py.typed", ".gitignore", "README.md"}


def test_the_captioned_tree_is_the_tree_on_the_disk():
    tree = captioned_tree()
    assert len(tree) == len(set(tree))
    assert set(tree) == on_disk()
