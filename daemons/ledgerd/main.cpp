// ledgerd: the books of record. Follows the journal, keeps the double-entry ledger, and answers for
// portfolios, orders, fills and statements.
#include <chrono>
#include <cstddef>
#include <utility>

#include <CLI/CLI.hpp>

#include "app/daemon.hpp"
#include "follower/follower.hpp"
#include "ledgerd/books.hpp"
#include "ledgerd/rebuild.hpp"

namespace trade::ledgerd {
namespace {

/// The books may be so far behind the orders.
constexpr std::chrono::microseconds turn_interval{500};

Status run(app::DaemonContext& context, bool rebuild_only) {
  BooksOptions books_options;
  books_options.store.directory = context.home().ledger();
  books_options.store.map_bytes = static_cast<std::size_t>(context.config().integer("ledgerd.map_megabytes"))
                                  << 20;
  follower::Options options = follower::options_of(context);
  options.state_directory = books_options.store.directory;
  options.turn_interval = turn_interval;
  if (rebuild_only) {
    return rebuild(books_options, options,
                   [&context] { return context.next_signal() == app::DaemonSignal::stop; });
  }

  books_options.open_journal = options.open_journal;
  context.report_status("restoring the books");
  auto books = Books::open(books_options);
  if (!books) return pass_on(std::move(books));
  // The checkpoint that the books go on from may be older than the postings: these too must fit the journal.
  options.open_journal = [&books, open = options.open_journal]() -> Result<std::unique_ptr<journal::Reader>> {
    auto reader = open();
    if (!reader) return reader;
    if (Status checked = (*books)->check_origin(**reader); !checked) return pass_on(std::move(checked));
    return reader;
  };
  return follower::run_follower(context, **books, std::move(options));
}

}  // namespace
}  // namespace trade::ledgerd

int main(int argc, char** argv) {
  bool rebuild_only = false;
  return trade::app::run_daemon(
      argc, argv,
      {.name = "ledgerd",
       .summary = "keeps the books of record and answers for portfolios, orders and fills",
       .add_options =
           [&rebuild_only](CLI::App& options) {
             options.add_flag("--rebuild", rebuild_only, "Make the ledger anew from the journal, then end");
           }},
      [&rebuild_only](trade::app::DaemonContext& context) {
        return trade::ledgerd::run(context, rebuild_only);
      });
}
