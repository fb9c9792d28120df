#!/usr/bin/env bash
# Trains under Slurm:
#
#   tools/slurm_train.sh PARTITION JOB_NAME CONFIG [arguments of tools/train.py]
#
# GPUS processes in all (8), GPUS_PER_NODE of them on a machine (8), CPUS_PER_TASK cores each (5); SRUN_ARGS goes to srun.
set -euo pipefail

if [ $# -lt 3 ]; then
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
partition=$1 job_name=$2 config=$3
shift 3
gpus=${GPUS:-8} gpus_per_node=${GPUS_PER_NODE:-8}
if [ "$gpus" -lt "$gpus_per_node" ]; then gpus_per_node=$gpus; fi

# shellcheck disable=SC2086  SRUN_ARGS is several words
exec srun --partition "$partition" --job-name "$job_name" --gres "gpu:$gpus_per_node" \
  --ntasks "$gpus" --ntasks-per-node "$gpus_per_node" --cpus-per-task "${CPUS_PER_TASK:-5}" --kill-on-bad-exit 1 \
  ${SRUN_ARGS:-} "${PYTHON:-python3}" -u "$(dirname "$0")/train.py" "$config" --launcher slurm "$@"
