from __future__ import annotations

import pytest

from benchmarks.common import page_tables
from docs.scripts import reliability, versions
from tests.conftest import ROOT

PAGE = '# Title\n\n<!-- table of a -->\n{}<!-- end of it -->\n\n<!-- table of b -->\n<!-- end of it -->\n'


def test_a_table_takes_the_place_of_the_one_before(tmp_path):
    page = tmp_path / 'page.md'
    page.write_text(PAGE.format('| old |\n| --- |\n'))
    table = page_tables.markdown_table(['name', '#count'], [['a\\b', 3]])
    for _ in range(2):
        page_tables.put_table(page, 'a', table)
    assert page.read_text() == PAGE.format('| name | count |\n| --- | ---: |\n| a\\b | 3 |\n')


@pytest.mark.parametrize('text', [PAGE.format('') * 2, '<!-- table of a -->\n', ''])
def test_a_page_without_one_place_is_refused_and_left(tmp_path, text):
    page = tmp_path / 'page.md'
    page.write_text(text)
    with pytest.raises(ValueError, match=r'page.md has not one place .*table of a.* but [02]\. Put'):
        page_tables.put_table(page, 'a', 'x')
    assert page.read_text() == text


@pytest.mark.parametrize('name', ['faults', 'bad_input', 'fuzz', 'long_runs'])
def test_the_page_says_what_was_found(name):
    assert reliability.tables(ROOT / 'docs' / 'results')[name] in (ROOT / 'docs/results/reliability.md').read_text()


def test_the_page_of_versions_says_what_was_found():
    assert versions.tabulate(versions.read(ROOT / 'docs')) in (ROOT / 'docs/versions.md').read_text()


def test_numbers_lose_their_leading_zero_and_nothing_else():
    assert [page_tables.number(value) for value in (0.85, -0.7, 1.0, 10.05, None)] == [
        '.850', '-.700', '1.000', '10.050', '-']
    assert page_tables.with_interval(dict(value=0.5, low=-0.1, high=1), bold=True) == '**.500** [-.100, 1.000]'
    assert page_tables.with_interval(None) == '-'
