#!/usr/bin/env bash
# Installs the Debian programs that tests use, where it may: as root, or by sudo without a password.
# A test whose program is missing is skipped, except in CI, where it fails.
set -euo pipefail

packages=(
  # completions
  zsh fish
  # a session bus, displays, and hands to use them
  dbus xvfb xdotool imagemagick openbox x11-utils x11-apps python3-gi gir1.2-gtk-3.0 fonts-dejavu-core adwaita-icon-theme
  # what shows a tray: StatusNotifierItem, and XEmbed for the GTK fallback
  xfce4-panel lxqt-panel waybar sway grim tint2 trayer libgtk-3-0
  # services of a session and of the machine
  dunst python3-dbusmock desktop-file-utils libglib2.0-bin systemd
  # a keyring and a second program that uses it
  gnome-keyring libsecret-tools
  # a browser for the settings page
  chromium
  # draws the icons anew
  librsvg2-bin
)

command -v dpkg-query >/dev/null || { echo "Not a Debian: install the programs of ${packages[*]} yourself" >&2; exit 0; }
missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || { echo "Not installed, and no right to install them: ${missing[*]}" >&2; exit 0; }
  as_root=(sudo -n)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
