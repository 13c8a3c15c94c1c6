// What happens most in a batch, packed: plain orders and cancels and what comes of them stand in lists of
// structs, one to each kind (trade.fbs, PackedPlaceOrder and JournalBatch). Against a table to each it takes
// two thirds of the bytes and half of the time to write, verify and read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "wire/codec.hpp"

namespace trade::wire {

/// Those of a batch that is being written. Its memory is kept from batch to batch.
class PackedWriter {
 public:
  void start();
  /// The next command. False: it is not packed, and is to be written as a table.
  bool add_command(const CommandBody& body);
  /// The next event of that command, likewise.
  bool add_event(const EventBody& body);

  /// What `write` is going to write, at least.
  [[nodiscard]] std::size_t bytes() const;
  struct Offsets {
    Offset<flatbuffers::Vector<schema::CommandForm>> command_forms;
    Offset<flatbuffers::Vector<const schema::PackedPlaceOrder*>> place_orders;
    Offset<flatbuffers::Vector<std::uint8_t>> client_order_ids;
    Offset<flatbuffers::Vector<const schema::PackedCancelOrder*>> cancel_orders;
    Offset<flatbuffers::Vector<schema::EventForm>> event_forms;
    Offset<flatbuffers::Vector<std::uint64_t>> orders_accepted;
    Offset<flatbuffers::Vector<std::int64_t>> orders_rested;
    Offset<flatbuffers::Vector<const schema::TradeExecutedFields*>> trades_executed;
    Offset<flatbuffers::Vector<const schema::OrderCancelledFields*>> orders_cancelled;
  };
  Offsets write(TableBuilder& builder) const;

 private:
  bool add(const PlaceOrder& order);
  bool add(const CancelOrder& cancel);
  bool add(const OrderAccepted& event);
  bool add(const OrderRested& event);
  bool add(const TradeExecuted& event);
  bool add(const OrderCancelled& event);

  std::vector<schema::CommandForm> command_forms_;
  std::vector<schema::PackedPlaceOrder> place_orders_;
  std::vector<std::uint8_t> client_order_ids_;
  std::vector<schema::PackedCancelOrder> cancel_orders_;
  std::vector<schema::EventForm> event_forms_;
  std::vector<std::uint64_t> orders_accepted_;
  std::vector<std::int64_t> orders_rested_;
  std::vector<schema::TradeExecutedFields> trades_executed_;
  std::vector<schema::OrderCancelledFields> orders_cancelled_;

  const PlaceOrder* placed_ = nullptr;  ///< by the command, if it is packed
  OrderId accepted_;                    ///< that order, once its acceptance is packed
};

/// Takes the elements of a list one after the other.
template <class Vector>
class ListReader {
 public:
  ListReader(const Vector* list, const char* name)
      : list_(list), size_(list == nullptr ? 0 : list->size()), name_(name) {}

  /// The next one; what an absent element has, and the batch refused, where there is none.
  auto take(Checker& check) {
    using Element = decltype(list_->Get(0));
    if (at_ < size_) [[likely]]
      return list_->Get(at_++);
    check.refuse(name_, "shorter than the batch says");
    return Element{};
  }
  void check_used_up(Checker& check) const {
    if (at_ < size_) check.refuse(name_, "longer than the batch says");
  }

 private:
  const Vector* list_;
  flatbuffers::uoffset_t at_ = 0;
  flatbuffers::uoffset_t size_;
  const char* name_;
};

/// Those of a batch that is being read. After a refusal (`check.ok()`) nothing that it gives is of use, but
/// it may be asked on.
class PackedReader {
 public:
  PackedReader(Checker& check, const schema::JournalBatch& table);

  // The command that comes next, read into `body` where there is one.
  void read_place_order(Checker& check, CommandBody* body);
  void read_cancel_order(Checker& check, CommandBody* body);
  /// The next command is not packed.
  void skip_command() { placed_ = nullptr; }

  // An event of that command.
  void read_order_accepted(Checker& check, EventBody& body);
  void skip_order_accepted(Checker& check);
  void read_order_rested(Checker& check, EventBody& body);
  void read_trade_executed(Checker& check, EventBody& body);
  void read_order_cancelled(Checker& check, EventBody& body);

  /// At the end.
  void check_used_up(Checker& check) const;

 private:
  std::string_view take_client_order_id(Checker& check, std::size_t bytes);

  ListReader<flatbuffers::Vector<const schema::PackedPlaceOrder*>> place_orders_;
  std::string_view client_order_ids_;  ///< that are left
  ListReader<flatbuffers::Vector<const schema::PackedCancelOrder*>> cancel_orders_;
  ListReader<flatbuffers::Vector<std::uint64_t>> orders_accepted_;
  ListReader<flatbuffers::Vector<std::int64_t>> orders_rested_;
  ListReader<flatbuffers::Vector<const schema::TradeExecutedFields*>> trades_executed_;
  ListReader<flatbuffers::Vector<const schema::OrderCancelledFields*>> orders_cancelled_;

  const schema::PackedPlaceOrder* placed_ = nullptr;  ///< by the command, if it is packed
  std::string_view client_order_id_;                  ///< of it
  OrderId accepted_;                                  ///< that order, once it was accepted; zero: not yet
};

}  // namespace trade::wire
