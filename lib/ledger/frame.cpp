#include "ledger/frame.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "base/assert.hpp"
#include "base/byte_stream.hpp"
#include "ledger/hash_index.hpp"
#include "ledger/position_math.hpp"

namespace trade::ledger {

namespace {

constexpr std::uint32_t frame_magic = 0x3146'504c;  // "LPF1"
constexpr std::size_t header_bytes = 48;
constexpr std::size_t checksum_offset = 40;
/// More than the longest entry: a byte of flags and at most twelve varints of ten bytes.
constexpr std::size_t entry_bytes_max = 128;
constexpr std::size_t filter_bits_per_account = 8;

constexpr std::uint8_t kind_mask = 0x03;
constexpr std::uint8_t taker_sells = 0x04;
constexpr std::uint8_t has_gain = 0x08;
constexpr std::uint8_t has_taker_gain = 0x10;
constexpr std::uint8_t is_bust = 0x20;
constexpr std::uint8_t is_fee = 0x40;
constexpr std::uint8_t flags_known = 0x7f;

constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}
/// The difference of two numbers of 64 bits, modulo 2^64: it undoes itself when added again.
constexpr std::int64_t difference(std::uint64_t value, std::uint64_t base) {
  return static_cast<std::int64_t>(value - base);
}

struct FilterBits {
  std::uint64_t first;
  std::uint64_t second;
};
FilterBits filter_bits(AccountId account, std::uint64_t bits) {
  const std::uint64_t hash = mixed_hash(account.value);
  return {hash & (bits - 1), (hash >> 32) & (bits - 1)};
}

std::uint64_t frame_checksum(std::span<const std::byte> frame) {
  return checksum(frame.subspan(checksum_offset + sizeof(std::uint64_t)),
                  checksum(frame.first(checksum_offset)));
}

/// Reads the body; after anything impossible `ok` is false and every value zero.
class BodyReader {
 public:
  explicit BodyReader(std::span<const std::byte> bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  std::uint8_t byte() {
    if (at_ == end_) return failed();
    return static_cast<std::uint8_t>(*at_++);
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) return failed();
      const auto next = static_cast<std::uint64_t>(*at_++);
      if (shift == 63 && next > 1) return failed();
      value |= (next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    return failed();
  }
  std::int64_t signed_value() { return unzigzag(varint()); }
  std::uint32_t varint32() {
    const std::uint64_t value = varint();
    return value <= UINT32_MAX ? static_cast<std::uint32_t>(value) : failed();
  }
  std::int64_t positive(std::int64_t max) {
    const std::uint64_t value = varint();
    return value <= static_cast<std::uint64_t>(max) ? static_cast<std::int64_t>(value) : failed();
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return at_ == end_; }

 private:
  std::uint8_t failed() {
    ok_ = false;
    at_ = end_;
    return 0;
  }
  const std::byte* at_;
  const std::byte* end_;
  bool ok_ = true;
};

/// True when every posting of the entry can be computed without leaving 64 bits.
bool amounts_fit(const Entry& entry) {
  Money unused;
  const auto fits = [&unused](Money left, Money right) {
    return !__builtin_sub_overflow(left.units, right.units, &unused.units);
  };
  if (!fits({}, entry.amount) || !fits({}, entry.gain) || !fits({}, entry.taker_gain)) return false;
  if (entry.kind == EntryKind::fee) return entry.amount.units > 0;
  const auto notional = market_value(entry.price, entry.quantity);
  if (!notional) return false;
  for (const Money gain : {entry.gain, entry.taker_gain}) {
    if (!fits(gain, *notional) || !fits(gain, -*notional)) return false;
  }
  return true;
}

/// What the differences of an entry are relative to.
struct Base {
  Sequence sequence = 0;
  std::int64_t nanoseconds = 0;
  TradeId trade;
  OrderId maker_order;
  OrderId taker_order;
};

/// Reads the next entry and moves the base on to it; false when it is none.
bool read_entry(BodyReader& reader, Base& base, Entry& entry) {
  const auto add = [&reader](auto value) {
    return static_cast<decltype(value)>(static_cast<std::uint64_t>(value) +
                                        static_cast<std::uint64_t>(reader.signed_value()));
  };
  const std::uint8_t flags = reader.byte();
  const unsigned kind = flags & kind_mask;
  if (kind == 0 || (flags & ~flags_known) != 0) return false;
  entry.kind = static_cast<EntryKind>(kind);
  if ((flags & is_bust) != 0) {
    if (entry.kind != EntryKind::trade) return false;
    entry.kind = EntryKind::bust;
  }
  if ((flags & is_fee) != 0) {
    if (entry.kind != EntryKind::cash) return false;
    entry.kind = EntryKind::fee;
  }
  entry.taker_side = (flags & taker_sells) != 0 ? Side::sell : Side::buy;
  entry.sequence = base.sequence += reader.varint();
  entry.timestamp.nanoseconds = base.nanoseconds = add(base.nanoseconds);
  entry.account.value = reader.varint32();
  if (entry.kind != EntryKind::cash) {
    entry.symbol.value = reader.varint32();
    entry.price.units = reader.positive(price_units_max);
    entry.quantity.shares =
        reader.positive(entry.kind == EntryKind::fee ? fee_shares_max : order_quantity_max);
  }
  if (entry.kind == EntryKind::cash || entry.kind == EntryKind::fee)
    entry.amount.units = reader.signed_value();
  if (has_two_sides(entry.kind)) {
    entry.taker_account.value = reader.varint32();
    entry.trade.value = base.trade.value = add(base.trade.value);
    entry.maker_order.value = base.maker_order.value = add(base.maker_order.value);
    entry.taker_order.value = base.taker_order.value = add(base.taker_order.value);
  }
  if ((flags & has_gain) != 0) entry.gain.units = reader.signed_value();
  if ((flags & has_taker_gain) != 0) entry.taker_gain.units = reader.signed_value();
  return reader.ok() && amounts_fit(entry);
}

std::unexpected<Error> broken(const char* what) {
  return fail(ErrorCode::corrupt, std::string("broken postings frame: ") + what,
              "the ledger can be made anew from the journal: 'ledgerd --rebuild'");
}

}  // namespace

std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t seed) {
  std::uint64_t sum = seed ^ (bytes.size() * 0x9e3779b97f4a7c15ULL);
  const auto take = [&sum](std::uint64_t word) { sum = std::rotl((sum ^ word) * 0x9fb21c651e98df25ULL, 29); };
  while (bytes.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    take(word);
    bytes = bytes.subspan(sizeof word);
  }
  std::uint64_t tail = 0;
  if (!bytes.empty()) std::memcpy(&tail, bytes.data(), bytes.size());
  take(tail);
  return mixed_hash(sum);
}

