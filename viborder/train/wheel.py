"""What stands outside the package and is read by it, put into the wheel when it is built: the recipes of `train/` with
the sentences that they learn from, and the guidelines.

setuptools takes this from `[tool.setuptools.cmdclass]` in pyproject.toml; nothing else imports it. People edit the
files where they are, and a checkout reads them there (`viborder.train.recipe.recipe_path`,
`viborder.labelstudio.guidelines.find`).
"""

from __future__ import annotations

from pathlib import Path

from setuptools.command import build_py

# (folder, files in it, folder of the package)
CARRIED = (
    ("train", "*.yaml", "viborder/train/recipes"),
    ("train", "genre/*.txt", "viborder/train/recipes"),
    ("annotations", "GUIDELINES.md", "viborder/labelstudio"),
)


class BuildWithFiles(build_py.build_py):  # type: ignore[misc]
    """Copies them beside the code, in a build that is not an editable one."""

    def run(self) -> None:
        """Build, then copy."""
        super().run()
        if not self.editable_mode:
            for target, source in self._carried().items():
                self.mkpath(str(Path(target).parent))
                self.copy_file(source, target, preserve_mode=False)

    def get_source_files(self) -> list[str]:
        """What a source distribution holds."""
        return [*super().get_source_files(), *self._carried().values()]

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """What a build writes."""
        return [*super().get_outputs(include_bytecode), *([] if self.editable_mode else self._carried())]

    def _carried(self) -> dict[str, str]:
        """Target → source."""
        return {
            str(Path(self.build_lib, target, path.relative_to(folder))): path.as_posix()
            for folder, pattern, target in CARRIED
            for path in sorted(Path(folder).glob(pattern))
        }
