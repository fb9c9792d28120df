"""The hook and the visualizer, in runs as a user has them."""
from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import VISBACKENDS
from mmengine.runner import Runner
from mmengine.visualization import BaseVisBackend, Visualizer

from mmhaze.io.photo import read_photo
from mmhaze.ucm import segment_haze
from mmhaze.visualization import HazeVisualizer, overlay_haze
from mmhaze.visualization.answer import STRIP

from ..conftest import ROOT
from ..tiny_set import write_tiny_set


@VISBACKENDS.register_module(force=True)
class RecordingBackend(BaseVisBackend):
    """Keeps what it is given."""

    def __init__(self, save_dir: str) -> None:
        super().__init__(save_dir)
        self.images: list[tuple[str, np.ndarray, int]] = []

    def _init_env(self):
        pass

    @property
    def experiment(self):
        return self

    def add_image(self, name, image, step=0, **kwargs):
        self.images.append((name, image, step))

    def add_graph(self, *args, **kwargs):
        pass

    add_config = add_scalar = add_scalars = add_graph


@pytest.fixture(scope='module')
def data(tmp_path_factory) -> Path:
    return write_tiny_set(tmp_path_factory.mktemp('set') / 'data', levels=4, rounds=10)


def tiny(data: Path, work_dir: Path, name: str = 'magnet-fe-s_resnet18_demo', backends=('RecordingBackend',),
         **hook: object) -> Runner:
    """MagNet with two encoders on photos of four levels, two epochs."""
    cfg = Config.fromfile(next((ROOT / 'configs').rglob(f'{name}.py')))
    cfg.work_dir, cfg.log_level = str(work_dir), 'ERROR'
    cfg.model.head.num_classes = 4
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.update(data_root=str(data), split='random')
        loader.batch_size = 5
    cfg.train_cfg.max_epochs = 2
    cfg.visualizer = dict(type='HazeVisualizer', vis_backends=[dict(type=each) for each in backends])
    cfg.default_hooks.visualization = dict(type='HazeVisualizationHook', **dict(dict(enable=True, interval=4), **hook))
    cfg.default_hooks.checkpoint.interval = 5
    cfg.experiment_name = f'{work_dir.parent.name}_{work_dir.name}'
    return Runner.from_cfg(cfg)


def given(runner: Runner) -> dict[str, tuple[np.ndarray, int]]:
    images = runner.visualizer.get_backend('RecordingBackend').images
    assert len({name for name, _, _ in images}) == len(images)
    return {name: (image, step) for name, image, step in images}


@pytest.mark.slow
def test_a_test_run_gives_photos_and_figures_to_the_backends(data, tmp_path):
    runner = tiny(data, tmp_path / 'run')
    runner.test()
    images = given(runner)
    dataset = runner.test_dataloader.dataset
    chosen = [Path(dataset.get_data_info(index)['img_path']) for index in range(0, len(dataset), 4)]
    assert len(dataset) % 5 and len(chosen) > 1  # the last batch is not full
    assert images.keys() == {'confusion', 'recall', *(f'{path.parent.name}_{path.stem}' for path in chosen)}
    for image, step in images.values():
        assert image.dtype == np.uint8 and image.shape[2] == 3 and step == 0
    for path in chosen:  # the photo itself, RGB, rather than what the network is shown of it
        image, _ = images[f'{path.parent.name}_{path.stem}']
        photo = read_photo(path)
        tinted = overlay_haze(photo, segment_haze(photo))
        shown = cv2.resize(tinted, (image.shape[1], image.shape[0] - STRIP), interpolation=cv2.INTER_NEAREST)
        np.testing.assert_array_equal(image[30:-STRIP], shown[30:, :, ::-1])  # below what is written
        assert (shown != cv2.resize(photo, shown.shape[1::-1], interpolation=cv2.INTER_NEAREST)).any()


@pytest.mark.slow
def test_validation_in_training_has_the_epoch_as_its_step(data, tmp_path):
    runner = tiny(data, tmp_path / 'run', interval=1000)
    runner.train()
    images = runner.visualizer.get_backend('RecordingBackend').images
    assert [(name, step) for name, _, step in images if name in ('confusion', 'recall')] == [
        ('confusion', 1), ('recall', 1), ('confusion', 2), ('recall', 2)]
    assert len(images) == 6  # and one photo each time


