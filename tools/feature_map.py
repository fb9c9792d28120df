"""Draws photos as points, by the features of a network.

The script is the command ``mmhaze feature-map``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('feature-map', 'feature_map'))
