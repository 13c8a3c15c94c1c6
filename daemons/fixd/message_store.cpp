// LMDB databases:
//   "numbers"   comp id                            -> next sender u32, next target u32,
//               created i64 (seconds), generation u32; where they are known the accounts that its messages
//               may tell of: count u32, texts
//   "messages"  comp id, generation u32, sequence u32 -> the message's bytes
// A session that begins at 1 again has another generation: what it had sent before goes in portions, later.
#include "fixd/message_store.hpp"

#include <algorithm>
#include <ctime>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "app/log.hpp"
#include "base/byte_stream.hpp"
#include "base/clock.hpp"
#include "store/key.hpp"
#include "store/rows.hpp"

namespace trade::fixd {

namespace {

store::Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

store::Key message_key(const std::string& comp_id, std::uint32_t generation, int sequence) {
  return store::Key().text(comp_id).number(generation).number(static_cast<std::uint32_t>(sequence));
}

}  // namespace

class MessageStore::Numbers : public fix::Store {
 public:
  Numbers(MessageStore& owner, std::string comp_id) : owner_(owner), comp_id_(std::move(comp_id)) {}

  void save(int sequence, const std::string& message) override {
    pending_[sequence] = message;
    touch();
  }
  std::vector<std::string> messages(int first, int last) override {
    std::vector<std::string> found;
    auto transaction = owner_.environment_->begin_read();
    if (!transaction) {
      spdlog::error("{}: stored messages cannot be read: {}", comp_id_, transaction.error().message);
      return found;
    }
    // The session's numbers bound it, whatever is asked for.
    for (int sequence = std::max(first, 1); sequence <= std::min(last, next_sender_ - 1); ++sequence) {
      if (const auto unsaved = pending_.find(sequence); unsaved != pending_.end()) {
        found.push_back(unsaved->second);
        continue;
      }
      auto value = transaction->get(owner_.messages_, message_key(comp_id_, generation_, sequence));
      if (value && *value)
        found.emplace_back(reinterpret_cast<const char*>((*value)->data()), (*value)->size());
    }
    return found;
  }
  int next_sender() const override { return next_sender_; }
  int next_target() const override { return next_target_; }
  void set_next_sender(int sequence) override {
    next_sender_ = sequence;
    touch();
  }
  void set_next_target(int sequence) override {
    next_target_ = sequence;
    touch();
  }
  std::int64_t created_at_seconds() const override { return created_at_; }
  void reset(std::int64_t now_seconds) override {
    pending_.clear();
    inbound_.clear();
    ++generation_;
    has_old_ = true;
    next_sender_ = next_target_ = 1;
    created_at_ = now_seconds;
    touch();
  }

  /// Grown, they are no reason to begin anew: what was sent tells of nothing that the session may not know.
  void give_accounts(const std::set<std::string>& accounts, std::int64_t added_at_seconds) {
    if (accounts_ == accounts) return;
    // Of a store that does not say whose it is: what was begun since the session was added is its own.
    const bool own =
        accounts_ ? std::ranges::includes(accounts, *accounts_) : created_at_ >= added_at_seconds;
    const bool unused = next_sender_ == 1 && next_target_ == 1;
    accounts_ = accounts;
    touch();
    if (own || unused) return;
    spdlog::info("{}: its accounts are others now: the numbers begin at 1 again", comp_id_);
    reset(std::time(nullptr));
  }

  bool restore(store::Bytes value) {
    ByteReader reader(value);
    const auto sender = reader.read<std::uint32_t>();
    const auto target = reader.read<std::uint32_t>();
    created_at_ = reader.read<std::int64_t>();
    generation_ = reader.read<std::uint32_t>();
    next_sender_ = static_cast<int>(sender);
    next_target_ = static_cast<int>(target);
    has_old_ = generation_ > 0;
    // Before they were kept, a row ended here.
    if (reader.ok() && !reader.at_end()) {
      accounts_.emplace();
      const auto count = reader.read<std::uint32_t>();
      for (std::uint32_t i = 0; i < count && reader.ok(); ++i)
        accounts_->emplace(reader.read_text());
    }
    return reader.ok() && reader.at_end() && next_sender_ > 0 && next_target_ > 0;
  }
  Status write(store::Transaction& transaction) const {
    if (!changed_) return {};
    for (const auto& [sequence, message] : pending_) {
      Status put =
          transaction.put(owner_.messages_, message_key(comp_id_, generation_, sequence), bytes_of(message));
      if (!put) return put;
    }
    const int target = inbound_.empty() ? next_target_ : std::min(next_target_, *inbound_.begin());
    ByteWriter value;
    value.write(static_cast<std::uint32_t>(next_sender_));
    value.write(static_cast<std::uint32_t>(target));
    value.write(created_at_);
    value.write(generation_);
    if (accounts_) {
      value.write(static_cast<std::uint32_t>(accounts_->size()));
      for (const std::string& account : *accounts_)
        value.write_text(account);
    }
    return transaction.put(owner_.numbers_, store::Key().text(comp_id_), value.bytes());
  }
  void written() {
    pending_.clear();
    changed_ = false;
  }

