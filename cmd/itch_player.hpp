// Plays ITCH messages into the market as the house: each becomes the commands that do to our book what it
// says of the recorded one. Many commands go in one request, and a bounded number of requests is under way.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "client/client.hpp"
#include "itch/messages.hpp"
#include "model/messages.hpp"

namespace trade::cmd {

class ItchPlayer {
 public:
  struct Counts {
    std::uint64_t executions = 0;
    std::uint64_t executions_exact = 0;  ///< that filled exactly the order that the message names
    std::uint64_t rejected = 0;          ///< commands that were refused, an order that is gone not counted
    std::uint64_t orders_gone = 0;       ///< changes of orders that others had filled before
    std::uint64_t unknown_references = 0;
    std::string first_rejection;
  };

  /// `house` is the account that plays. `run` makes this run's client order ids unlike those of any other.
  /// `known_symbols` exist already. Every request must be answered within the timeout of `options`.
  ItchPlayer(const ClientOptions& options, AccountId house, std::string run,
             const std::vector<SymbolView>& known_symbols);

  /// Plays one message of a stock that is to be played.
  Status play(const itch::Message& message);
  /// Sends what is gathered.
  Status flush();
  /// Takes the answers that are there, without waiting.
  Status take_answers();
  /// Sends what is gathered and waits until everything is answered.
  Status finish();

  [[nodiscard]] const Counts& counts() const { return counts_; }
  /// The recording's orders that still rest.
  [[nodiscard]] std::uint64_t resting_orders() const;
  /// "itch:<run>:": what this run's client order ids begin with.
  [[nodiscard]] const std::string& client_id_prefix() const { return prefix_; }

 private:
  /// An order of the recording.
  struct Order {
    OrderId id;  ///< zero until its acceptance is answered
    SymbolId symbol;
    std::string_view symbol_name;
    Side side = Side::buy;
    Price price;
    Quantity quantity;  ///< whole, less what was cancelled
    Quantity leaves;
    bool ended = false;  ///< nothing of it is left; kept until the last command about it is answered
  };
  enum class Kind : std::uint8_t { other, place, change, execute };
  /// A command that is not answered yet.
  struct Pending {
    Kind kind = Kind::other;
    bool last = false;  ///< the last command about its order
    std::uint64_t reference = 0;
    Quantity shares;
  };
  struct PendingRequest {
    std::uint64_t id = 0;
    std::vector<Pending> commands;
  };

  Status add(const itch::Stock& stock, std::uint64_t reference, Side side, Quantity shares, Price price);
  Status execute(std::uint64_t reference, Quantity shares);
  Status reduce(std::uint64_t reference, Quantity shares);
  Status remove(std::uint64_t reference);
  Status replace(const itch::OrderReplace& message);
  Status print(const itch::Stock& stock, Quantity shares, Price price);
  Status place(std::uint64_t reference, const Order& order);

  Status know_symbol(const itch::Stock& stock);
  Order* find(std::uint64_t reference);
  std::string_view client_id(std::uint64_t reference);
  /// The symbol's name, whose bytes stay.
  std::string_view symbol_name(const itch::Stock& stock);
  Status command(CommandBody body, std::string_view symbol, const Pending& pending);
  Status take_answer(const Reply& reply);
  void count_answer(const Pending& pending, const CommandResult& result);
  Status wait_for_room(std::size_t requests_max);

  Pipeline pipeline_;
  std::chrono::milliseconds timeout_;
  AccountId house_;
  std::string prefix_;
  std::unordered_set<std::string> symbols_;
  std::unordered_map<std::uint64_t, Order> orders_;
  std::uint64_t ended_orders_ = 0;  ///< of orders_
  SubmitRequest request_;
  std::vector<Pending> pending_;
  std::vector<std::unique_ptr<char[]>> texts_;  ///< client order ids of the gathered commands
  std::size_t texts_used_ = 0;
  std::deque<PendingRequest> unanswered_;
  Counts counts_;
};

}  // namespace trade::cmd
