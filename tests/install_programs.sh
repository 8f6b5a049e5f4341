#!/usr/bin/env bash
# Installs the Debian programs that tests use, where it may: as root, or by sudo without a password.
# A test whose program is missing is skipped, except in CI, where it fails.
set -euo pipefail

packages=(zsh fish)
missing=()
for package in "${packages[@]}"; do
  command -v "$package" >/dev/null || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || { echo "Not installed, and no right to install them: ${missing[*]}" >&2; exit 0; }
  as_root=(sudo -n)
fi
command -v apt-get >/dev/null || { echo "Not installed, and there is no apt-get: ${missing[*]}" >&2; exit 0; }
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
