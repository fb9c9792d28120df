"""``python -m mmhaze`` is the command ``mmhaze``."""
import sys

from .cli.main import main

if __name__ == '__main__':
    sys.exit(main())
