"""`python -m tongban.console`, which is what `./run` hands over to."""

from tongban.console.main import run

run()
