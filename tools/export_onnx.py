"""Writes a trained classifier as ONNX.

The script is the command ``mmhaze export``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('export', 'export_onnx'))
