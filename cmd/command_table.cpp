// The one table of commands, in the order in which help lists them. To add a command: a file that defines
// it, a line in commands.hpp, a row here and its manual page; help, completions and their tests follow.
#include <array>

#include "commands.hpp"

namespace trade::cmd {

namespace {

constexpr std::string_view suite = "The suite";
constexpr std::string_view accounts = "Accounts and symbols";
constexpr std::string_view orders = "Orders";
constexpr std::string_view market = "Market data";
constexpr std::string_view holdings = "Holdings";
constexpr std::string_view replays = "Tests, replay, journal and measurement";
constexpr std::string_view program = "This program";
constexpr std::string_view hidden;

constexpr std::array rows{
    CommandRow{"up", suite, "Start the daemons and wait until each answers", define_up},
    CommandRow{"down", suite, "Stop the daemons", define_down},
    CommandRow{"status", suite, "Show each daemon's state and how far it is", define_status},
    CommandRow{"doctor", suite, "Find what is wrong and say how to mend it", define_doctor},
    CommandRow{"config", suite, "Show, change and check the configuration"},
    CommandRow{"config show", suite, "Show every setting and where it comes from", define_config_show},
    CommandRow{"config get", suite, "Show one setting", define_config_get},
    CommandRow{"config set", suite, "Change one setting in the file", define_config_set},
    CommandRow{"config check", suite, "Find everything that is wrong with the file", define_config_check},
    CommandRow{"config sample", suite, "Print a file with every setting explained", define_config_sample},

    CommandRow{"reload", suite, "Have the daemons read the configuration again", define_reload},
    CommandRow{"log", suite, "What the daemons log"},
    CommandRow{"log level", suite, "Show or change which messages are logged", define_log_level},

    CommandRow{"clock", suite, "Show and set the clock of a suite on simulated time"},
    CommandRow{"clock show", suite, "Show the time by which the suite goes", define_clock_show},
    CommandRow{"clock pause", suite, "Let the time stand", define_clock_pause},
    CommandRow{"clock resume", suite, "Let the time go on", define_clock_resume},
    CommandRow{"clock step", suite, "Let some time pass at once", define_clock_step},
    CommandRow{"clock set", suite, "Let it be a later time at once", define_clock_set},
    CommandRow{"clock speed", suite, "Say how fast the time passes", define_clock_speed},

    CommandRow{"fix", suite, "FIX sessions"},
    CommandRow{"fix session", suite, "Say who may log on by FIX"},
    CommandRow{"fix session add", suite, "Add a session; its password is shown once", define_fix_session_add},
    CommandRow{"fix session list", suite, "List the sessions", define_fix_session_list},
    CommandRow{"fix session remove", suite, "Take a session away", define_fix_session_remove},

    CommandRow{"account", accounts, "Open, fund, limit and look at accounts"},
    CommandRow{"account open", accounts, "Open an account", define_account_open},
    CommandRow{"account list", accounts, "List the accounts", define_account_list},
    CommandRow{"account show", accounts, "Show one account", define_account_show},
    CommandRow{"account deposit", accounts, "Add cash", define_account_deposit},
    CommandRow{"account withdraw", accounts, "Take cash out", define_account_withdraw},
    CommandRow{"account transfer-in", accounts, "Bring shares in from elsewhere", define_account_transfer_in},
    CommandRow{"account suspend", accounts, "Let an account place no more orders", define_account_suspend},
    CommandRow{"account resume", accounts, "Let a suspended account trade again", define_account_resume},
    CommandRow{"account limits", accounts, "Show or change an account's limits", define_account_limits},
    CommandRow{"symbol", accounts, "Add, import, halt and look at symbols"},
    CommandRow{"symbol add", accounts, "Add a symbol", define_symbol_add},
    CommandRow{"symbol import", accounts, "Add the symbols of a Nasdaq symbol directory",
               define_symbol_import},
    CommandRow{"symbol list", accounts, "List the symbols", define_symbol_list},
    CommandRow{"symbol show", accounts, "Show one symbol", define_symbol_show},
    CommandRow{"symbol halt", accounts, "Stop trading in a symbol", define_symbol_halt},
    CommandRow{"symbol resume", accounts, "Let a halted symbol trade again", define_symbol_resume},
    CommandRow{"symbol bands", accounts, "Set how far a symbol may trade before it pauses",
               define_symbol_bands},
    CommandRow{"symbol borrow", accounts, "Say whether selling it short needs a locate, and what it costs",
               define_symbol_borrow},
    CommandRow{"locate", accounts, "Shares located to be borrowed, for short sales"},
    CommandRow{"locate grant", accounts, "Let an account sell so many shares short", define_locate_grant},
    CommandRow{"locate revoke", accounts, "Let it sell no more of them short", define_locate_revoke},
    CommandRow{"locate list", accounts, "List what is granted, held and used", define_locate_list},
    CommandRow{"rules", accounts, "Show and change the firm's rules"},
    CommandRow{"rules show", accounts, "Show the rules that hold for every account", define_rules_show},
    CommandRow{"rules set", accounts, "Change the rules that are given, leave the others", define_rules_set},
    CommandRow{"key", accounts, "Make, list and revoke keys for the gateway and the network"},
    CommandRow{"key create", accounts, "Make a key; its secret is shown once", define_key_create},
    CommandRow{"key list", accounts, "List the keys", define_key_list},
    CommandRow{"key server", accounts, "Show the suite's public key, which clients on the network need",
               define_key_server},
    CommandRow{"key revoke", accounts, "Let a key open nothing any more", define_key_revoke},

    CommandRow{"route", accounts, "Send the orders of some symbols to other venues"},
    CommandRow{"route add", accounts, "Make a venue known, and how it is reached by FIX", define_route_add},
    CommandRow{"route list", accounts, "List the venues, their sessions and their symbols",
               define_route_list},
    CommandRow{"route remove", accounts, "Forget a venue", define_route_remove},
    CommandRow{"route set", accounts, "Say where a symbol's orders go from now on", define_route_set},

    CommandRow{"place", orders, "Place an order", define_place},
    CommandRow{"cancel", orders, "Cancel orders", define_cancel},
    CommandRow{"replace", orders, "Change an open order", define_replace},
    CommandRow{"order", orders, "Show one order", define_order},
    CommandRow{"orders", orders, "List orders, newest first", define_orders},
    CommandRow{"fills", orders, "List fills, newest first", define_fills},
    CommandRow{"wait", orders, "Wait until an order is filled or has ended", define_wait},

    CommandRow{"market", market, "Open and close the session, call auctions"},
    CommandRow{"market open", market, "Open the session", define_market_open},
    CommandRow{"market close", market, "Close the session; day orders end", define_market_close},
    CommandRow{"market phase", market, "Move the market or a symbol to another phase", define_market_phase},
    CommandRow{"market status", market, "Show the session", define_market_status},
    CommandRow{"kill", market, "Cancel all orders and let in no more"},
    CommandRow{"kill account", market, "Of an account", define_kill_account},
    CommandRow{"kill symbol", market, "Of a symbol", define_kill_symbol},
    CommandRow{"kill market", market, "Of the whole market", define_kill_market},
    CommandRow{"quote", market, "Show or follow quotes", define_quote},
    CommandRow{"depth", market, "Show or follow the book's price levels", define_depth},
    CommandRow{"tape", market, "Show or follow the trades of a symbol", define_tape},
    CommandRow{"bars", market, "Show, draw or follow the bars of a symbol", define_bars},
    CommandRow{"watch", market, "The market and one's account on a full screen", define_watch},
    CommandRow{"events", market, "Follow everything that happens, without a gap", define_events},

    CommandRow{"portfolio", holdings, "Show what an account holds", define_portfolio},
    CommandRow{"statement", holdings, "What moved in an account over a time", define_statement},
    CommandRow{"export", holdings, "Write everything into files", define_export},
    CommandRow{"reconcile", holdings, "Compare risk's state with the books of record", define_reconcile},

    CommandRow{"test", replays, "Run scenarios and compare with what they expect", define_test},
    CommandRow{"replay", replays, "Play a recorded market or a journal"},
    CommandRow{"replay itch", replays, "Play an ITCH 5.0 file into the market", define_replay_itch},
    CommandRow{"replay journal", replays, "Run a journal through a fresh engine and compare",
               define_replay_journal},
    CommandRow{"generate", replays, "Make test data"},
    CommandRow{"generate itch", replays, "Write a made-up ITCH 5.0 session", define_generate_itch},
    CommandRow{"backup", replays, "Copy the home, while it is used", define_backup},
    CommandRow{"restore", replays, "Make a home from a backup, proven by replay", define_restore},
    CommandRow{"journal", replays, "Verify, print, hash and archive a journal"},
    CommandRow{"journal verify", replays, "Check every batch of a journal", define_journal_verify},
    CommandRow{"journal dump", replays, "Print commands and events, one object a line", define_journal_dump},
    CommandRow{"journal scenario", replays, "Write a stretch of a journal as a scenario",
               define_journal_scenario},
    CommandRow{"journal hash", replays, "Print the digests of a journal's state", define_journal_hash},
    CommandRow{"journal archive", replays, "Compress old batches into files", define_journal_archive},
    CommandRow{"journal prune", replays, "Remove what is archived from the database", define_journal_prune},
    CommandRow{"bench", replays, "Measure"},
    CommandRow{"bench orders", replays, "Orders through a running suite, durable", define_bench_orders},
    CommandRow{"bench day", replays, "The same for a day of ten million trades", define_bench_day},
    CommandRow{"bench feed", replays, "Quotes to a thousand subscribers", define_bench_feed},
    CommandRow{"bench soak", replays, "Hours of orders: whether memory and open files stay flat",
               define_bench_soak},
    CommandRow{"bench fix", replays, "Orders over FIX, from when each was due to its report",
               define_bench_fix},
    CommandRow{"bench engine", replays, "Risk and matching in this process, no sockets and no disk",
               define_bench_engine},
    CommandRow{"bench book", replays, "One symbol's book in this process", define_bench_book},

    CommandRow{"completion", program, "Print the completion script of a shell", define_completion},
    CommandRow{"help", program, "Explain a command", define_help},
    CommandRow{"version", program, "Show the version", define_version},
    CommandRow{"__complete", hidden, "List what could be completed", define_complete},
};

}  // namespace

bool works_in_scenario(const CommandRow& row) {
  return row.topic == accounts || row.topic == orders || row.topic == market || row.topic == holdings;
}

std::span<const CommandRow> command_table() {
  return rows;
}

}  // namespace trade::cmd
