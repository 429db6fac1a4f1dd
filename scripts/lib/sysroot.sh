# Libraries for another architecture. Needs lib/common.sh.
# shellcheck shell=bash

# make_sysroot FOLDER ARCHITECTURE PACKAGE...: unpacks Debian's packages and what they depend on. Nothing is installed, and
# apt's own lists, cache and architectures stay as they are.
make_sysroot() {
  local folder=$1 architecture=$2 work
  shift 2
  if [[ -e $folder/.complete ]]; then return; fi
  work="$(mktemp -d)"
  mkdir -p "$work/lists/partial" "$work/archives/partial"
  touch "$work/status"
  local options=(-q -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" -o "Dir::State=$work"
    -o "Dir::State::status=$work/status" -o "Dir::Cache=$work" -o Debug::NoLocking=1 -o APT::Sandbox::User=)
  rm -rf "$folder"
  mkdir -p "$folder"
  apt-get "${options[@]}" update &&
    apt-get "${options[@]}" install -y --no-install-recommends --download-only "$@" &&
    find "$work/archives" -name '*.deb' -exec dpkg-deb -x {} "$folder" ';' &&
    touch "$folder/.complete"
  local status=$?
  rm -rf "$work"
  return "$status"
}
