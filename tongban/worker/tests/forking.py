"""Forks the processes of nodes in tests, as `console.forking` does for those of an installation."""

import runpy
import sys

from tongban.console.forking import words_of_a_child

if __name__ == "__main__":
    sys.argv = ["node", *words_of_a_child()]
    runpy.run_module("tongban.worker.tests.node", run_name="__main__")
