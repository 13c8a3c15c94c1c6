// Writes ITCH messages, each behind its length in two big-endian bytes.
#pragma once

#include <cstdint>
#include <iosfwd>

#include "base/result.hpp"
#include "itch/messages.hpp"

namespace trade::itch {

class Writer {
 public:
  /// The stream must outlive the writer.
  explicit Writer(std::ostream& stream) : stream_(stream) {}

  /// Fails with `usage` when a value does not fit its field and with `internal` when the stream does not take
  /// the bytes (a full disk, a closed pipe).
  Status write(const Message& message);

  [[nodiscard]] std::uint64_t bytes_written() const { return bytes_written_; }

 private:
  std::ostream& stream_;
  std::uint64_t bytes_written_ = 0;
};

}  // namespace trade::itch
