// The postings frame: the entries of a group of batches as compact bytes, kept for ever. All postings and all
// fills can be told from the frames.
//
// Integers of fixed width are little-endian. `varint` is LEB128: seven bits a byte, lowest first, the high
// bit says that more follow; at most ten bytes. `signed` is a zigzag varint: 0, -1, 1, -2 … as 0, 1, 2, 3 ….
//
//   offset  bytes  header
//        0      4  "LPF1"
//        4      4  entries, one or more
//        8      8  sequence of the first entry
//       16      8  timestamp of the first entry
//       24      8  trades in all frames before this one
//       32      4  words of the filter: a power of two
//       36      4  bytes of the body
//       40      8  checksum of all other bytes
//       48    8*w  filter: two bits are set for each account that is in the frame
//     then         body: the entries, one after the other
//
//   entry
//     1 byte   bits 0-1 kind (1 cash, 2 transfer, 3 trade); bit 2: the taker sells; bit 3: `gain` is not
//     zero;
//              bit 4: `taker_gain` is not zero; bit 5: of a trade, that it is busted; bit 6: of kind cash,
//              that it is a fee; bit 7 zero
//     varint   sequence, less that of the entry before (of the header for the first)
//     signed   timestamp, less that of the entry before (of the header for the first)
//     varint   account
//     cash     signed amount
//     fee      varint symbol, varint price, varint quantity, signed amount
//     transfer varint symbol, varint price, varint quantity, [signed gain]
//     trade    varint symbol, varint price, varint quantity, varint taker account,
//              signed trade, signed maker order, signed taker order: each less that of the trade before in
//              this frame (zero for the first), [signed gain], [signed taker gain]
//
// Worked example, a deposit of 100.00 (1,000,000 units) into account 1 at sequence 2, timestamp 1,000 ns:
//   4c 50 46 31  01 00 00 00  02 00 00 00 00 00 00 00  e8 03 00 00 00 00 00 00  00 00 00 00 00 00 00 00
//   01 00 00 00  07 00 00 00  <checksum: 8 bytes>  <filter: 8 bytes>
//   01           kind cash
//   00 00        same sequence and timestamp as the header
//   01           account 1
//   80 89 7a     2,000,000: zigzag of 1,000,000
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "ledger/entry.hpp"

namespace trade::ledger {

/// Collects entries and makes a frame of them; its memory is used again for the next.
class FrameWriter {
 public:
  /// Entries come in ascending order of sequence.
  void append(const Entry& entry);

  [[nodiscard]] std::uint32_t entry_count() const { return entry_count_; }
  [[nodiscard]] std::uint64_t trade_count() const { return trade_count_; }
  [[nodiscard]] std::size_t body_bytes() const { return body_size_; }
  /// Of the last entry appended.
  [[nodiscard]] Sequence last_sequence() const { return previous_sequence_; }

  /// The frame; there must be an entry. Valid until the next call. `trades_before` as in the header.
  std::span<const std::byte> finish(std::uint64_t trades_before);
  /// Forgets what was appended.
  void clear();

 private:
  void put_varint(std::uint64_t value);
  void put_signed(std::int64_t value);

  std::vector<std::byte> body_;  ///< of which `body_size_` bytes are in use
  std::size_t body_size_ = 0;
  std::vector<std::byte> frame_;
  std::vector<AccountId> accounts_;  ///< concerned, with repetitions
  std::uint32_t entry_count_ = 0;
  std::uint64_t trade_count_ = 0;
  Sequence first_sequence_ = 0;
  Timestamp first_timestamp_;
  Sequence previous_sequence_ = 0;
  std::int64_t previous_nanoseconds_ = 0;
  std::uint64_t previous_trade_ = 0;
  std::uint64_t previous_maker_order_ = 0;
  std::uint64_t previous_taker_order_ = 0;
};

/// Reads a frame in place.
class FrameView {
 public:
  /// Checks the header alone; the bytes must outlive the view.
  static Result<FrameView> open(std::span<const std::byte> frame);

  [[nodiscard]] Sequence first_sequence() const { return first_sequence_; }
  [[nodiscard]] Timestamp first_timestamp() const { return {first_nanoseconds_}; }
  [[nodiscard]] std::uint64_t trades_before() const { return trades_before_; }
  [[nodiscard]] std::uint32_t entry_count() const { return entry_count_; }
  /// False when the frame certainly has no entry of the account. True in vain about once in twenty.
  [[nodiscard]] bool may_concern(AccountId account) const;

  /// Replaces `entries` with the frame's. Everything is checked: the checksum, and that every amount is
  /// possible, so that nothing that is done with the entries can overflow.
  Status decode(std::vector<Entry>& entries) const;

 private:
  std::span<const std::byte> frame_;
  std::span<const std::byte> filter_;
  std::span<const std::byte> body_;
  std::uint32_t entry_count_ = 0;
  Sequence first_sequence_ = 0;
  std::int64_t first_nanoseconds_ = 0;
  std::uint64_t trades_before_ = 0;
};

/// A 64-bit checksum against broken disks and bugs, not against malice.
std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t seed = 0);

}  // namespace trade::ledger
