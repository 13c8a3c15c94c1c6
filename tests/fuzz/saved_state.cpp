// The engine's saved state, which a checkpoint holds: taken whole, or refused.
#include <vector>

#include "base/byte_stream.hpp"
#include "engine/engine.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trade;
  ByteReader reader(fuzz::Input(data, size).bytes());
  const auto engine = Engine::load(reader);
  if (!engine) return 0;
  ByteWriter writer;
  engine->save(writer);
  ByteReader again(writer.bytes());
  const auto twice = Engine::load(again);
  fuzz::require(twice.has_value(), "what was saved can be loaded");
  fuzz::require(twice->full_state_hash() == engine->full_state_hash(), "and is the same state");
  return 0;
}
