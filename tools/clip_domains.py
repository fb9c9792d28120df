"""Asks CLIP what each photo shows, indoors or outdoors.

The script is the command ``mmhaze clip-domains``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('clip-domains', 'clip_domains'))
