#include "fix/framer.hpp"

namespace trade {
namespace fix {

namespace {

constexpr char separator = '\001';
const std::string message_start = "8=FIX";
/// "10=123" and its separator.
constexpr std::size_t trailer_bytes = 7;
/// "8=FIXT.1.1|9=65536|" and then some: by then a message has said how long it is.
constexpr std::size_t head_bytes_max = 32;

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

}  // namespace

constexpr std::size_t Framer::message_bytes_max;
constexpr std::size_t Framer::pending_bytes_max;

std::string checksum_of(const std::string& bytes) {
  unsigned sum = 0;
  for (const char byte : bytes)
    sum += static_cast<unsigned char>(byte);
  sum %= 256;
  std::string text(3, '0');
  text[0] = static_cast<char>('0' + sum / 100);
  text[1] = static_cast<char>('0' + sum / 10 % 10);
  text[2] = static_cast<char>('0' + sum % 10);
  return text;
}

bool Framer::add(const char* bytes, std::size_t size) {
  buffer_.erase(0, at_);
  at_ = 0;
  buffer_.append(bytes, size);
  return buffer_.size() <= pending_bytes_max;
}

/// What begins at `at_`, where "8=FIX" stands.
Framer::Cut Framer::cut(std::size_t& size) const {
  const std::size_t available = buffer_.size() - at_;
  const auto unfinished_head = [&] { return available < head_bytes_max ? Cut::incomplete : Cut::garbled; };
  const std::size_t version_end = buffer_.find(separator, at_);
  if (version_end == std::string::npos) return unfinished_head();
  if (version_end - at_ >= head_bytes_max) return Cut::garbled;
  std::size_t at = version_end + 1;
  if (at + 2 > buffer_.size()) return unfinished_head();
  if (buffer_.compare(at, 2, "9=") != 0) return Cut::garbled;
  at += 2;
  std::size_t length = 0;
  const std::size_t digits = at;
  while (at < buffer_.size() && is_digit(buffer_[at])) {
    length = length * 10 + static_cast<std::size_t>(buffer_[at] - '0');
    if (length > message_bytes_max) return Cut::garbled;
    ++at;
  }
  if (at == buffer_.size()) return unfinished_head();
  if (buffer_[at] != separator || at == digits || length == 0) return Cut::garbled;
  const std::size_t trailer = at + 1 + length;
  if (trailer + trailer_bytes > buffer_.size()) return Cut::incomplete;
  if (buffer_[trailer - 1] != separator || buffer_.compare(trailer, 3, "10=") != 0 ||
      buffer_[trailer + trailer_bytes - 1] != separator) {
    return Cut::garbled;
  }
  if (buffer_.compare(trailer + 3, 3, checksum_of(buffer_.substr(at_, trailer - at_))) != 0)
    return Cut::garbled;
  size = trailer + trailer_bytes - at_;
  return Cut::whole;
}

bool Framer::next(std::string& message) {
  for (;;) {
    const std::size_t start = buffer_.find(message_start, at_);
    if (start == std::string::npos) {
      // Its first bytes may be there already.
      const std::size_t kept = message_start.size() - 1;
      const std::size_t end = buffer_.size() > kept ? buffer_.size() - kept : 0;
      if (end > at_) at_ = end;
      return false;
    }
    at_ = start;
    std::size_t size = 0;
    switch (cut(size)) {
      case Cut::incomplete:
        return false;
      case Cut::garbled:
        ++garbled_;
        at_ += message_start.size();
        break;
      case Cut::whole:
        message.assign(buffer_, at_, size);
        at_ += size;
        return true;
    }
  }
}

}  // namespace fix
}  // namespace trade
