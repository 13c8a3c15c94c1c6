// The layout of every message, once, for reading and for writing: `io` names the fields one after the other
// as they lie on the wire behind the header, and either reads or writes each.
#pragma once

#include "itch/messages.hpp"

namespace trade::itch {

void layout(auto& io, auto& m, const SystemEvent*) {
  io.event_code(m.event_code);
}

void layout(auto& io, auto& m, const StockDirectory*) {
  io.text(m.stock);
  io.letter(m.market_category);
  io.letter(m.financial_status_indicator);
  io.integer(m.round_lot_size);
  io.letter(m.round_lots_only);
  io.letter(m.issue_classification);
  io.text(m.issue_sub_type);
  io.letter(m.authenticity);
  io.letter(m.short_sale_threshold_indicator);
  io.letter(m.ipo_flag);
  io.letter(m.luld_reference_price_tier);
  io.letter(m.etp_flag);
  io.integer(m.etp_leverage_factor);
  io.letter(m.inverse_indicator);
}

void layout(auto& io, auto& m, const StockTradingAction*) {
  io.text(m.stock);
  io.letter(m.trading_state);
  io.letter(m.reserved);
  io.text(m.reason);
}

void layout(auto& io, auto& m, const RegShoRestriction*) {
  io.text(m.stock);
  io.letter(m.reg_sho_action);
}

void layout(auto& io, auto& m, const MarketParticipantPosition*) {
  io.text(m.mpid);
  io.text(m.stock);
  io.letter(m.primary_market_maker);
  io.letter(m.market_maker_mode);
  io.letter(m.market_participant_state);
}

void layout(auto& io, auto& m, const MwcbDeclineLevel*) {
  io.integer(m.level_1);
  io.integer(m.level_2);
  io.integer(m.level_3);
}

void layout(auto& io, auto& m, const MwcbStatus*) {
  io.letter(m.breached_level);
}

void layout(auto& io, auto& m, const IpoQuotingPeriodUpdate*) {
  io.text(m.stock);
  io.integer(m.ipo_quotation_release_time);
  io.letter(m.ipo_quotation_release_qualifier);
  io.indicative_price(m.ipo_price);
}

void layout(auto& io, auto& m, const LuldAuctionCollar*) {
  io.text(m.stock);
  io.indicative_price(m.auction_collar_reference_price);
  io.indicative_price(m.upper_auction_collar_price);
  io.indicative_price(m.lower_auction_collar_price);
  io.integer(m.auction_collar_extension);
}

void layout(auto& io, auto& m, const OperationalHalt*) {
  io.text(m.stock);
  io.letter(m.market_code);
  io.letter(m.operational_halt_action);
}

void layout(auto& io, auto& m, const AddOrder*) {
  io.integer(m.order_reference_number);
  io.side(m.side);
  io.shares_32(m.shares);
  io.text(m.stock);
  io.price(m.price);
}

void layout(auto& io, auto& m, const AddOrderMpid*) {
  io.integer(m.order_reference_number);
  io.side(m.side);
  io.shares_32(m.shares);
  io.text(m.stock);
  io.price(m.price);
  io.text(m.attribution);
}

void layout(auto& io, auto& m, const OrderExecuted*) {
  io.integer(m.order_reference_number);
  io.shares_32(m.executed_shares);
  io.integer(m.match_number);
}

void layout(auto& io, auto& m, const OrderExecutedWithPrice*) {
  io.integer(m.order_reference_number);
  io.shares_32(m.executed_shares);
  io.integer(m.match_number);
  io.yes_or_no(m.printable);
  io.price(m.execution_price);
}

void layout(auto& io, auto& m, const OrderCancel*) {
  io.integer(m.order_reference_number);
  io.shares_32(m.cancelled_shares);
}

void layout(auto& io, auto& m, const OrderDelete*) {
  io.integer(m.order_reference_number);
}

void layout(auto& io, auto& m, const OrderReplace*) {
  io.integer(m.original_order_reference_number);
  io.integer(m.new_order_reference_number);
  io.shares_32(m.shares);
  io.price(m.price);
}

void layout(auto& io, auto& m, const Trade*) {
  io.integer(m.order_reference_number);
  io.side(m.side);
  io.shares_32(m.shares);
  io.text(m.stock);
  io.price(m.price);
  io.integer(m.match_number);
}

void layout(auto& io, auto& m, const CrossTrade*) {
  io.shares_64(m.shares);
  io.text(m.stock);
  io.price(m.cross_price);
  io.integer(m.match_number);
  io.letter(m.cross_type);
}

void layout(auto& io, auto& m, const BrokenTrade*) {
  io.integer(m.match_number);
}

void layout(auto& io, auto& m, const NetOrderImbalance*) {
  io.shares_64(m.paired_shares);
  io.shares_64(m.imbalance_shares);
  io.letter(m.imbalance_direction);
  io.text(m.stock);
  io.indicative_price(m.far_price);
  io.indicative_price(m.near_price);
  io.indicative_price(m.current_reference_price);
  io.letter(m.cross_type);
  io.letter(m.price_variation_indicator);
}

void layout(auto& io, auto& m, const RetailPriceImprovement*) {
  io.text(m.stock);
  io.letter(m.interest_flag);
}

void layout(auto& io, auto& m, const DirectListing*) {
  io.text(m.stock);
  io.letter(m.open_eligibility_status);
  io.indicative_price(m.minimum_allowable_price);
  io.indicative_price(m.maximum_allowable_price);
  io.indicative_price(m.near_execution_price);
  io.integer(m.near_execution_time);
  io.indicative_price(m.lower_price_range_collar);
  io.indicative_price(m.upper_price_range_collar);
}

}  // namespace trade::itch
