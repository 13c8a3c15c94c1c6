// The journal of a running suite, event by event: whole through tradingd, or what is about one account
// through ledgerd, as whoever may see no more gets it over the network.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/client.hpp"
#include "format/journal_json.hpp"
#include "journal/journal.hpp"

namespace trade::cmd {

class JournalTail {
 public:
  /// Begins with the event of this sequence; without one, with the first that is yet to come.
  static Result<JournalTail> open(Client& client, const ClientOptions& options, std::optional<Sequence> from);
  /// The same of one account's events alone. The client must outlive the tail.
  static Result<JournalTail> open_own(Client& client, const AccountView& account,
                                      std::optional<Sequence> from);

  /// The next events, from the first that is wanted on: those of a batch, or some of the account's, which may
  /// be none while they are looked for. Nothing when there are no more yet. Valid until the next call.
  Result<std::optional<std::span<const Event>>> next();
  /// The last event that was durable when it was opened.
  [[nodiscard]] Sequence head() const { return head_; }
  [[nodiscard]] const format::NameDirectory& names() const { return names_; }

 private:
  JournalTail() = default;
  Status learn_symbols(Client& client);
  Result<std::optional<std::span<const Event>>> next_own();

  std::unique_ptr<journal::Reader> reader_;  ///< null: of one account
  wire::Batch batch_;
  Client* client_ = nullptr;
  std::string account_;
  AccountEventsReply own_;
  format::NameDirectory names_;
  std::uint64_t next_batch_ = 1;
  Sequence from_ = 1;
  Sequence head_ = 0;
};

/// Whether an event, as JSON, is about this account.
bool concerns_account(const format::Json& event, std::string_view account);

}  // namespace trade::cmd
