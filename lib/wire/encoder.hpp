// The state of an Encoder: a writer and the lists of a batch, kept so that a steady stream allocates nothing.
#pragma once

#include <vector>

#include "wire/codec.hpp"
#include "wire/packed_events.hpp"

namespace trade::wire {

struct Encoder::State {
  Writer writer;
  PackedEventWriter packed_events;
  std::vector<schema::CommandBody> command_types;
  std::vector<Offset<void>> command_offsets;
  std::vector<schema::EventBody> event_types;
  std::vector<Offset<void>> event_offsets;
};

}  // namespace trade::wire
