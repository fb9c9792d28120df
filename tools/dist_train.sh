#!/usr/bin/env bash
# Trains on all of one machine's GPUs, or on several machines:
#
#   tools/dist_train.sh CONFIG PROCESSES [arguments of tools/train.py]
#
# One process a GPU; without a GPU they share the processor. For several machines set NNODES, NODE_RANK and MASTER_ADDR
# on each of them, and MASTER_PORT where 29500 is taken.
set -euo pipefail

if [ $# -lt 2 ]; then
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
config=$1 processes=$2
shift 2

exec "${PYTHON:-python3}" -m torch.distributed.run \
  --nnodes "${NNODES:-1}" --node_rank "${NODE_RANK:-0}" --nproc_per_node "$processes" \
  --master_addr "${MASTER_ADDR:-127.0.0.1}" --master_port "${MASTER_PORT:-29500}" \
  "$(dirname "$0")/train.py" "$config" --launcher pytorch "$@"
