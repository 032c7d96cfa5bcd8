#!/bin/sh
# Makes a Debian package of what make install has put into a directory: scripts/deb.sh DIRECTORY
set -eu
root=$1
version=$(node -p "require('./package.json').version")
arch=$(dpkg --print-architecture)
mkdir -p "$root/DEBIAN"
cat > "$root/DEBIAN/control" <<END
Package: dvm
Version: $version
Architecture: $arch
Maintainer: dvm <root@localhost>
Installed-Size: $(du -sk "$root" | cut -f1)
Depends: libc6, util-linux, mount, e2fsprogs
Recommends: xfsprogs, thin-provisioning-tools
Section: admin
Priority: optional
Description: Linux volumes from small, stateless programs that pass JSON
 The volume manager dvm, and dvs, which makes volumes of limited size on
 request, by MQTT and as a volume plugin of Docker.
END
printf '/etc/default/dvs\n/etc/dvs/config.json\n' > "$root/DEBIAN/conffiles"
dpkg-deb --root-owner-group --build "$root" "build/dvm_${version}_$arch.deb"
