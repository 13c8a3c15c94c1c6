// LMDB databases:
//   "about"     "told"                     -> u64, the last event told
//   "numbers"   comp id                    -> next sender u32, next target u32, created i64 (seconds)
//   "messages"  comp id, sequence u32      -> the message's bytes
//   "origins"   account, ClOrdID           -> comp id, OrigClOrdID
#include "fixd/message_store.hpp"

#include <algorithm>
#include <ctime>
#include <span>
#include <utility>

#include "app/log.hpp"
#include "base/byte_stream.hpp"
#include "store/key.hpp"

namespace trade::fixd {

namespace {

store::Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

store::Key message_key(const std::string& comp_id, int sequence) {
  return store::Key().text(comp_id).number(static_cast<std::uint32_t>(sequence));
}

}  // namespace

class MessageStore::Numbers : public fix::Store {
 public:
  Numbers(MessageStore& owner, std::string comp_id) : owner_(owner), comp_id_(std::move(comp_id)) {}

  void save(int sequence, const std::string& message) override {
    pending[sequence] = message;
    touch();
  }
  std::vector<std::string> messages(int first, int last) override {
    std::vector<std::string> found;
    auto transaction = owner_.environment_->begin_read();
    if (!transaction) {
      spdlog::error("{}: stored messages cannot be read: {}", comp_id_, transaction.error().message);
      return found;
    }
    // Session's numbers bound it, whatever is asked for.
    for (int sequence = std::max(first, 1); sequence <= std::min(last, next_sender_ - 1); ++sequence) {
      if (const auto unsaved = pending.find(sequence); unsaved != pending.end()) {
        found.push_back(unsaved->second);
        continue;
      }
      if (forgotten) continue;
      auto value = transaction->get(owner_.messages_, message_key(comp_id_, sequence));
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
    pending.clear();
    inbound.clear();
    forgotten = true;
    next_sender_ = next_target_ = 1;
    created_at_ = now_seconds;
    touch();
  }

  void restore(int sender, int target, std::int64_t created_at) {
    next_sender_ = sender;
    next_target_ = target;
    created_at_ = created_at;
  }

  Status write(store::Transaction& transaction) const {
    if (!changed) return {};
    if (forgotten) {
      // A cursor cannot delete here, so the keys are gathered first.
      std::vector<std::vector<std::byte>> keys;
      {
        auto cursor = transaction.cursor(owner_.messages_);
        if (!cursor) return pass_on(std::move(cursor));
        const store::Key prefix = store::Key().text(comp_id_);
        for (auto here = cursor->seek(prefix);; here = cursor->next()) {
          if (!here) return pass_on(std::move(here));
          if (!*here) break;
          const store::Bytes key = cursor->key();
          if (key.size() < prefix.bytes().size() ||
              !std::ranges::equal(key.first(prefix.bytes().size()), prefix.bytes())) {
            break;
          }
          keys.emplace_back(key.begin(), key.end());
        }
      }
      for (const auto& key : keys) {
        if (auto removed = transaction.remove(owner_.messages_, key); !removed)
          return pass_on(std::move(removed));
      }
    }
    for (const auto& [sequence, message] : pending) {
      Status put = transaction.put(owner_.messages_, message_key(comp_id_, sequence), bytes_of(message));
      if (!put) return put;
    }
    ByteWriter value;
    value.write(static_cast<std::uint32_t>(next_sender_));
    value.write(static_cast<std::uint32_t>(inbound.empty() ? next_target_
                                                           : std::min(next_target_, *inbound.begin())));
    value.write(created_at_);
    return transaction.put(owner_.numbers_, store::Key().text(comp_id_), value.bytes());
  }
  void written() {
    pending.clear();
    forgotten = changed = false;
  }
  void touch() {
    changed = true;
    owner_.dirty_ = true;
  }

  std::map<int, std::string> pending;
  std::multiset<int> inbound;
  bool forgotten = false;
  bool changed = false;

 private:
  MessageStore& owner_;
  std::string comp_id_;
  int next_sender_ = 1;
  int next_target_ = 1;
  std::int64_t created_at_ = std::time(nullptr);
};

MessageStore::MessageStore() = default;
MessageStore::~MessageStore() = default;

Result<std::unique_ptr<MessageStore>> MessageStore::open(const std::filesystem::path& directory) {
  std::unique_ptr<MessageStore> made(new MessageStore);
  auto environment = store::Environment::open(directory);
  if (!environment) return pass_on(std::move(environment));
  made->environment_ = std::move(*environment);
  for (auto [name, database] : {std::pair{"about", &made->about_},
                                {"numbers", &made->numbers_},
                                {"messages", &made->messages_},
                                {"origins", &made->origins_database_}}) {
    auto opened = made->environment_->open_database(name);
    if (!opened) return pass_on(std::move(opened));
    *database = *opened;
  }
  if (Status loaded = made->load(); !loaded) return pass_on(std::move(loaded));
  return made;
}

Status MessageStore::load() {
  auto transaction = environment_->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  const auto damaged = [&] {
    return fail(ErrorCode::corrupt,
                "the store of FIX messages in " + environment_->path().string() + " is damaged",
                "restore it from a copy; or move it away, and agree with each session to begin at 1");
  };
  auto told = transaction->get(about_, bytes_of("told"));
  if (!told) return pass_on(std::move(told));
  if (*told) {
    ByteReader reader(**told);
    told_ = reader.read<std::uint64_t>();
    if (!reader.ok()) return damaged();
  }
  auto cursor = transaction->cursor(numbers_);
  if (!cursor) return pass_on(std::move(cursor));
  for (auto here = cursor->first();; here = cursor->next()) {
    if (!here) return pass_on(std::move(here));
    if (!*here) break;
    store::KeyReader key(cursor->key());
    const std::string comp_id = key.text();
    ByteReader value(cursor->value());
    const auto sender = value.read<std::uint32_t>();
    const auto target = value.read<std::uint32_t>();
    const auto created_at = value.read<std::int64_t>();
    if (!key.ok() || !value.ok() || sender == 0 || target == 0) return damaged();
    auto numbers = std::make_unique<Numbers>(*this, comp_id);
    numbers->restore(static_cast<int>(sender), static_cast<int>(target), created_at);
    sessions_[comp_id] = std::move(numbers);
  }
  auto origins = transaction->cursor(origins_database_);
  if (!origins) return pass_on(std::move(origins));
  for (auto here = origins->first();; here = origins->next()) {
    if (!here) return pass_on(std::move(here));
    if (!*here) break;
    store::KeyReader key(origins->key());
    OriginKey origin_key;
    origin_key.first = key.text();
    origin_key.second = key.text();
    ByteReader value(origins->value());
    Origin origin;
    origin.comp_id = value.read_text();
    origin.original = value.read_text();
    if (!key.ok() || !value.ok()) return damaged();
    origins_[std::move(origin_key)] = std::move(origin);
  }
  return {};
}

fix::Store& MessageStore::session(const std::string& comp_id) {
  auto& numbers = sessions_[comp_id];
  if (!numbers) numbers = std::make_unique<Numbers>(*this, comp_id);
  return *numbers;
}

void MessageStore::begin_inbound(const std::string& comp_id, int sequence) {
  session(comp_id);
  sessions_[comp_id]->inbound.insert(sequence);
  sessions_[comp_id]->touch();
}

void MessageStore::end_inbound(const std::string& comp_id, int sequence) {
  session(comp_id);
  auto& inbound = sessions_[comp_id]->inbound;
  if (const auto found = inbound.find(sequence); found != inbound.end()) inbound.erase(found);
  sessions_[comp_id]->touch();
}

void MessageStore::add_origin(const OriginKey& key, Origin origin) {
  origins_[key] = std::move(origin);
  new_origins_.push_back(key);
  dirty_ = true;
}

void MessageStore::set_told(std::uint64_t sequence) {
  // Events that nobody was told of need not be noted: they tell nobody the next time either.
  if (sequence > told_) told_ = sequence;
}

Status MessageStore::commit() {
  if (!dirty_) return {};
  Status done = environment_->write([this](store::Transaction& transaction) -> Status {
    for (const auto& [comp_id, numbers] : sessions_) {
      if (Status written = numbers->write(transaction); !written) return written;
    }
    for (const OriginKey& key : new_origins_) {
      ByteWriter value;
      value.write_text(origins_.at(key).comp_id);
      value.write_text(origins_.at(key).original);
      Status put =
          transaction.put(origins_database_, store::Key().text(key.first).text(key.second), value.bytes());
      if (!put) return put;
    }
    ByteWriter told;
    told.write(told_);
    return transaction.put(about_, bytes_of("told"), told.bytes());
  });
  if (!done) return done;
  for (const auto& [comp_id, numbers] : sessions_)
    numbers->written();
  new_origins_.clear();
  dirty_ = false;
  return {};
}

}  // namespace trade::fixd
