#include "journal_tail.hpp"

#include <algorithm>
#include <array>

#include "follower/remote_reader.hpp"

namespace trade::cmd {

namespace {

/// The first batch that ends with this event or a later one; the one after the last where there is none.
Result<std::uint64_t> batch_with(journal::Reader& reader, std::uint64_t last_batch, Sequence sequence) {
  std::uint64_t low = 1;
  std::uint64_t high = last_batch + 1;
  wire::Batch batch;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const Result<bool> read = reader.read(middle, batch);
    if (!read) return std::unexpected(read.error());
    if (!*read) {
      // Batches before a checkpoint may be gone.
      low = middle + 1;
      continue;
    }
    const Sequence last = batch.header.first_sequence + batch.events.size();
    if (last <= sequence) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

Result<JournalTail> JournalTail::open(Client& client, const ClientOptions& options,
                                      std::optional<Sequence> from) {
  JournalTail tail;
  const Result<std::vector<AccountView>> accounts = client.accounts();
  if (!accounts) return std::unexpected(accounts.error());
  for (const AccountView& account : *accounts)
    tail.names_.learn(account.number, account.id);
  const Result<std::vector<SymbolView>> symbols = client.symbols();
  if (!symbols) return std::unexpected(symbols.error());
  for (const SymbolView& symbol : *symbols)
    tail.names_.learn(symbol.number, symbol.symbol);
  tail.reader_ = follower::open_remote_reader(options);
  const Result<journal::Head> head = tail.reader_->head();
  if (!head) return std::unexpected(head.error());
  tail.head_ = head->last_sequence;
  tail.from_ = from.value_or(head->last_sequence + 1);
  if (tail.from_ > head->last_sequence) {
    tail.next_batch_ = head->batch + 1;
    return tail;
  }
  const Result<std::uint64_t> batch = batch_with(*tail.reader_, head->batch, tail.from_);
  if (!batch) return std::unexpected(batch.error());
  tail.next_batch_ = *batch;
  return tail;
}

Result<std::optional<std::span<const Event>>> JournalTail::next() {
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
