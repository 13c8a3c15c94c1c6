// An order at another venue, as far as it is to be known to speak of it there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_stream.hpp"
#include "model/enums.hpp"
#include "model/ids.hpp"
#include "model/instructions.hpp"
#include "model/numbers.hpp"

namespace trade::fixd {

/// What an order asks for, as far as a replace changes it.
struct VenueTerms {
  Quantity quantity;  ///< whole, what is filled included
  Price limit_price;
  Price stop_price;

  bool operator==(const VenueTerms&) const = default;
};

/// A request of an order that its venue has not answered yet.
struct VenueRequest {
  std::uint32_t number = 0;
  VenueRequestKind kind = VenueRequestKind::place;
  VenueTerms terms;   ///< of place and replace, as the order is to be
  bool sent = false;  ///< it has a sequence number, with which it is kept

  bool operator==(const VenueRequest&) const = default;
};

struct VenueOrder {
  OrderId id;
  VenueId venue;
  std::string account;  ///< here; empty: it was kept by who did not keep that
  std::string symbol;
  Side side = Side::buy;
  OrderType type = OrderType::market;
  TimeInForce time_in_force = TimeInForce::day;
  OrderInstructions instructions;
  VenueTerms terms;  ///< in force there
  VenueState state = VenueState::sending;
  std::uint32_t current = 1;   ///< number of the request which those terms are from
  std::string venue_order_id;  ///< empty: not told yet
  bool over = false;           ///< it has ended here, and is to end there
  std::vector<VenueRequest> open;

  bool operator==(const VenueOrder&) const = default;

  [[nodiscard]] const VenueRequest* request(std::uint32_t number) const;
  /// It was answered: it waits no more.
  void close(std::uint32_t number);
};

/// As it is stored; `read_venue_order` is false where the bytes are not such an order.
void write_venue_order(ByteWriter& writer, const VenueOrder& order);
bool read_venue_order(ByteReader& reader, VenueOrder& order);

}  // namespace trade::fixd
