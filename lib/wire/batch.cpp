#include <algorithm>
#include <limits>
#include <string>

#include "base/assert.hpp"
#include "wire/batch_events.hpp"
#include "wire/encoder.hpp"
#include "wire/packed_events.hpp"

namespace trade::wire {

namespace {

std::unexpected<Error> refused(const std::string& what) {
  return fail(ErrorCode::corrupt, "journal batch refused: " + what);
}

std::size_t size_of(const auto* vector) {
  return vector == nullptr ? 0 : vector->size();
}

/// How many commands it has, and how many events.
struct Shape {
  std::size_t commands = 0;
  std::size_t events = 0;
};

/// Checks the batch as a whole: its lists belong together and its numbers leave room for what follows.
Result<Shape> check_shape(Checker& check, const schema::JournalBatch& table) {
  const Shape shape{
      .commands = count_all(check, table.command_forms(), size_of(table.commands()), "commands"),
      .events = count_all(check, table.event_forms(), size_of(table.events()), "events")};
  if (!check.ok()) return check.error();
  if (size_of(table.command_timestamps()) != shape.commands ||
      size_of(table.events_per_command()) != shape.commands) {
    return refused(std::to_string(shape.commands) + " commands, " +
                   std::to_string(size_of(table.command_timestamps())) + " timestamps and " +
                   std::to_string(size_of(table.events_per_command())) + " event counts");
  }
  std::uint64_t counted = 0;
  for (std::size_t i = 0; i < shape.commands; ++i) {
    counted += table.events_per_command()->Get(static_cast<flatbuffers::uoffset_t>(i));
  }
  if (counted != shape.events) {
    return refused(std::to_string(shape.events) + " events, but its commands count " +
                   std::to_string(counted));
  }
  constexpr std::uint64_t number_max = std::numeric_limits<std::int64_t>::max();
  for (const std::uint64_t number : {table.batch(), table.first_command(), table.first_sequence()}) {
    if (number == 0 || number > number_max) {
      return refused("batch, first_command and first_sequence must be from 1 to " +
                     std::to_string(number_max));
    }
  }
  return shape;
}

enum class Part : std::uint8_t { all, events, market_events };

bool concerns_no_market(schema::EventBody type) {
  return type == schema::EventBody::OrderAccepted || type == schema::EventBody::OrderRejected;
}

std::size_t count_left_out(const schema::JournalBatch& table) {
  std::size_t count = 0;
  if (const auto* forms = table.event_forms()) {
    count =
        static_cast<std::size_t>(std::count(forms->begin(), forms->end(), schema::EventForm::order_accepted));
  }
  for (flatbuffers::uoffset_t i = 0; i < size_of(table.events_type()); ++i) {
    if (concerns_no_market(table.events_type()->GetEnum<schema::EventBody>(i))) ++count;
  }
  return count;
}

/// Reads the commands and events of a batch whose shape is good one after the other, wherever they stand.
class BatchReader {
 public:
  BatchReader(Checker& check, const schema::JournalBatch& table)
      : check_(check), table_(table), packed_commands_(check, table), packed_events_(check, table) {}

  /// Into `body` where there is one.
  void read_command(std::size_t index, CommandBody* body) {
    packed_events_.start_command();
    if (!packed_commands_.read(check_, form_of(table_.command_forms(), index), body))
      read_command_table(body);
  }

  /// The event, if it is wanted.
  bool read_event(std::size_t index, Part part, EventBody& body) {
    switch (form_of(table_.event_forms(), index)) {
      case schema::EventForm::table:
        return read_event_table(part, body);
      case schema::EventForm::order_accepted:
        if (part == Part::market_events) {
          packed_events_.skip_order_accepted(check_, packed_commands_);
          return false;
        }
        packed_events_.read_order_accepted(check_, packed_commands_, body);
        return true;
      case schema::EventForm::order_rested:
        packed_events_.read_order_rested(check_, packed_commands_, body);
        return true;
      case schema::EventForm::trade_executed:
        packed_events_.read_trade_executed(check_, body);
        return true;
      case schema::EventForm::order_cancelled:
        packed_events_.read_order_cancelled(check_, body);
        return true;
    }
    check_.refuse("event_forms", "this is no form");
    return true;
  }

  void check_used_up() const {
    check_.enter("JournalBatch");
    packed_commands_.check_used_up(check_);
    packed_events_.check_used_up(check_);
  }

