// Reads a file of ITCH messages, each behind its length in two big-endian bytes (Nasdaq's BinaryFILE), plain
// or gzip, one at a time and in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "itch/byte_source.hpp"
#include "itch/messages.hpp"

namespace trade::itch {

class FileReader {
 public:
  static Result<FileReader> open(const std::string& path);

  /// The next message, or nothing at the end. A length of zero ends a stream when it is the last thing in
  /// it, as BinaryFILE has it; anywhere else it is an error. After an error every call gives the same.
  /// Errors name the byte of the (uncompressed) stream at which the message begins.
  Result<std::optional<Message>> next();

  /// Where in the uncompressed stream the next message begins.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] std::uint64_t messages_read() const { return messages_read_; }

  // For showing progress: see ByteSource.
  [[nodiscard]] std::uint64_t file_bytes_read() const { return source_.file_bytes_read(); }
  [[nodiscard]] std::uint64_t file_bytes() const { return source_.file_bytes(); }

 private:
  FileReader(std::string path, ByteSource source);

  /// Makes `count` bytes available at `begin_`; false when the stream ends before.
  Result<bool> require(std::size_t count);
  Result<std::optional<Message>> read();
  Result<std::optional<Message>> end_of_session();
  [[nodiscard]] std::unexpected<Error> broken(const std::string& what) const;

  std::string path_;
  ByteSource source_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t messages_read_ = 0;
  std::optional<Error> error_;
};

}  // namespace trade::itch
