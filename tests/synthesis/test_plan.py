from __future__ import annotations

from collections import Counter

from mmhaze.synthesis.fog import FOGS, HazeParams
from mmhaze.synthesis.levels import DEMO_BETAS, HAZEL_LEVEL_BETAS
from mmhaze.synthesis.make_hazel_level import NEAR_DUPLICATES, SCENES, TEST_SHARE
from mmhaze.synthesis.plan import PlannedImage, plan_rows
from mmhaze.synthesis.splits import split_by_scene

NAMES = [f'{name}-{number:06d}' for name, count in SCENES.items() for number in range(1, count + 1)]


def hazel_rows(seed: int = 0) -> list[PlannedImage]:
    return plan_rows(NAMES, betas=HAZEL_LEVEL_BETAS, fogs=FOGS, suffix='.png', test_share=TEST_SHARE, seed=seed,
                     near_duplicates=NEAR_DUPLICATES)


def test_hazel_level_has_336_images_at_each_of_nine_levels_from_300_to_60_metres():
    rows = hazel_rows()
    assert Counter(row.level for row in rows) == dict.fromkeys(range(9), 336)
    betas = {row.level: row.params.beta for row in rows}
    assert betas == dict(enumerate((.01, .015, .02, .025, .03, .035, .04, .045, .05)))
    assert {row.visibility for row in rows if row.level in (0, 8)} == {300.0, 60.0}
    assert len({row.file for row in rows}) == 3024


def test_the_demo_sees_from_600_to_60_metres_in_equal_ratios():
    ratios = [after / before for before, after in zip(DEMO_BETAS, DEMO_BETAS[1:])]
    assert max(ratios) - min(ratios) < 1e-9
    assert abs(3 / DEMO_BETAS[0] - 600) < 1e-6 > abs(3 / DEMO_BETAS[-1] - 60)


def test_noise_is_fixed_over_the_levels_and_new_for_each_scene_fog_and_seed():
    seeds = {(row.scene, row.params.fog): set() for row in hazel_rows()}
    for row in hazel_rows():
        seeds[row.scene, row.params.fog].add(row.params.seed)
    assert all(len(found) == 1 for found in seeds.values())
    assert len(set.union(*seeds.values())) == 84 * 4
    assert not set.union(*seeds.values()) & {row.params.seed for row in hazel_rows(seed=1)}


def test_17_of_84_scenes_are_tested_on_and_no_near_duplicates_of_them_trained_on():
    side = {row.scene: row.split_scene for row in hazel_rows()}
    assert Counter(side.values()) == {'train': 67, 'test': 17}
    for seed in range(30):  # of one seed alone a forgotten scene may fall on the right side by chance
        split = split_by_scene(NAMES, TEST_SHARE, seed, NEAR_DUPLICATES)
        assert split['frida2-000061'] == split['frida2-000062']
        assert len({split[f'frida2-{number:06d}'] for number in (1, 2, 7, 8, 10, 12)}) == 1


def test_by_image_every_level_is_tested_on_alike():
    assert Counter(row.level for row in hazel_rows() if row.split_random == 'test') == dict.fromkeys(range(9), 34)


def test_the_splits_do_not_depend_on_the_seed_of_the_noise():
    assert [(row.split_scene, row.split_random) for row in hazel_rows()] == \
           [(row.split_scene, row.split_random) for row in hazel_rows(seed=7)]


def test_a_row_gives_its_haze_back_from_text():
    row = hazel_rows()[13]
    text = row.as_text()
    assert float(text['beta']) == row.params.beta and float(text['visibility']) == 3 / row.params.beta
    assert HazeParams.from_text(text) == row.params
    assert (row.params.fog, row.params.beta_range) == ('heterogeneous', row.params.beta)
    assert list(text) == ['file', 'scene', 'fog', 'level', 'beta', 'visibility', 'airlight', 'beta_range',
                          'airlight_range', 'noise', 'seed', 'split_random', 'split_scene']
