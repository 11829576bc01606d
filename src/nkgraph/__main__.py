"""``python -m nkgraph``: the command line."""

from nkgraph.cli import main

main()
