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

/// An empty journal would make an empty ledger, which is not what anybody wants anew.
Status check_beginning(journal::Reader& journal) {
  wire::Batch first;
  auto found = journal.read(1, first);
  if (!found) return pass_on(std::move(found));
  if (*found) return {};
  auto head = journal.head();
  if (!head) return pass_on(std::move(head));
  return fail(ErrorCode::not_found,
              head->batch == 0 ? "the journal is empty: there is nothing to make a ledger of"
                               : "the journal does not begin with its first batch",
              "put the right journal back, then run ledgerd with --rebuild again");
}

/// Books may be all that is left of a journal: only those are removed that this one can make again.
Status check_removable(const std::filesystem::path& aside, journal::Reader& journal) {
  auto stored = LedgerStore::stored_position(aside);
  const Status origin = stored ? check_origin(*stored, aside, journal) : pass_on(std::move(stored));
  if (origin) return {};
  return fail(origin.error().code,
              "an earlier ledger was put aside in " + aside.string() +
                  ", and this journal cannot make it again: " + origin.error().message,
              "move it elsewhere, or remove it, then run ledgerd with --rebuild again");
}

Status put_aside(const std::filesystem::path& directory, journal::Reader& journal) {
  const std::filesystem::path aside = directory.string() + ".old";
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) return {};
  if (std::filesystem::exists(aside, error)) {
    if (Status removable = check_removable(aside, journal); !removable) return removable;
  }
  // Under a name of its own first: killed meanwhile, the next attempt need not ask what is left of it.
  const std::filesystem::path removed = aside.string() + ".removed";
  std::filesystem::remove_all(removed, error);
  if (!error && std::filesystem::exists(aside, error)) std::filesystem::rename(aside, removed, error);
  if (!error) std::filesystem::remove_all(removed, error);
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

Status rebuild(const BooksOptions& books_options, const follower::Options& follower_options,
               const std::function<bool()>& asked_to_stop) {
  {
    auto journal = follower_options.open_journal();
    if (!journal) return pass_on(std::move(journal));
    if (Status begins = check_beginning(**journal); !begins) return begins;
    if (Status moved = put_aside(books_options.store.directory, **journal); !moved) return moved;
  }
  auto books = Books::open(books_options);
  if (!books) return pass_on(std::move(books));
  follower::Tail tail(follower_options, **books);
  while (true) {
    if (asked_to_stop && asked_to_stop()) {
      if (Status stopped = (*books)->stop(); !stopped) return stopped;
      return fail(ErrorCode::internal,
                  "asked to end at event " + std::to_string((*books)->position().last_sequence) +
                      " of the journal; the ledger is not whole yet",
                  "start ledgerd, with or without --rebuild: without, it goes on from there");
    }
    // A journal elsewhere may not answer yet.
    if (auto opened = tail.open(); !opened) return pass_on(std::move(opened));
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
