#!/usr/bin/env bash
# Installs what `npm test` needs from Debian 12 (as root, or through sudo). Says nothing when nothing is missing.
set -euo pipefail

packages=(
  # The PC/SC service, its virtual reader, and what the native PC/SC binding is compiled with.
  pcscd vsmartcard-vpcd libpcsclite-dev python3 make g++
  # Electron, and a screen for it.
  xvfb xauth libgtk-3-0 libnss3 libasound2 libgbm1 libxss1 libatk-bridge2.0-0
  # The browser of the page tests, and the tool that counts fsyncs.
  chromium strace
  # The second PostgreSQL that the backend's suite runs on (npm run test:backend:debian).
  postgresql-15
)

is_installed() {
  dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

if ! command -v dpkg-query >/dev/null; then
  echo "setup-debian.sh: this is no Debian; install the equivalents of: ${packages[*]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  # Newer Debians carry some libraries under a name with t64.
  is_installed "$package" || is_installed "${package}t64" || missing+=("$package")
done

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi

if [ "${#missing[@]}" -gt 0 ]; then
  echo "setup-debian.sh: installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # Its programs are all that is wanted: without this the package makes a cluster of the system's and starts it. Where
  # PostgreSQL's packages have been before, their own settings stay as they are.
  settings=/etc/postgresql-common/createcluster.conf
  if [[ " ${missing[*]} " == *" postgresql-15 "* && ! -e $settings ]]; then
    "${as_root[@]}" mkdir -p "${settings%/*}"
    echo 'create_main_cluster = false' | "${as_root[@]}" tee "$settings" >/dev/null
  fi
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}"
fi

# pcscd wants its folder even where the test gives it a socket of its own; systemd makes it, a container does not.
if [ ! -d /run/pcscd ]; then "${as_root[@]}" mkdir -p /run/pcscd; fi
