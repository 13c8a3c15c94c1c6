// The journal of a running suite, event by event, through tradingd.
#pragma once

#include <memory>
#include <optional>
#include <span>
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

  /// The events of the next batch, from the first that is wanted on, or nothing when it is not there yet.
  /// Valid until the next call.
  Result<std::optional<std::span<const Event>>> next();
  /// The last event that was durable when it was opened.
  [[nodiscard]] Sequence head() const { return head_; }
  [[nodiscard]] const format::NameDirectory& names() const { return names_; }

 private:
  JournalTail() = default;

  std::unique_ptr<journal::Reader> reader_;
  wire::Batch batch_;
  format::NameDirectory names_;
  std::uint64_t next_batch_ = 1;
  Sequence from_ = 1;
  Sequence head_ = 0;
};

/// Whether an event, as JSON, is about this account.
bool concerns_account(const format::Json& event, std::string_view account);

}  // namespace trade::cmd
