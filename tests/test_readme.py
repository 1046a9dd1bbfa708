"""The README's captioned tree is the tree on the disk, its lines run, its links lead somewhere, and it is short."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def lines_of(language):
    return re.search(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[1]


def test_the_lines_of_python_run():
    done = subprocess.run([sys.executable, "-c", lines_of("python")], capture_output=True, text=True, check=True)
    assert "('QUANTITY', '476.509 viên'" in done.stdout
    assert "F1 100.0%" in done.stdout


def test_the_lines_of_the_shell_run(tmp_path):
    (tmp_path / "article.txt").write_text("Công an tỉnh Cao Bằng\n", encoding="utf-8")
    rows = "".join(f"Ông\tO\nAn{number}\tB-PER\nđi\tO\n\n" for number in range(9))
    (tmp_path / "my.conll").write_text(rows, encoding="utf-8")
    for line in lines_of("sh").splitlines():
        words = shlex.split(line, comments=True)
        assert words[0] == "viborder"
        command = [sys.executable, "-m", *words]
        subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, check=True)
    assert (tmp_path / "found.conll").exists()


def environment():
    import os

    return {**os.environ, "PYTHONPATH": str(README.parent)}


def test_it_is_short_and_its_links_lead_to_files():
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 120
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert len(targets) > 5
    assert all((README.parent / target).exists() for target in targets)


def test_the_picture_is_what_the_model_marks():
    from viborder.shipped.picture import PATH, picture

    assert PATH.read_text(encoding="utf-8") == picture(), "make model"


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
