from __future__ import annotations

import json

import pytest

from benchmarks.common.merged import merge_columns


def test_columns_come_beside_others_and_over_their_own_kind(tmp_path):
    path = tmp_path / 'a.json'
    merge_columns(path, dict(tests=dict(a=1)), dict(first=dict(a=0.1), second=dict(a=0.2)))
    merged = merge_columns(path, dict(tests=dict(a=1)), dict(second=dict(a=0.3), third=dict(a=0.4)),
                           dict(third='abc'))
    assert merged['columns'] == dict(first=dict(a=0.1), second=dict(a=0.3), third=dict(a=0.4))
    assert json.loads(path.read_text()) == merged and [
        merged['measured'][name]['version'] for name in ('first', 'second', 'third')] == [None, None, 'abc']


def test_a_summary_of_other_tests_is_left_as_it_is(tmp_path):
    path = tmp_path / 'a.json'
    merge_columns(path, dict(tests=dict(a=1)), dict(first=dict(a=0.1)))
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r'a\.json were measured with other tests'):
        merge_columns(path, dict(tests=dict(a=2)), dict(second=dict(a=0.2)))
    assert path.read_bytes() == before
