# The Python environment that tests run in. Needs lib/common.sh.
# shellcheck shell=bash

# The interpreter of the tests: one that has everything already, or that of .venv.
test_python() { echo "${WAVETRAIN_KERAS_PYTHON:-$root/.venv/bin/python}"; }

# Makes .venv from tests/python/requirements.txt; does nothing when it is already up to date.
setup_test_python() {
  local requirements=tests/python/requirements.txt stamp=.venv/requirements.installed wanted
  if [[ -n "${WAVETRAIN_KERAS_PYTHON:-}" ]]; then return; fi
  wanted="$(python3 --version; cat "$requirements")"
  if [[ -f $stamp && "$(cat "$stamp")" == "$wanted" ]]; then return; fi
  python3 -m venv --clear .venv &&
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$requirements" &&
    printf '%s\n' "$wanted" >"$stamp"
}
