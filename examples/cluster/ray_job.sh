#!/usr/bin/env bash
# A run as a job of a Ray cluster that is there (`ray up`, KubeRay, `ray start --head`). Its driver runs on the head.
#
#     RAY_DASHBOARD=http://10.0.0.1:8265 examples/cluster/ray_job.sh recipes/retail.yaml /shared/outputs/retail -n 100000
#
# Needed: `pip install "ray[default]"` here, of the cluster's version; WRIT in the cluster's Python environment; the
# recipe and the output folder on a file system that all machines share, at the same path. The same command goes on
# with a run that was interrupted. Follow it with `ray job logs -f`, or `writ status` on the output folder.
set -euo pipefail

if [ "$#" -lt 2 ]; then
    echo "usage: ray_job.sh RECIPE OUT [options of writ run]" >&2
    exit 2
fi
recipe=$(realpath "$1") out=$(realpath -m "$2")
shift 2

exec ray job submit --address "${RAY_DASHBOARD:-http://127.0.0.1:8265}" -- \
    "${WRIT:-writ}" run "$recipe" --out "$out" --ray-address auto "$@"
