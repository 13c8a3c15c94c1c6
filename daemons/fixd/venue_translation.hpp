// What is said to another venue and what it answers, in FIX and in our own terms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "fix/session.hpp"
#include "fixd/venue_order.hpp"
#include "fixd/venue_outbox.hpp"

namespace trade::fixd {

/// ClOrdID of a request at its venue: "ORDER-NUMBER".
struct VenueRequestId {
  OrderId order;
  std::uint32_t number = 0;

  bool operator==(const VenueRequestId&) const = default;
};
std::string format_request_id(const VenueRequestId& id);
/// Nothing where the text is no such id.
std::optional<VenueRequestId> parse_request_id(std::string_view text);

/// NewOrderSingle, OrderCancelRequest or OrderCancelReplaceRequest; `names_account`: with Account.
fix::Message request_message(const VenueOrder& order, const VenueRequest& request, Timestamp now,
                             bool names_account = false);
/// OrderStatusRequest by the ClOrdID of that number.
fix::Message status_request(const VenueOrder& order, std::uint32_t number, std::string_view version,
                            bool names_account = false);
/// OrderMassStatusRequest for all open orders.
fix::Message mass_status_request(const std::string& id);

/// An ExecutionReport, or what is needed of one.
struct VenueExecution {
  std::optional<VenueRequestId> request;   ///< ClOrdID; nothing where it is none of ours
  std::optional<VenueRequestId> original;  ///< OrigClOrdID
  /// ExecType as in 4.4: of a 4.2 report F for a fill, H and G for its cancel and correction, I for an answer
  /// to a status request.
  char type = '0';
  char status = '0';       ///< OrdStatus
  int reject_reason = -1;  ///< OrdRejReason; below zero: none
  std::string execution_id;
  std::string reference_execution_id;
  std::string venue_order_id;
  std::string text;
  Quantity last_quantity;
  Price last_price;
  // Zero where they are not told:
  VenueTerms terms;
  Quantity cumulative;
  Quantity leaves;
  Price average_price;
  std::string mass_request;  ///< of an answer to a mass status request
  bool last_of_mass = false;
};

/// `wrong` says what the report lacks, where it cannot be understood.
std::optional<VenueExecution> read_execution(const fix::Message& message, fix::Verdict& wrong);

/// Cut to what a report may carry: printable ASCII, at most 128 bytes.
std::string venue_text(std::string_view text);
/// An id of the venue's; one that is too long is told apart from others by its hash.
std::string venue_id_text(std::string_view text);

}  // namespace trade::fixd
