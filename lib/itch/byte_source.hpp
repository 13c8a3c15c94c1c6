// The bytes of a file, plain or gzip, front to back, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"

namespace trade::itch {

class ByteSource {
 public:
  /// Opens a file or a pipe. It is taken for gzip when it begins with gzip's two magic bytes, which no framed
  /// ITCH stream does: as a length they would be 8,075.
  static Result<ByteSource> open(const std::string& path);
  ~ByteSource();
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;

  /// Reads at least one byte and at most `into.size()`; zero means the end. A gzip stream that is cut short,
  /// broken or followed by something else is an error.
  Result<std::size_t> read(std::span<std::byte> into);

  /// Bytes of the file read so far, compressed ones where it is gzip: for showing progress.
  [[nodiscard]] std::uint64_t file_bytes_read() const;
  /// The file's size; zero where it is not known, as of a pipe.
  [[nodiscard]] std::uint64_t file_bytes() const;

 private:
  struct State;
  explicit ByteSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace trade::itch
