#include "sim/coverage.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "format/journal_json.hpp"

namespace trade::sim {

namespace {

/// Reasons that no run comes to: no client's session ends here, and no account is so poor that a stop which
/// triggers could not be paid.
bool is_out_of_reach(CancelReason reason) {
  return reason == CancelReason::disconnected || reason == CancelReason::insufficient_buying_power;
}

template <std::size_t... Index>
std::array<std::string_view, sizeof...(Index)> command_names(std::index_sequence<Index...>) {
  return {format::type_name(CommandBody(std::in_place_index<Index>))...};
}

void add_counts(auto& to, const auto& from) {
  std::ranges::transform(to, from, to.begin(), std::plus<>());
}

}  // namespace

void Coverage::count(const wire::Batch& batch) {
  for (const Command& command : batch.commands) {
    ++commands_[command.body.index()];
    if (const auto* report = std::get_if<VenueReport>(&command.body))
      ++venue_reports_[static_cast<std::size_t>(report->kind)];
  }
  for (const Event& event : batch.events)
    std::visit([this](const auto& body) { note(body); }, event.body);
}

void Coverage::note(const OrderAccepted& accepted) {
  const OrderInstructions& wanted = accepted.instructions;
  ++order_types_[static_cast<std::size_t>(accepted.type)];
  ++times_in_force_[static_cast<std::size_t>(accepted.time_in_force)];
  ++order_classes_[static_cast<std::size_t>(accepted.link.order_class)];
  if (wanted.post_only) ++post_only_[static_cast<std::size_t>(*wanted.post_only)];
  if (wanted.short_sale) ++short_sales_[static_cast<std::size_t>(*wanted.short_sale)];
  if (wanted.self_trade_prevention)
    ++self_trade_preventions_[static_cast<std::size_t>(*wanted.self_trade_prevention)];
  count_if(wanted.display_quantity.shares != 0, Happening::iceberg);
  count_if(wanted.minimum_quantity.shares != 0, Happening::minimum_quantity);
  count_if(wanted.all_or_none, Happening::all_or_none);
}

void Coverage::note(const SymbolPhaseChanged& changed) {
  ++phases_[static_cast<std::size_t>(changed.phase)];
  // The pause that may follow names it too.
  count_if(changed.limit_state.has_value() && changed.phase == MarketPhase::continuous,
           Happening::limit_state);
}

void Coverage::note(const KillSwitchChanged& changed) {
  if (!changed.on) return;
  ++of(changed.account  ? Happening::account_killed
       : changed.symbol ? Happening::symbol_killed
                        : Happening::market_killed);
}

void Coverage::note(const VenueTradeExecuted& trade) {
  ++of(trade.execution_id.starts_with("status-") ? Happening::routed_fill_counted : Happening::routed_fill);
}

void Coverage::add(const Coverage& other) {
  add_counts(commands_, other.commands_);
  add_counts(order_types_, other.order_types_);
  add_counts(times_in_force_, other.times_in_force_);
  add_counts(post_only_, other.post_only_);
  add_counts(self_trade_preventions_, other.self_trade_preventions_);
  add_counts(short_sales_, other.short_sales_);
  add_counts(order_classes_, other.order_classes_);
  add_counts(cancelled_, other.cancelled_);
  add_counts(phases_, other.phases_);
  add_counts(venue_requests_, other.venue_requests_);
  add_counts(venue_reports_, other.venue_reports_);
  add_counts(happenings_, other.happenings_);
}

std::vector<Coverage::Row> Coverage::rows() const {
  std::vector<Row> rows;
  const auto names = command_names(std::make_index_sequence<std::variant_size_v<CommandBody>>());
  for (std::size_t index = 0; index < commands_.size(); ++index) {
    // The clock of this world is not tradingd's to set.
    if (index == CommandBody(SetClock()).index()) continue;
    rows.push_back({"command " + std::string(names[index]), commands_[index]});
  }
  const auto add_rows = [&](std::string_view what, auto none, const auto& counts) {
    for (const auto& [value, name] : enum_names(none))
      rows.push_back({std::string(what) + std::string(name), counts[static_cast<std::size_t>(value)]});
  };
  add_rows("order of type ", OrderType{}, order_types_);
  add_rows("order with time in force ", TimeInForce{}, times_in_force_);
  add_rows("order post-only ", PostOnly{}, post_only_);
  add_rows("order with self-trade prevention ", SelfTradePrevention{}, self_trade_preventions_);
  add_rows("order ", ShortSale{}, short_sales_);
  add_rows("order of class ", OrderClass{}, order_classes_);
  for (const auto& [reason, name] : enum_names(CancelReason{})) {
    if (is_out_of_reach(reason)) continue;
    rows.push_back({"order ended by " + std::string(name), cancelled_[static_cast<std::size_t>(reason)]});
  }
  for (const auto& [phase, name] : enum_names(MarketPhase{})) {
    // A halt is no phase of its own.
    if (phase == MarketPhase::halt) continue;
    rows.push_back({"phase " + std::string(name), phases_[static_cast<std::size_t>(phase)]});
  }
  add_rows("request to a venue: ", VenueRequestKind{}, venue_requests_);
  add_rows("report of a venue: ", VenueReportKind{}, venue_reports_);
  add_rows("", Happening{}, happenings_);
  return rows;
}

}  // namespace trade::sim
