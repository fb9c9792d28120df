"""Makes a set like Haze-wild from clear photos and depth.

The script is the command ``mmhaze make-set haze-wild``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('make-set haze-wild', 'haze_wild'))
