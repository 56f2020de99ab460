"""`python -m groupwise_train`: the command line, see cli.py."""

from .cli import main

main()
