#include "journal_scenario.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "format/ratio.hpp"
#include "journal_directory.hpp"
#include "journal_scenario_words.hpp"
#include "ledger/ledger.hpp"
#include "pseudonyms.hpp"
#include "scenario/value.hpp"

namespace trade::cmd {

namespace {

using Words = ScenarioWords;

/// What the writer knows when a command is written: the engine before and after it.
struct Moment {
  const Engine& engine;
  const ledger::Ledger& books;
  const ApplyResult& result;
  const std::vector<Event>& events;  ///< that came of it
};

class Writer {
 public:
  Writer(const ScenarioOfJournal& wanted, std::set<std::uint32_t> symbols)
      : wanted_(wanted),
        symbols_(std::move(symbols)),
        accounts_("trader", wanted.keep_names),
        client_ids_("c", wanted.keep_names) {}

  // --- how it was before ---

  void begin(const Engine& engine, const ledger::Ledger& books, Timestamp time) {
    line("scenario Events " + std::to_string(wanted_.from) + " to " + std::to_string(last_) +
         " of a journal");
    move_clock(time);
    const SessionView session = engine.session();
    write_rules(session.rules);
    market_phase_ = session.market_phase;
    for (std::uint32_t number = 1; number <= engine.symbol_count(); ++number) {
      if (!concerns(SymbolId{number})) continue;
      const SymbolView symbol = *engine.symbol(SymbolId{number});
      Words words{"symbol", "add", symbol.symbol};
      const Price reference = symbol.last_price ? symbol.last_price : symbol.previous_close;
      if (reference) add_option(words, "--previous-close", format_price(reference));
      add_option(words, "--tick", format_price(symbol.tick));
      add_option(words, "--lot", format_quantity(symbol.lot));
      step(words);
      if (symbol.easy_to_borrow) step({"symbol", "borrow", symbol.symbol, "easy"});
    }
    for (std::uint32_t number = 1; number <= engine.account_count(); ++number)
      write_account(engine, books, AccountId{number});
    write_routes(engine);
    std::vector<OrderView> open;
    for (OrderId id{1}; books.orders().newest() >= id; ++id.value) {
      const auto order = engine.order(id);
      if (order && !is_terminal(order->status) && concerns(engine.find_symbol(order->symbol)))
        open.push_back(*order);
    }
    // Orders that gather for an auction may cross, so that they are placed while they may.
    if (is_call(session.market_phase)) step({"market", "phase", phase_word(session.market_phase)});
    for (const OrderView& order : open)
      write_open_order(order, engine);
    for (const VenueView& venue : venues_of(engine)) {
      if (!venue.session_up) step({"venue", venue.name, "down"});
    }
    for (std::uint32_t number = 1; number <= engine.symbol_count(); ++number) {
      const SymbolView symbol = *engine.symbol(SymbolId{number});
      if (!concerns(SymbolId{number})) continue;
      if (symbol.bands.basis_points != 0) step(bands_words(symbol.symbol, bands_before(symbol.bands)));
      if (symbol.status == SymbolStatus::halted) step({"symbol", "halt", symbol.symbol});
      if (symbol.kill_switch) step({"kill", "symbol", symbol.symbol});
    }
    for (std::uint32_t number = 1; number <= engine.account_count(); ++number) {
      const AccountView account = *engine.account(AccountId{number});
      if (account.kill_switch) step({"kill", "account", accounts_.of(account.id)});
    }
    if (session.kill_switch) step({"kill", "market"});
    if (session.phase == SessionPhase::closed) step({"market", "close"});
    line("");
  }

  // --- one command ---

  /// Returns false where it was left out because no step can say it.
  bool write(const Command& command, const Moment& moment) {
    const bool written = std::visit(
        [&](const auto& body) { return write_body(command.timestamp, body, moment); }, command.body);
    if (!written) leave_out("a command that is no step (type " + std::to_string(command.body.index()) + ")");
    return written;
  }

  // --- how it is afterwards ---

