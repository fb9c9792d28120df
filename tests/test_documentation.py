"""The documentation builds without a warning, and every public name is told."""
from __future__ import annotations

import importlib
import inspect
import os
import re
import subprocess
import sys

import pytest

from .conftest import ROOT

PACKAGES = ('apis', 'baselines', 'clip', 'datasets', 'export', 'haze_map', 'jobs', 'metrics', 'models', 'physics',
            'transforms', 'ucm', 'visualization')
PUBLIC = [(package, name) for package in PACKAGES for name in importlib.import_module(f'mmhaze.{package}').__all__]


@pytest.mark.parametrize('package, name', PUBLIC)
def test_a_public_name_is_told(package, name):
    thing = getattr(importlib.import_module(f'mmhaze.{package}'), name)
    if not (inspect.isclass(thing) or inspect.isfunction(thing)):
        return  # a constant has its comment
    assert thing.__doc__ and len(thing.__doc__) > 20
    if inspect.isclass(thing):
        methods = [member for member, value in vars(thing).items()
                   if inspect.isfunction(value) and not member.startswith('_') and value.__name__ == member]
        silent = [method for method in methods if not inspect.getdoc(getattr(thing, method))]
        assert not silent, f'{name} has {silent} without a docstring'


@pytest.mark.parametrize('package', PACKAGES)
def test_each_package_has_its_page(package):
    assert f'automodule:: mmhaze.{package}\n' in (ROOT / 'docs' / 'api' / f'{package}.md').read_text()


@pytest.mark.slow
def test_the_documentation_builds_without_a_warning_and_says_what_stands_elsewhere(tmp_path):
    pytest.importorskip('sphinx', '8.2')
    pytest.importorskip('myst_parser')
    pytest.importorskip('furo')
    ended = subprocess.run(
        [sys.executable, '-m', 'sphinx', '-W', '--keep-going', '-q', '-E', '-d', str(tmp_path / 'tree'),
         str(ROOT / 'docs'), str(tmp_path / 'site')],
        capture_output=True, text=True, env=dict(os.environ, CUDA_VISIBLE_DEVICES=''))
    assert ended.returncode == 0, ended.stderr[-3000:]
    page = (tmp_path / 'site' / 'algorithms' / 'magnet.html').read_text()
    assert 'Input Augmentation' in page and 'href="baselines.html"' in page
    assert not re.search(r'href="[^"#:]*\.(?:md|py|json)"', page)
    assert 'segment_haze' in (tmp_path / 'site' / 'api' / 'ucm.html').read_text()
