// Kill switches: one command that ends all open orders of an account, of a symbol or of the market, and lets
// in no more until it is lifted.
#include "engine/open_orders.hpp"
#include "engine/state.hpp"

namespace trade {

RejectReason Engine::State::decide(const SetKillSwitch& command) const {
  if (command.account && command.symbol) return RejectReason::invalid_command;
  if (command.account && !accounts_.contains(command.account)) return RejectReason::unknown_account;
  if (command.symbol && !symbols_.contains(command.symbol)) return RejectReason::unknown_symbol;
  return RejectReason::none;
}

ApplyResult Engine::State::perform(const SetKillSwitch& command) {
  ApplyResult result{.reason = decide(command)};
  if (result.reason != RejectReason::none) {
    log_.emit(CommandRejected{.reason = result.reason, .account = command.account, .order = {}});
    return result;
  }
  bool& kill_switch = command.account  ? accounts_[command.account].kill_switch
                      : command.symbol ? symbols_[command.symbol].kill_switch
                                       : market_kill_switch_;
  kill_switch = command.on;
  log_.emit(KillSwitchChanged{.account = command.account, .symbol = command.symbol, .on = command.on});
  // Ending one may end others, so they are chosen first.
  ending_.clear();
  for_each_of(command, [&](OrderSlot slot) { ending_.push_back(slot); });
  result.affected = static_cast<std::uint32_t>(ending_.size());
  for (const OrderSlot slot : ending_) {
    if (orders_[slot].open()) cancel(slot, CancelReason::kill_switch);
  }
  return result;
}

}  // namespace trade
