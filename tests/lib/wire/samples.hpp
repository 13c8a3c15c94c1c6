// One sample of every message, command and event, each field with a value of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "lib/wire/fields.hpp"
#include "wire/wire.hpp"

namespace trade::wire::test {

/// Calls `use(alternative)` with a filled value of each alternative of a variant.
template <class Variant, class Use>
void for_each_alternative(Filler& filler, Use use) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (
        [&] {
          std::variant_alternative_t<I, Variant> alternative{};
          filler.fill(alternative);
          use(Variant(std::in_place_index<I>, alternative));
        }(),
        ...);
  }(std::make_index_sequence<std::variant_size_v<Variant>>{});
}

/// A batch and what its views point at.
struct SampleBatch {
  Filler filler;
  Encoder::BatchHeader header;
  std::vector<Command> commands;
  std::vector<std::uint32_t> events_per_command;
  std::vector<Event> events;
};
/// A batch of every command; the first causes every event, the second none, the others one each.
SampleBatch sample_batch();

/// A frame with the name of what it holds and the decoder for it. The decoder gives a second encoding of what
/// it decoded, or the error.
struct SampleFrame {
  std::string name;
  std::vector<std::byte> bytes;
  std::function<Result<std::vector<std::byte>>(Bytes)> decode_and_encode;
};
/// Every request, reply and publication, a batch, and a request with every command.
std::vector<SampleFrame> sample_frames();

inline std::vector<std::byte> copied(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace trade::wire::test
