from .dual_channel import DualChannel
from .input_augmentation import InputAugmentation
from .lenet5 import LeNet5RGB
from .network_in_network import NetworkInNetwork

__all__ = ['DualChannel', 'InputAugmentation', 'LeNet5RGB', 'NetworkInNetwork']
