#include "ledgerd/rebuild.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <thread>

#include "app/log.hpp"
#include "base/clock.hpp"
#include "follower/tail.hpp"

namespace trade::ledgerd {

namespace {

Status put_aside(const std::filesystem::path& directory) {
  const std::filesystem::path aside = directory.string() + ".old";
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) return {};
  std::filesystem::remove_all(aside, error);
  if (!error) std::filesystem::rename(directory, aside, error);
  if (error) {
    return fail(ErrorCode::internal,
                "cannot move " + directory.string() + " to " + aside.string() + ": " + error.message(),
                "move it away by hand, then start ledgerd again");
  }
  spdlog::info("moved the old ledger to {}", aside.string());
  return {};
}

}  // namespace

Status rebuild(const BooksOptions& books_options, const follower::Options& follower_options) {
  {
    auto journal = follower_options.open_journal();
    if (!journal) return pass_on(std::move(journal));
    wire::Batch first;
    auto found = (*journal)->read(1, first);
    if (!found) return pass_on(std::move(found));
  }
  if (Status moved = put_aside(books_options.store.directory); !moved) return moved;
  auto books = Books::open(books_options);
  if (!books) return pass_on(std::move(books));
  follower::Tail tail(follower_options, **books);
  if (auto opened = tail.open(); !opened) return pass_on(std::move(opened));
  while (true) {
    auto group = tail.apply_group();
    if (!group) return pass_on(std::move(group));
    if (Status done = (*books)->idle(SystemClock().now()); !done) return done;
    if (group->at_end) break;
    // A journal elsewhere that does not answer is asked again.
    if (group->batches == 0) std::this_thread::sleep_for(follower_options.poll_interval);
  }
  if (Status stopped = (*books)->stop(); !stopped) return stopped;
  const ledger::Ledger& ledger = (*books)->ledger();
  if (Status checked = ledger.check_invariants(); !checked) return checked;
  spdlog::info("made the ledger anew: {} events, {} postings, {} accounts; trial balance zero",
               ledger.sequence(), ledger.posting_count(), ledger.account_count());
  return {};
}

}  // namespace trade::ledgerd
