// An account's statement, made of its postings: what moved over a time, and what there was at both ends.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/views.hpp"

namespace trade::cmd {

struct StatementLine {
  Sequence sequence = 0;
  Timestamp timestamp;
  std::string
      kind;  ///< "deposit", "withdrawal", "transfer_in", "buy", "sell", "self_trade", "bust", "borrow_fee"
  std::string symbol;  ///< empty where cash alone moved
  Quantity quantity;   ///< that came in, or below zero went out
  Price price;         ///< of a share, rounded; zero where no shares moved
  Money amount;        ///< by which the cash changed
  Money realized_pnl;
  Money balance;  ///< the cash after it
};

struct StatementPosition {
  std::string symbol;
  Quantity quantity;
  Money cost;
};

struct Statement {
  Money opening_balance;
  Money closing_balance;
  Money deposits;
  Money withdrawals;  ///< above zero
  Money bought;
  Money sold;
  Money realized_pnl;
  Money fees;  ///< above zero
  std::vector<StatementLine> lines;
  std::vector<StatementPosition> positions;  ///< at the end, ascending by symbol
};

/// Takes an account's postings in their order, from the first it has.
class StatementMaker {
 public:
  /// Of `from` to `to`, both included; zero is no bound.
  StatementMaker(Timestamp from, Timestamp to) : from_(from), to_(to) {}

  void add(const PostingView& posting);
  Statement finish();

 private:
  /// The postings of one event so far.
  struct Entry {
    Sequence sequence = 0;
    Timestamp timestamp;
    Money cash;
    Money external;
    Money fees;
    Money realized;  ///< as posted: a profit is below zero
    Money cost;
    Quantity shares;
    std::string symbol;
    bool has_cash = false;
    bool has_shares = false;
    bool bought = false;
    bool sold = false;
    bool of_bust = false;
  };
  void close_entry();

  Timestamp from_;
  Timestamp to_;
  Money balance_;
  bool opened_ = false;
  Entry entry_;
  std::map<std::string, StatementPosition> positions_;
  Statement statement_;
};

}  // namespace trade::cmd
