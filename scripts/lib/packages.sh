# What has to be installed, and installing it. Needs lib/common.sh.
# shellcheck shell=bash

build_packages=(g++ cmake ninja-build libfmt-dev libhwy-dev libzip-dev zlib1g-dev nlohmann-json3-dev libcli11-dev)
test_packages=(libgtest-dev libgmock-dev pkg-config)
python_packages=(python3 python3-venv python3-dev)
wheel_packages=(cmake ninja-build dpkg-dev)
neon_packages=(g++-aarch64-linux-gnu qemu-user)
neon_libraries=(libfmt-dev libhwy-dev libzip-dev zlib1g-dev nlohmann-json3-dev libgtest-dev libgmock-dev)
bench_packages=(libbenchmark-dev)
format_packages=(git clang-format-14 clang-tidy-14)

as_root() {
  if (($(id -u) == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "these packages need root or sudo to be installed: ${missing[*]}"
  fi
}

_apt_install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; }

# The package lists are fetched only when what is there does not lead to the packages.
_install_missing() { _apt_install "$@" || { as_root apt-get update -q && _apt_install "$@"; }; }

# ensure_packages PACKAGE...: installs those that are missing; without any, asks apt for nothing.
ensure_packages() {
  local package missing=()
  if ! command -v dpkg-query >/dev/null; then
    say "This is not Debian or Ubuntu; going on as if these were installed: $*"
    return
  fi
  for package in "$@"; do
    if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then missing+=("$package"); fi
  done
  if ((${#missing[@]})); then step "Installing packages" _install_missing "${missing[@]}"; fi
}
