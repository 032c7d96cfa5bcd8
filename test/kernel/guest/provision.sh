#!/bin/bash
# One boot of a machine that provisions itself, in a guest: /dev/ubda and /dev/ubdb are its disks, DIRECTORY is the host's, with the
# registry's storage in it.
#
#     provision.sh STAGE DIRECTORY
set -euo pipefail
stage=$1 dir=$2
hub=localhost:5000
ip link set lo up

registry() {
  printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s/hub}}\nhttp: {addr: %s}\n' "$dir" "$hub" > /tmp/registry.yml
  docker-registry serve /tmp/registry.yml > /tmp/registry.log 2>&1 &
  registry=$!
  until (exec 3<> /dev/tcp/localhost/5000) 2> /dev/null; do sleep 0.1; done
}

provision() {
  dm-provision --storage-device=/dev/ubda,/dev/ubdb --state-size=200M --plain-http "$@"
}

leftovers() { # nothing runs, and etcd's volume is unmounted
  ! pgrep -x etcd && ! grep -q /run/dvm/provision/state /proc/mounts && echo "nothing is left running"
}

case $stage in
  make) # a new dot, committed and pushed by hand
    registry
    provision --dot=myapp.postgres --mountpoint=/var/lib/postgres
    leftovers
    echo rows > /var/lib/postgres/table
    dot commit myapp -m first --group dotmesh-pool
    dot push myapp --group dotmesh-pool --remote "$hub/me/myapp" --plain-http
    kill "$registry"
    ;;
  seed) # case 2: two subdots of one seed, the second of which brings nothing
    registry
    provision --seed=$hub/me/myapp --dot=myapp.postgres --mountpoint=/var/lib/postgres
    kill "$registry"
    wait "$registry" || true
    provision --seed=$hub/me/myapp --dot=myapp.redis --mountpoint=/var/lib/redis
    echo "table: $(cat /var/lib/postgres/table)"
    echo keys > /var/lib/redis/dump
    leftovers
    ;;
  again) # a reboot: no registry, and none is asked for
    provision --seed=$hub/me/myapp --dot=myapp.postgres --mountpoint=/var/lib/postgres
    provision --seed=$hub/me/myapp --dot=myapp.redis --mountpoint=/var/lib/redis
    echo "table: $(cat /var/lib/postgres/table), dump: $(cat /var/lib/redis/dump)"
    leftovers
    ;;
esac
sync
