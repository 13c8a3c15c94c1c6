# Installs what building and running needs, on Debian, when it is missing. To be sourced; gives
# `need_packages build`, `need_packages test` and `need_packages fuzz`.

# What compiling and running takes.
build_packages="g++ cmake ninja-build ccache pkg-config flatbuffers-compiler libflatbuffers-dev libcli11-dev
  cppzmq-dev libzmq3-dev liblmdb-dev nlohmann-json3-dev libspdlog-dev libfmt-dev libtomlplusplus-dev
  libncurses-dev libsodium-dev libquickfix-dev libboost1.81-dev libssl-dev zlib1g-dev libzstd-dev libhpdf-dev
  libgtest-dev libgmock-dev libbenchmark-dev python3"
# What the tests take on top.
test_packages="jq bats mandoc clang-format-19 curl openssl tmux poppler-utils"
# The page is tried in a browser, driven by a package from npm.
if command -v npm >/dev/null 2>&1; then test_packages="$test_packages chromium"; fi

# What searching for inputs takes on top of building.
fuzz_packages="clang-19 libclang-rt-19-dev"

# need_packages GROUP...: asks dpkg what is missing, and apt for just that.
need_packages() {
  missing=""
  for group in "$@"; do
    eval "wanted=\$${group}_packages"
    for package in $wanted; do
      if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed'; then
        missing="$missing $package"
      fi
    done
  done
  [ -z "$missing" ] && return 0
  as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1; then
      as_root="sudo"
    else
      echo "error: these packages are missing and installing them needs root:$missing" >&2
      echo "hint: run as root: apt-get install$missing" >&2
      return 1
    fi
  fi
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "error: these Debian packages are missing and there is no apt-get here:$missing" >&2
    return 1
  fi
  echo "==> installing packages:$missing"
  $as_root apt-get update -qq || echo "warning: apt-get update failed; trying with the old package lists" >&2
  # shellcheck disable=SC2086 # the list is meant to be split
  if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
    echo "error: apt-get could not install:$missing" >&2
    echo "hint: check the network and /etc/apt/sources.list, or install them by hand" >&2
    return 1
  fi
}
