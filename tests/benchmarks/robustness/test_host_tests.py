from __future__ import annotations

import pytest

from benchmarks.robustness import host_tests
from tests.conftest import ROOT

CHECKOUT = '''
import sys
import unittest


class TestHost(unittest.TestCase):
    def test_goes(self):
        pass

    def test_never_goes(self):
        self.fail('an old torch is wanted\\nand more')

    @unittest.skip('no GPU')
    def test_is_skipped(self):
        pass

    def test_minds_mmhaze(self):
        assert 'mmhaze' not in sys.modules
'''


@pytest.mark.slow
def test_a_test_that_fails_because_of_mmhaze_is_told_from_one_that_never_passed(tmp_path, capsys):
    (tmp_path / 'tests').mkdir()
    (tmp_path / 'tests' / 'test_host.py').write_text(CHECKOUT)
    page = tmp_path / 'results' / 'host_tests.md'
    page.parent.mkdir()
    page.write_text('<!-- table of host tests -->\n<!-- end of it -->\n')
    assert host_tests.main([str(tmp_path), '--parts', 'test_host.py', '--docs', str(tmp_path)]) == 1
    kept = host_tests.json.loads(page.with_suffix('.json').read_text())
    name = 'tests/test_host.py::TestHost::'
    assert list(kept['otherwise']) == [f'{name}test_minds_mmhaze']
    assert list(kept['failed_alone']) == [f'{name}test_never_goes']
    assert 'an old torch is wanted' in kept['failed_alone'][f'{name}test_never_goes']
    assert '| `test_host.py` | 2 | 1 | 1 | 1 | 2 | 1 |\n| all | 2 | 1 | 1 | 1 | 2 | 1 |' in page.read_text()
    assert 'test_minds_mmhaze: passed alone, failed with mmhaze.' in capsys.readouterr().out


def test_the_page_says_what_was_found():
    results = ROOT / 'docs' / 'results'
    found = host_tests.json.loads((results / 'host_tests.json').read_text())
    assert host_tests.tabulate(found) in (results / 'host_tests.md').read_text()
