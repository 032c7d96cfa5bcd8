#!/usr/bin/env bash
# The whole way, from four blank disks to volumes that survive a reboot, and back to blank disks. `make demo` runs it
# in the sandbox, where /dev/ubda … /dev/ubdd are blank. Every pipeline is printed before it runs.
set -Eeuo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/bin:$PATH"
work=$(mktemp -d)
cd "$work"
mkdir mnt
trap 'printf "\ndemo: failed (exit %s): %s\n" "$?" "$command" >&2' ERR

step() { printf '\n═══ %s\n' "$*"; }
note() { printf '\n# %s\n' "$*"; }
run() {
  command=$1
  printf '$ %s\n' "$1"
  eval "$1"
}

step '1. Four blank disks'
run 'discover list'

step '2. Labels make them devices of the group "demo"; its first metadata makes it a group'
for disk in ubda ubdb ubdc ubdd; do run "discover add demo /dev/$disk"; done
run 'discover demo | tm init demo -- vg_create --extent-size 1M'

step '3. A linear and a striped volume'
note 'lv_create is a filter: a group in, a group with one more volume out. It works on a file, and touches nothing:'
run 'discover demo | tm read demo > before.json'
run 'lv_create data --size 48M < before.json > after.json'
run 'diff before.json after.json || true'
note 'tm runs it within a transaction with device-mapper:'
run 'discover demo | tm update demo -- lv_create data --size 48M'
run 'discover demo | tm update demo -- lv_create fast --size 64M --stripes 4 --stripe-size 16K'

step '4. A file system, some data, its checksum'
run 'mkfs.ext4 -q /dev/dvm/demo/data && mount /dev/dvm/demo/data mnt'
run 'dd if=/dev/urandom of=mnt/file bs=1M count=24 status=none && (cd mnt && sha256sum file) | tee sum'

step '5. Extended while it is mounted'
run 'discover demo | tm update demo -- lv_extend data --size +100M'
run 'resize2fs /dev/dvm/demo/data 2>&1 | tail -n 2'
run 'df -h mnt'

step '6. The report: text, a map of the devices, JSON'
run 'discover demo | tm read demo | report demo'
run 'discover demo | tm read demo | report demo --map'
run 'discover demo | tm read demo | report demo --show lv --format json'
run 'dmsetup table'

step '7. The metadata is on every disk, with its history'
run 'discover regions demo > regions.json'
run 'dvm_replicate history regions.json'
run 'dvm_replicate read regions.json | cut -c 1-150'
run 'discover demo | tm verify demo'

step '8. "Reboot": everything is deactivated, and every document forgotten'
run 'umount mnt'
run 'discover demo | tm activate demo -- --none'
run 'rm -f *.json; dmsetup ls; ls /dev/mapper'

step '9. Found by the labels alone, and activated in single steps'
run 'discover demo | tm read demo > group.json'
note 'which devices should there be, and which are there?'
run 'vol_activate --all < group.json | tee desired.json'
run 'dmexec --dump | tee current.json'
note 'the way from one to the other: what can be done before the commit, what goes live after it, and the way back'
run 'dmactivate current.json desired.json > plan.json'
run 'dmexec --disassemble --phase phase1 plan.json'
run 'dmexec --disassemble --phase phase2 plan.json'
run 'dmexec plan.json > result.json'
run 'dmsetup table'
note 'the data is the same:'
run 'mount /dev/dvm/demo/data mnt && (cd mnt && sha256sum -c ../sum)'

step '10. The same in everyday words: dvm shows the pipelines it stands for'
run 'dvm extend demo/data --size +64M --print'
run 'dvm --trace trace extend demo/data --size +64M && resize2fs /dev/dvm/demo/data 2> /dev/null'
run 'dvm replay trace'
run 'dvm create demo/logs --size 16M --dry-run'
run 'dvm create demo/logs --size 16M && dvm rename demo/logs journal && dvm show demo'

step '11. And back to blank disks'
run 'umount mnt'
run 'for volume in data fast journal; do dvm remove demo/$volume; done'
run 'dvm remove demo'
run 'dvm list'

cd /
rm -rf "$work"
step "Done in $SECONDS s: the data outlived the reboot, and the disks are blank again."
