"""Shows where networks look, by Grad-CAM.

The script is the command ``mmhaze cam``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('cam', 'cam'))
