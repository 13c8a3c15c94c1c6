#include <limits>
#include <string>

#include "base/assert.hpp"
#include "wire/batch_events.hpp"
#include "wire/encoder.hpp"

namespace trade::wire {

namespace {

std::unexpected<Error> refused(const std::string& what) {
  return fail(ErrorCode::corrupt, "journal batch refused: " + what);
}

std::size_t size_of(const auto* vector) {
  return vector == nullptr ? 0 : vector->size();
}

/// Checks the batch as a whole: its lists belong together and its numbers leave room for what follows.
Status check_shape(const schema::JournalBatch& table) {
  const std::size_t commands = size_of(table.commands());
  const std::size_t events = size_of(table.events());
  if (size_of(table.command_timestamps()) != commands || size_of(table.events_per_command()) != commands) {
    return refused(std::to_string(commands) + " commands, " +
                   std::to_string(size_of(table.command_timestamps())) + " timestamps and " +
                   std::to_string(size_of(table.events_per_command())) + " event counts");
  }
  std::uint64_t counted = 0;
  for (std::size_t i = 0; i < commands; ++i) {
    counted += table.events_per_command()->Get(static_cast<flatbuffers::uoffset_t>(i));
  }
  if (counted != events) {
    return refused(std::to_string(events) + " events, but its commands count " + std::to_string(counted));
  }
  constexpr std::uint64_t number_max = std::numeric_limits<std::int64_t>::max();
  for (const std::uint64_t number : {table.batch(), table.first_command(), table.first_sequence()}) {
    if (number == 0 || number > number_max) {
      return refused("batch, first_command and first_sequence must be from 1 to " +
                     std::to_string(number_max));
    }
  }
  return {};
}

enum class Part : std::uint8_t { all, events, market_events };

bool concerns_no_market(schema::EventBody type) {
  return type == schema::EventBody::OrderAccepted || type == schema::EventBody::OrderRejected;
}

std::size_t count_left_out(const schema::JournalBatch& table) {
  std::size_t count = 0;
  for (flatbuffers::uoffset_t i = 0; i < size_of(table.events_type()); ++i) {
    if (concerns_no_market(table.events_type()->GetEnum<schema::EventBody>(i))) ++count;
  }
  return count;
}

void clear(Batch& batch) {
  batch.commands.clear();
  batch.events_per_command.clear();
  batch.events.clear();
  batch.events_left_out = 0;
}

/// How many commands it has.
Result<std::size_t> decode(Batch& batch, Part part) {
  batch.header = {};
  clear(batch);
  const Bytes bytes = batch.buffer.bytes();
  const Result<const schema::Frame*> frame =
      verify_frame(bytes, batch_bytes_max, schema::Content::JournalBatch);
  if (!frame) return std::unexpected<Error>(frame.error());
  const auto& table = *static_cast<const schema::JournalBatch*>((*frame)->content());
  if (Status shape = check_shape(table); !shape) return pass_on(std::move(shape));

  Checker check(bytes.size());
  if (table.command_timestamps() != nullptr &&
      !check.readable(table.command_timestamps(), "command_timestamps")) {
    return check.error();
  }
  batch.header = {.batch = table.batch(),
                  .first_command = table.first_command(),
                  .first_sequence = table.first_sequence(),
                  .state_hash = table.state_hash()};
  const std::size_t command_count = size_of(table.commands());
  if (part == Part::all) {
    batch.commands.resize(command_count);
    batch.events_per_command.resize(command_count);
  }
  if (part == Part::market_events) batch.events_left_out = count_left_out(table);
  batch.events.resize(size_of(table.events()) - batch.events_left_out);
  std::size_t event = 0;
  auto into = batch.events.begin();
  Timestamp last;
  for (std::size_t i = 0; i < command_count; ++i) {
    const auto index = static_cast<flatbuffers::uoffset_t>(i);
    check.at(i);
    if (part == Part::all) {
      read_command(check, table.commands_type()->GetEnum<schema::CommandBody>(index),
                   table.commands()->Get(index), batch.commands[i].body);
    }
    const Timestamp timestamp = check.timestamp(table.command_timestamps()->Get(index), "timestamp");
    if (timestamp < last) check.refuse("timestamp", "earlier than that of the command before");
    last = timestamp;
    const std::uint32_t count = table.events_per_command()->Get(index);
    if (part == Part::all) {
      batch.commands[i].timestamp = timestamp;
      batch.events_per_command[i] = count;
    }
    for (std::uint32_t j = 0; j < count; ++j, ++event) {
      const auto event_index = static_cast<flatbuffers::uoffset_t>(event);
      const auto type = table.events_type()->GetEnum<schema::EventBody>(event_index);
      if (part == Part::market_events && concerns_no_market(type)) continue;
      check.at(event);
      into->sequence = batch.header.first_sequence + event;
      into->timestamp = last;
      read_event(check, type, table.events()->Get(event_index), into->body);
      ++into;
    }
    if (!check.ok()) {
      clear(batch);
      return check.error();
    }
  }
  return command_count;
}

}  // namespace

Bytes Encoder::encode_batch(const BatchHeader& header, std::span<const Command> commands,
                            std::span<const std::uint32_t> events_per_command,
                            std::span<const Event> events) {
  TRADE_ASSERT(events_per_command.size() == commands.size(), "a count of events for every command");
  State& state = *state_;
  Writer& writer = state.writer;
  writer.start();
  state.command_types.clear();
  state.command_offsets.clear();
  state.event_types.clear();
  state.event_offsets.clear();

  // A command and its events are written together: what is read together lies together.
  std::size_t event = 0;
  Timestamp last;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    TRADE_ASSERT(commands[i].timestamp >= last, "timestamps of commands never fall");
    last = commands[i].timestamp;
    const auto command = write_command(writer, commands[i].body);
    state.command_types.push_back(command.type);
    state.command_offsets.push_back(command.value);
    for (std::uint32_t j = 0; j < events_per_command[i]; ++j, ++event) {
      TRADE_ASSERT(event < events.size() && events[event].sequence == header.first_sequence + event &&
                       events[event].timestamp == last,
                   "events are counted, dense in sequence and of their command's time");
      const auto value = write_event(writer, events[event].body);
      state.event_types.push_back(value.type);
      state.event_offsets.push_back(value.value);
      TRADE_ASSERT(writer.bytes_so_far() <= batch_bytes_max, "a batch larger than batch_bytes_max");
    }
  }
  TRADE_ASSERT(event == events.size(), "every event belongs to a command");

