"""The recipes of `train/` and the sentences that they learn from, put into the wheel when it is built.

setuptools takes this from `[tool.setuptools.cmdclass]` in pyproject.toml; nothing else imports it. People edit the
files in `train/`, and a checkout reads them there (`viborder.train.recipe.recipe_path`).
"""

from __future__ import annotations

from pathlib import Path

from setuptools.command import build_py

TARGET = "viborder/train/recipes"
PATTERNS = ("*.yaml", "genre/*.txt")


class BuildWithRecipes(build_py.build_py):  # type: ignore[misc]
    """Copies the recipes beside the code, in a build that is not an editable one."""

    def run(self) -> None:
        """Build, then copy."""
        super().run()
        if not self.editable_mode:
            for target, source in self._recipes().items():
                self.mkpath(str(Path(target).parent))
                self.copy_file(source, target, preserve_mode=False)

    def get_source_files(self) -> list[str]:
        """What a source distribution holds."""
        return [*super().get_source_files(), *self._recipes().values()]

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """What a build writes."""
        return [*super().get_outputs(include_bytecode), *([] if self.editable_mode else self._recipes())]

    def _recipes(self) -> dict[str, str]:
        """Target → source."""
        sources = sorted(path for pattern in PATTERNS for path in Path("train").glob(pattern))
        return {str(Path(self.build_lib, TARGET, path.relative_to("train"))): path.as_posix() for path in sources}