  void end(const Engine& engine, const ledger::Ledger& books) {
    line("");
    for (std::uint32_t number = 1; number <= engine.account_count(); ++number) {
      const AccountView account = *engine.account(AccountId{number});
      if (!expected(account.id) || account.type == AccountType::house ||
          account.type == AccountType::clearing)
        continue;
      std::string fields = "cash_balance=" + format_money(account.cash_balance);
      const auto holdings = engine.holdings(AccountId{number});
      if (holdings) {
        for (const HoldingsRow::Holding& holding : holdings->holdings) {
          if (!concerns(holding.symbol) || unsaid_.contains({number, holding.symbol.value})) continue;
          fields += " " + field_of(books.symbol(holding.symbol)->symbol.string()) + "=" +
                    format_quantity(holding.quantity);
        }
      }
      line("  expect portfolio " + accounts_.of(account.id) + ": " + fields);
    }
  }

  /// A symbol where a field stands: one with an equals sign in it goes through a variable.
  std::string field_of(const std::string& symbol) {
    if (symbol.find('=') == std::string::npos) return escaped_words({symbol});
    const auto [known, added] =
        symbol_variables_.try_emplace(symbol, "symbol" + std::to_string(symbol_variables_.size() + 1));
    if (added) line("  let " + known->second + " = " + escaped_words({symbol}));
    return "$" + known->second;
  }

  void set_last(Sequence last) { last_ = last; }
  WrittenScenario take() { return {std::move(text_), steps_, left_out_}; }

 private:
  void line(const std::string& text) { text_ += text + "\n"; }
  void leave_out(const std::string& what) {
    ++left_out_;
    line("  # left out: " + what);
  }
  void step(const Words& words, const std::string& prefix = {}) {
    ++steps_;
    line("  " + prefix + escaped_words(words));
  }
  [[nodiscard]] bool concerns(SymbolId symbol) const {
    return symbols_.empty() || !symbol || symbols_.contains(symbol.value);
  }
  [[nodiscard]] bool expected(const std::string& account) const {
    return wanted_.account.empty() || account == wanted_.account;
  }
  static std::string variable(OrderId id) { return "$o" + std::to_string(id.value); }

  void move_clock(Timestamp time) {
    if (time <= time_) return;
    time_ = time;
    line("  at " + scenario::new_york_text(time));
  }

  void write_rules(const FirmRules& rules) {
    const Words words = rules_words(rules, std::exchange(rules_, rules));
    if (!words.empty()) step(words);
  }

  static std::vector<VenueView> venues_of(const Engine& engine) {
    std::vector<VenueView> venues;
    for (std::uint32_t number = 1; number <= engine.venue_count(); ++number) {
      if (auto venue = engine.venue(VenueId{number}); venue && !venue->removed)
        venues.push_back(*std::move(venue));
    }
    return venues;
  }

  /// Each venue with its session up, so that what was sent can be sent.
  void write_routes(const Engine& engine) {
    for (const VenueView& venue : venues_of(engine)) {
      step({"route", "add", venue.name, "--when-down", std::string(name_of(venue.when_down))});
      step({"venue", venue.name, "up"});
    }
    for (std::uint32_t number = 1; number <= engine.symbol_count(); ++number) {
      const SymbolView symbol = *engine.symbol(SymbolId{number});
      if (concerns(SymbolId{number}) && symbol.venue)
        step({"route", "set", symbol.symbol, symbol.venue_name});
    }
  }

  void write_account(const Engine& engine, const ledger::Ledger& books, AccountId id) {
    const AccountView account = *engine.account(id);
    // One of a venue comes with it.
    if (account.type == AccountType::clearing) return;
    const std::string name = accounts_.of(account.id);
    Words words{"account", "open", name};
    if (account.type != AccountType::cash) add_option(words, "--type", std::string(name_of(account.type)));
    if (account.cash_balance > Money{}) add_option(words, "--deposit", format_money(account.cash_balance));
    step(words);
    const auto holdings = engine.holdings(id);
    for (const HoldingsRow::Holding& holding :
         holdings ? holdings->holdings : std::vector<HoldingsRow::Holding>{}) {
      if (!concerns(holding.symbol) || !holding.quantity) continue;
      if (holding.quantity < Quantity{}) {
        leave_out(name + " is short " + format_quantity(Quantity{-holding.quantity.shares}) + " " +
                  books.symbol(holding.symbol)->symbol.string());
        unsaid_.emplace(id.value, holding.symbol.value);
        continue;
      }
      const ledger::PositionRecord* position = books.position(id, holding.symbol);
      const Price cost = position != nullptr ? average_price(position->cost, holding.quantity) : Price{};
      if (!cost) continue;
      step({"account", "transfer-in", name, books.symbol(holding.symbol)->symbol.string(),
            format_quantity(holding.quantity), "--cost", format_price(cost)});
    }
    Words limits{"account", "limits", name};
    if (account.position_max) add_option(limits, "--max-position", format_quantity(account.position_max));
    if (account.order_quantity_max)
      add_option(limits, "--max-order-quantity", format_quantity(account.order_quantity_max));
    if (account.order_notional_max)
      add_option(limits, "--max-order-notional", format_money(account.order_notional_max));
    if (account.self_trade_prevention)
      add_option(limits, "--self-trade-prevention", std::string(name_of(*account.self_trade_prevention)));
    if (limits.size() > 3) step(limits);
    for (const LocateView& locate : account.locates) {
      if (!concerns(engine.find_symbol(locate.symbol)) || locate.quantity <= locate.used) continue;
      Words grant{"locate", "grant", name, locate.symbol};
      add_option(grant, "--quantity", format_quantity(Quantity{locate.quantity.shares - locate.used.shares}));
      if (locate.expires_at != Timestamp{}) add_option(grant, "--until", format_timestamp(locate.expires_at));
      step(grant);
    }
    if (account.status == AccountStatus::suspended) suspended_.push_back(name);
  }

