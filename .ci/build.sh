# Sourced by ./millrace and ./x after java.sh: builds the server, and says whether that is needed.
# shellcheck shell=bash

# server/target/millrace/lib     where the build assembles the server
# server/target/millrace/app-N   a copy that runs; never written again, as a server may run from it
# server/target/millrace/built   the name of the newest copy; dated when its build began
MILLRACE_TARGET=$MILLRACE_HOME/server/target/millrace

server_app() { # sets APP to the newest copy
  APP=''
  [ -f "$MILLRACE_TARGET/built" ] || return 1
  IFS= read -r APP <"$MILLRACE_TARGET/built" || true
  APP=$MILLRACE_TARGET/${APP:-none}
  [ -d "$APP" ]
}

server_stale() {
  server_app || return 0
  local module sources
  sources=("$MILLRACE_HOME/pom.xml")
  for module in engine expression store store-sqlite runtime activities transport proto \
    command-line components data format-nocobase dialect-process dialect-dapr dialect-nocobase server; do
    sources+=("$MILLRACE_HOME/$module/pom.xml")
    # One module has no sources of its own.
    [ ! -d "$MILLRACE_HOME/$module/src/main" ] || sources+=("$MILLRACE_HOME/$module/src/main")
  done
  [ -n "$(find "${sources[@]}" -newer "$MILLRACE_TARGET/built" -print -quit)" ]
}

build_server() { # FLAGS...: builds with these flags for Maven; false if that fails
  local log=$MILLRACE_HOME/target/build.log
  local begin name old
  mkdir -p "$MILLRACE_HOME/target" "$MILLRACE_TARGET"
  begin=$(mktemp)
  rm -rf "${MILLRACE_TARGET:?}/lib"
  if ! (cd "$MILLRACE_HOME" && mvn -B -pl server -am -DskipTests "$@" package >"$log" 2>&1); then
    rm -f "$begin"
    grep -m 20 '^\[ERROR\]' "$log" >&2 || tail -20 "$log" >&2
    printf 'The whole output is in %s\n' "$log" >&2
    return 1
  fi
  name=app-$(date +%s)
  server_app || APP=''
  for old in "$MILLRACE_TARGET"/app-*; do
    [ "$old" = "$APP" ] || rm -rf "$old"
  done
  cp -R "$MILLRACE_TARGET/lib" "$MILLRACE_TARGET/$name" || return 1
  printf '%s\n' "$name" >"$begin.name"
  # What was edited while it was built is newer than the begin of the build, and built next time.
  touch -r "$begin" "$begin.name"
  mv "$begin.name" "$MILLRACE_TARGET/built"
  rm -f "$begin"
  APP=$MILLRACE_TARGET/$name
}
