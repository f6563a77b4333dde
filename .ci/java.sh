# Sourced by ./millrace and ./x: finds a JDK 25 or later and sets JAVA_HOME. No output unless it fails.
# shellcheck shell=bash

MILLRACE_JDK_LEAST=25

jdk_major() { # sets JDK_MAJOR to the major version of the JDK in $1, 0 when there is none
  local line
  JDK_MAJOR=0
  [ -x "$1/bin/javac" ] || return 0
  if [ -r "$1/release" ]; then
    while IFS= read -r line; do
      case $line in
        JAVA_VERSION=*)
          line=${line#*=\"}
          JDK_MAJOR=${line%%[!0-9]*}
          ;;
      esac
    done <"$1/release"
  fi
  if [ "${JDK_MAJOR:-0}" -eq 0 ]; then
    line=$("$1/bin/javac" -version 2>&1)
    line=${line#javac }
    JDK_MAJOR=${line%%[!0-9]*}
  fi
  JDK_MAJOR=${JDK_MAJOR:-0}
}

jdk_candidates() {
  local found
  found=$(command -v javac 2>/dev/null) && found=$(readlink -f "$found" 2>/dev/null) && echo "${found%/bin/javac}"
  local directory
  for directory in /usr/lib/jvm/* /opt/* /opt/java/* /usr/local/lib/jvm/* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.local/share/mise/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -d "$directory" ] && echo "$directory"
  done
  [ -x /usr/libexec/java_home ] && /usr/libexec/java_home -v "$MILLRACE_JDK_LEAST+" 2>/dev/null
  return 0
}

find_jdk() {
  local candidate given=${JAVA_HOME:-}
  if [ -n "$given" ]; then
    jdk_major "$given"
    [ "$JDK_MAJOR" -ge "$MILLRACE_JDK_LEAST" ] && export JAVA_HOME && return 0
  fi
  while IFS= read -r candidate; do
    jdk_major "$candidate"
    if [ "$JDK_MAJOR" -ge "$MILLRACE_JDK_LEAST" ]; then
      export JAVA_HOME="$candidate"
      return 0
    fi
  done < <(jdk_candidates)
  cat >&2 <<EOF
Millrace needs a JDK $MILLRACE_JDK_LEAST or later, and none was found in JAVA_HOME${given:+ ($given)}, on PATH or in the usual places.
Install one, for instance:
  Debian, Ubuntu   https://adoptium.net/installation/linux/  then  apt install temurin-25-jdk
  Fedora           dnf install java-25-openjdk-devel
  macOS            brew install --cask temurin@25
  anywhere         https://sdkman.io  then  sdk install java 25-tem
or point JAVA_HOME at it.
EOF
  return 1
}

need_maven() {
  command -v mvn >/dev/null 2>&1 && return 0
  cat >&2 <<'EOF'
Millrace is built with Maven 3.8 or later, and there is no mvn on PATH. Install it, for instance:
  Debian, Ubuntu   apt install maven
  Fedora           dnf install maven
  macOS            brew install maven
  anywhere         https://sdkman.io  then  sdk install maven
EOF
  return 1
}
