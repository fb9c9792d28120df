"""The index of models says what there is, and what was measured of it."""
from __future__ import annotations

import mmpretrain
import pytest
import yaml
from mmengine.config import Config

import mmhaze.register  # noqa: F401
from docs.scripts import model_index

from .conftest import ROOT

INDEX = yaml.safe_load((ROOT / 'model-index.yml').read_text())
FOLDERS = [(ROOT / path).parent for path in INDEX['Import']]
INDICES = {folder: yaml.safe_load((folder / 'metafile.yml').read_text()) for folder in FOLDERS}
MODELS = {model['Name']: model for index in INDICES.values() for model in index['Models']}
# those of other toolboxes are no models of mmpretrain
CONFIGS = {path.stem: path for path in (ROOT / 'configs').rglob('*.py')
           if not {'_base_', 'other_toolboxes'} & set(path.parts)}


def test_every_config_is_in_the_index_under_its_name_and_nothing_else_is():
    assert {name: ROOT / model['Config'] for name, model in MODELS.items()} == CONFIGS


def test_mim_finds_each_config_by_its_name_alone():
    names = [path.name for path in (ROOT / 'configs').rglob('*.py') if '_base_' not in path.parts]
    assert len(set(names)) == len(names)
    tools = [path.name for path in (ROOT / 'tools').rglob('*.*')]
    assert len(set(tools)) == len(tools)
    assert all(name == name.lower() for name in MODELS)  # mim search asks for lower case


def test_what_the_index_says_was_measured_by_this_project():
    measured = model_index.measured()
    assert {name: model['Results'] for name, model in MODELS.items() if model['Results']} == measured
    accuracy = next(each['Metrics'] for each in measured['resnet18_hazel-level']
                    if each['Dataset'] == 'Hazel-level-random')
    assert accuracy['Runs'] == 3 and 96 < accuracy['Top 1 Accuracy'] < 98


@pytest.mark.slow
@pytest.mark.parametrize('name', ['resnet18_hazel-level', 'magnet-fe-s_lenet5_haze-wild',
                                  'magnet-nc-f_resnet18_hazel-level', 'aodnet_roads', 'dcp', 'mixcl-pa_t_mixture',
                                  'progressive_gunet-t_roads'])
def test_parameters_and_multiplications_are_those_of_the_network(name):
    found = model_index.count(Config.fromfile(CONFIGS[name]))
    assert found == tuple(MODELS[name]['Metadata'][key] for key in ('Parameters', 'FLOPs'))


def test_the_multiplications_of_a_small_network_are_as_by_hand():
    network = Config.fromfile(CONFIGS['aodnet_roads'])
    # at 256x256: 1x1, 3x3, 5x5, 7x7 and 3x3 convolutions to 3 planes, of 3, 3, 6, 6 and 12
    by_hand = 256 * 256 * 3 * (3 + 9 * 3 + 25 * 6 + 49 * 6 + 9 * 12)
    assert model_index.count(network)[1] == by_hand


@pytest.mark.parametrize('folder', [ROOT, *FOLDERS], ids=lambda folder: folder.name)
def test_the_table_of_a_readme_is_what_was_measured(folder):
    table = model_index.against_the_paper() if folder == ROOT else model_index.as_table(INDICES[folder])
    assert f'<!-- table of results -->\n{table}\n<!-- end of it -->' in (folder / 'README.md').read_text()


def test_a_new_folder_gets_its_readme_page_and_collection_from_the_docstring_of_its_model(tmp_path, monkeypatch):
    folder = tmp_path / 'configs' / 'dehazing' / 'new'
    folder.mkdir(parents=True)
    (folder / 'new_elsewhere.py').write_text(f"_base_ = '{CONFIGS['aodnet_roads'].as_posix()}'\n")
    (tmp_path / 'README.md').write_text((ROOT / 'README.md').read_text(encoding='utf-8'), encoding='utf-8')
    monkeypatch.setattr(model_index, 'ROOT', tmp_path)
    monkeypatch.setattr(model_index, 'CONFIGS', tmp_path / 'configs')
    assert model_index.main([]) == 0
    index = yaml.safe_load((folder / 'metafile.yml').read_text())
    assert index['Collections'] == [dict(Name='AODNet', README='configs/dehazing/new/README.md',
                                         Code='mmhaze/models/dehazers/aod_net.py')]
    assert [(model['Name'], model['Metadata']['Training Data']) for model in index['Models']] == [
        ('new_elsewhere', 'elsewhere')]
    readme = (folder / 'README.md').read_text()
    assert readme.startswith('# AODNet\n\nAOD-Net: five small') and model_index.as_table(index) in readme
    assert '../../configs/dehazing/new/README.md' in (tmp_path / 'docs' / 'algorithms' / 'new.md').read_text()
    assert yaml.safe_load((tmp_path / 'model-index.yml').read_text())['Import'] == ['configs/dehazing/new/metafile.yml']
    (folder / 'README.md').write_text(readme.replace('# AODNet', '# By hand'))
    assert model_index.main([str(folder)]) == 0
    assert (folder / 'README.md').read_text() == readme.replace('# AODNet', '# By hand')


def test_the_host_lists_and_builds_our_models():
    assert set(CONFIGS) <= set(mmpretrain.list_models())
    assert mmpretrain.list_models('gunet*') == ['gunet-t_haze-wild', 'gunet-t_roads']
    assert type(mmpretrain.get_model('gunet-t_roads')).__name__ == 'GUNet'
    assert type(mmpretrain.get_model('magnet-fe-s_lenet5_hazel-level')).__name__ == 'ImageClassifier'
