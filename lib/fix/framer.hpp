// A stream of bytes and the FIX messages in it. Valid C++14 and later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace trade {
namespace fix {

/// Cuts a stream of bytes into whole messages: "8=FIX…", then "9=" with the length of what follows up to the
/// trailer, then "10=" with the sum of all bytes before it modulo 256 in three digits. What is none of this
/// is garbled, and passed over up to the next "8=FIX", which may be within it: a wrong BodyLength costs one
/// message, not those behind it.
class Framer {
 public:
  /// A longer message is garbled.
  static constexpr std::size_t message_bytes_max = 64 << 10;
  /// Bytes that may wait to be cut: `next` is to be called until it finds nothing before more are added.
  static constexpr std::size_t pending_bytes_max = 256 << 10;

  /// False when more waits than may.
  bool add(const char* bytes, std::size_t size);
  /// The next whole message, its checksum right; false when there is none yet.
  bool next(std::string& message);
  /// Times that bytes were passed over.
  std::uint64_t garbled() const { return garbled_; }

 private:
  enum class Cut { whole, incomplete, garbled };
  Cut cut(std::size_t& size) const;

  std::string buffer_;
  std::size_t at_ = 0;  ///< what is before it was taken
  std::uint64_t garbled_ = 0;
};

/// The sum of the bytes modulo 256 as CheckSum has it: three digits.
std::string checksum_of(const std::string& bytes);

}  // namespace fix
}  // namespace trade
