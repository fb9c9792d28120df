from __future__ import annotations

import io

import pytest

from mmhaze.cli.colours import has_colours, paint_level
from mmhaze.haze_map import LEVEL_NAMES


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(('stream', 'environment', 'shown'), [
    (Terminal(), dict(WT_SESSION='1'), True),
    (Terminal(), dict(WT_SESSION='1', TERM='xterm', NO_COLOR=''), True),
    (Terminal(), dict(WT_SESSION='1', NO_COLOR='1'), False),
    (Terminal(), dict(WT_SESSION='1', TERM='dumb'), False),
    (io.StringIO(), dict(WT_SESSION='1'), False),
])
def test_colours_are_for_terminals_of_those_who_do_not_refuse_them(stream, environment, shown):
    assert has_colours(stream, environment) == shown


def test_each_level_has_a_colour_of_its_own_that_ends_with_the_text():
    painted = [paint_level('x', level) for level in range(len(LEVEL_NAMES))]
    assert len(set(painted)) == len(LEVEL_NAMES)
    assert all(text.startswith('\x1b[') and text.endswith('x\x1b[0m') for text in painted)