  Inbound begin_inbound(int sequence) {
    inbound_.insert(sequence);
    touch();
    return {generation_, sequence};
  }
  void end_inbound(const Inbound& ended) {
    if (ended.generation != generation_) return;
    if (const auto found = inbound_.find(ended.sequence); found != inbound_.end()) inbound_.erase(found);
    touch();
  }

  [[nodiscard]] bool has_old() const { return has_old_; }
  void old_removed() { has_old_ = false; }
  Status remove_old(store::Transaction& transaction, std::size_t messages_max, std::size_t& removed) const {
    std::vector<std::vector<std::byte>> keys;
    {
      auto cursor = transaction.cursor(owner_.messages_);
      if (!cursor) return pass_on(std::move(cursor));
      for (auto here = cursor->seek(store::Key().text(comp_id_)); keys.size() < messages_max;
           here = cursor->next()) {
        if (!here) return pass_on(std::move(here));
        if (!*here) break;
        store::KeyReader key(cursor->key());
        if (key.text() != comp_id_ || key.number<std::uint32_t>() >= generation_) break;
        keys.emplace_back(cursor->key().begin(), cursor->key().end());
      }
    }
    for (const auto& key : keys) {
      if (auto gone = transaction.remove(owner_.messages_, key); !gone) return pass_on(std::move(gone));
    }
    removed = keys.size();
    return {};
  }

 private:
  void touch() {
    changed_ = true;
    owner_.dirty_ = true;
  }

  MessageStore& owner_;
  std::string comp_id_;
  std::map<int, std::string> pending_;  ///< not written yet
  std::multiset<int> inbound_;
  std::optional<std::set<std::string>> accounts_;  ///< whose orders the messages may tell of
  bool changed_ = false;
  bool has_old_ = false;
  int next_sender_ = 1;
  int next_target_ = 1;
  std::int64_t created_at_ = std::time(nullptr);
  std::uint32_t generation_ = 0;
};

MessageStore::MessageStore() = default;
MessageStore::~MessageStore() = default;

Status MessageStore::open(std::shared_ptr<store::Environment> environment) {
  environment_ = std::move(environment);
  for (auto [name, database] : {std::pair{"numbers", &numbers_}, {"messages", &messages_}}) {
    auto opened = environment_->open_database(name);
    if (!opened) return pass_on(std::move(opened));
    *database = *opened;
  }
  auto transaction = environment_->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  return store::for_each_row(*transaction, numbers_, [&](store::KeyReader key, store::Bytes value) -> Status {
    const std::string comp_id = key.text();
    auto numbers = std::make_unique<Numbers>(*this, comp_id);
    if (!key.ok() || !numbers->restore(value)) {
      return fail(ErrorCode::corrupt,
                  "the store of FIX messages in " + environment_->path().string() + " is damaged",
                  "restore it from a backup; or move it away, and agree with each session to begin at 1");
    }
    sessions_[comp_id] = std::move(numbers);
    return {};
  });
}

MessageStore::Numbers& MessageStore::numbers_of(const std::string& comp_id) {
  auto& numbers = sessions_[comp_id];
  if (!numbers) numbers = std::make_unique<Numbers>(*this, comp_id);
  return *numbers;
}

fix::Store& MessageStore::session(const std::string& comp_id) {
  return numbers_of(comp_id);
}

void MessageStore::give_accounts(const std::string& comp_id, const std::vector<std::string>& accounts,
                                 Timestamp added_at) {
  numbers_of(comp_id).give_accounts({accounts.begin(), accounts.end()},
                                    added_at.nanoseconds / nanoseconds_per_second);
}

MessageStore::Inbound MessageStore::begin_inbound(const std::string& comp_id, int sequence) {
  return numbers_of(comp_id).begin_inbound(sequence);
}

void MessageStore::end_inbound(const std::string& comp_id, const Inbound& inbound) {
  numbers_of(comp_id).end_inbound(inbound);
}

Status MessageStore::write(store::Transaction& transaction) const {
  for (const auto& [comp_id, numbers] : sessions_) {
    if (Status done = numbers->write(transaction); !done) return done;
  }
  return {};
}

void MessageStore::written() {
  for (const auto& [comp_id, numbers] : sessions_)
    numbers->written();
  dirty_ = false;
}

bool MessageStore::has_old_messages() const {
  return std::ranges::any_of(sessions_, [](const auto& entry) { return entry.second->has_old(); });
}

Status MessageStore::remove_old(store::Transaction& transaction, std::size_t messages_max, bool& more) const {
  std::size_t removed_in_all = 0;
  for (const auto& [comp_id, numbers] : sessions_) {
    if (!numbers->has_old() || removed_in_all >= messages_max) continue;
    std::size_t removed = 0;
    Status done = numbers->remove_old(transaction, messages_max - removed_in_all, removed);
    if (!done) return done;
    removed_in_all += removed;
  }
  more = removed_in_all >= messages_max;
  return {};
}

void MessageStore::old_removed() {
  for (const auto& [comp_id, numbers] : sessions_)
    numbers->old_removed();
}

}  // namespace trade::fixd
