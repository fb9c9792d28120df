"""Examines a data set, and lists what is wrong with it.

The script is the command ``mmhaze doctor``; --help says the rest.
"""
import sys

from mmhaze.cli.main import run_tool

if __name__ == '__main__':
    sys.exit(run_tool('doctor', 'dataset_doctor'))
