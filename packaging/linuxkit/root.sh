#!/bin/bash
# Puts the executable, its tools, and every program it needs with their libraries below a directory:
#
#     root.sh EXECUTABLE DIRECTORY
#
# The image (Dockerfile) and the initramfs (initramfs.sh) are this directory.
set -euo pipefail
executable=$1 root=$2
here=$(cd "$(dirname "$0")" && pwd)

# put FILE: the file itself, by the path that leads to it
put() {
  mkdir -p "$root$(dirname "$1")"
  [ -e "$root$1" ] || cp -L "$1" "$root$1"
}

# libraries FILE: what the loader would look up, and the loader
libraries() { ldd "$1" 2>/dev/null | grep -o '/[^ ]*' || true; }

mkdir -p "$root"/{proc,sys,dev,run,tmp,etc,var,root}
mkdir -p "$root/usr/sbin" "$root/usr/bin"
ln -sfn usr/sbin "$root/sbin"
ln -sfn usr/bin "$root/bin"
cp "$executable" "$root/usr/sbin/dvm"
for tool in dm-provision dot-server dot tm dmexec; do ln -sf dvm "$root/usr/sbin/$tool"; done

grep -v '^#' "$here/programs" | while read -r program; do put "$program"; done
for program in $(grep -v '^#' "$here/programs") "$executable"; do
  for library in $(libraries "$program"); do put "$library"; done
done
[ ! -e /etc/mke2fs.conf ] || put /etc/mke2fs.conf
