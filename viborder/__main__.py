"""`python -m viborder` is `viborder`."""

from viborder.cli import main

main()
