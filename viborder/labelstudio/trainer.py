"""The process in which the live backend trains: `python -m viborder.labelstudio.trainer RECIPE`

It is started before there is something to learn, loads what every training needs, and waits for a line on standard input:
the arguments of `viborder train`, as a JSON list. So an annotation waits for the learning alone. It ends without a word
when the backend does.
"""

from __future__ import annotations

import json
import sys


def main(recipe: str) -> None:
    """Load, wait, train; the exit status is that of `viborder train`."""
    from viborder import cli

    _load(recipe)
    told = sys.stdin.readline()
    if told:
        sys.argv = ["viborder", "train", *json.loads(told)]
        cli.main()


def _load(recipe: str) -> None:
    """Import and read what training by the default kind of recipe needs; of other kinds nothing that is heavy."""
    import viborder.train
    from viborder.errors import ViborderError
    from viborder.train.recipe import load_recipe

    try:
        kind = load_recipe(viborder.train.recipe.recipe_path(recipe), ()).get("kind")
    except ViborderError:
        return  # the training will say it
    if kind == "crf":
        import viborder.train.crf.training
        from viborder.grammar.lexicon import packaged
        from viborder.train.forms.case import phrases

        packaged()
        phrases()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(130)
