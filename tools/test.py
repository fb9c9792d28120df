"""Tests a checkpoint on the test photos of a config.

The script is the command ``mmhaze test``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('test', 'test.py'))
