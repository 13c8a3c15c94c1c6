// JSON and MessagePack from outside, and reading members out of it.
#include <algorithm>

#include "fuzz/fuzz.hpp"
#include "gatewayd/input.hpp"

namespace {

using namespace trade;

void check(const gatewayd::Input& input, std::size_t depth) {
  fuzz::require(depth <= gatewayd::input_depth_max + 1, "depth is bounded");
  if (input.kind == gatewayd::Input::Kind::object) {
    fuzz::require(input.names.size() == input.items.size(), "every member has a name");
  }
  for (const gatewayd::Input& item : input.items)
    check(item, depth + 1);
}

void read_members(const gatewayd::Input& input) {
  gatewayd::Fields fields(input);
  for (const std::string& name : input.names) {
    static_cast<void>(fields.text(name));
    static_cast<void>(fields.price(name));
    static_cast<void>(fields.quantity(name));
    static_cast<void>(fields.percent(name));
    static_cast<void>(fields.time(name));
    static_cast<void>(fields.boolean(name));
    static_cast<void>(fields.texts(name));
    static_cast<void>(fields.enumeration<Side>(name));
  }
  fields.refuse_others();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const bool packed = input.take_byte() % 2 != 0;
  const auto parsed =
      packed ? gatewayd::parse_msgpack_input(input.text()) : gatewayd::parse_input(input.text());
  if (!parsed) {
    fuzz::require(parsed.error().code == ErrorCode::usage, "bad input is the sender's fault");
    return 0;
  }
  check(*parsed, 0);
  read_members(*parsed);
  return 0;
}
