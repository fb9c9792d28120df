from __future__ import annotations

import inspect
from dataclasses import FrozenInstanceError, asdict

import pytest

from mmhaze.ucm import UcmSettings, segment_haze, segment_haze_batch

# the contract of the public functions, which a change of the class must not change
CONTRACT = dict(variant='paper', channel_ratio=1 / 40, denoise_ratio=1 / 40, mask_ratio=1 / 70, gray_threshold='auto',
                gray_fallback=100.0, min_box=0)


@pytest.mark.parametrize('function', [segment_haze, segment_haze_batch])
def test_the_functions_take_the_settings_by_name_with_the_defaults_of_the_class(function):
    _photo, *settings = inspect.signature(function).parameters.values()
    assert {setting.name: setting.default for setting in settings} == asdict(UcmSettings()) == CONTRACT
    assert all(setting.kind is setting.KEYWORD_ONLY for setting in settings)


def test_settings_are_a_value():
    assert UcmSettings(min_box=3) == UcmSettings(min_box=3) != UcmSettings()
    with pytest.raises(FrozenInstanceError):
        UcmSettings().min_box = 3  # type: ignore[misc]


@pytest.mark.parametrize(('setting', 'value'), [
    ('variant', 'papr'), ('channel_ratio', 0), ('denoise_ratio', -0.1), ('mask_ratio', 1.5),
    ('mask_ratio', float('nan')), ('gray_threshold', 'atuo'), ('gray_threshold', 256), ('gray_fallback', -1),
    ('min_box', -1)])
def test_a_setting_out_of_range_is_refused_by_name(setting, value):
    with pytest.raises(ValueError, match=setting):
        UcmSettings(**{setting: value})
