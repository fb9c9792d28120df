from .dual_channel import DualChannel
from .input_augmentation import InputAugmentation
from .lenet5 import LeNet5RGB

__all__ = ['DualChannel', 'InputAugmentation', 'LeNet5RGB']
