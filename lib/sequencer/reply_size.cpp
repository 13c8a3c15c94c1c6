#include "sequencer/reply_size.hpp"

#include <string>
#include <vector>

namespace trade::sequencer {

namespace {

/// What rows keep outside of themselves.
std::size_t bytes_beside(const AccountView& row) {
  return row.id.size();
}
std::size_t bytes_beside(const SymbolView& row) {
  return row.symbol.size() + row.halt_reason.size() + row.venue_name.size();
}
std::size_t bytes_beside(const VenueView& row) {
  return row.name.size() + row.clearing_account.size();
}
std::size_t bytes_beside(const HoldingsRow& row) {
  return row.name.size() + row.holdings.size() * sizeof(HoldingsRow::Holding);
}
std::size_t bytes_beside(const OrderView& row) {
  return row.client_order_id.size() + row.account.size() + row.symbol.size() + row.venue.size() +
         row.venue_order_id.size();
}
std::size_t bytes_beside(const CommandResult& row) {
  std::size_t bytes = row.fills.size() * sizeof(ImmediateFill);
  if (row.order_view) bytes += bytes_beside(*row.order_view);
  for (const OrderView& view : row.leg_views)
    bytes += sizeof(OrderView) + bytes_beside(view);
  return bytes;
}

template <class Row>
std::size_t bytes_of(const std::vector<Row>& rows) {
  std::size_t bytes = rows.size() * sizeof(Row);
  for (const Row& row : rows)
    bytes += bytes_beside(row);
  return bytes;
}

std::size_t bytes_of(const ErrorReply& reply) {
  return reply.error.name.size() + reply.error.message.size() + reply.error.hint.size();
}
std::size_t bytes_of(const SubmitReply& reply) {
  return bytes_of(reply.results);
}
std::size_t bytes_of(const AccountsReply& reply) {
  return bytes_of(reply.accounts);
}
std::size_t bytes_of(const SymbolsReply& reply) {
  return bytes_of(reply.symbols);
}
std::size_t bytes_of(const HoldingsReply& reply) {
  return bytes_of(reply.rows);
}
std::size_t bytes_of(const VenuesReply& reply) {
  return bytes_of(reply.venues);
}
/// The others have no rows, or are not tradingd's to give.
template <class Other>
std::size_t bytes_of(const Other&) {
  return 0;
}

}  // namespace

std::size_t approximate_bytes(const ReplyBody& body) {
  return sizeof(Reply) + std::visit([](const auto& reply) { return bytes_of(reply); }, body);
}

}  // namespace trade::sequencer
