#include "feedd/market_store.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "app/log.hpp"

namespace trade::feedd {

namespace {

using market::RingCounts;
using market::SymbolMarket;

constexpr std::array<const char*, table_count> table_names{
    "symbols", "tape", "quotes", "second_bars", "minute_bars", "hour_bars", "day_bars"};

store::Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

store::Key key_of(SymbolId symbol) {
  store::Key key;
  key.number(symbol.value);
  return key;
}
store::Key key_of(SymbolId symbol, std::uint16_t stretch) {
  store::Key key;
  key.number(symbol.value).number(stretch);
  return key;
}

std::unexpected<Error> corrupt(const std::string& what) {
  return fail(ErrorCode::corrupt, "the stored market is damaged: " + what);
}

/// Goes through one table of ring elements along with the symbols.
class ElementReader {
 public:
  ElementReader(Table table, store::Cursor cursor)
      : stretch_slots_(stretch_slots(table)), cursor_(std::move(cursor)) {}

  Status start() { return keep(cursor_.first()); }

  /// The elements of `symbol`, whose ring has had `count` of them.
  template <class Ring, class Read>
  Status restore(SymbolId symbol, std::uint64_t count, Ring& ring, Read&& read) {
    using Element = std::remove_cvref_t<decltype(ring.newest())>;
    const auto kept = static_cast<std::size_t>(std::min<std::uint64_t>(count, Ring::capacity));
    std::vector<Element> elements(kept);
    std::size_t found = 0;
    while (here_) {
      store::KeyReader key(cursor_.key());
      const auto owner = key.number<std::uint32_t>();
      const auto stretch = key.number<std::uint16_t>();
      if (!key.ok() || !key.at_end() || owner < symbol.value) return corrupt("a key is not well formed");
      if (owner != symbol.value) break;
      // A ring that is not full fills its slots from the first on, so the slot tells the number.
      const std::size_t begin = stretch * stretch_slots_;
      if (begin >= kept) return corrupt("a slot is beyond its ring");
      const std::size_t in_stretch = std::min(stretch_slots_, kept - begin);
      const store::Bytes value = cursor_.value();
      const std::size_t bytes_each = value.size() / in_stretch;
      if (bytes_each * in_stretch != value.size()) return corrupt("a stretch of elements is not whole");
      for (std::size_t i = 0; i < in_stretch; ++i) {
        ByteReader bytes(value.subspan(i * bytes_each, bytes_each));
        auto element = read(bytes);
        if (!element) return pass_on(std::move(element));
        const std::size_t oldest = Ring::slot_of(count - kept + 1);
        elements[(begin + i + Ring::capacity - oldest) % Ring::capacity] = *element;
      }
      found += in_stretch;
      if (auto moved = keep(cursor_.next()); !moved) return moved;
    }
    if (found != kept || !ring.restore(count, std::move(elements))) {
      return corrupt("elements of symbol " + std::to_string(symbol.value) + " are missing");
    }
    return {};
  }

  [[nodiscard]] bool at_end() const { return !here_; }

 private:
  Status keep(Result<bool> moved) {
    if (!moved) return pass_on(std::move(moved));
    here_ = *moved;
    return {};
  }

