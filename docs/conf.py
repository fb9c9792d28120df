"""The documentation, by Sphinx: python -m sphinx -W --keep-going docs docs/_build"""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mmcv.transforms.utils import cache_randomness

from mmhaze import __version__

project, author, release = 'mmhaze', 'The mmhaze authors', __version__
extensions = ['myst_parser', 'sphinx.ext.autodoc', 'sphinx.ext.napoleon', 'sphinx.ext.mathjax', 'sphinx.ext.viewcode']
exclude_patterns = ['_build']
html_theme = 'furo'
html_title = f'mmhaze {release}'
myst_heading_anchors = 3
myst_enable_extensions = ['dollarmath']
autodoc_typehints = 'description'
autodoc_member_order = 'bysource'
autodoc_default_options = {'members': True, 'show-inheritance': True}
napoleon_google_docstring, napoleon_numpy_docstring = True, False

# mmcv's decorator of methods that draw fails where a class is asked for one, as autodoc does
_of_instance = cache_randomness.__get__
cache_randomness.__get__ = lambda self, instance, owner: (
    self if instance is None else _of_instance(self, instance, owner))

OUTSIDE = re.compile(r'\[([^\]]+)\]\(((?:\.\./)+README\.md|docs/decisions|(?:\.\./)+baselines|'
                     r'(?:\.\./)*(?:configs|mmhaze|tests|tools|benchmarks|LICENSE|CITATION)[^)]*)\)')
# pages of the site that are written elsewhere in the repository
PAGES = {re.search(r'include} (?:\.\./)*(.*)', page.read_text(encoding='utf-8'))[1]: f'algorithms/{page.name}'
         for page in (Path(__file__).parent / 'algorithms').glob('*.md')}
PAGES |= {'README.md': 'readme.md', 'docs/decisions': 'decisions/README.md', 'baselines': 'algorithms/baselines.md'}


def lead_within(text: str, page: str) -> str:
    """Leads links to READMEs of configs to their pages, and makes plain text of links out of the documentation."""
    up = '../' * page.count('/')

    def replace(link: re.Match) -> str:
        target = re.sub(r'^(\.\./)+', '', link[2])
        return f'[{link[1]}]({up}{PAGES[target]})' if target in PAGES else link[1]
    return OUTSIDE.sub(replace, text)


def read_page(app: Any, page: str, source: list[str]) -> None:
    """Of the documentation itself."""
    source[0] = lead_within(source[0], page)


def read_included(app: Any, path: Path, _: str, source: list[str]) -> None:
    """Of a file elsewhere that a page includes: links within its folder are to configs, those to docs stay."""
    page = app.env.docname
    text = re.sub(r'\[([^\]]+)\]\((?!https?:)[^)/]+\.py\)', r'\1', lead_within(source[0], page))
    source[0] = re.sub(r'\]\((?:\.\./)*docs/', f']({"../" * page.count("/")}', text)


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect('source-read', read_page)
    app.connect('include-read', read_included)