 private:
  void read_command_table(CommandBody* body) {
    const flatbuffers::uoffset_t at = command_++;
    if (body == nullptr) return;
    wire::read_command(check_, table_.commands_type()->GetEnum<schema::CommandBody>(at),
                       table_.commands()->Get(at), *body);
  }

  bool read_event_table(Part part, EventBody& body) {
    const flatbuffers::uoffset_t at = event_++;
    const auto type = table_.events_type()->GetEnum<schema::EventBody>(at);
    if (part == Part::market_events && concerns_no_market(type)) return false;
    wire::read_event(check_, type, table_.events()->Get(at), body);
    return true;
  }

  Checker& check_;
  const schema::JournalBatch& table_;
  PackedCommandReader packed_commands_;
  PackedEventReader packed_events_;
  flatbuffers::uoffset_t command_ = 0;  ///< of those that are tables
  flatbuffers::uoffset_t event_ = 0;    ///< likewise
};

/// Where what is decoded goes: into a Batch, those parts that are wanted.
class IntoBatch {
 public:
  IntoBatch(Batch& batch, Part part) : batch_(batch), part_(part) { clear(); }

  [[nodiscard]] Part part() const { return part_; }
  void begin(const Encoder::BatchHeader& header, const Shape& shape, const schema::JournalBatch& table) {
    batch_.header = header;
    if (part_ == Part::all) {
      batch_.commands.resize(shape.commands);
      batch_.events_per_command.resize(shape.commands);
    }
    if (part_ == Part::market_events) batch_.events_left_out = count_left_out(table);
    // With one at the end that those which are left out are asked into.
    batch_.events.resize(shape.events - batch_.events_left_out + 1);
    next_ = batch_.events.begin();
  }
  /// Null: what it says is not wanted.
  CommandBody* command(std::size_t index) {
    return part_ == Part::all ? &batch_.commands[index].body : nullptr;
  }
  void took_command(std::size_t index, Timestamp timestamp, std::uint32_t events) {
    if (part_ != Part::all) return;
    batch_.commands[index].timestamp = timestamp;
    batch_.events_per_command[index] = events;
  }
  EventBody& event() { return next_->body; }
  void took_event(Sequence sequence, Timestamp timestamp) {
    next_->sequence = sequence;
    next_->timestamp = timestamp;
    ++next_;
  }
  void end(bool good) {
    if (good) return batch_.events.pop_back();
    clear();
  }

 private:
  void clear() {
    batch_.commands.clear();
    batch_.events_per_command.clear();
    batch_.events.clear();
    batch_.events_left_out = 0;
  }

  Batch& batch_;
  Part part_;
  std::vector<Event>::iterator next_;
};

/// Nowhere: each command and event is decoded over the one before, for whoever asks only whether all are
/// good. A batch decoded is many times as large as its frame, and most of decoding is writing that.
class IntoNothing {
 public:
  [[nodiscard]] static Part part() { return Part::all; }
  void begin(const Encoder::BatchHeader& header, const Shape& shape, const schema::JournalBatch&) {
    summary_ = {header, shape.commands, shape.events};
  }
  CommandBody* command(std::size_t) { return &command_; }
  void took_command(std::size_t, Timestamp, std::uint32_t) {}
  EventBody& event() { return event_; }
  void took_event(Sequence, Timestamp) {}
  void end(bool) {}
  [[nodiscard]] const BatchSummary& summary() const { return summary_; }

