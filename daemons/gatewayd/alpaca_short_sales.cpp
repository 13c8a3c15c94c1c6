// Short sales as that API knows them: a `sell` of an account that holds nothing opens a short position. The
// market wants such a sale marked, so whoever asks without a mark gets the one that fits.
#include "gatewayd/alpaca.hpp"

namespace trade::gatewayd::alpaca {

namespace {

/// What would become of the order.
Task<Result<CommandResult>> try_order(Call& call, PlaceOrder order, std::string symbol) {
  SubmittedCommand command{order, call.key->account, std::move(symbol)};
  co_return co_await call.upstream().submit(std::move(command), true);
}

/// Whether the market takes a sale that is marked as short, or refuses it for another reason than the mark.
bool is_meant_short(const CommandResult& tried) {
  return tried.reason != RejectReason::long_position &&
         tried.reason != RejectReason::short_sale_not_permitted;
}

}  // namespace

Task<Result<std::optional<ShortSale>>> short_sale_mark(Call& call, PlaceOrder order, std::string symbol) {
  std::optional<ShortSale> none;
  // An oco closes what is there.
  if (order.side == Side::buy || order.legs.order_class == OrderClass::oco) co_return none;
  order.instructions.short_sale.reset();
  const auto plain = co_await try_order(call, order, symbol);
  if (!plain) co_return std::unexpected(plain.error());
  const bool used_id = plain->reason == RejectReason::duplicate_client_order_id;
  if (plain->duplicate || (plain->reason != RejectReason::insufficient_shares && !used_id)) co_return none;
  order.instructions.short_sale = ShortSale::sell_short;
  const auto marked = co_await try_order(call, order, symbol);
  if (!marked) co_return std::unexpected(marked.error());
  // An id that was used is either that of the same short sale, which is asked for again, or of another order.
  const bool is_short = used_id ? marked->duplicate : is_meant_short(*marked);
  co_return is_short ? order.instructions.short_sale : none;
}

}  // namespace trade::gatewayd::alpaca
