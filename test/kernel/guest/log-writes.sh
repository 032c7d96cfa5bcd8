#!/bin/bash
# In the guest: runs each command given (one an argument) on disks that are flakey slices of one logged image.
#   log-writes.sh OUT SLICES SECTORS setup-command command…
# /dev/ubda is the image, /dev/ubdb the log. OUT/N.base is the image before command N, OUT/N.log what it wrote.
set -eu
out=$1 slices=$2 sectors=$3 setup=$4
shift 4
image=/dev/ubda log=/dev/ubdb

stack() { # what the slices lie on
  for ((i = 0; i < slices; i++)); do
    dmsetup create "s$i" --table "0 $sectors flakey $1 $((i * sectors)) 3600 0"
  done
}
unstack() {
  for ((i = 0; i < slices; i++)); do dmsetup remove --retry "s$i"; done
}

stack $image
eval "$setup"
unstack
sync
n=0
for command in "$@"; do
  dd if=$image of="$out/$n.base" bs=1M status=none
  dmsetup create lw --table "0 $((slices * sectors)) log-writes $image $log"
  stack /dev/mapper/lw
  eval "$command"
  unstack
  dmsetup remove --retry lw
  dd if=$log of="$out/$n.log" bs=1M status=none
  sync
  n=$((n + 1))
done
