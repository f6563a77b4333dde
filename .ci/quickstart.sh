# Sourced by ./millrace after build.sh: what makes a start quick, prepared once for each build.
# Whatever fails here only makes a start slower.
# shellcheck shell=bash

# $APP/sqlite/          the part of SQLite's driver for this machine, else unpacked at each start
# $APP/server-JDK.aot   classes and profiles of a short run of a server
# $APP/client-JDK.aot   the same of a command that speaks to a server

QUICKSTART_WAIT=300 # tenths of a second until the server of the rehearsal must be ready

prepare_sqlite() {
  local scratch=$1 jar folder
  jar=$(echo "$APP"/sqlite-jdbc-*.jar)
  # The driver's own words for this machine, such as Linux/x86_64.
  folder=org/sqlite/native/$("$JAVA_HOME/bin/java" -cp "$jar" org.sqlite.util.OSInfo)
  (cd "$scratch" && "$JAVA_HOME/bin/jar" xf "$jar" "$folder") || true
  [ -d "$scratch/$folder" ] || mkdir -p "$scratch/$folder"
  [ -d "$APP/sqlite" ] || mv "$scratch/$folder" "$APP/sqlite"
}

# Serves, applies and runs a small process as a client, and stops. Nothing of the user's
# configuration must have a part in it.
rehearse() { # SCRATCH JAVA...
  local scratch=$1 server process url=''
  shift
  local clean=(env -i "HOME=$scratch" "PATH=$PATH") main=(-cp "$APP/*" dev.millrace.server.Main)
  cd "$scratch" || return
  "${clean[@]}" "$@" -XX:AOTCacheOutput="$scratch/server" "${main[@]}" serve \
    --http-port 0 --grpc-port 0 --data-dir "$scratch/data" >server.log 2>&1 &
  server=$!
  for ((i = 0; i < QUICKSTART_WAIT; i++)); do
    url=$(sed -n 's/.*ready on \([^,]*\),.*/\1/p' server.log)
    if [ -n "$url" ] || ! kill -0 $server 2>/dev/null; then break; fi
    sleep 0.1
  done
  if [ -n "$url" ]; then
    read -r process _ < <("${clean[@]}" "$@" "${main[@]}" apply --server "$url" \
      -f "$MILLRACE_HOME/examples/quote.json")
    "${clean[@]}" "$@" -XX:TieredStopAtLevel=1 -XX:AOTCacheOutput="$scratch/client" "${main[@]}" \
      start --server "$url" "$process" --input '{"amount":1000,"months":12}' --wait
  fi
  kill $server 2>/dev/null
  wait $server
}

quickstart() { # JAVA...: prepares what is missing
  local cache=$APP/server-$JDK_MAJOR.aot
  [ ! -f "$cache" ] || return 0
  printf 'Preparing a quick start (once a build) … ' >&2
  local scratch name
  scratch=$(mktemp -d)
  (
    set +e
    prepare_sqlite "$scratch"
    rehearse "$scratch" "$@"
  ) >"$scratch/log" 2>&1
  for name in client server; do
    [ -f "$scratch/$name" ] || : >"$scratch/$name"
    mv -f "$scratch/$name" "$APP/$name-$JDK_MAJOR.aot" 2>/dev/null || true
  done
  rm -rf "$scratch"
  printf 'done.\n' >&2
}
