// What comes of plain orders and cancels, packed as they are (packed_commands.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/event.hpp"
#include "wire/codec.hpp"
#include "wire/packed_commands.hpp"

namespace trade::wire {

/// Events that are being written, likewise.
class PackedEventWriter {
 public:
  void start();
  /// A command is over; this is the order that the next one places, if it is packed.
  void start_command(const PlaceOrder* placed);
  /// The next event of that command. False: it is not packed, and is to be written as a table.
  bool add(const EventBody& body);

  /// What `write` is going to write, at least.
  [[nodiscard]] std::size_t bytes() const;
  struct Offsets {
    flatbuffers::Offset<flatbuffers::Vector<schema::EventForm>> forms;
    flatbuffers::Offset<flatbuffers::Vector<std::uint64_t>> orders_accepted;
    flatbuffers::Offset<flatbuffers::Vector<std::int64_t>> orders_rested;
    flatbuffers::Offset<flatbuffers::Vector<const schema::TradeExecutedFields*>> trades_executed;
    flatbuffers::Offset<flatbuffers::Vector<const schema::OrderCancelledFields*>> orders_cancelled;
  };
  Offsets write(TableBuilder& builder) const;

 private:
  bool add(const OrderAccepted& event);
  bool add(const OrderRested& event);
  bool add(const TradeExecuted& event);
  bool add(const OrderCancelled& event);

  std::vector<schema::EventForm> forms_;
  std::vector<std::uint64_t> orders_accepted_;
  std::vector<std::int64_t> orders_rested_;
  std::vector<schema::TradeExecutedFields> trades_executed_;
  std::vector<schema::OrderCancelledFields> orders_cancelled_;

  const PlaceOrder* placed_ = nullptr;  ///< by the command, if it is packed
  OrderId accepted_;                    ///< that order, once its acceptance is packed
};

/// Events that are being read.
class PackedEventReader {
 public:
  PackedEventReader(Checker& check, const schema::JournalBatch& table);

  /// The next command's events follow.
  void start_command() { accepted_ = {}; }
  // An event of the last of the `commands`.
  void read_order_accepted(Checker& check, const PackedCommandReader& commands, EventBody& body);
  void skip_order_accepted(Checker& check, const PackedCommandReader& commands);
  void read_order_rested(Checker& check, const PackedCommandReader& commands, EventBody& body);
  void read_trade_executed(Checker& check, EventBody& body);
  void read_order_cancelled(Checker& check, EventBody& body);

  /// At the end.
  void check_used_up(Checker& check) const;

 private:
  ListReader<flatbuffers::Vector<std::uint64_t>> orders_accepted_;
  ListReader<flatbuffers::Vector<std::int64_t>> orders_rested_;
  ListReader<flatbuffers::Vector<const schema::TradeExecutedFields*>> trades_executed_;
  ListReader<flatbuffers::Vector<const schema::OrderCancelledFields*>> orders_cancelled_;
  OrderId accepted_;  ///< the order that the command placed, once it was accepted; zero: not yet
};

}  // namespace trade::wire
