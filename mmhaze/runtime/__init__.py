"""What a run stands on: checkpoints, launching, precision, threads, the machine, and the configs that are shipped."""
