# Sources of Debian's packages. Needs lib/common.sh.
# shellcheck shell=bash

# The archives that this machine's apt reads, in either of its two formats, as archives of sources; not those of others than
# the distribution.
_source_archives() {
  local folder=$1 codename file
  codename="$(. /etc/os-release && echo "$VERSION_CODENAME")"
  for file in /etc/apt/sources.list.d/*.sources; do
    [[ ! -f $file ]] || awk -v RS= -v ORS='\n\n' -v suite="(^|\n)Suites:[^\n]*[ \t]$codename" '$0 ~ suite' "$file" |
      sed 's/^Types:.*/Types: deb-src/' >>"$folder/all.sources"
  done
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ ! -f $file ]] || sed -nE "s/^deb((\s+\[[^]]*\])?\s+\S+\s+$codename.*)/deb-src\1/p" "$file" >>"$folder/all.list"
  done
}

# fetch_sources FOLDER PACKAGE...: unpacks sources, with Debian's changes, into FOLDER/PACKAGE-VERSION. apt's own lists and
# archives stay as they are.
fetch_sources() {
  local folder=$1 work status=0
  shift
  if [[ -e $folder/.complete ]]; then return; fi
  work="$(mktemp -d)"
  mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/from"
  touch "$work/status"
  _source_archives "$work/from"
  local options=(-q -o "Dir::State=$work" -o "Dir::State::status=$work/status" -o "Dir::Cache=$work" -o Debug::NoLocking=1
    -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/from" -o APT::Sandbox::User=)
  rm -rf "$folder"
  mkdir -p "$folder"
  (
    apt-get "${options[@]}" update && cd "$folder" && apt-get "${options[@]}" source "$@" && touch .complete
  ) || status=$?
  rm -rf "$work"
  return "$status"
}
