#!/bin/sh
# Copyright (c) 2026, linuxnet.tcp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Make build/venv with the pinned tools, on a machine that may have nothing yet. Does nothing when it is there
# and the requirements and the interpreter are the same. PYTHON=/path/to/python3 chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore UV_PYTHON_DOWNLOADS=never
venv=build/venv requirements=requirements/test.txt log=build/logs/bootstrap.log
uv_version=0.13.9

say() { printf 'bootstrap: %s\n' "$*"; }
die() { say "$*" >&2; exit 1; }

# A pyenv shim answers to `command -v` and exits 127: only running it shows that it runs.
usable() {
  "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
  for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3 \
    /usr/local/bin/python3 "$HOME"/.pyenv/versions/3.1[1-9]*/bin/python3; do
    if usable "$candidate"; then
      "$candidate" -c 'import os, sys; print(os.path.realpath(sys.executable))'
      return
    fi
  done
  return 1
}

install_packages() {
  missing=
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  say "apt-get install$missing"
  # shellcheck disable=SC2086 # a list of names
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing; } \
    </dev/null >>"$log" 2>&1 || { tail -n 20 "$log"; say "apt-get failed for$missing; going on without"; }
}

system_packages() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
  for pair in git:git ip:iproute2 sysctl:procps nsenter:util-linux; do
    command -v "${pair%%:*}" >/dev/null || set -- "$@" "${pair##*:}"
  done
  find_python >/dev/null || set -- "$@" python3 python3-venv
  install_packages "$@"
}

install_requirements() {
  "$venv/bin/python" -m pip install -q "uv==$uv_version" >>"$log" 2>&1 &&
    "$venv/bin/uv" pip install -q --compile-bytecode --python "$venv/bin/python" -r "$requirements" >>"$log" 2>&1 && return
  say "uv could not; installing with pip"
  "$venv/bin/python" -m pip install -q -r "$requirements" >>"$log" 2>&1
}

mkdir -p build/logs
: >"$log"
system_packages
python=$(find_python) || die "no Python 3.11 or newer with venv runs here; install one (Debian: apt-get install python3 python3-venv) or set PYTHON=/path/to/python3"
stamp="$python $("$python" -V 2>&1) $(cat tools/bootstrap.sh $requirements | sha256sum | cut -d ' ' -f 1)"
if [ "$(cat $venv/stamp 2>/dev/null)" = "$stamp" ] && usable "$venv/bin/python"; then
  exit 0
fi
say "$("$python" -V) into $venv, then $requirements (log: $log)"
# Another interpreter's packages would stay beside the new ones; the same one's are brought up to date in place.
"$venv/bin/python" -c 'import os, sys; sys.exit(os.path.realpath(sys.executable) != sys.argv[1])' "$python" 2>/dev/null || rm -rf "$venv"
"$python" -m venv "$venv" >>"$log" 2>&1 || { tail -n 20 "$log"; die "could not make $venv"; }
install_requirements || { tail -n 30 "$log"; die "could not install $requirements; is a package index reachable?"; }
echo "$stamp" >$venv/stamp
