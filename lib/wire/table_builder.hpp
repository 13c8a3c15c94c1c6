// Builds tables as FlatBuffers' own builder does, byte for byte, but finds a table's layout (its vtable)
// among those written before by its hash. FlatBuffers compares it with one after the other, of which a batch
// of orders has some dozen: that took a quarter of encoding the batch (share/doc/performance.md). The
// schema's C++ is made to use this builder (CMakeLists.txt).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <flatbuffers/flatbuffers.h>

#include "base/assert.hpp"

namespace trade::wire {

class TableBuilder : public flatbuffers::FlatBufferBuilder {
 public:
  using FlatBufferBuilder::FlatBufferBuilder;

  void Clear() {
    FlatBufferBuilder::Clear();
    forget_layouts();
  }
  void Reset() {
    FlatBufferBuilder::Reset();
    forget_layouts();
  }

  /// What the schema's builders call when a table has its fields.
  flatbuffers::uoffset_t EndTable(flatbuffers::uoffset_t start) {
    // To be filled in with where the table's layout is.
    const auto table = PushElement<flatbuffers::soffset_t>(0);
    const Layout layout = layout_of(table, start);
    ClearOffsets();
    const auto at = static_cast<flatbuffers::soffset_t>(place_of(layout));
    flatbuffers::WriteScalar(buf_.data_at(table), at - static_cast<flatbuffers::soffset_t>(table));
    nested = false;
    return table;
  }

 private:
  /// Two, and one for each field: more than any table of the schema has.
  static constexpr std::size_t layout_entries_max = 64;
  static constexpr std::size_t slot_count = 256;
  static constexpr std::size_t slots_used_max = slot_count / 2;

  /// Its size in bytes, the size of the table, and of each field by its number where in the table it stands;
  /// zero: it has its default.
  struct Layout {
    std::array<flatbuffers::voffset_t, layout_entries_max> entries;
    std::size_t bytes = 0;
    std::uint64_t hash = 0;
  };
  struct Slot {
    std::uint32_t message = 0;  ///< that the layout stands in
    flatbuffers::uoffset_t offset = 0;
  };

  [[nodiscard]] Layout layout_of(flatbuffers::uoffset_t table, flatbuffers::uoffset_t start) const {
    using flatbuffers::voffset_t;
    Layout layout;
    layout.bytes =
        std::max<std::size_t>(max_voffset_ + sizeof(voffset_t), flatbuffers::FieldIndexToOffset(0));
    TRADE_ASSERT(layout.bytes <= sizeof layout.entries, "a table of more fields than the schema has");
    std::fill_n(layout.entries.begin(), layout.bytes / sizeof(voffset_t), voffset_t{0});
    const auto note = [&layout](std::size_t entry, std::uint32_t value) {
      layout.entries[entry] = flatbuffers::EndianScalar(static_cast<voffset_t>(value));
      layout.hash = (layout.hash ^ (entry << 16U | value)) * 0x9e37'79b9'7f4a'7c15U;
    };
    note(0, static_cast<std::uint32_t>(layout.bytes));
    note(1, table - start);
    for (auto* field = buf_.scratch_end() - num_field_loc * sizeof(FieldLoc); field < buf_.scratch_end();
         field += sizeof(FieldLoc)) {
      FieldLoc place;
      std::memcpy(&place, field, sizeof place);
      note(place.id / sizeof(voffset_t), table - place.off);
    }
    return layout;
  }

  /// Where the layout stands in the message, for which it is written if it was not yet.
  flatbuffers::uoffset_t place_of(const Layout& layout) {
    std::size_t at = layout.hash >> 32U & (slot_count - 1);
    for (; slots_[at].message == message_; at = (at + 1) & (slot_count - 1)) {
      const auto* known = buf_.data_at(slots_[at].offset);
      if (flatbuffers::ReadScalar<flatbuffers::voffset_t>(known) == layout.bytes &&
          std::memcmp(known, layout.entries.data(), layout.bytes) == 0) {
        return slots_[at].offset;
      }
    }
    buf_.push(reinterpret_cast<const std::uint8_t*>(layout.entries.data()), layout.bytes);
    // The message has more layouts than any that there is: the rest is written with each of their tables.
    if (slots_used_ < slots_used_max) {
      slots_[at] = {message_, GetSize()};
      ++slots_used_;
    }
    return GetSize();
  }

  void forget_layouts() {
    slots_used_ = 0;
    if (++message_ != 0) return;
    slots_ = {};
    message_ = 1;
  }

  std::array<Slot, slot_count> slots_{};
  std::size_t slots_used_ = 0;
  std::uint32_t message_ = 1;
};

}  // namespace trade::wire
