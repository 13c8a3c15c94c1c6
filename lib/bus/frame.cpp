#include "bus/frame.hpp"

#include <cstring>

namespace trade::bus {

void Frame::assign(const void* bytes, std::size_t size) {
  const std::size_t words = (size + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t);
  if (words > words_.size()) words_.resize(words);
  if (size != 0) std::memcpy(words_.data(), bytes, size);
  size_ = size;
}

}  // namespace trade::bus
