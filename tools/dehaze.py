"""Removes haze from photos, and says how much there was.

The script is the command ``mmhaze dehaze``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('dehaze', 'dehaze'))
