"""Both spellings, in the scope of another toolbox: ``mmhaze.UCM`` with nothing imported, ``UCM`` once mmhaze is."""
from __future__ import annotations

import subprocess
import sys

import pytest
from mmengine.registry import DefaultScope

pytest.importorskip('mmdet', reason='mmdet is not installed here; make test has it beside its environment')
pytest.importorskip('mmseg', reason='mmseg is not installed here; make test has it beside its environment')
from mmdet.registry import TRANSFORMS as MMDET
from mmseg.registry import TRANSFORMS as MMSEG

SCRIPT = '''
import sys
from mmengine.registry import init_default_scope
from {toolbox}.registry import TRANSFORMS
init_default_scope('{toolbox}')
assert 'mmhaze' not in sys.modules
pipeline = TRANSFORMS.build(dict(type='Compose', transforms=[
    dict(type='LoadImageFromFile'), dict(type='mmhaze.UCM'), dict(type='{pack}', meta_keys=('haze_ratio',))]))
print(pipeline(dict(img_path={photo!r}))['data_samples'].haze_ratio)
'''


def test_the_prefixed_name_needs_no_import(street):
    # at once, as each spends its seconds on importing
    runs = [subprocess.Popen([sys.executable, '-c', SCRIPT.format(toolbox=toolbox, pack=pack, photo=str(street.photo))],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for toolbox, pack in (('mmdet', 'PackDetInputs'), ('mmseg', 'PackSegInputs'))]
    for run, (out, error) in [(run, run.communicate()) for run in runs]:
        assert run.returncode == 0, error
        assert float(out) == street.regions().ratio


@pytest.mark.parametrize('scope, registry', [('mmdet', MMDET), ('mmseg', MMSEG)])
def test_the_plain_name_is_found_once_mmhaze_is_imported(scope, registry):
    with DefaultScope.overwrite_default_scope(scope):
        assert type(registry.build(dict(type='UCM'))).__module__ == 'mmhaze.transforms.ucm'
