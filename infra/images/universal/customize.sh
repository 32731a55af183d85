#!/bin/sh
# Last step of mmdebstrap, with the unpacked image as its argument: what a package list cannot say.
set -eu
root=$1

# Targets come with the second part of the image: Node, npm and oxlint out of this repository's node_modules.
install -d -m 0755 "$root/usr/local/lib/node_modules/@oxlint" "$root/usr/local/bin"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
ln -s ../lib/node_modules/oxlint/bin/oxlint "$root/usr/local/bin/oxlint"

# Nobody becomes root in a sandbox, by no program at all.
find "$root" -xdev -perm /6000 -exec chmod ug-s {} +

# There is no apt inside; what the build wrote about this machine and this day goes. dpkg's list of packages stays.
rm -rf "$root/etc/apt" "$root/var/lib/apt" "$root/var/cache" "$root/var/log" "$root"/var/lib/dpkg/*-old \
  "$root/etc/hostname" "$root/etc/resolv.conf"
install -d -m 0755 "$root/var/cache" "$root/var/log"