  /// What is left of it. Exits whose entry has filled are an oco of their own: they stand for shares that
  /// are there; those whose entry is open come with it.
  void write_open_order(const OrderView& order, const Engine& engine) {
    PlaceOrder place;
    const OrderLink& link = order.link;
    const auto leg = [&](OrderId id) {
      const auto found = engine.order(id);
      return found && !is_terminal(found->status) ? found : std::nullopt;
    };
    if (link.is_exit() && order.status == OrderStatus::pending && leg(link.entry(order.id))) return;
    if (link.is_paired() && link.role == OrderRole::stop_loss && leg(link.counterpart(order.id))) return;
    if (link.is_exit() && leg(link.entry(order.id))) {
      leave_out("what hangs together: order " + std::to_string(link.entry(order.id).value) +
                " and its exits");
    }
    if (link.is_entry()) {
      place.legs.order_class = link.order_class;
      for (const OrderId id : link.legs(order.id)) {
        const auto exit = engine.order(id);
        if (!exit) continue;
        if (exit->link.role == OrderRole::take_profit) place.legs.take_profit_limit_price = exit->limit_price;
        if (exit->link.role == OrderRole::stop_loss) add_stop_loss(place.legs, *exit);
      }
    } else if (link.is_paired() && link.role == OrderRole::take_profit) {
      if (const auto stop_loss = leg(link.counterpart(order.id))) {
        place.legs.order_class = OrderClass::oco;
        add_stop_loss(place.legs, *stop_loss);
      }
    }
    place.side = order.side;
    place.type = order.type;
    place.time_in_force = order.time_in_force;
    place.quantity = Quantity{order.quantity.shares - order.filled_quantity.shares};
    place.limit_price = order.limit_price;
    place.stop_price = order.stop_price;
    place.instructions = order.instructions;
    place.instructions.post_only.reset();
    step(place_words(place, order.symbol, client_ids_.of(order.client_order_id)),
         variable(order.id) + " = as " + accounts_.of(order.account) + ": ");
    known_.insert(order.id.value);
    if (order.venue.empty() || order.status == OrderStatus::pending) return;
    ++steps_;
    line("  venue " + order.venue + " accepts " + variable(order.id));
  }

  // --- outcomes ---

  /// Writes a step with the outcome that it had: "expect rejected REASON:" before it, or itself.
  void outcome(Timestamp time, const Words& words, const std::string& account, RejectReason reason,
               OrderId id = {}) {
    move_clock(time);
    std::string prefix;
    if (reason != RejectReason::none && expected(account)) {
      prefix = "expect rejected " + std::string(row_of(reason).name) + ": ";
    } else if (reason != RejectReason::none) {
      prefix = "expect rejected: ";
    } else if (id) {
      prefix = variable(id) + " = ";
      known_.insert(id.value);
    }
    if (!account.empty()) prefix += "as " + accounts_.of(account) + ": ";
    step(words, prefix);
  }

  [[nodiscard]] static std::string name_of_account(const Moment& moment, AccountId id) {
    const auto account = moment.engine.account(id);
    return account ? account->id : std::string();
  }
  [[nodiscard]] static std::string name_of_symbol(const Moment& moment, SymbolId id) {
    const auto symbol = moment.engine.symbol(id);
    return symbol ? symbol->symbol : std::string();
  }

