// LMDB database "about": "format" -> u32; "position" -> batch u64, event u64, state hash u64; "made_at" ->
// event u64, and zero where it is not known. The others are described where they are read.
#include "fixd/fix_state.hpp"

#include <span>
#include <string>
#include <string_view>

#include "base/byte_stream.hpp"
#include "base/clock.hpp"

namespace trade::fixd {

namespace {

constexpr std::uint32_t format_version = 2;
/// Changed rows that may wait for a commit.
constexpr std::size_t waiting_rows_max = 10'000;
/// Of what is tidied up at a time.
constexpr std::size_t portion = 250;

store::Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

Result<std::unique_ptr<FixState>> FixState::open(const std::filesystem::path& directory,
                                                 std::uint64_t ended_orders_kept) {
  std::unique_ptr<FixState> made(new FixState);
  auto environment = store::Environment::open(directory);
  if (!environment) return pass_on(std::move(environment));
  made->environment_ = std::move(*environment);
  auto opened = made->environment_->open_database("about");
  if (!opened) return pass_on(std::move(opened));
  made->about_ = *opened;
  if (Status loaded = made->load(); !loaded) return pass_on(std::move(loaded));
  if (Status done = made->messages_.open(made->environment_); !done) return pass_on(std::move(done));
  if (Status done = made->orders_.open(made->environment_, ended_orders_kept); !done)
    return pass_on(std::move(done));
  if (Status done = made->requests_.open(made->environment_, SystemClock().now()); !done)
    return pass_on(std::move(done));
  if (Status done = made->venues_.open(made->environment_); !done) return pass_on(std::move(done));
  if (Status done = made->outbox_.open(made->environment_); !done) return pass_on(std::move(done));
  return made;
}

Status FixState::load() {
  bool is_new = false;
  {
    auto transaction = environment_->begin_read();
    if (!transaction) return pass_on(std::move(transaction));
    auto count = transaction->count(about_);
    if (!count) return pass_on(std::move(count));
    is_new = *count == 0;
    auto format = transaction->get(about_, bytes_of("format"));
    if (!format) return pass_on(std::move(format));
    const bool known = is_new || (*format && ByteReader(**format).read<std::uint32_t>() == format_version);
    if (!known) {
      return fail(ErrorCode::corrupt,
                  "what fixd keeps in " + environment_->path().string() + " is of another version",
                  "move it away, and agree with each session to begin at 1");
    }
    auto position = transaction->get(about_, bytes_of("position"));
    if (!position) return pass_on(std::move(position));
    if (*position) {
      ByteReader reader(**position);
      position_.batch = reader.read<std::uint64_t>();
      position_.last_sequence = reader.read<std::uint64_t>();
      position_.state_hash = reader.read<std::uint64_t>();
      if (!reader.ok()) position_ = {};
    }
    auto made_at = transaction->get(about_, bytes_of("made_at"));
    if (!made_at) return pass_on(std::move(made_at));
    // What is older than this entry is older than venues are.
    if (*made_at) {
      ByteReader reader(**made_at);
      if (const auto sequence = reader.read<std::uint64_t>(); reader.ok() && sequence != 0)
        made_at_ = sequence;
    } else if (!is_new) {
      made_at_ = 0;
    }
  }
  written_position_ = position_;
  if (!is_new) return {};
  return environment_->write([this](store::Transaction& transaction) {
    ByteWriter format;
    format.write(format_version);
    ByteWriter unknown;
    unknown.write(std::uint64_t{0});
    if (Status put = transaction.put(about_, bytes_of("made_at"), unknown.bytes()); !put) return put;
    return transaction.put(about_, bytes_of("format"), format.bytes());
  });
}

Status FixState::write() {
  Status done = environment_->write([this](store::Transaction& transaction) -> Status {
    if (Status written = messages_.write(transaction); !written) return written;
    if (Status written = orders_.write(transaction); !written) return written;
    if (Status written = requests_.write(transaction); !written) return written;
    if (Status written = venues_.write(transaction); !written) return written;
    if (Status written = outbox_.write(transaction); !written) return written;
    if (made_at_.value_or(0) != 0) {
      ByteWriter made_at;
      made_at.write(*made_at_);
      if (Status put = transaction.put(about_, bytes_of("made_at"), made_at.bytes()); !put) return put;
    }
    ByteWriter position;
    position.write(position_.batch);
    position.write(position_.last_sequence);
    position.write(position_.state_hash);
    return transaction.put(about_, bytes_of("position"), position.bytes());
  });
  if (!done) return done;
  messages_.written();
  orders_.written();
  requests_.written();
  venues_.written();
  outbox_.written();
  written_position_ = position_;
  return {};
}

Status FixState::commit() {
  const bool to_be_sent = messages_.dirty() || requests_.dirty() || outbox_.dirty();
  if (!to_be_sent && orders_.dirty_rows() < waiting_rows_max) return {};
  return write();
}

Status FixState::commit_all() {
  const bool changed = messages_.dirty() || requests_.dirty() || outbox_.dirty() || venues_.dirty() ||
                       orders_.dirty_rows() > 0 || position_ != written_position_;
  return changed ? write() : Status{};
}

Status FixState::tidy() {
  const bool old_messages = messages_.has_old_messages();
  bool more = false;
  if (!old_messages && !orders_.too_many_ended()) return {};
  Status done = environment_->write([&](store::Transaction& transaction) -> Status {
    if (old_messages) {
      if (Status removed = messages_.remove_old(transaction, portion, more); !removed) return removed;
    }
    return orders_.forget(transaction, portion);
  });
  if (done && old_messages && !more) messages_.old_removed();
  return done;
}

}  // namespace trade::fixd
