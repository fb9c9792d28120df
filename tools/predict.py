"""Tells how hazy photos are, by a network or an estimate.

The script is the command ``mmhaze haze``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('haze', 'predict'))
