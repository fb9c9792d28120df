"""Trains and tests two small networks on drawn streets.

The script is the command ``mmhaze demo``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('demo', 'demo.py'))
