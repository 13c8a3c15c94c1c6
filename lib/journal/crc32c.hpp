// CRC-32C (Castagnoli), the checksum of iSCSI and ext4: finds every damage of up to 32 bits in a row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace trade::journal {

/// Continues from `crc`, the checksum of the bytes before; zero at the start.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0);

/// The same without the processor's instruction for it.
std::uint32_t crc32c_portable(std::span<const std::byte> bytes, std::uint32_t crc = 0);

}  // namespace trade::journal