void FrameWriter::put_varint(std::uint64_t value) {
  while (value >= 0x80) {
    body_[body_size_++] = static_cast<std::byte>(value | 0x80);
    value >>= 7;
  }
  body_[body_size_++] = static_cast<std::byte>(value);
}

void FrameWriter::put_signed(std::int64_t value) {
  put_varint(zigzag(value));
}

void FrameWriter::append(const Entry& entry) {
  if (body_.size() < body_size_ + entry_bytes_max)
    body_.resize(std::max(body_.size() * 2, std::size_t{65'536}));
  if (entry_count_ == 0) {
    first_sequence_ = previous_sequence_ = entry.sequence;
    first_timestamp_ = entry.timestamp;
    previous_nanoseconds_ = entry.timestamp.nanoseconds;
  }
  TRADE_ASSERT(entry.sequence >= previous_sequence_, "entries out of order");
  unsigned flags = static_cast<std::uint8_t>(entry.kind);
  if (entry.kind == EntryKind::bust) flags = static_cast<std::uint8_t>(EntryKind::trade) | is_bust;
  if (entry.kind == EntryKind::fee) flags = static_cast<std::uint8_t>(EntryKind::cash) | is_fee;
  if (has_two_sides(entry.kind) && entry.taker_side == Side::sell) flags |= taker_sells;
  if (entry.gain) flags |= has_gain;
  if (entry.taker_gain) flags |= has_taker_gain;
  body_[body_size_++] = static_cast<std::byte>(flags);
  put_varint(entry.sequence - previous_sequence_);
  put_signed(difference(static_cast<std::uint64_t>(entry.timestamp.nanoseconds),
                        static_cast<std::uint64_t>(previous_nanoseconds_)));
  put_varint(entry.account.value);
  accounts_.push_back(entry.account);
  if (entry.kind != EntryKind::cash) {
    put_varint(entry.symbol.value);
    put_varint(static_cast<std::uint64_t>(entry.price.units));
    put_varint(static_cast<std::uint64_t>(entry.quantity.shares));
  }
  if (entry.kind == EntryKind::cash || entry.kind == EntryKind::fee) put_signed(entry.amount.units);
  if (has_two_sides(entry.kind)) {
    put_varint(entry.taker_account.value);
    accounts_.push_back(entry.taker_account);
    put_signed(difference(entry.trade.value, previous_trade_));
    put_signed(difference(entry.maker_order.value, previous_maker_order_));
    put_signed(difference(entry.taker_order.value, previous_taker_order_));
    previous_trade_ = entry.trade.value;
    previous_maker_order_ = entry.maker_order.value;
    previous_taker_order_ = entry.taker_order.value;
    if (entry.kind == EntryKind::trade) ++trade_count_;
  }
  if (entry.gain) put_signed(entry.gain.units);
  if (entry.taker_gain) put_signed(entry.taker_gain.units);
  previous_sequence_ = entry.sequence;
  previous_nanoseconds_ = entry.timestamp.nanoseconds;
  ++entry_count_;
}

std::span<const std::byte> FrameWriter::finish(std::uint64_t trades_before) {
  TRADE_ASSERT(entry_count_ > 0, "an empty frame");
  const std::size_t filter_words =
      std::bit_ceil(std::max<std::size_t>(accounts_.size() * filter_bits_per_account / 64, 1));
  frame_.assign(header_bytes + filter_words * sizeof(std::uint64_t) + body_size_, std::byte{0});
  std::byte* at = frame_.data();
  const auto put = [&at](auto value) {
    std::memcpy(at, &value, sizeof value);
    at += sizeof value;
  };
  put(frame_magic);
  put(entry_count_);
  put(first_sequence_);
  put(first_timestamp_.nanoseconds);
  put(trades_before);
  put(static_cast<std::uint32_t>(filter_words));
  put(static_cast<std::uint32_t>(body_size_));
  at = frame_.data() + header_bytes;
  const auto set_bit = [at](std::uint64_t bit) { at[bit / 8] |= static_cast<std::byte>(1u << (bit % 8)); };
  for (const AccountId account : accounts_) {
    const FilterBits bits = filter_bits(account, filter_words * 64);
    set_bit(bits.first);
    set_bit(bits.second);
  }
  std::memcpy(at + filter_words * sizeof(std::uint64_t), body_.data(), body_size_);
  const std::uint64_t sum = frame_checksum(frame_);
  std::memcpy(frame_.data() + checksum_offset, &sum, sizeof sum);
  return frame_;
}

void FrameWriter::clear() {
  body_size_ = 0;
  accounts_.clear();
  entry_count_ = 0;
  trade_count_ = 0;
  previous_trade_ = previous_maker_order_ = previous_taker_order_ = 0;
}

Result<FrameView> FrameView::open(std::span<const std::byte> frame) {
  if (frame.size() < header_bytes) return broken("shorter than its header");
  ByteReader reader(frame.first(header_bytes));
  FrameView view;
  view.frame_ = frame;
  if (reader.read<std::uint32_t>() != frame_magic) return broken("it does not begin with LPF1");
  view.entry_count_ = reader.read<std::uint32_t>();
  view.first_sequence_ = reader.read<std::uint64_t>();
  view.first_nanoseconds_ = reader.read<std::int64_t>();
  view.trades_before_ = reader.read<std::uint64_t>();
  const auto filter_words = reader.read<std::uint32_t>();
  const auto body_bytes = reader.read<std::uint32_t>();
  if (!std::has_single_bit(filter_words)) return broken("size of its filter");
  const std::size_t filter_bytes = std::size_t{filter_words} * sizeof(std::uint64_t);
  if (frame.size() != header_bytes + filter_bytes + body_bytes) return broken("its length");
  view.filter_ = frame.subspan(header_bytes, filter_bytes);
  view.body_ = frame.subspan(header_bytes + filter_bytes);
  return view;
}

bool FrameView::may_concern(AccountId account) const {
  const auto is_set = [this](std::uint64_t bit) {
    return (static_cast<unsigned>(filter_[bit / 8]) >> (bit % 8) & 1) != 0;
  };
  const FilterBits bits = filter_bits(account, filter_.size() * 8);
  return is_set(bits.first) && is_set(bits.second);
}

Status FrameView::decode(std::vector<Entry>& entries) const {
  std::uint64_t stored = 0;
  std::memcpy(&stored, frame_.data() + checksum_offset, sizeof stored);
  if (stored != frame_checksum(frame_)) return broken("its checksum is wrong");
  entries.clear();
  // No entry is shorter than five bytes, so a wrong count cannot ask for more memory than the frame's size.
  entries.reserve(std::min<std::size_t>(entry_count_, body_.size() / 5 + 1));
  BodyReader reader(body_);
  Base base{first_sequence_, first_nanoseconds_, {}, {}, {}};
  for (std::uint32_t number = 0; number < entry_count_; ++number) {
    Entry entry;
    if (!read_entry(reader, base, entry)) return broken("an impossible entry");
    entries.push_back(entry);
  }
  if (!reader.at_end()) return broken("bytes after the last entry");
  return {};
}

}  // namespace trade::ledger
