from __future__ import annotations

import pytest

from benchmarks.speed import inference

pytest.importorskip('onnxruntime')
pytest.importorskip('onnx')


def test_ratios_are_of_one_round_and_then_the_median():
    rates = dict(loop=[10, 20, 40], pytorch=[40, 20, 80])
    rounds = {name: [dict(photos_per_second=rate, processor_ms=1000 / rate) for rate in own]
              for name, own in rates.items()}
    found = inference.summarise(rounds)
    assert found['loop'] == dict(photos_per_second=20, processor_ms=50, times_the_loop=1)
    assert found['pytorch'] == dict(photos_per_second=40, processor_ms=25, times_the_loop=2)


@pytest.mark.slow
def test_every_way_gives_an_answer_for_each_photo_and_stages_add_up(tmp_path):
    paths = inference.save_photos(tmp_path, 5)
    ways = inference.Ways('magnet-fe-s_lenet5_hazel-level', tmp_path, batch_size=4)
    rounds = inference.measure_ways(ways, paths, rounds=1)  # it compares their answers
    assert list(rounds) == list(inference.WAYS)
    stages = inference.measure_stages(ways, paths, rounds=1)
    assert min(stages.values()) > 0
