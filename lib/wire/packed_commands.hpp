// What there is most of, packed: plain orders and cancels, and in batches what comes of them
// (packed_events.hpp), stand in lists of structs, one to each kind (trade.fbs, CommandForm and EventForm).
// Against a table to each it takes less than two thirds of the bytes and half of the time to write, verify
// and read them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/command.hpp"
#include "wire/checker.hpp"
#include "wire/table_builder.hpp"
#include "wire/trade_generated.h"

namespace trade::wire {

// Lists that are left out where they are empty.
template <class Element>
flatbuffers::Offset<flatbuffers::Vector<Element>> write_list(TableBuilder& builder,
                                                             const std::vector<Element>& list) {
  if (list.empty()) return {};
  return builder.CreateVector(list);
}
template <class Struct>
flatbuffers::Offset<flatbuffers::Vector<const Struct*>> write_structs(TableBuilder& builder,
                                                                      const std::vector<Struct>& list) {
  if (list.empty()) return {};
  return builder.CreateVectorOfStructs(list);
}
/// How many bytes those of a list are.
template <class Element>
std::size_t bytes_of(const std::vector<Element>& list) {
  return list.size() * sizeof(Element);
}

/// Commands that are being written. Its memory is kept from one message to the next.
class PackedCommandWriter {
 public:
  void start();
  /// The next command. False: it is not packed, and is to be written as a table.
  bool add(const CommandBody& body);
  /// The next command is a table.
  void add_table();
  /// The order that the last command placed, if it is packed.
  [[nodiscard]] const PlaceOrder* placed() const { return placed_; }

  /// What `write` is going to write, at least.
  [[nodiscard]] std::size_t bytes() const;
  struct Offsets {
    flatbuffers::Offset<flatbuffers::Vector<schema::CommandForm>> forms;
    flatbuffers::Offset<flatbuffers::Vector<const schema::PackedPlaceOrder*>> place_orders;
    flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> client_order_ids;
    flatbuffers::Offset<flatbuffers::Vector<const schema::PackedCancelOrder*>> cancel_orders;
  };
  Offsets write(TableBuilder& builder) const;

 private:
  bool add(const PlaceOrder& order);
  bool add(const CancelOrder& cancel);

  std::vector<schema::CommandForm> forms_;
  std::vector<schema::PackedPlaceOrder> place_orders_;
  std::vector<std::uint8_t> client_order_ids_;
  std::vector<schema::PackedCancelOrder> cancel_orders_;
  const PlaceOrder* placed_ = nullptr;
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
    check.refuse(name_, "shorter than the forms say");
    return Element{};
  }
  void check_used_up(Checker& check) const {
    if (at_ < size_) check.refuse(name_, "longer than the forms say");
  }

 private:
  const Vector* list_;
  flatbuffers::uoffset_t at_ = 0;
  flatbuffers::uoffset_t size_;
  const char* name_;
};

/// Where a thing stands that no list of forms speaks of: in a table.
template <class Form>
Form form_of(const flatbuffers::Vector<Form>* forms, std::size_t index) {
  return forms == nullptr ? Form::table : forms->Get(static_cast<flatbuffers::uoffset_t>(index));
}

/// How many elements there are, packed ones and the `tables`. Refuses where the forms tell of another number
/// of tables.
template <class Form>
std::size_t count_all(Checker& check, const flatbuffers::Vector<Form>* forms, std::size_t tables,
                      const char* name) {
  if (forms == nullptr) return tables;
  const auto told = static_cast<std::size_t>(std::count(forms->begin(), forms->end(), Form::table));
  if (told != tables)
    check.refuse_value(name, static_cast<std::int64_t>(tables),
                       "the forms tell of " + std::to_string(told) + " that are not packed");
  return forms->size();
}

/// The list, if its elements may be read.
template <class T>
const flatbuffers::Vector<T>* readable_list(Checker& check, const flatbuffers::Vector<T>* list,
                                            const char* name) {
  return check.readable(list, name) ? list : nullptr;
}

// After a refusal (`check.ok()`) nothing that the readers give is of use, but they may be asked on.

/// Commands that are being read.
class PackedCommandReader {
 public:
  /// Of a table that has such lists.
  template <class Table>
  PackedCommandReader(Checker& check, const Table& table)
      : place_orders_(readable_list(check, table.place_orders(), "place_orders"), "place_orders"),
        cancel_orders_(readable_list(check, table.cancel_orders(), "cancel_orders"), "cancel_orders") {
    if (const auto* ids = table.client_order_ids())
      client_order_ids_ = {reinterpret_cast<const char*>(ids->data()), ids->size()};
  }

  /// The command that comes next and has this form, into `body` where there is one. False: it is not packed,
  /// and is to be read from its table.
  bool read(Checker& check, schema::CommandForm form, CommandBody* body);
  /// The order that the last command placed, if it is packed, and its client's id.
  [[nodiscard]] const schema::PackedPlaceOrder* placed() const { return placed_; }
  [[nodiscard]] std::string_view client_order_id() const { return client_order_id_; }

  /// At the end.
  void check_used_up(Checker& check) const;

 private:
  void read_place_order(Checker& check, CommandBody* body);
  void read_cancel_order(Checker& check, CommandBody* body);
  std::string_view take_client_order_id(Checker& check, std::size_t bytes);

  ListReader<flatbuffers::Vector<const schema::PackedPlaceOrder*>> place_orders_;
  std::string_view client_order_ids_;  ///< that are left
  ListReader<flatbuffers::Vector<const schema::PackedCancelOrder*>> cancel_orders_;
  const schema::PackedPlaceOrder* placed_ = nullptr;
  std::string_view client_order_id_;
};

}  // namespace trade::wire
