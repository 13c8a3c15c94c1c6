#include "itch/file_reader.hpp"

#include <cstring>
#include <span>
#include <utility>

#include "itch/codec.hpp"

namespace trade::itch {

namespace {
constexpr std::size_t buffer_bytes = std::size_t{256} * 1024;
constexpr std::size_t length_bytes = 2;
constexpr const char* layout_hint =
    "the file must hold ITCH 5.0 messages, each behind its length in two big-endian bytes";
}  // namespace

FileReader::FileReader(std::string path, ByteSource source)
    : path_(std::move(path)), source_(std::move(source)), buffer_(buffer_bytes) {}

Result<FileReader> FileReader::open(const std::string& path) {
  Result<ByteSource> source = ByteSource::open(path);
  if (!source) return pass_on(std::move(source));
  return FileReader(path, std::move(*source));
}

std::unexpected<Error> FileReader::broken(const std::string& what) const {
  return fail(ErrorCode::corrupt, "'" + path_ + "' at byte " + std::to_string(offset_) + ": " + what,
              layout_hint);
}

Result<bool> FileReader::require(std::size_t count) {
  while (end_ - begin_ < count) {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    Result<std::size_t> read = source_.read({buffer_.data() + end_, buffer_.size() - end_});
    if (!read) return pass_on(std::move(read));
    if (*read == 0) return false;
    end_ += *read;
  }
  return true;
}

Result<std::optional<Message>> FileReader::next() {
  if (error_) return std::unexpected<Error>(*error_);
  Result<std::optional<Message>> message = read();
  if (!message) error_ = message.error();
  return message;
}

Result<std::optional<Message>> FileReader::read() {
  Result<bool> has_length = require(length_bytes);
  if (!has_length) return pass_on(std::move(has_length));
  if (!*has_length) {
    if (end_ == begin_) return std::nullopt;
    return broken("the file ends within the length of a message");
  }
  const std::size_t length = (std::to_integer<std::size_t>(buffer_[begin_]) << 8) |
                             std::to_integer<std::size_t>(buffer_[begin_ + 1]);
  if (length == 0) return end_of_session();
  // The first byte of a message tells the length it must have, so a wrong length is found before waiting for
  // the bytes that it promises.
  Result<bool> has_type = require(length_bytes + 1);
  if (!has_type) return pass_on(std::move(has_type));
  if (!*has_type) return broken("the file ends after the length of a message");
  const char type = static_cast<char>(buffer_[begin_ + length_bytes]);
  const std::size_t expected = message_bytes(type);
  if (expected == length) {
    Result<bool> has_all = require(length_bytes + length);
    if (!has_all) return pass_on(std::move(has_all));
    if (!*has_all) {
      return broken("the file ends within a message of type '" + std::string(1, type) +
                    "': " + std::to_string(end_ - begin_ - length_bytes) + " of " + std::to_string(length) +
                    " bytes");
    }
  } else if (expected != 0) {
    return broken("a message of type '" + std::string(1, type) + "' has " + std::to_string(expected) +
                  " bytes, but its length says " + std::to_string(length));
  }
  const std::size_t present = expected == length ? length : 1;
  Result<Message> message = decode({buffer_.data() + begin_ + length_bytes, present}, offset_);
  if (!message) {
    return fail(ErrorCode::corrupt, "'" + path_ + "': " + message.error().message, layout_hint);
  }
  begin_ += length_bytes + length;
  offset_ += length_bytes + length;
  ++messages_read_;
  return std::optional<Message>(std::move(*message));
}

Result<std::optional<Message>> FileReader::end_of_session() {
  Result<bool> more = require(length_bytes + 1);
  if (!more) return pass_on(std::move(more));
  if (*more || messages_read_ == 0) return broken("a message of length zero");
  return std::nullopt;
}

}  // namespace trade::itch
