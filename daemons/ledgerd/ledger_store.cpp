#include "ledgerd/ledger_store.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/byte_stream.hpp"
#include "store/key.hpp"

namespace trade::ledgerd {

namespace {

constexpr std::uint32_t format_version = 4;
/// From this one on they are read as well: it has another layout of pages of orders (ledger::OrderPageImage),
/// and as the one after it no pages of busted trades.
constexpr std::uint32_t format_version_oldest = 2;
/// Notes beyond those kept that are removed with each that is written.
constexpr std::size_t equity_notes_dropped_max = 64;
/// Keys that are removed in one transaction while an interrupted checkpoint is cleared away.
constexpr std::size_t clean_keys_max = 4'096;

store::Bytes key_of(const char* name) {
  return std::as_bytes(std::span(name, std::char_traits<char>::length(name)));
}

store::Key page_key(PageName name, std::uint64_t generation) {
  return store::Key().number(static_cast<std::uint8_t>(name.kind)).number(name.number).number(generation);
}

/// A page that stands under a wrong key has a wrong checksum.
std::uint64_t page_checksum(store::Bytes key, store::Bytes page) {
  return ledger::checksum(page, ledger::checksum(key));
}

store::Key equity_key(EquityStep step, std::uint32_t number) {
  return store::Key().number(static_cast<std::uint8_t>(step)).number(number);
}
/// The number of the step of this kind that stands under the key.
std::optional<std::uint32_t> equity_number(store::Bytes key, EquityStep step) {
  store::KeyReader reader(key);
  const auto kind = reader.number<std::uint8_t>();
  const auto number = reader.number<std::uint32_t>();
  if (!reader.ok() || !reader.at_end() || kind != static_cast<std::uint8_t>(step)) return std::nullopt;
  return number;
}

struct PageKeyParts {
  PageName name;
  std::uint64_t generation = 0;
};
std::optional<PageKeyParts> parts_of(store::Bytes key) {
  store::KeyReader reader(key);
  PageKeyParts parts;
  parts.name.kind = static_cast<ledger::PageKind>(reader.number<std::uint8_t>());
  parts.name.number = reader.number<std::uint32_t>();
  parts.generation = reader.number<std::uint64_t>();
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return parts;
}

void write_position(ByteWriter& writer, const Position& position) {
  writer.write(position.batch);
  writer.write(position.last_sequence);
  writer.write(position.state_hash);
}
Position read_position(ByteReader& reader) {
  Position position;
  position.batch = reader.read<std::uint64_t>();
  position.last_sequence = reader.read<std::uint64_t>();
  position.state_hash = reader.read<std::uint64_t>();
  return position;
}

std::vector<std::byte> encoded(const CheckpointRecord& record) {
  ByteWriter body;
  body.write(record.generation);
  write_position(body, record.position);
  body.write_bytes(record.summary);
  ByteWriter writer;
  writer.write(ledger::checksum(body.bytes()));
  writer.write_bytes(body.bytes());
  return writer.take();
}

std::unexpected<Error> damaged(const std::filesystem::path& directory, const std::string& what) {
  return fail(ErrorCode::corrupt, "the ledger in " + directory.string() + " is damaged: " + what,
              "make it anew from the journal: " + rebuild_command(directory));
}

std::string page_of_orders(std::uint32_t number) {
  return "page " + std::to_string(number) + " of its orders";
}

}  // namespace

std::string rebuild_command(const std::filesystem::path& directory) {
  return "'ledgerd --home " + directory.parent_path().string() + " --rebuild'";
}

Result<LedgerStore> LedgerStore::open(const Options& options) {
  LedgerStore store;
  store.directory_ = options.directory;
  store::EnvironmentOptions environment_options;
  environment_options.map_bytes = options.map_bytes;
  environment_options.sync = options.sync;
  auto environment = store::Environment::open(options.directory, environment_options);
  if (!environment) return pass_on(std::move(environment));
  store.environment_ = std::move(*environment);
  const std::pair<const char*, store::Database*> databases[] = {{"frames", &store.frames_},
                                                                {"pages", &store.pages_},
                                                                {"equity", &store.equity_},
                                                                {"meta", &store.meta_}};
  for (const auto& [name, database] : databases) {
    auto opened = store.environment_->open_database(name);
    if (!opened) return pass_on(std::move(opened));
    *database = *opened;
  }
  if (Status read = store.read_meta(); !read) return pass_on(std::move(read));
  return store;
}

Result<Position> LedgerStore::stored_position(const std::filesystem::path& directory) {
  store::EnvironmentOptions options;
  options.read_only = true;
  auto environment = store::Environment::open(directory, options);
  if (!environment) return pass_on(std::move(environment));
  auto meta = (*environment)->open_database("meta", false);
  if (!meta) return pass_on(std::move(meta));
  auto transaction = (*environment)->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  auto value = transaction->get(*meta, key_of("position"));
  if (!value) return pass_on(std::move(value));
  if (!*value) return Position{};
  ByteReader reader(**value);
  const Position position = read_position(reader);
  if (!reader.ok() || !reader.at_end()) return damaged(directory, "its position");
  return position;
}

Result<std::vector<std::byte>> LedgerStore::meta(store::Transaction& transaction, const char* name) const {
  auto value = transaction.get(meta_, key_of(name));
  if (!value) return pass_on(std::move(value));
  if (!*value) return std::vector<std::byte>{};
  return std::vector<std::byte>((*value)->begin(), (*value)->end());
}

Status LedgerStore::read_meta() {
  std::vector<std::byte> format;
  std::vector<std::byte> position;
  std::vector<std::byte> checkpoint;
  bool unfinished = false;
  {
    auto transaction = environment_->begin_read();
    if (!transaction) return pass_on(std::move(transaction));
    const std::pair<const char*, std::vector<std::byte>*> wanted[] = {
        {"format", &format}, {"position", &position}, {"checkpoint", &checkpoint}};
    for (const auto& [name, bytes] : wanted) {
      auto value = meta(*transaction, name);
      if (!value) return pass_on(std::move(value));
      *bytes = std::move(*value);
    }
    auto mark = transaction->get(meta_, key_of("unfinished"));
    if (!mark) return pass_on(std::move(mark));
    unfinished = mark->has_value();
  }
  const auto version = format.empty() ? format_version_oldest : ByteReader(format).read<std::uint32_t>();
  if (version >= format_version_oldest && version < format_version) {
    // From now on a program that knows no more than that version must leave it.
    ByteWriter writer;
    writer.write(format_version);
    const Status written = environment_->write([&](store::Transaction& transaction) {
      return transaction.put(meta_, key_of("format"), writer.bytes());
    });
    if (!written) return written;
  } else if (version != format_version) {
    return fail(
        ErrorCode::corrupt,
        "the ledger in " + directory_.string() + " has format " + std::to_string(version) +
            ", this program knows " + std::to_string(format_version),
        "use the program that wrote it, or make it anew from the journal: " + rebuild_command(directory_));
  }
  if (!position.empty()) {
    ByteReader reader(position);
    position_ = read_position(reader);
    if (!reader.ok() || !reader.at_end()) return damaged(directory_, "its position");
  }
  if (!checkpoint.empty()) {
    ByteReader reader(checkpoint);
    const auto sum = reader.read<std::uint64_t>();
    CheckpointRecord record;
    record.generation = reader.read<std::uint64_t>();
    record.position = read_position(reader);
    if (!reader.ok() || sum != ledger::checksum(std::span(checkpoint).subspan(sizeof sum))) {
      return damaged(directory_, "its checkpoint");
    }
    record.summary.assign(checkpoint.end() - static_cast<std::ptrdiff_t>(reader.remaining()),
                          checkpoint.end());
    if (record.position.batch > position_.batch)
      return damaged(directory_, "its checkpoint is ahead of its postings");
    checkpoint_ = std::move(record);
  }
  return unfinished ? clean_pages() : Status{};
}

Status LedgerStore::clean_pages() {
  const std::uint64_t complete = checkpoint_ ? checkpoint_->generation : 0;
  bool more = true;
  std::vector<std::byte> resume_at(1);
  while (more) {
    // A portion is collected first and removed then, so that the transaction can be repeated.
    std::vector<std::vector<std::byte>> unneeded;
    {
      auto transaction = environment_->begin_read();
      if (!transaction) return pass_on(std::move(transaction));
      auto cursor = transaction->cursor(pages_);
      if (!cursor) return pass_on(std::move(cursor));
      const auto note = [&unneeded](store::Bytes key) { unneeded.emplace_back(key.begin(), key.end()); };
      std::optional<PageKeyParts> previous;
      std::vector<std::byte> previous_key;
      auto found = cursor->seek(resume_at);
      for (; found && *found && unneeded.size() < clean_keys_max; found = cursor->next()) {
        const auto parts = parts_of(cursor->key());
        if (!parts) return damaged(directory_, "a page's key");
        if (parts->generation > complete) {
          note(cursor->key());
          continue;
        }
        if (previous && previous->name == parts->name) note(previous_key);
        previous = parts;
        previous_key.assign(cursor->key().begin(), cursor->key().end());
      }
      if (!found) return pass_on(std::move(found));
      more = *found;
      // A page whose versions the portion's end divides is looked at again whole.
      if (more && previous) resume_at = std::vector<std::byte>(previous_key.begin(), previous_key.end());
    }
    const Status removed = environment_->write([&](store::Transaction& transaction) -> Status {
      for (const auto& key : unneeded) {
        if (auto gone = transaction.remove(pages_, key); !gone) return pass_on(std::move(gone));
      }
      if (more) return {};
      if (auto gone = transaction.remove(meta_, key_of("unfinished")); !gone) return pass_on(std::move(gone));
      return {};
    });
    if (!removed) return removed;
  }
  return {};
}

Status LedgerStore::write(const StoreChange& change) const {
  return environment_->write(
      [&](store::Transaction& transaction) { return put_change(transaction, change); });
}

Status LedgerStore::put_change(store::Transaction& transaction, const StoreChange& change) const {
  if (!change.frame.empty()) {
    // Appending fails where there is a frame already that goes as far: no posting is ever written twice.
    const auto key = store::Key().number(change.frame_last_sequence);
    if (Status put = transaction.put(frames_, key, change.frame, store::PutMode::append); !put) return put;
  }
  for (const EquityNotes& notes : change.equity) {
    if (Status put = put_equity(transaction, notes); !put) return put;
  }
  ByteWriter position;
  write_position(position, change.position);
  if (Status put = transaction.put(meta_, key_of("position"), position.bytes()); !put) return put;
  if (!change.pages.empty()) {
    if (Status put = transaction.put(meta_, key_of("unfinished"), key_of("1")); !put) return put;
  }
  for (const PageWrite& page : change.pages) {
    const auto key = page_key(page.name, change.generation);
    auto room = transaction.reserve(pages_, key, sizeof(std::uint64_t) + page.bytes.size());
    if (!room) return pass_on(std::move(room));
    const std::uint64_t sum = page_checksum(key, page.bytes);
    std::memcpy(room->data(), &sum, sizeof sum);
    std::memcpy(room->data() + sizeof sum, page.bytes.data(), page.bytes.size());
  }
  if (change.completed) {
    if (Status put = transaction.put(meta_, key_of("checkpoint"), encoded(*change.completed)); !put)
      return put;
  }
  for (const PageName& name : change.superseded) {
    while (true) {
      auto cursor = transaction.cursor(pages_);
      if (!cursor) return pass_on(std::move(cursor));
      auto found = cursor->seek(page_key(name, 0));
      if (!found) return pass_on(std::move(found));
      const auto parts = *found ? parts_of(cursor->key()) : std::nullopt;
      if (!parts || parts->name != name || parts->generation >= change.generation) break;
      if (auto gone = transaction.remove(pages_, page_key(name, parts->generation)); !gone) {
        return pass_on(std::move(gone));
      }
    }
  }
  if (change.cleaned) {
    if (auto gone = transaction.remove(meta_, key_of("unfinished")); !gone) return pass_on(std::move(gone));
  }
  return {};
}

Status LedgerStore::put_equity(store::Transaction& transaction, const EquityNotes& notes) const {
  if (Status put = transaction.put(equity_, equity_key(notes.step, notes.number), notes.rows); !put)
    return put;
  const std::uint32_t kept = equity_steps_kept(notes.step);
  for (std::size_t i = 0; i < equity_notes_dropped_max && notes.number > kept; ++i) {
    auto cursor = transaction.cursor(equity_);
    if (!cursor) return pass_on(std::move(cursor));
    auto found = cursor->seek(equity_key(notes.step, 0));
    if (!found) return pass_on(std::move(found));
    const auto oldest = *found ? equity_number(cursor->key(), notes.step) : std::nullopt;
    if (!oldest || *oldest > notes.number - kept) break;
    if (auto gone = transaction.remove(equity_, equity_key(notes.step, *oldest)); !gone) {
      return pass_on(std::move(gone));
    }
  }
  return {};
}

Result<LedgerStore::Reader> LedgerStore::begin_read() const {
  auto transaction = environment_->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  return Reader(*this, std::move(*transaction));
}

std::uint64_t LedgerStore::used_bytes() const {
  const auto usage = environment_->usage();
  return usage ? usage->used_bytes : 0;
}

Result<ledger::Ledger> LedgerStore::load(const ledger::LedgerCapacity& capacity) const {
  const auto read_orders = [this](std::uint32_t number) { return read_order_page(number); };
  if (!checkpoint_) return ledger::Ledger(capacity, read_orders);
  auto reader = begin_read();
  if (!reader) return pass_on(std::move(reader));
  std::optional<Error> failure;
  const auto load_page = [&](PageName name) -> std::optional<std::span<const std::byte>> {
    auto page = reader->page(name, checkpoint_->generation);
    if (page) return *page;
    failure = std::move(page.error());
    return std::nullopt;
  };
  ByteReader summary(checkpoint_->summary);
  auto ledger = ledger::Ledger::load(summary, load_page, capacity, read_orders);
  if (failure) return std::unexpected(std::move(*failure));
  if (!ledger) return ledger;
  if (ledger->sequence() != checkpoint_->position.last_sequence)
    return damaged(directory_, "its checkpoint's summary");
  if (Status restored = restore_trades(*ledger); !restored) return pass_on(std::move(restored));
  return ledger;
}

Result<std::vector<std::byte>> LedgerStore::read_order_page(std::uint32_t number) const {
  auto reader = begin_read();
  if (!reader) return pass_on(std::move(reader));
  auto page = reader->page(number);
  if (!page) return pass_on(std::move(page));
  if (!ledger::OrderPageImage::open(*page)) return damaged(directory_, page_of_orders(number));
  return std::vector<std::byte>(page->begin(), page->end());
}

Status LedgerStore::restore_trades(ledger::Ledger& ledger) const {
  auto reader = begin_read();
  if (!reader) return pass_on(std::move(reader));
  // Back to the frame that the log begins in, then forth from there.
  Sequence from = 1;
  if (!ledger.lacks_busts()) {
    Status walked = reader->for_each_frame_back(
        ledger.sequence() + 1, [&](const ledger::FrameView& frame) -> Result<bool> {
          from = frame.first_sequence();
          return frame.trades_before() > ledger.first_trade_to_restore();
        });
    if (!walked) return walked;
  }
  std::vector<ledger::Entry> entries;
  Status walked = reader->for_each_frame(from, [&](const ledger::FrameView& frame) -> Result<bool> {
    if (frame.first_sequence() > ledger.sequence()) return false;
    if (Status decoded = frame.decode(entries); !decoded) return pass_on(std::move(decoded));
    if (Status restored = ledger.restore_trades(frame.trades_before(), entries); !restored) {
      return pass_on(std::move(restored));
    }
    return true;
  });
  return walked ? ledger.finish_restoring() : walked;
}

Result<std::optional<store::Bytes>> LedgerStore::Reader::page(PageName name, std::uint64_t generation) {
  auto cursor = transaction_.cursor(store_.pages_);
  if (!cursor) return pass_on(std::move(cursor));
  std::optional<store::Bytes> newest;
  store::Bytes newest_key;
  auto found = cursor->seek(page_key(name, 0));
  for (; found && *found; found = cursor->next()) {
    const auto parts = parts_of(cursor->key());
    if (!parts || parts->name != name || parts->generation > generation) break;
    newest = cursor->value();
    newest_key = cursor->key();
  }
  if (!found) return pass_on(std::move(found));
  if (!newest) return std::nullopt;
  std::uint64_t sum = 0;
  if (newest->size() < sizeof sum) return damaged(store_.directory_, "a page is too short");
  std::memcpy(&sum, newest->data(), sizeof sum);
  const store::Bytes bytes = newest->subspan(sizeof sum);
  if (sum != page_checksum(newest_key, bytes))
    return damaged(store_.directory_, "a page's checksum is wrong");
  return bytes;
}

Result<std::span<const std::byte>> LedgerStore::Reader::page(std::uint32_t number) {
  if (order_page_number_ == number) return order_page_;
  auto bytes = page({ledger::PageKind::orders, number}, UINT64_MAX);
  if (!bytes) return pass_on(std::move(bytes));
  if (!*bytes) return damaged(store_.directory_, page_of_orders(number) + " is not there");
  order_page_number_ = number;
  order_page_ = **bytes;
  return order_page_;
}

Status LedgerStore::Reader::for_each_frame(Sequence from, const VisitFrame& visit) {
  auto cursor = transaction_.cursor(store_.frames_);
  if (!cursor) return pass_on(std::move(cursor));
  auto found = cursor->seek(store::Key().number(from));
  for (; found && *found; found = cursor->next()) {
    auto frame = ledger::FrameView::open(cursor->value());
    if (!frame) return pass_on(std::move(frame));
    auto go_on = visit(*frame);
    if (!go_on) return pass_on(std::move(go_on));
    if (!*go_on) return {};
  }
  return found ? Status{} : pass_on(std::move(found));
}

Status LedgerStore::Reader::for_each_frame_back(Sequence before, const VisitFrame& visit) {
  auto cursor = transaction_.cursor(store_.frames_);
  if (!cursor) return pass_on(std::move(cursor));
  // The first frame that ends at `before - 1` or later may begin earlier.
  auto found = cursor->seek(store::Key().number(before == 0 ? before : before - 1));
  if (found && !*found) found = cursor->last();
  for (; found && *found; found = cursor->previous()) {
    auto frame = ledger::FrameView::open(cursor->value());
    if (!frame) return pass_on(std::move(frame));
    if (frame->first_sequence() >= before) continue;
    auto go_on = visit(*frame);
    if (!go_on) return pass_on(std::move(go_on));
    if (!*go_on) return {};
  }
  return found ? Status{} : pass_on(std::move(found));
}

Result<LedgerStore::Reader::FirstTrade> LedgerStore::Reader::first_trade_from(Sequence from,
                                                                              Sequence before) {
  FirstTrade first{.frame_begins = before, .frame_ends = before, .trade = {}};
  std::vector<ledger::Entry> entries;
  Status walked = for_each_frame(from, [&](const ledger::FrameView& frame) -> Result<bool> {
    if (frame.first_sequence() >= before) return false;
    if (Status decoded = frame.decode(entries); !decoded) return pass_on(std::move(decoded));
    if (first.frame_begins == before) {
      first.frame_begins = frame.first_sequence();
      first.frame_ends = entries.back().sequence + 1;
    }
    const auto trade = std::ranges::find(entries, ledger::EntryKind::trade, &ledger::Entry::kind);
    if (trade != entries.end()) first.trade = trade->trade;
    return trade == entries.end();
  });
  if (!walked) return pass_on(std::move(walked));
  return first;
}

Result<Sequence> LedgerStore::Reader::end_of_trades_before(TradeId trade, Sequence before) {
  // Ids ascend with the sequence. What stays true: all trades before this one come before `before`. A frame
  // that begins with one of them says that the place is not further down than that frame.
  for (Sequence low = 1; low < before;) {
    const Sequence middle = low + (before - low) / 2;
    auto first = first_trade_from(middle, before);
    if (!first) return pass_on(std::move(first));
    if (first->trade && first->trade < trade) {
      low = first->frame_ends;
    } else {
      before = std::min(first->frame_begins, middle);
    }
  }
  return before;
}

Result<LedgerStore::Reader::FoundEquity> LedgerStore::Reader::equity_notes(EquityStep step, AccountId account,
                                                                           Timestamp from, Timestamp to) {
  FoundEquity found;
  auto cursor = transaction_.cursor(store_.equity_);
  if (!cursor) return pass_on(std::move(cursor));
  const std::uint32_t first = first_step_from(step, from);
  auto here = cursor->seek(equity_key(step, first));
  for (; here && *here; here = cursor->next()) {
    const auto number = equity_number(cursor->key(), step);
    if (!number || (to && step_start(step, *number) > to)) break;
    const auto row = find_equity(cursor->value(), account);
    if (!row) return damaged(store_.directory_, "a note of equities");
    if (*row) found.rows.push_back({step_start(step, *number), (*row)->equity, (*row)->deposited});
  }
  if (!here) return pass_on(std::move(here));
  if (first == 0) return found;
  // Of an account that did not change for long, only coarser notes are left.
  for (const EquityStep kind : {EquityStep::minute, EquityStep::quarter_hour, EquityStep::day}) {
    if (kind < step || found.before) continue;
    auto note = last_equity_note(kind, account, step_end(step, first - 1));
    if (!note) return pass_on(std::move(note));
    found.before = *note;
  }
  return found;
}

Result<std::optional<EquityView>> LedgerStore::Reader::last_equity_note(EquityStep step, AccountId account,
                                                                        Timestamp by) {
  auto cursor = transaction_.cursor(store_.equity_);
  if (!cursor) return pass_on(std::move(cursor));
  // From the first step that starts at `by` or later back to one that ended by then.
  auto here = cursor->seek(equity_key(step, first_step_from(step, by)));
  if (here) here = *here ? cursor->previous() : cursor->last();
  for (; here && *here; here = cursor->previous()) {
    const auto number = equity_number(cursor->key(), step);
    if (!number) {
      // Behind the last key of this kind may stand those of another.
      store::KeyReader reader(cursor->key());
      if (reader.number<std::uint8_t>() > static_cast<std::uint8_t>(step)) continue;
      break;
    }
    if (step_end(step, *number) > by) continue;
    const auto row = find_equity(cursor->value(), account);
    if (!row) return damaged(store_.directory_, "a note of equities");
    if (*row) return EquityView{step_start(step, *number), (*row)->equity, (*row)->deposited};
  }
  if (!here) return pass_on(std::move(here));
  return std::nullopt;
}

}  // namespace trade::ledgerd
