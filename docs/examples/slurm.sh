#!/usr/bin/env bash
# sbatch slurm.sh: the comparison with eight seeds, its 24 runs shared by 24 processes on two nodes. The checkout, the
# data and the run folder lie on a disk that all nodes see. Build once on the login node: ./cellwise --version
#SBATCH --job-name=cellwise
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=12
#SBATCH --cpus-per-task=2
#SBATCH --time=00:30:00
#SBATCH --signal=B:TERM@120
# Two minutes before the time is up srun passes SIGTERM on: every process saves and leaves, and
#   srun … cellwise compare --distributed --resume RUN
# goes on.
set -euo pipefail
trap 'kill -TERM "$job"; wait "$job"' TERM

srun --mpi=pmix --cpu-bind=cores build/release/bin/cellwise compare --preset clipped --seeds 8 --distributed \
    --data "${CELLWISE_DATA:-data}" --output "runs/$SLURM_JOB_ID" &
job=$!
wait "$job"