  [[nodiscard]] static std::string name_of_venue(const Moment& moment, VenueId id) {
    return std::string(moment.books.venue_name(id.value));
  }

  void expect_order(const OrderView& order) {
    if (!expected(order.account)) return;
    std::string fields = "status=" + std::string(name_of(order.status)) +
                         " filled_quantity=" + format_quantity(order.filled_quantity);
    if (order.filled_quantity)
      fields += " average_price=" + format_price(average_price(order.filled_notional, order.filled_quantity));
    line("    expect " + fields);
  }

  bool write_body(Timestamp time, const PlaceOrder& body, const Moment& moment) {
    if (!concerns(body.symbol)) return true;
    const std::string account = name_of_account(moment, body.account);
    const std::string symbol = name_of_symbol(moment, body.symbol);
    if (account.empty() || symbol.empty()) return false;
    const auto order = moment.engine.order(moment.result.order);
    RejectReason reason = moment.result.reason;
    // A market order that found nothing ends as a refusal does.
    if (reason == RejectReason::none && order && is_terminal(order->status) && !order->filled_quantity)
      reason = order->reject_reason;
    outcome(time, place_words(body, symbol, client_ids_.of(std::string(body.client_order_id))), account,
            reason, moment.result.duplicate ? OrderId{} : moment.result.order);
    if (order && reason == RejectReason::none) expect_order(*order);
    return true;
  }

  bool write_body(Timestamp time, const CancelOrder& body, const Moment& moment) {
    return write_about_order(time, {"cancel"}, body.account, moment, false);
  }

  bool write_body(Timestamp time, const ReplaceOrder& body, const Moment& moment) {
    Words words{"replace"};
    if (body.quantity) add_option(words, "--quantity", format_quantity(*body.quantity));
    if (body.limit_price) add_option(words, "--limit", format_price(*body.limit_price));
    if (body.stop_price) add_option(words, "--stop", format_price(*body.stop_price));
    if (!body.new_client_order_id.empty())
      add_option(words, "--client-id", client_ids_.of(std::string(body.new_client_order_id)));
    return write_about_order(time, words, body.account, moment, true);
  }

  bool write_about_order(Timestamp time, Words words, AccountId account, const Moment& moment, bool changed) {
    const auto order = moment.engine.order(moment.result.order);
    if (!order) return moment.result.reason != RejectReason::none && !wanted_.account.empty();
    if (!concerns(moment.engine.find_symbol(order->symbol))) return true;
    if (!known_.contains(order->id.value)) return false;
    move_clock(time);
    const std::string name = name_of_account(moment, account);
    std::string prefix;
    if (moment.result.reason != RejectReason::none)
      prefix = "expect rejected " + std::string(row_of(moment.result.reason).name) + ": ";
    if (!name.empty()) prefix += "as " + accounts_.of(name) + ": ";
    const std::string verb = words.front();
    words.erase(words.begin());
    ++steps_;
    line("  " + prefix + verb + " " + variable(order->id) +
         (words.empty() ? "" : " " + escaped_words(words)));
    if (moment.result.reason == RejectReason::none && changed) expect_order(*order);
    return true;
  }

  bool write_body(Timestamp time, const CancelAllOrders& body, const Moment& moment) {
    if (body.session) return write_end_of_session(time, moment);
    Words words{"cancel", "--all"};
    if (body.symbol) add_option(words, "--symbol", name_of_symbol(moment, body.symbol));
    if (body.side) add_option(words, "--side", std::string(name_of(*body.side)));
    if (!body.account) words.emplace_back("--every-account");
    outcome(time, words, name_of_account(moment, body.account), moment.result.reason);
    return true;
  }

  /// A client's session is nothing that a scenario has: each order that ended with it is cancelled.
  bool write_end_of_session(Timestamp time, const Moment& moment) {
    for (const Event& event : moment.events) {
      const auto* cancelled = std::get_if<OrderCancelled>(&event.body);
      if (cancelled == nullptr || cancelled->reason != CancelReason::disconnected ||
          !known_.contains(cancelled->order.value))
        continue;
      move_clock(time);
      const std::string name = name_of_account(moment, cancelled->account);
      ++steps_;
      line("  as " + accounts_.of(name) + ": cancel " + variable(cancelled->order));
    }
    return true;
  }

