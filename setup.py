"""What mmhaze needs, and what MIM wants in it; all else about the package stands in pyproject.toml.

The requirements are here because one of them is found out: mmcv and mmcv-lite are the same module under two names. pip
knows nothing of that and would lay the one over the other, which breaks an environment with mmdet in it. So the one
that is installed is left alone, and mmcv-lite, which needs no compiler, is asked for where there is none.
"""
import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_py import build_py

FOR_MIM = ('configs', 'tools', 'model-index.yml')  # where MIM looks for them: mmhaze/.mim

PROBE = '''
from importlib.metadata import PackageNotFoundError, distribution
for name in ("mmcv", "mmcv-lite", "onedl-mmcv"):
    try:
        distribution(name)
    except PackageNotFoundError:
        continue
    print(name)
    break
'''


def mmcv_requirement() -> list:
    """Nothing where an mmcv is installed or ``MMHAZE_MMCV=none`` says that it will be, else mmcv-lite."""
    if os.environ.get('MMHAZE_MMCV') == 'none':
        return []
    # -I steps out of pip's isolated build environment, to see the one that is installed into
    found = subprocess.run([sys.executable, '-I', '-c', PROBE], capture_output=True, text=True, check=False)
    return [] if found.stdout.strip() else ['mmcv-lite>=2.0.0,<2.4.0']


class BuildWithMIM(build_py):
    """Takes configs, tools and the index of models into the package, or links to them where it is installed with -e."""

    def run(self) -> None:
        super().run()
        target = Path('mmhaze' if self.editable_mode else f'{self.build_lib}/mmhaze', '.mim')
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for name in FOR_MIM:
            if self.editable_mode:
                with contextlib.suppress(OSError):  # Windows wants rights for links; mmhaze itself finds the checkout
                    (target / name).symlink_to(Path('..', '..', name))
            elif Path(name).is_dir():
                shutil.copytree(name, target / name, ignore=shutil.ignore_patterns('__pycache__'))
            else:
                shutil.copy2(name, target / name)


# optional: where nothing can compile it, UCM runs on OpenCV, with the same result
passes = Extension('mmhaze.ucm._passes', ['mmhaze/ucm/_passes.c'], optional=True)

setup(ext_modules=[passes], cmdclass=dict(build_py=BuildWithMIM), install_requires=[
    'mmpretrain>=1.2.0,<2',      # 1.2.0 is its newest
    'mmengine>=0.10.4,<0.11a0',  # 0.11's pre-releases load checkpoints with weights_only=False
    'torch>=2.1',                # the oldest that was run; no upper bound, 2.15 was
    'torchvision>=0.16',         # the host imports it and does not ask for it
    'numpy>=1.23',
    'opencv-python>=4.6',        # 4.5.5 crashes in connectedComponents, opencv#21366
    'pillow>=9.1',               # reads photos, and says when one is cut short
    'onnxruntime>=1.16',         # the haze map on processors, without torch; of the time of the oldest torch
    'safetensors>=0.4',          # the weights of the haze map for torch, without code in them
    'matplotlib>=3.7',           # draws, and has legends outside; the hosts ask for it, without a bound
    'rich>=12.6',                # progress; mmengine brings it anyway, and wants 12.3; 12.6 is the oldest that was run
    'filelock>=3.12',            # one process a cell, on Windows too; torch brings it anyway; 3.12 is the oldest run
    'setuptools>=65,<82',        # mmengine 0.10 needs pkg_resources, which 82 dropped
    *mmcv_requirement(),
])
