"""The rows of the UCM paper's Tables 1 and 3, as data: a method each, and the number that the paper has for it.

The paper's numbers are accuracies (it says precision); where one is not at hand there is none here.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .data_sets import CEIT_FOGGY, HAZE_WILD, HAZEL_LEVEL

HAZEL, WILD = HAZEL_LEVEL.name, HAZE_WILD.name


@dataclass(frozen=True)
class TableRow:
    """A row of a table: a config of a network, or a classifier without one.

    Attributes:
        name: as the paper has it.
        config: where the config of each data set lies: ``configs/CONFIG_DATA.py``.
        baseline: instead of a config, a class of :mod:`mmhaze.baselines` and its arguments but the number of levels.
        paper: the paper's accuracy in [0, 1], by the name of the data set.
        ours: it is no row of the paper.
        only: the data sets that it is made on; none for all.
        drawn: chance plays a part in it, so that it is run with several seeds.
    """

    name: str
    config: str = ''
    baseline: Mapping[str, Any] = field(default_factory=dict)
    paper: Mapping[str, float] = field(default_factory=dict)
    ours: bool = False
    only: tuple[str, ...] = ()
    drawn: bool = True

    def fits(self, data: str) -> bool:
        """Whether it is made on a data set."""
        return not self.only or data in self.only

    @property
    def method(self) -> str:
        """What is run, for a file's name: rows of two tables that say the same share it."""
        if self.config:
            return Path(self.config).name
        return '-'.join(str(value) for value in self.baseline.values()).lower().replace('_', '-')


def _threshold(name: str, score: str, hazel: float | None = None, wild: float | None = None) -> TableRow:
    paper = {} if hazel is None or wild is None else {HAZEL: hazel, WILD: wild}
    return TableRow(name, baseline=dict(type='ThresholdClassifier', score=score), paper=paper, ours=not paper,
                    drawn=False)


RESNET18 = TableRow('ResNet18', 'baselines/resnet18', paper={HAZEL: .8998, WILD: .8412})
LENET5 = TableRow('LeNet5', 'baselines/lenet5', paper={HAZEL: .8745, WILD: .7692})

TABLE_1 = (
    _threshold('S&RCD', 'fog_block_share', .1529, .1018),
    _threshold('FBFD', 'dark_channel_ratio', .2063, .2121),
    _threshold('HBFD', 'haze_factor', .2431, .1779),
    TableRow('SVM', baseline=dict(type='FeatureSVM'), paper={HAZEL: .4532, WILD: .2601}, drawn=False),
    TableRow('CNN', 'baselines/cnn-ordinal', paper={HAZEL: .7436, WILD: .5181}),
    LENET5,
    RESNET18,
    # which of its forms the paper has in this row is not at hand
    TableRow('MagNet-LeNet5', 'magnet/magnet-fe-s_lenet5', paper={HAZEL: .8976, WILD: .7921}),
    TableRow('MagNet-ResNet18', 'magnet/magnet-fe-s_resnet18', paper={HAZEL: .9108, WILD: .8524}),
    _threshold('mean saturation', 'mean_saturation'),
    TableRow('SVM, one against one', baseline=dict(type='FeatureSVM', mode='ovo'), ours=True, drawn=False),
    TableRow('random trees on rows', baseline=dict(type='RowTrees'), ours=True),
    TableRow('random trees on the road', baseline=dict(type='RoadTrees'), ours=True),
    TableRow('CNN, softmax', 'baselines/cnn', ours=True),
    TableRow('LeNet5, crops to the side', 'baselines/lenet5-crops', ours=True),
    TableRow('ResNet18, crops to the side', 'baselines/resnet18-crops', ours=True),
)

# of LeNet5's rows only the base network's numbers are at hand, from Table 1
TABLE_3 = tuple(
    TableRow(f'{form}, {network}' if form == 'Base' else f'Base+{form}, {network}',
        f'baselines/{network.lower()}' if form == 'Base' else f'magnet/magnet-{form.lower().replace("+", "-")}_'
        f'{network.lower()}', paper=paper)
    for network, form, paper in (
        ('LeNet5', 'Base', LENET5.paper), ('LeNet5', 'IA+F', {}), ('LeNet5', 'IA+S', {}), ('LeNet5', 'NC+F', {}),
        ('LeNet5', 'NC+S', {}), ('LeNet5', 'FE+F', {}), ('LeNet5', 'FE+S', {}),
        ('ResNet18', 'Base', RESNET18.paper), ('ResNet18', 'IA+F', {}),
        ('ResNet18', 'IA+S', {HAZEL: .9405, WILD: .8170}), ('ResNet18', 'NC+F', {}), ('ResNet18', 'NC+S', {}),
        ('ResNet18', 'FE+F', {}),
        ('ResNet18', 'FE+S', {HAZEL: .9108, WILD: .8524}))
) + (TableRow('NC+FE+S, ResNet18', 'magnet/magnet-nc-fe-s_resnet18', ours=True),)

# on real fog MagNet also looks at the transmission T that the network in the box sees, and Table 1 stands beside
REAL = (CEIT_FOGGY.name,)
TABLE_3 += tuple(TableRow(f'{name}, {network}', f'magnet/magnet-{form}_{network.lower()}', ours=True, only=REAL)
                 for name, form, network in (
                     ('Base+FE+T', 'fe-t', 'LeNet5'), ('Base+IA+T', 'ia-t', 'ResNet18'),
                     ('Base+NC+T', 'nc-t', 'ResNet18'), ('Base+FE+T', 'fe-t', 'ResNet18'),
                     ('NC+FE+T', 'nc-fe-t', 'ResNet18')))
TABLE_3 += tuple(replace(row, paper={}, ours=True, only=REAL) for row in TABLE_1
                 if row.baseline or row.config.startswith('baselines/cnn'))

TABLES: dict[str, tuple[TableRow, ...]] = dict(table1=TABLE_1, table3=TABLE_3)


def choose_rows(table: str, names: list[str] | None) -> tuple[TableRow, ...]:
    """The rows of a table, or those of these names.

    Raises:
        ValueError: the table has no row of such a name.
    """
    rows = {row.name: row for row in TABLES[table]}
    unknown = [name for name in names or () if name not in rows]
    if unknown:
        raise ValueError(f'{table} has no row {unknown[0]!r}, only: {"; ".join(rows)}.')
    return tuple(rows[name] for name in rows if not names or name in names)
