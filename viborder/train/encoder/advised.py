"""An encoder that the grammar advises: its proposals, corrected, have a vote beside what the encoder says."""

from __future__ import annotations

from collections.abc import Sequence

from viborder.document import Document
from viborder.train.encoder.progress import say
from viborder.train.encoder.recipe import FinetuneRecipe
from viborder.train.encoder.tagger import TransformerTagger
from viborder.train.material import GUESSED, Material
from viborder.train.proposals import switched_off
from viborder.train.tuning import tune


def advise(
    tagger: TransformerTagger, recipe: FinetuneRecipe, learn: Sequence[Document], stop: Sequence[Document], where: str
) -> None:
    """Give a tagger the grammar's advice where the recipe asks for it.

    Corrections come from the documents that it learned from; votes and calibration are tuned on `stop`, which it has
    not learned from. Without those the votes are the first of the recipe's lists, or the last where the grammar errs
    much on what was learned from.
    """
    if not recipe.grammar:
        return
    learn = [document for document in learn if GUESSED not in document.meta]
    material = Material(learn, recipe.grammar, where)
    for line in switched_off(material.proposer, material.labels, genre=False):
        say(line)
    if material.proposer is None:
        return
    material.prepare([*learn, *stop])
    tagger.advice = material.advice(learn, recipe.corrections)
    if not stop:
        tagger.tuned = material.untuned(recipe.vote_for, recipe.vote_against)
        return
    tagger.remembered = {}  # the encoder reads each window once, however many votes are tried
    tagger.tuned = tune([material.held(tagger, stop)], recipe.vote_for, recipe.vote_against, recipe.doubt)
    tagger.remembered = None
