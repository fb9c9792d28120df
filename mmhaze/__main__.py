"""``python -m mmhaze``: the machine and the versions, for a report of a fault."""
from .runtime.machine import describe_machine

if __name__ == '__main__':
    print('\n'.join(f'{name:<12} {value}' for name, value in describe_machine().items()))
