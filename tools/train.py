"""Trains a network as a config says.

The script is the command ``mmhaze train``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('train', 'train.py'))
