# The Python environment that tests run in. Needs lib/common.sh.
# shellcheck shell=bash

# The interpreter of the tests: one that has everything already, or that of .venv.
test_python() { echo "${WAVETRAIN_KERAS_PYTHON:-$root/.venv/bin/python}"; }

# setup_venv FOLDER REQUIREMENTS: makes a virtual environment; does nothing when it is already up to date.
setup_venv() {
  local folder=$1 requirements=$2 wanted
  wanted="$(python3 --version; cat "$requirements")"
  if [[ -f $folder/requirements.installed && "$(cat "$folder/requirements.installed")" == "$wanted" ]]; then return; fi
  python3 -m venv --clear "$folder" &&
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" &&
    printf '%s\n' "$wanted" >"$folder/requirements.installed"
}

# .venv, unless another interpreter is named.
setup_test_python() {
  if [[ -n "${WAVETRAIN_KERAS_PYTHON:-}" ]]; then return; fi
  setup_venv .venv tests/python/requirements.txt
}
