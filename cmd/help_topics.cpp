// What `trade help TOPIC` says of what is not one command's alone.
#include <array>

#include "help.hpp"

namespace trade::cmd {

namespace {

constexpr std::array topics{
    HelpTopic{"exit-status", "What a command's exit status says",
              R"(Exit status of every command:

  0  done
  1  error
  2  usage: the words are wrong
  3  rejected by risk or by the market
  4  not permitted
  5  not found
  6  timed out
  7  a daemon does not run
  8  a replay, verification or reconciliation found a difference
  130  interrupted

  trade place buy 1000000 AAPL --limit 150 || echo "exit $?"

In the JSON modes an error is one object on standard error:
  {"error":"insufficient_buying_power","message":"...","hint":"..."}
)"},
    HelpTopic{"output", "Tables, JSON, CSV, and which fields of what records",
              R"(Results go to standard output, everything else to standard error.

  -o table|json|jsonl|csv   how results are printed; --json is -o json
  --fields A,B,C            these fields, in this order
  --sort FIELD,-FIELD       by these; '-' from the highest
  --filter EXPRESSION       records for which it is true

An expression compares fields: ==, !=, <, <=, >, >=, ~ (contains), with and, or, not
and brackets. A stream (--watch, events) is one record a line in every mode but table,
ends with --count N or --for SECONDS, and is not sorted.

  trade orders --status all --filter "side == buy and quantity > 10" --sort -created_at
  trade account list --fields id,equity -o csv

Money and prices are decimal strings, times RFC 3339 in UTC, quantities whole numbers.
)"},
    HelpTopic{"configuration", "The file, the environment, and what holds",
              R"(One file, trade.toml in the home unless --config or TRADE_CONFIG names another.
Every key has a default; TRADE_SECTION_KEY in the environment comes before the file.

  trade config show        every setting, and where it comes from
  trade config set KEY VALUE
  trade config sample      a file with every key explained
  trade reload             has the daemons take over what they can while they run

The home is --home, else TRADE_HOME, else $XDG_STATE_HOME/trade.
man trade.toml explains every key.
)"},
    HelpTopic{"order-types", "Types of orders, times in force, and what else one can ask for",
              R"(Type, where --type does not say it:
  neither --limit nor --stop   market
  --limit                      limit
  --stop                       stop_loss
  both                         stop_limit
  --trail                      trailing_stop

Time in force, --tif:
  day  ends with the session (the default)     gtc  until it is cancelled
  ioc  what trades at once, the rest ends      fok  all at once or nothing
  gtd  until --until                           opg, cls  in the opening, closing auction

  trade place buy 100 AAPL --limit 149.50 --tif gtc
  trade place buy 100 AAPL --limit 148 --take-profit 160 --stop-loss 140 --dry-run

man trade-place explains every option; trade help place lists them.
)"},
    HelpTopic{"scripting", "Retries, waiting, and following without a gap",
              R"(A client order id makes a retry safe: the same id with the same content gets the
first one's answer, never a second order.

  trade --json place buy 5 AAPL --limit 140 --client-id my-1 | jq -r .status
  trade --json place buy 5 AAPL --limit 140 --client-id my-1 | jq -r .id
  trade events --from-sequence 1 --until-now --jsonl | tail -n 1

Whoever follows events or a tape remembers the last sequence it has worked through,
and asks for the next one when it comes back: none is missed. Quotes and depth, of
which only the newest counts, begin with what has changed since; bars with --from.

  trade tape AAPL --from-sequence 1 --for 1 --jsonl
  trade quote AAPL --from-sequence 1 --count 1 --jsonl

--dry-run says what would happen, and changes
nothing. Exit codes: trade help exit-status.
)"},
    HelpTopic{"simulated-time", "A suite on a clock that can be paused, set and sped up",
              R"(With clock = "simulated" under [tradingd] a suite goes by a clock of its own, for
tests: sessions, orders that expire, auctions and stamps follow it.

  trade config set tradingd.clock simulated
  trade clock show

'trade clock pause', 'resume', 'step 1h', 'set 09:30', 'speed 60' change it, and
'trade replay itch FILE --at 09:30 --until 10:00 --speed 5' plays a recording by it.
man trade-clock says more.
)"},
    HelpTopic{"recovery", "What to do when something is wrong",
              R"(  trade status       which daemons run, and how far each is
  trade doctor       what is wrong, and how to mend it
  trade reconcile    whether risk and the books agree
  trade up           starts what does not run; safe to repeat
  trade journal verify

Nothing that was acknowledged is lost with a daemon or with power. The runbook, in
share/doc/runbook or /usr/share/doc/trade/runbook, has a page for each kind of trouble.
)"},
};

}  // namespace

std::span<const HelpTopic> help_topics() {
  return topics;
}

}  // namespace trade::cmd
