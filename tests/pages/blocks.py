"""What the pages show: commands, and Python that is a program or a config."""
from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..conftest import ROOT

BLOCK = re.compile(r'(?:^\*\*`([\w./-]+\.py)`\*\*(?:[^\n]+\n)+\n)?^```(\w*)\n(.*?)^```',
                   re.DOTALL | re.MULTILINE)
PROGRAM = re.compile(r'(?:python|mmhaze|pip|mim|make|hf|GPUS=\d+|tools/\w+\.sh) ')

# with what it works on: `mmhaze train --resume` is said of any
INLINE = re.compile(r'`((?:python tools/[^`\s]+\s|mmhaze (?!make-set)[\w-]+\s(?!-))[^`]+)`')
SMALL = dict(CONFIG='magnet-fe-s_lenet5_hazel-level', CHECKPOINT='small.pth', FILE='small.pth')


@dataclass(frozen=True)
class Block:
    """Between two lines of backquotes.

    Attributes:
        page: from the top of the checkout.
        line: of the page where it begins.
        language, text: what it says it is, and what it is.
        file: of the checkout that it is to become, where the line above it says so in bold.
    """

    page: str
    line: int
    language: str
    text: str
    file: str = ''

    def __str__(self) -> str:
        return f'{self.page}:{self.line}'

    @cached_property
    def commands(self) -> list[list[str]]:
        """The words of each command; nothing where it shows no commands."""
        lines = [shlex.split(line, comments=True) for line in self.text.replace('\\\n', ' ').splitlines()
                 if PROGRAM.match(line)]
        return [] if self.language else lines

    @cached_property
    def is_config(self) -> bool:
        """Whether it is Python that names things and does nothing."""
        lines = self.text.replace('{{', '').replace('}}', '')
        return self.language == 'python' and all(isinstance(each, ast.Assign) for each in ast.parse(lines).body)

    @property
    def is_program(self) -> bool:
        return self.language == 'python' and not self.is_config


def read_blocks(page: Path) -> Iterator[Block]:
    """Those of a page, and the commands within its lines, with something small in the place of CONFIG and so on."""
    text, name = page.read_text(encoding='utf-8'), page.relative_to(ROOT).as_posix()
    for found in BLOCK.finditer(text):
        yield Block(name, text.count('\n', 0, found.start(2)) + 1, found[2], found[3], found[1] or '')
    for found in INLINE.finditer(text):
        command = re.sub('CONFIG|CHECKPOINT|FILE', lambda word: SMALL[word[0]], found[1])
        yield Block(name, text.count('\n', 0, found.start()) + 1, '', command)


def all_blocks() -> list[Block]:
    """Those of all pages but of results, which say what was run once, and of decisions."""
    pages = [ROOT / 'README.md',
             *sorted([*ROOT.glob('docs/*.md'), *ROOT.glob('docs/guides/*.md'), *ROOT.glob('configs/**/README.md')])]
    return [block for page in pages for block in read_blocks(page)]