 private:
  CommandBody command_;
  EventBody event_;
  BatchSummary summary_;
};

/// How many commands it has.
template <class Into>
Result<std::size_t> decode(Bytes bytes, Into& into) {
  const Result<const schema::Frame*> frame =
      verify_frame(bytes, batch_bytes_max, schema::Content::JournalBatch);
  if (!frame) return std::unexpected<Error>(frame.error());
  const auto& table = *static_cast<const schema::JournalBatch*>((*frame)->content());
  Checker check(bytes.size());
  const Result<Shape> shape = check_shape(check, table);
  if (!shape) return std::unexpected<Error>(shape.error());
  if (table.command_timestamps() != nullptr &&
      !check.readable(table.command_timestamps(), "command_timestamps")) {
    return check.error();
  }
  BatchReader reader(check, table);
  const Sequence first_sequence = table.first_sequence();
  into.begin({.batch = table.batch(),
              .first_command = table.first_command(),
              .first_sequence = first_sequence,
              .state_hash = table.state_hash()},
             *shape, table);
  std::size_t event = 0;
  Timestamp last;
  for (std::size_t i = 0; i < shape->commands && check.ok(); ++i) {
    const auto index = static_cast<flatbuffers::uoffset_t>(i);
    check.at(i);
    reader.read_command(i, into.command(i));
    const Timestamp timestamp = check.timestamp(table.command_timestamps()->Get(index), "timestamp");
    if (timestamp < last) check.refuse("timestamp", "earlier than that of the command before");
    last = timestamp;
    const std::uint32_t count = table.events_per_command()->Get(index);
    into.took_command(i, timestamp, count);
    for (std::uint32_t j = 0; j < count; ++j, ++event) {
      check.at(event);
      if (reader.read_event(event, into.part(), into.event())) into.took_event(first_sequence + event, last);
    }
  }
  reader.check_used_up();
  into.end(check.ok());
  if (!check.ok()) return check.error();
  return shape->commands;
}

Result<std::size_t> decode(Batch& batch, Part part) {
  batch.header = {};
  IntoBatch into(batch, part);
  return decode(batch.buffer.bytes(), into);
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

  PackedCommandWriter& packed_commands = writer.packed_commands;
  PackedEventWriter& packed_events = state.packed_events;
  packed_events.start();
  // A command and its events are written together: what is read together lies together.
  std::size_t event = 0;
  Timestamp last;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    TRADE_ASSERT(commands[i].timestamp >= last, "timestamps of commands never fall");
    last = commands[i].timestamp;
    const bool packed = packed_commands.add(commands[i].body);
    packed_events.start_command(packed_commands.placed());
    if (!packed) {
      const auto command = write_command(writer, commands[i].body);
      state.command_types.push_back(command.type);
      state.command_offsets.push_back(command.value);
    }
    for (std::uint32_t j = 0; j < events_per_command[i]; ++j, ++event) {
      TRADE_ASSERT(event < events.size() && events[event].sequence == header.first_sequence + event &&
                       events[event].timestamp == last,
                   "events are counted, dense in sequence and of their command's time");
      if (packed_events.add(events[event].body)) continue;
      const auto value = write_event(writer, events[event].body);
      state.event_types.push_back(value.type);
      state.event_offsets.push_back(value.value);
      TRADE_ASSERT(writer.bytes_so_far() <= batch_bytes_max, "a batch larger than batch_bytes_max");
    }
  }
  TRADE_ASSERT(event == events.size(), "every event belongs to a command");
  TRADE_ASSERT(writer.bytes_so_far() + packed_commands.bytes() + packed_events.bytes() <= batch_bytes_max,
               "a batch larger than batch_bytes_max");

  TableBuilder& builder = writer.builder;
  const PackedEventWriter::Offsets event_lists = packed_events.write(builder);
  const PackedCommandWriter::Offsets command_lists = packed_commands.write(builder);
  const auto event_offsets = write_list(builder, state.event_offsets);
  const auto event_types = write_list(builder, state.event_types);
  const auto counts = builder.CreateVector(events_per_command.data(), events_per_command.size());
  const auto command_offsets = write_list(builder, state.command_offsets);
  const auto command_types = write_list(builder, state.command_types);
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
  table.add_command_forms(command_lists.forms);
  table.add_place_orders(command_lists.place_orders);
  table.add_client_order_ids(command_lists.client_order_ids);
  table.add_cancel_orders(command_lists.cancel_orders);
  table.add_event_forms(event_lists.forms);
  table.add_orders_accepted(event_lists.orders_accepted);
  table.add_orders_rested(event_lists.orders_rested);
  table.add_trades_executed(event_lists.trades_executed);
  table.add_orders_cancelled(event_lists.orders_cancelled);
  return writer.finish(table.Finish());
}

Status decode_batch(Batch& batch) {
  const auto decoded = decode(batch, Part::all);
  return decoded ? Status() : std::unexpected<Error>(decoded.error());
}

Result<BatchSummary> check_batch(Bytes frame) {
  IntoNothing into;
  if (const auto checked = decode(frame, into); !checked) return std::unexpected<Error>(checked.error());
  return into.summary();
}

Result<std::size_t> decode_batch_events(Batch& batch) {
  return decode(batch, Part::events);
}

Result<std::size_t> decode_market_events(Batch& batch) {
  return decode(batch, Part::market_events);
}

}  // namespace trade::wire
