#!/usr/bin/env bats
# The README's tour, run as it stands there.
load suite.bash

@test "every command of the five-minute tour works" {
  # The indented lines between two headings; the first block sets the path and the home, which are this test's own.
  sed -n '/^## Five minutes/,/^## Figures/p' "$TRADE_SOURCE_DIR/README.md" | sed -n 's/^    //p' |
    grep -v '^export PATH=' | sed "s|/tmp/|$TRADE_HOME/|g" >"$TRADE_HOME/tour.sh"
  [ "$(grep -c '^trade' "$TRADE_HOME/tour.sh")" -gt 15 ]
  PATH=$bin:$PATH bash -eu "$TRADE_HOME/tour.sh" >"$TRADE_HOME/tour.out" 2>&1 || {
    cat "$TRADE_HOME/tour.out"
    false
  }
  grep -q "exit 3" "$TRADE_HOME/tour.out"
}
