#!/usr/bin/env bash
# The whole way, from four blank disks to a volume that survives a reboot. `make demo` runs it in the sandbox.
# Every pipeline is printed before it runs.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PWD/bin:$PWD:$PATH
work=$(mktemp -d)
cd "$work"

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '$ %s\n' "$1"; eval "$1"; }

step '1. Four blank disks'
run 'discover list | head -c 400; echo …'

step '2. Label them for the group "demo", then make the group'
for disk in /dev/ubda /dev/ubdb /dev/ubdc /dev/ubdd; do run "discover add demo $disk > /dev/null"; done
run 'discover demo | tm init demo -- vg_create --extent-size 1M'

step '3. A linear and a striped volume: filters that tm runs inside a transaction'
run 'discover demo | tm update demo -- lv_create data --size 48M'
run 'discover demo | tm update demo -- lv_create fast --size 64M --stripes 4 --stripe-size 16K'

step '4. A file system, some data, its checksum'
run 'mkfs.ext4 -q /dev/dvm/demo/data && mkdir -p mnt && mount /dev/dvm/demo/data mnt'
run 'dd if=/dev/urandom of=mnt/file bs=1M count=24 status=none && (cd mnt && sha256sum file) > sum && cat sum'

step '5. Extend it while it is mounted'
run 'discover demo | tm update demo -- lv_extend data --size +100M'
run 'resize2fs /dev/dvm/demo/data 2> /dev/null && df -h mnt'

step '6. The report: text, a map, JSON'
run 'discover demo | tm read demo | report demo'
run 'discover demo | tm read demo | report demo --map'
run 'discover demo | tm read demo | report demo --show lv --format json'
run 'dmsetup table'

step '7. The copies on the disks agree'
run 'discover regions demo | dvm_replicate status - | head -c 600; echo …'
run 'discover demo | tm verify demo > verify.json && grep -o "\"state\":\"ok\"" verify.json'

step '8. "Reboot": everything down, by the small programs themselves'
run 'umount mnt'
run 'discover demo | tm read demo > group.json; dmexec --dump > current.json'
run 'vol_activate --none --current current.json < group.json > desired.json'
run 'dmactivate current.json desired.json > plan.json; dmexec plan.json > result.json; dmsetup ls'
run 'rm -f group.json current.json desired.json plan.json result.json verify.json'

step '9. Found again by the labels alone, activated, and the data is the same'
run 'discover demo | tm activate demo -- --all'
run 'mount /dev/dvm/demo/data mnt && (cd mnt && sha256sum -c ../sum)'

step '10. The same in everyday words: dvm, which shows the pipelines it stands for'
run 'dvm extend demo/fast --size +64M --print'
run 'dvm extend demo/fast --size +64M'
run 'dvm create demo/logs --size 16M --dry-run'
run 'dvm create demo/logs --size 16M && dvm rename demo/logs journal && dvm remove demo/journal'
run 'dvm show demo'

umount mnt
dvm deactivate demo > /dev/null
step 'Done: the checksum is unchanged.'