  std::size_t stretch_slots_;
  store::Cursor cursor_;
  bool here_ = false;
};

/// Values of a save whose memory is kept for the next one.
constexpr std::size_t kept_value_bytes_max = 256u << 20;

}  // namespace

template <class Write>
void MarketChanges::add_record(Table table, SymbolId id, std::size_t stretch, Write&& write) {
  Record record{table, id, static_cast<std::uint16_t>(stretch), values_.bytes().size(), 0};
  write(values_);
  record.value_end = values_.bytes().size();
  records_.push_back(record);
}

template <class Ring, class Write>
void MarketChanges::add_elements(Table table, SymbolId id, const Ring& ring, std::uint64_t from,
                                 Write&& write) {
  const std::size_t slots = stretch_slots(table);
  std::uint64_t number = std::max(from, ring.first_kept());
  while (number <= ring.count()) {
    // Whole, with what is in it that did not change.
    const std::size_t slot = Ring::slot_of(number);
    const std::size_t begin = slot / slots * slots;
    const std::size_t end = std::min(begin + slots, ring.size());
    add_record(table, id, begin / slots, [&](ByteWriter& writer) {
      for (std::size_t at = begin; at < end; ++at)
        write(writer, ring.at_slot(at));
    });
    number += end - slot;
  }
}

void MarketChanges::add(SymbolId id, const SymbolMarket& symbol, const RingCounts& saved) {
  symbols_.push_back(id);
  add_record(Table::symbols, id, 0, [&](ByteWriter& writer) { market::write_symbol(writer, symbol); });
  add_elements(Table::tape, id, symbol.tape, saved.tape + 1, market::write_tape_entry);
  // The newest bar may have had more trades since it was saved, and the newest quote may have changed once
  // more in its moment, so they are written again.
  const auto from = [](std::uint64_t count) { return std::max<std::uint64_t>(count, 1); };
  add_elements(Table::quotes, id, symbol.tops, from(saved.tops), market::write_top);
  add_elements(Table::second_bars, id, symbol.bars.seconds(), from(saved.seconds), market::write_bar);
  add_elements(Table::minute_bars, id, symbol.bars.minutes(), from(saved.minutes), market::write_bar);
  add_elements(Table::hour_bars, id, symbol.bars.hours(), from(saved.hours), market::write_bar);
  add_elements(Table::day_bars, id, symbol.bars.days(), from(saved.days), market::write_bar);
}

void MarketChanges::clear() {
  records_.clear();
  symbols_.clear();
  if (values_.bytes().size() > kept_value_bytes_max) {
    values_ = ByteWriter();
  } else {
    values_.clear();
  }
}

Result<MarketStore> MarketStore::open(const std::filesystem::path& directory, std::size_t map_bytes) {
  MarketStore result;
  Status opened = result.open_databases(directory, map_bytes);
  if (!opened && opened.error().code == ErrorCode::corrupt) {
    spdlog::warn("{}; it is deleted and made anew from the journal", opened.error().message);
    result = MarketStore();
    std::error_code error;
    std::filesystem::remove(directory / "data.mdb", error);
    opened = result.open_databases(directory, map_bytes);
  }
  if (!opened) return pass_on(std::move(opened));
  return result;
}

Status MarketStore::open_databases(const std::filesystem::path& directory, std::size_t map_bytes) {
  store::EnvironmentOptions options;
  options.map_bytes = map_bytes;
  auto environment = store::Environment::open(directory, options);
  if (!environment) return pass_on(std::move(environment));
  environment_ = std::move(*environment);
  auto about = environment_->open_database("about");
  if (!about) return pass_on(std::move(about));
  about_ = *about;
  for (std::size_t i = 0; i < table_count; ++i) {
    auto opened = environment_->open_database(table_names[i]);
    if (!opened) return pass_on(std::move(opened));
    tables_[i] = *opened;
  }
  return {};
}

Status MarketStore::write(const MarketChanges& changes) {
  ByteWriter position;
  position.write(changes.position_.batch);
  position.write(changes.position_.last_sequence);
  position.write(changes.position_.state_hash);
  position.write(changes.trading_date_.days);
  position.write(changes.market_phase_);
  ByteWriter format;
  format.write(store_format);
  const std::span<const std::byte> values = changes.values_.bytes();
  return environment_->write([&](store::Transaction& transaction) -> Status {
    for (const MarketChanges::Record& record : changes.records_) {
      const store::Key key =
          record.table == Table::symbols ? key_of(record.symbol) : key_of(record.symbol, record.stretch);
      auto put = transaction.put(table(record.table), key,
                                 values.subspan(record.value_begin, record.value_end - record.value_begin));
      if (!put) return put;
    }
    if (auto put = transaction.put(about_, bytes_of("format"), format.bytes()); !put) return put;
    return transaction.put(about_, bytes_of("position"), position.bytes());
  });
}

Status MarketStore::clear() {
  return environment_->write([&](store::Transaction& transaction) -> Status {
    for (const store::Database database : tables_) {
      if (auto cleared = transaction.clear(database); !cleared) return cleared;
    }
    return transaction.clear(about_);
  });
}

Result<MarketStore::Loaded> MarketStore::load() {
  Loaded loaded;
  auto transaction = environment_->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  auto format = transaction->get(about_, bytes_of("format"));
  if (!format) return pass_on(std::move(format));
  if (!*format) return loaded;
  if (ByteReader reader(**format); reader.read<std::uint32_t>() != store_format || !reader.ok()) {
    return corrupt("it is of another format");
  }
  auto position = transaction->get(about_, bytes_of("position"));
  if (!position) return pass_on(std::move(position));
  if (!*position) return corrupt("it has no position");
  ByteReader about(**position);
  loaded.position.batch = about.read<std::uint64_t>();
  loaded.position.last_sequence = about.read<Sequence>();
  loaded.position.state_hash = about.read<std::uint64_t>();
  const Date trading_date{about.read<std::int32_t>()};
  const auto market_phase = value_numbered<MarketPhase>(about.read<std::uint8_t>());
  if (market_phase) loaded.market.restore_session(trading_date, *market_phase);
  if (!about.ok() || !about.at_end() || !market_phase) return corrupt("its position is not well formed");

  std::vector<ElementReader> elements;
  for (const Table which : {Table::tape, Table::quotes, Table::second_bars, Table::minute_bars,
                            Table::hour_bars, Table::day_bars}) {
    auto cursor = transaction->cursor(table(which));
    if (!cursor) return pass_on(std::move(cursor));
    elements.emplace_back(which, std::move(*cursor));
    if (auto started = elements.back().start(); !started) return pass_on(std::move(started));
  }
  auto symbols = transaction->cursor(table(Table::symbols));
  if (!symbols) return pass_on(std::move(symbols));
  auto here = symbols->first();
  for (; here && *here; here = symbols->next()) {
    const SymbolId id{loaded.market.symbol_count() + 1};
    store::KeyReader key(symbols->key());
    if (key.number<std::uint32_t>() != id.value || !key.ok()) return corrupt("a symbol is missing");
    auto symbol = std::make_unique<SymbolMarket>();
    ByteReader bytes(symbols->value());
    auto counts = market::read_symbol(bytes, *symbol);
    if (!counts) return pass_on(std::move(counts));
    market::BarHistory& bars = symbol->bars;
    Status restored = elements[0].restore(id, counts->tape, symbol->tape, market::read_tape_entry);
    if (restored) restored = elements[1].restore(id, counts->tops, symbol->tops, market::read_top);
    if (restored) restored = elements[2].restore(id, counts->seconds, bars.seconds(), market::read_bar);
    if (restored) restored = elements[3].restore(id, counts->minutes, bars.minutes(), market::read_bar);
    if (restored) restored = elements[4].restore(id, counts->hours, bars.hours(), market::read_bar);
    if (restored) restored = elements[5].restore(id, counts->days, bars.days(), market::read_bar);
    if (!restored) return pass_on(std::move(restored));
    if (!loaded.market.restore_symbol(std::move(symbol))) return corrupt("two symbols have one name");
    loaded.saved.push_back(*counts);
  }
  if (!here) return pass_on(std::move(here));
  return loaded;
}

}  // namespace trade::feedd
