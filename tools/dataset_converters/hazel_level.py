"""Makes Hazel-level from the scenes of FRIDA and FRIDA2.

The script is the command ``mmhaze make-set hazel-level``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('make-set hazel-level', 'hazel_level'))
