#include "statement_lines.hpp"

#include <utility>

namespace trade::cmd {

namespace {
Money size_of(Money amount) {
  return amount.units < 0 ? -amount : amount;
}
}  // namespace

void StatementMaker::add(const PostingView& posting) {
  if (posting.sequence != entry_.sequence) close_entry();
  entry_.sequence = posting.sequence;
  entry_.timestamp = posting.timestamp;
  entry_.of_bust = posting.of_bust;
  if (posting.ledger == "cash") {
    entry_.cash += posting.amount;
    entry_.has_cash = true;
  } else if (posting.ledger == "external") {
    entry_.external += posting.amount;
  } else if (posting.ledger == "fees") {
    entry_.fees += posting.amount;
    entry_.symbol = posting.symbol;
  } else if (posting.ledger == "realized_pnl") {
    entry_.realized += posting.amount;
  } else if (posting.ledger == "securities") {
    entry_.symbol = posting.symbol;
    entry_.shares += posting.quantity;
    entry_.cost += posting.amount;
    entry_.has_shares = true;
    (posting.quantity.shares > 0 ? entry_.bought : entry_.sold) = true;
  }
}

void StatementMaker::close_entry() {
  const Entry entry = std::exchange(entry_, {});
  if (entry.sequence == 0 || (to_ && entry.timestamp > to_)) return;
  if (!opened_ && entry.timestamp >= from_) {
    opened_ = true;
    statement_.opening_balance = balance_;
  }
  balance_ += entry.cash;
  if (entry.has_shares) {
    StatementPosition& position = positions_[entry.symbol];
    position.symbol = entry.symbol;
    position.quantity += entry.shares;
    position.cost += entry.cost;
  }
  if (entry.timestamp < from_) return;
  StatementLine line{entry.sequence, entry.timestamp, "",      entry.symbol, entry.shares, {},
                     entry.cash,     -entry.realized, balance_};
  if (entry.fees) {
    line.kind = "borrow_fee";
    statement_.fees += entry.fees;
  } else if (!entry.has_shares) {
    line.kind = entry.cash.units >= 0 ? "deposit" : "withdrawal";
    (entry.cash.units >= 0 ? statement_.deposits : statement_.withdrawals) += size_of(entry.cash);
  } else if (!entry.has_cash) {
    line.kind = entry.shares.shares >= 0 ? "transfer_in" : "transfer_out";
    line.price =
        average_price(size_of(entry.external), entry.shares.shares < 0 ? -entry.shares : entry.shares);
  } else if (entry.bought && entry.sold) {
    line.kind = "self_trade";
  } else {
    line.kind = entry.of_bust ? "bust" : entry.bought ? "buy" : "sell";
    line.price = average_price(size_of(entry.cash), entry.shares.shares < 0 ? -entry.shares : entry.shares);
    // Shares that go by a bust were bought in vain.
    if (entry.of_bust) {
      (entry.sold ? statement_.bought : statement_.sold) -= size_of(entry.cash);
    } else {
      (entry.bought ? statement_.bought : statement_.sold) += size_of(entry.cash);
    }
  }
  statement_.realized_pnl += line.realized_pnl;
  statement_.lines.push_back(std::move(line));
}

Statement StatementMaker::finish() {
  close_entry();
  if (!opened_) statement_.opening_balance = balance_;
  statement_.closing_balance = balance_;
  for (auto& [symbol, position] : positions_) {
    if (position.quantity) statement_.positions.push_back(position);
  }
  return std::move(statement_);
}

}  // namespace trade::cmd