  TableBuilder& builder = writer.builder;
  const auto event_offsets = builder.CreateVector(state.event_offsets);
  const auto event_types = builder.CreateVector(state.event_types);
  const auto counts = builder.CreateVector(events_per_command.data(), events_per_command.size());
  const auto command_offsets = builder.CreateVector(state.command_offsets);
  const auto command_types = builder.CreateVector(state.command_types);
  std::int64_t* timestamps = nullptr;
  const auto timestamp_vector = builder.CreateUninitializedVector(commands.size(), &timestamps);
  for (std::size_t i = 0; i < commands.size(); ++i)
    timestamps[i] = commands[i].timestamp.nanoseconds;

  schema::JournalBatchBuilder table(builder);
  table.add_batch(header.batch);
  table.add_first_command(header.first_command);
  table.add_first_sequence(header.first_sequence);
  table.add_state_hash(header.state_hash);
  table.add_command_timestamps(timestamp_vector);
  table.add_commands(command_offsets);
  table.add_commands_type(command_types);
  table.add_events_per_command(counts);
  table.add_events(event_offsets);
  table.add_events_type(event_types);
  return writer.finish(table.Finish());
}

Status decode_batch(Batch& batch) {
  const auto decoded = decode(batch, Part::all);
  return decoded ? Status() : std::unexpected<Error>(decoded.error());
}

Result<std::size_t> decode_batch_events(Batch& batch) {
  return decode(batch, Part::events);
}

Result<std::size_t> decode_market_events(Batch& batch) {
  return decode(batch, Part::market_events);
}

}  // namespace trade::wire
