#!/usr/bin/env bats
# Completion in each shell, without a suite.
load command_line.bash

# complete_bash WORDS...: the candidates for the last word.
complete_bash() {
  bash -c '
    set -u
    PATH=$(dirname "$1"):$PATH
    source <("$1" completion bash)
    shift
    COMP_WORDS=(trade "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _trade
    printf "%s\n" "${COMPREPLY[@]}"' - "$trade" "$@" 2>&1
}

# complete_fish LINE: the candidates at its end, without descriptions.
complete_fish() {
  fish --no-config -c "
    set PATH $(dirname "$trade") \$PATH
    $trade completion fish | source
    complete -C '$1'" | cut -f1
}

# complete_zsh WORDS...: the candidates for the last word; compadd and _files only tell what they are given.
complete_zsh() {
  zsh -f -c '
    compdef() { :; }
    compadd() { shift; print -l -- "$@"; }
    _files() { print -- "files $*"; }
    PATH=${1:h}:$PATH
    source =("$1" completion zsh)
    shift
    words=(trade "$@")
    CURRENT=$#words
    _trade' - "$trade" "$@"
}

@test "bash: commands, groups, options, values" {
  grep -qx place <<<"$(complete_bash pl)"
  [ "$(complete_bash account op)" = open ]
  grep -qx -- --tif <<<"$(complete_bash place buy 10 AAPL --t)"
  grep -qx -- --timeout <<<"$(complete_bash place buy 10 AAPL --t)"
  [ "$(complete_bash place buy 10 AAPL --tif i)" = ioc ]
  [ "$(complete_bash place s | sort | tr '\n' ' ')" = "sell sell_short sell_short_exempt " ]
  [ "$(complete_bash --json place sell_short_)" = sell_short_exempt ]
  [ "$(complete_bash --home /tmp place sell_short_)" = sell_short_exempt ]
  [ "$(complete_bash -o js | sort | tr '\n' ' ')" = "json jsonl " ]
  [ "$(complete_bash config get log.le)" = log.level ]
  [ "$(complete_bash up --only fe)" = feedd ]
  grep -qx market <<<"$(complete_bash help ma)"
  refused grep -q __complete <<<"$(complete_bash "")"
}

@test "bash: files" {
  touch "$TRADE_HOME/day.itch"
  [ "$(complete_bash replay itch "$TRADE_HOME/da")" = "$TRADE_HOME/day.itch" ]
}

@test "fish: commands, groups, options, values" {
  command -v fish >/dev/null || skip "no fish here"
  grep -qx place <<<"$(complete_fish 'trade pl')"
  grep -qx open <<<"$(complete_fish 'trade account ')"
  refused grep -qx place <<<"$(complete_fish 'trade account ')"
  grep -qx -- --tif <<<"$(complete_fish 'trade place buy 10 AAPL --t')"
  grep -qx gtc <<<"$(complete_fish 'trade place buy 10 AAPL --tif ')"
  grep -qx sell <<<"$(complete_fish 'trade place ')"
  grep -qx sell <<<"$(complete_fish 'trade --home /tmp place ')"
  grep -qx log.level <<<"$(complete_fish 'trade config get ')"
  refused grep -qx sell <<<"$(complete_fish 'trade place buy ')"
}

@test "zsh: commands, groups, options, values" {
  command -v zsh >/dev/null || skip "no zsh here"
  grep -qx place <<<"$(complete_zsh pl)"
  grep -qx open <<<"$(complete_zsh account '')"
  grep -qx -- --tif <<<"$(complete_zsh place buy 10 AAPL --t)"
  grep -qx gtc <<<"$(complete_zsh place buy 10 AAPL --tif '')"
  grep -qx sell <<<"$(complete_zsh place '')"
  grep -qx log.level <<<"$(complete_zsh config get '')"
  grep -q '^files' <<<"$(complete_zsh replay itch '')"
}

@test "what is not known completes to nothing, quickly" {
  expect 7 "$trade" __complete SYMBOL
  [ -z "$output$errors" ]
  [ -z "$(complete_bash place buy 10 A)" ]
}
