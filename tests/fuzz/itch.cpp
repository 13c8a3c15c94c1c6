// ITCH: single messages, and files of framed ones, plain and gzip.
#include <algorithm>
#include <cstdio>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/fuzz.hpp"
#include "itch/codec.hpp"
#include "itch/file_reader.hpp"

namespace {

using namespace trade;

void one_message(std::span<const std::byte> bytes) {
  const auto message = itch::decode(bytes);
  if (!message) {
    fuzz::require(!message.error().message.empty(), "a refusal says why");
    return;
  }
  const auto encoded = itch::encode(*message);
  fuzz::require(encoded.has_value(), "what was decoded can be encoded");
  const auto again = itch::decode(encoded->span());
  fuzz::require(again.has_value(), "what was encoded can be decoded");
  const auto twice = itch::encode(*again);
  fuzz::require(twice.has_value() && std::ranges::equal(twice->span(), encoded->span()),
                "encoding is the same again");
}

void file(std::string_view contents) {
  static const int descriptor = ::memfd_create("itch", MFD_CLOEXEC);
  fuzz::require(descriptor >= 0, "there is a file in memory");
  fuzz::require(::ftruncate(descriptor, 0) == 0, "it can be emptied");
  fuzz::require(
      ::pwrite(descriptor, contents.data(), contents.size(), 0) == static_cast<ssize_t>(contents.size()),
      "it can be written");
  auto reader = itch::FileReader::open("/proc/self/fd/" + std::to_string(descriptor));
  if (!reader) return;
  std::uint64_t offset = 0;
  while (true) {
    const auto message = reader->next();
    if (!message || !*message) break;
    fuzz::require(reader->offset() > offset, "reading gets on");
    offset = reader->offset();
  }
  const auto after = reader->next();
  fuzz::require(!after || !*after, "the end is the end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  if (input.take_byte() % 2 == 0) {
    one_message(input.bytes());
  } else {
    file(input.text());
  }
  return 0;
}