@pytest.mark.slow
def test_the_confusion_matrix_is_that_of_all_predictions(data, tmp_path, monkeypatch):
    import mmhaze.visualization.level_figures as figures
    drawn, real = [], figures.draw_confusions
    monkeypatch.setattr(figures, 'draw_confusions', lambda matrices: drawn.append(matrices) or real(matrices))
    runner = tiny(data, tmp_path / 'run')
    with torch.no_grad():  # level 2, whatever comes
        runner.model.head.fc.weight.zero_()
        runner.model.head.fc.bias.copy_(torch.tensor([0.0, 0.0, 9.0, 0.0]))
    runner.test()
    levels = [runner.test_dataloader.dataset.get_data_info(index)['gt_label']
              for index in range(len(runner.test_dataloader.dataset))]
    (_, counts), = drawn[0]
    expected = np.zeros((4, 4), int)
    for level in levels:
        expected[level, 2] += 1
    np.testing.assert_array_equal(counts, expected)
    runner.test()
    np.testing.assert_array_equal(drawn[1][0][1], expected)  # nothing is left over from the run before


@pytest.mark.slow
def test_it_writes_to_a_folder_instead(data, tmp_path):
    runner = tiny(data, tmp_path / 'run', out_dir=str(tmp_path / 'pictures'))
    runner.test()
    assert not given(runner)
    names = {path.name for path in (tmp_path / 'pictures').iterdir()}
    assert {'confusion_0.png', 'recall_0.png'} < names
    for name in names:
        assert cv2.imread(str(tmp_path / 'pictures' / name)).shape[1] >= 320


@pytest.mark.slow
def test_without_enable_nothing_is_drawn(data, tmp_path):
    runner = tiny(data, tmp_path / 'run', enable=False)
    runner.test()
    assert not given(runner)


@pytest.mark.slow
def test_the_local_backend_has_the_colours_right(data, tmp_path):
    runner = tiny(data, tmp_path / 'run', backends=['RecordingBackend', 'LocalVisBackend'])
    runner.test()
    written = {path.name: cv2.imread(str(path)) for path in (tmp_path / 'run').rglob('vis_image/*.png')}
    images = given(runner)
    assert written.keys() == {f'{name}_0.png' for name in images}
    for name, (image, _) in images.items():
        np.testing.assert_array_equal(written[f'{name}_0.png'], image[..., ::-1])


def test_tensorboard_gets_the_pictures(data, tmp_path):
    pytest.importorskip('tensorboard')
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    runner = tiny(data, tmp_path / 'run', backends=['RecordingBackend', 'TensorboardVisBackend'])
    runner.test()
    runner.visualizer.close()
    events = EventAccumulator(str(next((tmp_path / 'run').rglob('events*')).parent)).Reload()
    images = given(runner)
    assert set(events.Tags()['images']) == set(images)
    for name, (image, _) in images.items():
        data_bytes = np.frombuffer(events.Images(name)[0].encoded_image_string, np.uint8)
        np.testing.assert_array_equal(cv2.imdecode(data_bytes, cv2.IMREAD_COLOR)[..., ::-1], image)


@pytest.mark.slow
def test_the_hosts_visualizer_takes_it_too(data, tmp_path):
    cfg = dict(type='UniversalVisualizer', vis_backends=[dict(type='RecordingBackend')])
    runner = tiny(data, tmp_path / 'run')
    runner.visualizer.close()
    from mmpretrain.registry import VISUALIZERS
    other = VISUALIZERS.build(dict(cfg, name='other', save_dir=str(tmp_path)))
    hook = next(hook for hook in runner.hooks if type(hook).__name__ == 'HazeVisualizationHook')
    hook._visualizer = other
    runner.test()
    assert 'confusion' in {name for name, _, _ in other.get_backend('RecordingBackend').images}
    assert len(other.get_backend('RecordingBackend').images) > 3


def test_the_visualizer_takes_any_photo():
    from mmpretrain.structures import DataSample
    visualizer = HazeVisualizer()
    visualizer.dataset_meta = dict(classes=('clear', '900 m', '300 m'))
    sample = DataSample().set_pred_score(torch.tensor([0.2, 0.7, 0.1]))
    for shape in ((1, 1, 3), (1, 900, 3), (900, 1, 3), (1200, 1600, 3)):
        picture = visualizer.visualize_cls(np.full(shape, 200, np.uint8), sample)
        assert picture.dtype == np.uint8 and 320 <= picture.shape[1] <= 640
    assert isinstance(visualizer, Visualizer)


def test_an_interval_below_one_is_refused(data, tmp_path):
    with pytest.raises(ValueError, match='interval is at least 1, got 0'):
        tiny(data, tmp_path / 'run', interval=0)
