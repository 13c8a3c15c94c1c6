// What `--help` of a command ends with. tests/e2e/examples.bats runs every line in this order, in a suite
// that has the accounts alice, bob and the symbol AAPL, which bob offers; order 2 filled, orders 3 and 4 of
// alice open until they are cancelled, and the files that are named.
#include <algorithm>
#include <array>

#include "help.hpp"

namespace trade::cmd {

namespace {

struct Example {
  std::string_view path;
  std::string_view lines;
};

constexpr std::array examples{
    Example{"up", "trade up\ntrade up --only tradingd,ledgerd"},
    Example{"status", "trade status\ntrade --json status | jq '.[] | {daemon, state, lag}'"},
    Example{"doctor", "trade doctor"},
    Example{"config show", "trade config show"},
    Example{"config get", "trade config get tradingd.calendar"},
    Example{"config set", "trade config set gatewayd.requests_per_minute 1000"},
    Example{"config check", "trade config check"},
    Example{"config sample", "trade config sample > sample.toml"},
    Example{"reload", "trade reload\ntrade reload gatewayd"},
    Example{"log level", "trade log level\ntrade log level tradingd debug"},
    Example{"clock show", "trade clock show"},
    Example{"clock pause", "trade clock pause"},
    Example{"clock resume", "trade clock resume"},
    Example{"clock step", "trade clock step 1h30m"},
    Example{"clock set", "trade clock set next close\ntrade clock set 2026-03-03 09:30"},
    Example{"clock speed", "trade clock speed 60"},
    Example{"fix session add", "trade fix session add BUYSIDE --account alice --cancel-on-disconnect"},
    Example{"fix session list", "trade fix session list"},
    Example{"fix session remove", "trade fix session remove BUYSIDE"},
    Example{
        "account open",
        "trade account open carol --deposit 10000\ntrade account open dave --type margin --deposit 30000"},
    Example{"account list",
            "trade account list\ntrade account list --sort -cash_balance --fields id,cash_balance"},
    Example{"account show", "trade account show alice"},
    Example{"account deposit", "trade account deposit alice 2500.50"},
    Example{"account withdraw", "trade account withdraw alice 100"},
    Example{"account transfer-in", "trade account transfer-in alice AAPL 100 --cost 120.50"},
    Example{"account suspend", "trade account suspend carol"},
    Example{"account resume", "trade account resume carol"},
    Example{"account limits", "trade account limits carol --max-order-quantity 500"},
    Example{"symbol add", "trade symbol add MSFT --previous-close 410"},
    Example{"symbol import", "trade symbol import nasdaqlisted.txt"},
    Example{"symbol list", "trade symbol list"},
    Example{"symbol show", "trade symbol show AAPL"},
    Example{"symbol halt", "trade symbol halt MSFT --reason \"news pending\""},
    Example{"symbol resume", "trade symbol resume MSFT"},
    Example{"symbol bands", "trade symbol bands MSFT --percent 5% --pause 300"},
    Example{"symbol borrow", "trade symbol borrow MSFT locate"},
    Example{"symbol borrow", "trade symbol borrow MSFT locate --rate 12.5%"},
    Example{"route add",
            "trade route add NYX --host 127.0.0.1 --port 9879\n"
            "trade route add ARC --host fix.example.com --port 9878 --tls --when-down refuse"},
    Example{"route list", "trade route list"},
    Example{"route remove", "trade route remove ARC"},
    Example{"route set", "trade route set MSFT NYX\ntrade route set MSFT internal"},
    Example{"locate grant", "trade locate grant dave MSFT --quantity 500"},
    Example{"locate list", "trade locate list\ntrade locate list dave"},
    Example{"locate revoke", "trade locate revoke dave MSFT"},
    Example{"rules show", "trade rules show"},
    Example{"rules set", "trade rules set --max-order-quantity 100000"},
    Example{"key create",
            "trade key create --account alice --role trader\ntrade key create --curve --account alice --role "
            "viewer --expires 90d"},
    Example{"key list", "trade key list\ntrade key list --curve"},
    Example{"key server", "trade key server"},
    Example{"key revoke", "trade key revoke \"$(trade --json key list | jq -r '.[0].id')\""},
    Example{"place",
            "trade place buy 10 AAPL\ntrade place buy 100 AAPL --limit 149.50 --tif gtc\ntrade place sell 50 "
            "AAPL --stop 140 --client-id exit-1\ntrade place buy 20 AAPL --limit 148 --take-profit 160 "
            "--stop-loss 140"},
    Example{"cancel", "trade cancel 4\ntrade cancel --all --symbol MSFT"},
    Example{"replace", "trade replace 3 --limit 149.25"},
    Example{"order", "trade order 3"},
    Example{"orders", "trade orders\ntrade orders --status all --filter \"side == buy\" -o csv"},
    Example{"fills", "trade fills --symbol AAPL"},
    Example{"wait", "trade wait 2 --for filled"},
    Example{"market open", "trade market open"},
    Example{"market close", "trade market close"},
    Example{"market phase", "trade market phase pre-open\ntrade market phase continuous"},
    Example{"market status", "trade market status"},
    Example{"kill account", "trade kill account carol\ntrade kill account carol --lift"},
    Example{"kill symbol", "trade kill symbol MSFT\ntrade kill symbol MSFT --lift"},
    Example{"kill market", "trade kill market --dry-run"},
    Example{"quote", "trade quote AAPL MSFT\ntrade quote AAPL --watch --for 1"},
    Example{"depth", "trade depth AAPL --levels 5"},
    Example{"tape", "trade tape AAPL --limit 20\ntrade tape AAPL --from-sequence 1 --for 1 --jsonl"},
    Example{"bars",
            "trade bars AAPL --interval 5m --plot\ntrade bars AAPL --interval 1d -o csv\n"
            "trade bars AAPL --interval 1s --watch --from 2026-03-02 --for 1 --jsonl"},
    Example{"watch", "trade watch AAPL MSFT"},
    Example{"events",
            "trade events --until-now --filter \"type == trade_executed\"\ntrade events --account alice "
            "--from-sequence 1 --count 5 --jsonl"},
    Example{"portfolio", "trade portfolio"},
    Example{"statement",
            "trade statement alice\ntrade statement alice --from 2026-03-01 --to 2026-03-31 -o csv\n"
            "trade statement alice --pdf alice.pdf"},
    Example{"export", "trade export everything --format csv"},
    Example{"reconcile", "trade reconcile"},
    Example{"test",
            "trade test first.scenario\ntrade test first.scenario --live\n"
            "trade test first.scenario --junit results.xml"},
    Example{"replay itch",
            "trade replay itch day.itch\ntrade replay itch day.itch --at 09:30 --until 09:32 --speed 60"},
    Example{"replay journal", "trade replay journal"},
    Example{"generate itch", "trade generate itch --symbols 2 --messages 5000 --seed 7 > session.itch"},
    Example{"backup", "trade backup --verify backup-of-today"},
    Example{"restore", "trade --home restored restore backup-of-today"},
    Example{"journal verify", "trade journal verify"},
    Example{"journal dump", "trade journal dump | tail -n 5"},
    Example{"journal scenario", "trade journal scenario --account alice > alice.scenario"},
    Example{"journal hash", "trade journal hash"},
    Example{"journal archive", "trade journal archive --older-than 7"},
    Example{"journal prune", "trade journal prune --older-than 30"},
    Example{"bench orders", "trade bench orders --orders 20000 --rate-seconds 1"},
    Example{"bench day", "trade bench day --trades 20000 --accounts 1000 --rate-seconds 1"},
    Example{"bench feed", "trade bench feed --subscribers 20 --rate 500 --rate-seconds 2"},
    Example{"bench soak", "trade bench soak --seconds 4 --sample-seconds 1 --rate 500 --accounts 1000"},
    Example{"bench fix", "trade bench fix --rate 500 --rate-seconds 2"},
    Example{"bench engine", "trade bench engine --orders 100000 --accounts 1000"},
    Example{"bench book", "trade bench book --orders 100000"},
    Example{"completion", "trade completion bash > trade.bash"},
    Example{"help", "trade help place\ntrade help output"},
    Example{"version", "trade version"},
    Example{"down", "trade down"},
};

}  // namespace

std::string_view examples_of(std::string_view path) {
  const auto found = std::ranges::find(examples, path, &Example::path);
  return found == examples.end() ? std::string_view{} : found->lines;
}

std::size_t example_place(std::string_view path) {
  return static_cast<std::size_t>(std::ranges::find(examples, path, &Example::path) - examples.begin());
}

}  // namespace trade::cmd
