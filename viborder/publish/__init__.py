"""Datasets and models go to the Hugging Face Hub: checked first, shown before, in one commit, under a tag."""
