// A made-up trading day for the engine alone: 1,000 symbols, 100,000 accounts of which a fifth are margin
// accounts, orders that rest, are cancelled, or trade. Commands are made a batch at a time, as a sequencer
// would hand them over, so that making them is not measured.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace trade::workload {

/// What the day is made of. The shares are in percent of the commands; the rest rests in the book.
struct EngineMix {
  std::uint32_t symbols = 1'000;
  std::uint32_t accounts = 100'000;
  unsigned cancel_percent = 35;
  unsigned trade_percent = 20;
  bool client_ids = false;
  /// Commands of mixed trading before anything is measured: enough that ended orders are recycled.
  std::uint64_t warm_up_commands = 2'000'000;
  std::uint64_t seed = 42;
};

class EngineDay {
 public:
  static constexpr std::size_t batch_commands = 512;

  /// Opens the accounts, adds the symbols, fills the books and trades until the state is steady.
  explicit EngineDay(const EngineMix& mix);

  /// The next batch, not applied yet. The span and its texts are valid until the next call.
  std::span<const Command> next_batch();
  /// Where `Engine::apply` is to put the events of a batch; emptied by `next_batch`.
  std::vector<Event>& events() { return events_; }
  /// Takes note of what came of the batch: to be called after it was applied, outside what is measured.
  void note_events();
  Engine& engine() { return engine_; }

  /// Since the day began to be measured.
  struct Counts {
    std::uint64_t trades = 0;
    std::uint64_t rejected = 0;
    std::uint64_t events = 0;
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  struct Live {
    OrderId order;
    AccountId account;
  };
  struct Text {
    char bytes[40];
  };

  [[nodiscard]] SymbolId symbol_of(AccountId account, std::uint32_t which) const;
  void make_batch(bool only_rest);
  PlaceOrder make_order(bool crosses, std::size_t at);
  void apply(const CommandBody& body);
  void apply_batch();

  Engine engine_;
  EngineMix mix_;
  std::mt19937_64 random_;
  std::int64_t now_ = 1'700'000'000'000'000'000;
  std::vector<Live> live_;  ///< some of them filled meanwhile
  std::vector<Command> batch_;
  std::vector<Text> texts_;
  std::uint64_t text_number_ = 0;
  std::vector<Event> events_;
  Counts counts_;
};

}  // namespace trade::workload
