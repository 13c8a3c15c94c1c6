#!/bin/sh
# In any CI: the scenarios under tests/, and, where a journal of production is at hand, this build against the one that
# runs there. Usage: scenarios.sh [JOURNAL RUNNING_TRADE]
set -eu
trade=${TRADE:-trade}
"$trade" test tests --junit scenarios.xml
[ $# -lt 2 ] || "$trade" replay journal --against "$2" "$1"
