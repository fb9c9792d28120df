"""Converts a published checkpoint of a dehazer.

The script is the command ``mmhaze convert-dehazer``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('convert-dehazer', 'published_dehazer'))
