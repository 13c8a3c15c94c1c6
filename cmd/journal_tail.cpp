#include "journal_tail.hpp"

#include <algorithm>
#include <array>

#include "follower/remote_reader.hpp"

namespace trade::cmd {

Result<JournalTail> JournalTail::open(Client& client, const ClientOptions& options,
                                      std::optional<Sequence> from) {
  JournalTail tail;
  const Result<std::vector<AccountView>> accounts = client.accounts();
  if (!accounts) return std::unexpected(accounts.error());
  for (const AccountView& account : *accounts)
    tail.names_.learn(account.number, account.id);
  if (Status learned = tail.learn_symbols(client); !learned) return pass_on(std::move(learned));
  tail.reader_ = follower::open_remote_reader(options);
  const Result<journal::Head> head = tail.reader_->head();
  if (!head) return std::unexpected(head.error());
  tail.head_ = head->last_sequence;
  tail.from_ = from.value_or(head->last_sequence + 1);
  if (tail.from_ > head->last_sequence) {
    tail.next_batch_ = head->batch + 1;
    return tail;
  }
  const Result<std::uint64_t> batch = tail.reader_->find_batch(head->batch, tail.from_);
  if (!batch) return std::unexpected(batch.error());
  tail.next_batch_ = *batch;
  const Result<bool> read = tail.reader_->read(*batch, tail.batch_);
  if (!read) return std::unexpected(read.error());
  // Events are told without a gap, or not at all.
  const Sequence first = tail.batch_.header.first_sequence;
  if (*read && first > std::max<Sequence>(tail.from_, 1)) {
    return fail_named(
        ErrorCode::not_found, journal::batch_not_archived,
        "event " + std::to_string(tail.from_) +
            " is not in the journal any more, and the archive does not have it",
        "bring its segment back to the journal's archive, or begin with event " + std::to_string(first));
  }
  return tail;
}

Status JournalTail::learn_symbols(Client& client) {
  const Result<std::vector<SymbolView>> symbols = client.symbols();
  if (!symbols) return std::unexpected(symbols.error());
  for (const SymbolView& symbol : *symbols)
    names_.learn(symbol.number, symbol.symbol);
  return {};
}

Result<JournalTail> JournalTail::open_own(Client& client, const AccountView& account,
                                          std::optional<Sequence> from) {
  JournalTail tail;
  tail.client_ = &client;
  tail.account_ = account.id;
  tail.names_.learn(account.number, account.id);
  if (Status learned = tail.learn_symbols(client); !learned) return pass_on(std::move(learned));
  const Result<AccountEventsReply> end = client.account_events({.account = tail.account_});
  if (!end) return std::unexpected(end.error());
  tail.head_ = end->head_sequence;
  tail.from_ = from.value_or(end->next_sequence);
  tail.next_batch_ = from ? 0 : end->next_batch;
  return tail;
}

Result<std::optional<std::span<const Event>>> JournalTail::next_own() {
  Result<AccountEventsReply> found =
      client_->account_events({.account = account_, .from_sequence = from_, .from_batch = next_batch_});
  if (!found) return pass_on(std::move(found));
  own_ = std::move(*found);
  from_ = own_.next_sequence;
  next_batch_ = own_.next_batch;
  if (own_.events.empty() && from_ > own_.head_sequence) return std::optional<std::span<const Event>>();
  return std::optional(std::span<const Event>(own_.events));
}

Result<std::optional<std::span<const Event>>> JournalTail::next() {
  if (reader_ == nullptr) return next_own();
  const Result<bool> read = reader_->read(next_batch_, batch_);
  if (!read) return std::unexpected(read.error());
  if (!*read) return std::optional<std::span<const Event>>();
  ++next_batch_;
  for (const Event& event : batch_.events)
    names_.learn(event);
  const auto first =
      std::ranges::find_if(batch_.events, [&](const Event& event) { return event.sequence >= from_; });
  return std::optional(std::span<const Event>(first, batch_.events.end()));
}

bool concerns_account(const format::Json& event, std::string_view account) {
  return std::ranges::any_of(std::array{"account", "maker_account", "taker_account"}, [&](const char* field) {
    const auto value = event.find(field);
    return value != event.end() && value->is_string() && value->get_ref<const std::string&>() == account;
  });
}

}  // namespace trade::cmd
