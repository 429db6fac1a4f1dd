# Shared by the scripts beside it, which begin with: source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck shell=bash
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
logs="$root/build/logs"
cd "$root"

say() { printf '%s\n' "$*"; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# How many compilers to run at once: one per processor, but each may need 1.5 GiB.
job_count() {
  local processors memory
  processors=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1572864) }' /proc/meminfo)
  if ((memory < 1)); then memory=1; fi
  if ((processors < memory)); then echo "$processors"; else echo "$memory"; fi
}

# step TEXT COMMAND...: runs the command silently, its output in build/logs, and prints one line with the time it took.
# A command that fails has the end of its output shown, and its exit status returned. Where the command is a function, its
# own commands are joined by &&: bash ignores `set -e` in whatever is part of a condition.
step() {
  local text=$1 log status=0 start=$SECONDS
  shift
  mkdir -p "$logs"
  log="$logs/$(printf '%s' "$text" | tr -cs 'A-Za-z0-9' '-' | sed 's/-*$//').log"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if ((status == 0)); then
    printf '%-58s %4d s\n' "$text" $((SECONDS - start))
  else
    printf '%-58s failed after %d s; the end of %s:\n' "$text" $((SECONDS - start)) "${log#"$root"/}" >&2
    # Without the compiler's command lines and what went well.
    grep -vE '^\[[0-9]+/[0-9]+\] |^(ccache )?/[^ ]+/(c\+\+|clang\+\+)' "$log" | tail -n 40 | cut -c1-300 >&2
  fi
  return "$status"
}

# Compilers through ccache where it is installed. It leaves precompiled headers alone unless told that nobody counts on
# macros in them.
if [[ -z "${CMAKE_CXX_COMPILER_LAUNCHER:-}" ]] && command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export CCACHE_SLOPPINESS="${CCACHE_SLOPPINESS:-pch_defines,time_macros}"
fi

# configure_and_build PRESET TARGET... -- CMAKE-OPTION...: without a target everything. A first build is a whole one, which
# takes half the time with sources in groups; a build folder that is there already keeps what was chosen for it.
configure_and_build() {
  local preset=$1 targets=() first=()
  if [[ ! -e build/$preset/CMakeCache.txt ]]; then first=(-D WAVETRAIN_FAST_BUILD=ON); fi
  shift
  while (($#)) && [[ $1 != -- ]]; do
    targets+=(--target "$1")
    shift
  done
  if (($#)); then shift; fi
  cmake --preset "$preset" "${first[@]}" "$@" &&
    cmake --build --preset "$preset" --parallel "$(job_count)" "${targets[@]}"
}
