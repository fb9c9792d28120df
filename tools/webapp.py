"""Serves a web page on this computer, to drop photos on.

The script is the command ``mmhaze page``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('page', 'webapp'))
