"""Makes Table 1 or Table 3 of the UCM paper again.

The script is the command ``mmhaze reproduce``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('reproduce', 'reproduce.py'))