  bool write_body(Timestamp time, const OpenAccount& body, const Moment& moment) {
    Words words{"account", "open", accounts_.of(body.name.string())};
    if (body.type != AccountType::cash) add_option(words, "--type", std::string(name_of(body.type)));
    outcome(time, words, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const DepositCash& body, const Moment& moment) {
    return write_cash(time, "deposit", body.account, body.amount, moment);
  }
  bool write_body(Timestamp time, const WithdrawCash& body, const Moment& moment) {
    return write_cash(time, "withdraw", body.account, body.amount, moment);
  }
  bool write_cash(Timestamp time, const char* verb, AccountId account, Money amount, const Moment& moment) {
    const std::string name = name_of_account(moment, account);
    if (name.empty()) return false;
    outcome(time, {"account", verb, accounts_.of(name), format_money(amount)}, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const TransferShares& body, const Moment& moment) {
    if (!concerns(body.symbol)) return true;
    const std::string name = name_of_account(moment, body.account);
    const std::string symbol = name_of_symbol(moment, body.symbol);
    if (name.empty() || symbol.empty()) return false;
    outcome(time,
            {"account", "transfer-in", accounts_.of(name), symbol, format_quantity(body.quantity), "--cost",
             format_price(body.cost_price)},
            {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetAccountStatus& body, const Moment& moment) {
    const std::string name = name_of_account(moment, body.account);
    if (name.empty()) return false;
    outcome(time,
            {"account", body.status == AccountStatus::active ? "resume" : "suspend", accounts_.of(name)}, {},
            moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetAccountLimits& body, const Moment& moment) {
    const std::string name = name_of_account(moment, body.account);
    if (name.empty()) return false;
    const Words words = limits_words(accounts_.of(name), body);
    outcome(time, words, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetFirmRules& body, const Moment& moment) {
    if (moment.result.reason != RejectReason::none) return false;
    move_clock(time);
    write_rules(body.rules);
    return true;
  }
  bool write_body(Timestamp time, const AddSymbol& body, const Moment& moment) {
    if (!concerns(moment.engine.find_symbol(body.symbol.view()))) return true;
    Words words{"symbol", "add", body.symbol.string()};
    if (body.previous_close) add_option(words, "--previous-close", format_price(body.previous_close));
    add_option(words, "--tick", format_price(body.tick));
    add_option(words, "--lot", format_quantity(body.lot));
    outcome(time, words, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetLocate& body, const Moment& moment) {
    if (!concerns(body.symbol)) return true;
    const std::string account = name_of_account(moment, body.account);
    const std::string symbol = name_of_symbol(moment, body.symbol);
    if (account.empty() || symbol.empty()) return false;
    Words words{"locate", body.quantity ? "grant" : "revoke", accounts_.of(account), symbol};
    if (body.quantity) add_option(words, "--quantity", format_quantity(body.quantity));
    if (body.expires_at != Timestamp{}) add_option(words, "--until", format_timestamp(body.expires_at));
    outcome(time, words, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetEasyToBorrow& body, const Moment& moment) {
    if (!concerns(body.symbol)) return true;
    const std::string symbol = name_of_symbol(moment, body.symbol);
    if (symbol.empty()) return false;
    Words words{"symbol", "borrow", symbol, body.on ? "easy" : "locate"};
    if (body.rate_basis_points) add_option(words, "--rate", format::format_percent(*body.rate_basis_points));
    outcome(time, words, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetSymbolStatus& body, const Moment& moment) {
    if (!concerns(body.symbol)) return true;
    const std::string symbol = name_of_symbol(moment, body.symbol);
    if (symbol.empty()) return false;
    const bool halts = body.status == SymbolStatus::halted;
    Words words{"symbol", halts ? "halt" : "resume", symbol};
    if (halts && !body.reason.empty()) add_option(words, "--reason", std::string(body.reason));
    if (!halts && body.auction) words.emplace_back("--auction");
    outcome(time, words, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetSession& body, const Moment& moment) {
    if (moment.result.reason != RejectReason::none) return true;
    const MarketPhase phase = moment.engine.session().market_phase;
    // A new trading day begins by itself, with the clock.
    if (std::exchange(market_phase_, phase) == phase) return true;
    Words words{"market", "phase", phase_word(phase)};
    if (phase == MarketPhase::continuous) words = {"market", "open"};
    if (phase == MarketPhase::closed) words = {"market", "close"};
    if (body.closes_at != Timestamp{} && phase != MarketPhase::closed)
      add_option(words, "--closes-at", format_timestamp(body.closes_at));
    outcome(time, words, {}, RejectReason::none);
    return true;
  }
  bool write_body(Timestamp time, const SetSymbolPhase& body, const Moment& moment) {
    if (!concerns(body.symbol)) return true;
    const std::string symbol = name_of_symbol(moment, body.symbol);
    if (symbol.empty()) return false;
    outcome(time, {"market", "phase", phase_word(body.phase), "--symbol", symbol}, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetPriceBands& body, const Moment& moment) {
    if (!concerns(body.symbol)) return true;
    const std::string symbol = name_of_symbol(moment, body.symbol);
    if (symbol.empty()) return false;
    outcome(time, bands_words(symbol, body), {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetKillSwitch& body, const Moment& moment) {
    if (!concerns(body.symbol)) return true;
    Words words{"kill", "market"};
    if (body.symbol) words = {"kill", "symbol", name_of_symbol(moment, body.symbol)};
    if (body.account) words = {"kill", "account", accounts_.of(name_of_account(moment, body.account))};
    if (words.back().empty()) return false;
    if (!body.on) words.emplace_back("--lift");
    outcome(time, words, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const PrintTrade& body, const Moment& moment) {
    if (!concerns(body.symbol) || moment.result.reason != RejectReason::none) return true;
    move_clock(time);
    ++steps_;
    line("  venue trade " + format_quantity(body.quantity) + " " +
         escaped_words({name_of_symbol(moment, body.symbol)}) + " at " + format_price(body.price));
    return true;
  }
  bool write_body(Timestamp time, const AddVenue& body, const Moment& moment) {
    outcome(time, {"route", "add", body.name.string(), "--when-down", std::string(name_of(body.when_down))},
            {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const RemoveVenue& body, const Moment& moment) {
    const std::string venue = name_of_venue(moment, body.venue);
    if (venue.empty()) return false;
    outcome(time, {"route", "remove", venue}, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetRoute& body, const Moment& moment) {
    if (!concerns(body.symbol)) return true;
    const std::string symbol = name_of_symbol(moment, body.symbol);
    const std::string venue =
        body.venue ? name_of_venue(moment, body.venue) : std::string(internal_route_name);
    if (symbol.empty() || venue.empty()) return false;
    outcome(time, {"route", "set", symbol, venue}, {}, moment.result.reason);
    return true;
  }
  /// A scenario tells nothing twice: its lines bear no numbers by which that would be known.
  template <class Told>
  static bool was_told_again(const Told& told, const Moment& moment) {
    return told.number.value != 0 && moment.result.reason == RejectReason::no_change;
  }
  bool write_body(Timestamp time, const SetVenueSession& body, const Moment& moment) {
    const std::string venue = name_of_venue(moment, body.venue);
    if (venue.empty()) return false;
    if (was_told_again(body, moment)) return true;
    outcome(time, {"venue", venue, body.up ? "up" : "down"}, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const VenueReport& body, const Moment& moment) {
    const auto order = moment.engine.order(body.order);
    const std::string venue = name_of_venue(moment, body.venue);
    if (!order || venue.empty()) return false;
    if (!concerns(moment.engine.find_symbol(order->symbol))) return true;
    if (!known_.contains(body.order.value)) return false;
    if (was_told_again(body, moment)) return true;
    // A trade from before the stretch is not there to be undone.
    if (moment.result.reason == RejectReason::none && !body.reference_execution_id.empty() &&
        !executions_.contains(body.reference_execution_id))
      return false;
    if (!body.execution_id.empty()) executions_.emplace(body.execution_id);
    move_clock(time);
    std::string prefix;
    if (moment.result.reason != RejectReason::none)
      prefix = "expect rejected " + std::string(row_of(moment.result.reason).name) + ": ";
    ++steps_;
    line("  " + prefix + "venue " + venue + " " + told_words(body, variable(body.order)));
    if (prefix.empty()) {
      if (expected(order->account)) {
        std::string fields = "status=" + std::string(name_of(order->status)) +
                             " filled_quantity=" + format_quantity(order->filled_quantity);
        line("  expect order " + variable(body.order) + ": " + fields);
      }
    }
    return true;
  }

  /// The clock does it.
  bool write_body(Timestamp, const ExpireOrders&, const Moment&) { return true; }
  bool write_body(Timestamp, const SetClock&, const Moment&) { return true; }
  template <class Other>
  bool write_body(Timestamp, const Other&, const Moment&) {
    return false;
  }

 public:
  /// Those that were suspended before could not have placed what stands open.
  void suspend() {
    for (const std::string& name : suspended_)
      step({"account", "suspend", name});
  }

 private:
  const ScenarioOfJournal& wanted_;
  std::set<std::uint32_t> symbols_;  ///< empty: all
  Pseudonyms accounts_;
  Pseudonyms client_ids_;
  std::map<std::string, std::string> symbol_variables_;  ///< by symbol
  std::set<std::uint64_t> known_;                        ///< orders that have a variable
  std::set<std::string, std::less<>> executions_;        ///< of venues, that are told
  std::vector<std::string> suspended_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> unsaid_;  ///< accounts and symbols that they are short in
  MarketPhase market_phase_ = MarketPhase::continuous;
  FirmRules rules_;  ///< as they are where the scenario stands
  Timestamp time_;
  Sequence last_ = 0;
  std::string text_;
  std::uint64_t steps_ = 0;
  std::uint64_t left_out_ = 0;
};

/// The symbols that an account's orders within the stretch are about; all when no account is named.
Result<std::set<std::uint32_t>> symbols_of_account(journal::Reader& reader, std::uint64_t batches,
                                                   const ScenarioOfJournal& wanted, Sequence& last) {
  std::set<std::uint32_t> symbols;
  AccountId account;
  wire::Batch batch;
  for (std::uint64_t number = 1; number <= batches; ++number) {
    if (Status read = read_batch(reader, number, batch); !read) return pass_on(std::move(read));
    for (const Event& event : batch.events) {
      if (const auto* opened = std::get_if<AccountOpened>(&event.body);
          opened && opened->name.view() == wanted.account)
        account = opened->account;
      if (event.sequence < wanted.from || event.sequence > wanted.to) continue;
      last = event.sequence;
      if (const auto* accepted = std::get_if<OrderAccepted>(&event.body);
          accepted && accepted->account == account)
        symbols.insert(accepted->symbol.value);
      if (const auto* rejected = std::get_if<OrderRejected>(&event.body);
          rejected && rejected->account == account)
        symbols.insert(rejected->symbol.value);
    }
  }
  if (last == 0) {
    return fail(ErrorCode::not_found, "the journal has no event of this stretch",
                "'trade journal verify' says how many there are");
  }
  if (wanted.account.empty()) return std::set<std::uint32_t>();
  if (!account) return fail(ErrorCode::not_found, "no account '" + wanted.account + "' in the journal");
  if (symbols.empty())
    return fail(ErrorCode::not_found, "account '" + wanted.account + "' has no orders in this stretch");
  return symbols;
}

}  // namespace

Result<WrittenScenario> scenario_of_journal(journal::Reader& reader, const ScenarioOfJournal& wanted) {
  const Result<journal::Head> head = reader.head();
  if (!head) return std::unexpected(head.error());
  Sequence last = 0;
  Result<std::set<std::uint32_t>> symbols = symbols_of_account(reader, head->batch, wanted, last);
  if (!symbols) return pass_on(std::move(symbols));
  Writer writer(wanted, *std::move(symbols));
  writer.set_last(last);
  Engine engine;
  ledger::Ledger books;
  std::vector<ledger::Entry> entries;
  std::vector<Event> events;
  wire::Batch batch;
  bool begun = false;
  for (std::uint64_t number = 1; number <= head->batch && engine.last_sequence() < last; ++number) {
    if (Status read = read_batch(reader, number, batch); !read) return pass_on(std::move(read));
    for (const Command& command : batch.commands) {
      if (engine.last_sequence() >= last) break;
      const bool within = engine.last_sequence() + 1 >= wanted.from;
      if (within && !begun) {
        begun = true;
        writer.begin(engine, books, command.timestamp);
        writer.suspend();
      }
      events.clear();
      const ApplyResult result = engine.apply(command, events);
      entries.clear();
      if (Status folded = books.fold(events, entries); !folded) return pass_on(std::move(folded));
      if (within) writer.write(command, {engine, books, result, events});
    }
  }
  writer.end(engine, books);
  return writer.take();
}

}  // namespace trade::cmd
