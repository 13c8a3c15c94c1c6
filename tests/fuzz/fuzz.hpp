// What every fuzz target has: the entry point that libFuzzer, or our own runner of a kept corpus, calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

/// Does with the bytes what a boundary of the suite does with them. Returns zero; anything that must not
/// happen ends the process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace trade::fuzz {

/// The bytes of one input, taken from the front.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  /// The next byte; zero at the end. Which of several things to do with the rest.
  std::uint8_t take_byte() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  /// What is left, as text.
  [[nodiscard]] std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }
  /// What is left, as bytes.
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return {reinterpret_cast<const std::byte*>(data_), size_};
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

/// Ends the process with the line when `holds` is false: the fuzzer then keeps the input.
inline void require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace trade::fuzz
