"""Finds the haze in photos, and shows where it is.

The script is the command ``mmhaze ucm``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('ucm', 'ucm'))
