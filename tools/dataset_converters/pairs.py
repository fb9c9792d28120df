"""Lists the pairs of hazy and clear images in a set.

The script is the command ``mmhaze make-set pairs``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('make-set pairs', 'pairs'))
