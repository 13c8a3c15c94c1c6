// Accounts: opening, cash, transferred shares, status and limits.
#include "engine/state.hpp"

namespace trade {

namespace {

bool valid_amount(Money amount) {
  return amount.units > 0 && amount.units <= engine::cash_move_units_max;
}

}  // namespace

RejectReason Engine::State::refusal(const OpenAccount& command) const {
  const Result<AccountName> name = parse_account_name(command.name.view());
  // A clearing account comes with its venue.
  if (!name || !value_numbered<AccountType>(static_cast<std::uint8_t>(command.type)) ||
      command.type == AccountType::clearing) {
    return RejectReason::invalid_command;
  }
  if (accounts_.find(command.name.view())) return RejectReason::account_exists;
  if (accounts_.count() >= capacity_.accounts_max) return RejectReason::capacity_reached;
  return RejectReason::none;
}

void Engine::State::perform(const OpenAccount& command) {
  const AccountId id = accounts_.open(command.name, command.type, log_.now());
  accounts_[id].changed_at = log_.next_sequence();
  log_.emit(AccountOpened{.account = id, .name = command.name, .type = command.type});
}

RejectReason Engine::State::refusal(const DepositCash& command) const {
  if (!accounts_.contains(command.account)) return RejectReason::unknown_account;
  if (!valid_amount(command.amount)) return RejectReason::invalid_amount;
  const std::int64_t after = accounts_.cash_total().units + command.amount.units;
  return after > engine::cash_total_units_max ? RejectReason::invalid_amount : RejectReason::none;
}

void Engine::State::perform(const DepositCash& command) {
  move_cash(command.account, command.amount);
}

RejectReason Engine::State::refusal(const WithdrawCash& command) const {
  if (!accounts_.contains(command.account)) return RejectReason::unknown_account;
  if (!valid_amount(command.amount)) return RejectReason::invalid_amount;
  return command.amount.units > risk_.withdrawable(command.account) ? RejectReason::insufficient_funds
                                                                    : RejectReason::none;
}

void Engine::State::perform(const WithdrawCash& command) {
  move_cash(command.account, -command.amount);
}

void Engine::State::move_cash(AccountId id, Money amount) {
  engine::Account& account = accounts_[id];
  accounts_.move_cash(account, amount);
  account.changed_at = log_.next_sequence();
  log_.emit(CashMoved{.account = id, .amount = amount, .cash_balance = account.cash});
}

RejectReason Engine::State::refusal(const TransferShares& command) const {
  if (!accounts_.contains(command.account)) return RejectReason::unknown_account;
  if (!symbols_.contains(command.symbol)) return RejectReason::unknown_symbol;
  if (command.quantity.shares <= 0 || command.quantity.shares > order_quantity_max) {
    return RejectReason::invalid_quantity;
  }
  // Shares may have cost nothing, as a gift or a spin-off does.
  if (command.cost_price.units < 0 || command.cost_price.units > price_units_max) {
    return RejectReason::invalid_price;
  }
  const Money cost = command.cost_price * command.quantity;
  if ((transferred_total_ + cost).units > engine::transfer_total_units_max)
    return RejectReason::invalid_amount;
  const PositionIndex index = accounts_.find_position(command.account, command.symbol);
  if (index == 0) {
    return accounts_.position_count() >= capacity_.positions_max ? RejectReason::capacity_reached
                                                                 : RejectReason::none;
  }
  const engine::Position& position = accounts_.position(index);
  const Quantity would_hold = position.shares + position.open_buys + command.quantity;
  return would_hold.shares > engine::position_shares_max ? RejectReason::invalid_quantity
                                                         : RejectReason::none;
}

void Engine::State::perform(const TransferShares& command) {
  const Money cost = command.cost_price * command.quantity;
  engine::Position& position = accounts_.position(accounts_.obtain_position(command.account, command.symbol));
  position.shares += command.quantity;
  // Without a price the shares are valued at cost. Once there is one, this is not looked at again.
  if (!symbols_[command.symbol].reference()) position.transferred_cost += cost;
  transferred_total_ += cost;
  accounts_[command.account].changed_at = log_.next_sequence();
  log_.emit(SharesTransferred{.account = command.account,
                              .symbol = command.symbol,
                              .quantity = command.quantity,
                              .cost_price = command.cost_price});
  // Shares that cover what the house was short of may leave nothing.
  accounts_.drop_if_empty(accounts_.find_position(command.account, command.symbol));
}

RejectReason Engine::State::refusal(const SetAccountStatus& command) const {
  if (!accounts_.contains(command.account)) return RejectReason::unknown_account;
  // It places no orders, whoever might want it to.
  if (accounts_[command.account].type == AccountType::clearing) return RejectReason::invalid_command;
  return value_numbered<AccountStatus>(static_cast<std::uint8_t>(command.status))
             ? RejectReason::none
             : RejectReason::invalid_command;
}

void Engine::State::perform(const SetAccountStatus& command) {
  accounts_[command.account].status = command.status;
  log_.emit(AccountStatusChanged{.account = command.account, .status = command.status});
}

RejectReason Engine::State::refusal(const SetAccountLimits& command) const {
  if (!accounts_.contains(command.account)) return RejectReason::unknown_account;
  if (command.position_max.value_or(Quantity{}).shares < 0) return RejectReason::invalid_quantity;
  if (command.order_quantity_max.value_or(Quantity{}).shares < 0) return RejectReason::invalid_quantity;
  if (command.order_notional_max.value_or(Money{}).units < 0) return RejectReason::invalid_amount;
  const SelfTradePrevention prevention = command.self_trade_prevention.value_or(SelfTradePrevention{});
  if (prevention != SelfTradePrevention{} &&
      !value_numbered<SelfTradePrevention>(static_cast<std::uint8_t>(prevention))) {
    return RejectReason::invalid_command;
  }
  return RejectReason::none;
}

void Engine::State::perform(const SetAccountLimits& command) {
  engine::Account& account = accounts_[command.account];
  if (command.position_max) account.position_max = *command.position_max;
  if (command.order_quantity_max) account.order_quantity_max = *command.order_quantity_max;
  if (command.order_notional_max) account.order_notional_max = *command.order_notional_max;
  if (command.self_trade_prevention) account.self_trade_prevention = *command.self_trade_prevention;
  AccountLimitsChanged event{.account = command.account,
                             .position_max = account.position_max,
                             .order_quantity_max = account.order_quantity_max,
                             .order_notional_max = account.order_notional_max,
                             .self_trade_prevention = {}};
  if (account.self_trade_prevention != SelfTradePrevention{})
    event.self_trade_prevention = account.self_trade_prevention;
  log_.emit(event);
}

}  // namespace trade
