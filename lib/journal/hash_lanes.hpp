// Many hashes side by side: one message's steps wait for one another, so that one message alone leaves most
// of a processor idle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "journal/hash.hpp"

namespace trade::journal {

/// How many 64-bit words one instruction of the processor works on.
enum class HashLanes : std::uint8_t { one = 1, four = 4, eight = 8 };
HashLanes hash_lanes();

/// Of each message what `hash_of` makes of it; there are as many hashes. With AVX-512 eight messages of one
/// length take little longer than one, with AVX2 four (measured: `share/doc/performance.md`). `lanes`: no
/// more than the processor has.
void hash_side_by_side(std::span<const std::span<const std::byte>> messages, std::span<Hash> hashes,
                       HashLanes lanes = hash_lanes());

}  // namespace trade::journal
