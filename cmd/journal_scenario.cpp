#include "journal_scenario.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "engine/engine.hpp"
#include "format/ratio.hpp"
#include "journal_directory.hpp"
#include "ledger/ledger.hpp"
#include "scenario/lexer.hpp"
#include "scenario/value.hpp"

namespace trade::cmd {

namespace {

/// Names that tell nothing of their owners: of accounts and of clients' own ids, in the order of appearance.
class Pseudonyms {
 public:
  Pseudonyms(std::string prefix, bool keep) : prefix_(std::move(prefix)), keep_(keep) {}
  std::string of(const std::string& name) {
    if (keep_ || name.empty()) return name;
    return names_.try_emplace(name, prefix_ + std::to_string(names_.size() + 1)).first->second;
  }

 private:
  std::string prefix_;
  bool keep_;
  std::map<std::string, std::string> names_;
};

using Words = std::vector<std::string>;

/// What the writer knows when a command is written: the engine before and after it.
struct Moment {
  const Engine& engine;
  const ledger::Ledger& books;
  const ApplyResult& result;
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
    for (std::uint32_t number = 1; number <= engine.symbol_count(); ++number) {
      if (!concerns(SymbolId{number})) continue;
      const SymbolView symbol = *engine.symbol(SymbolId{number});
      Words words{"symbol", "add", symbol.symbol};
      const Price reference = symbol.last_price ? symbol.last_price : symbol.previous_close;
      if (reference) add(words, "--previous-close", format_price(reference));
      add(words, "--tick", format_price(symbol.tick));
      add(words, "--lot", format_quantity(symbol.lot));
      step(words);
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
    for (const OrderView& order : open)
      write_open_order(order);
    for (const VenueView& venue : venues_of(engine)) {
      if (!venue.session_up) step({"venue", venue.name, "down"});
    }
    for (std::uint32_t number = 1; number <= engine.symbol_count(); ++number) {
      const SymbolView symbol = *engine.symbol(SymbolId{number});
      if (concerns(SymbolId{number}) && symbol.status == SymbolStatus::halted)
        step({"symbol", "halt", symbol.symbol});
    }
    if (session.phase == SessionPhase::closed) step({"market", "close"});
    line("");
  }

  // --- one command ---

  /// Returns false where it was left out because no step can say it.
  bool write(const Command& command, const Moment& moment) {
    const bool written = std::visit(
        [&](const auto& body) { return write_body(command.timestamp, body, moment); }, command.body);
    if (!written) {
      ++left_out_;
      line("# left out: a command that is no step (type " + std::to_string(command.body.index()) + ")");
    }
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
          if (!concerns(holding.symbol)) continue;
          fields +=
              " " + books.symbol(holding.symbol)->symbol.string() + "=" + format_quantity(holding.quantity);
        }
      }
      line("  expect portfolio " + accounts_.of(account.id) + ": " + fields);
    }
  }

  void set_last(Sequence last) { last_ = last; }
  WrittenScenario take() { return {std::move(text_), steps_, left_out_}; }

 private:
  void line(const std::string& text) { text_ += text + "\n"; }
  static void add(Words& words, const char* option, const std::string& value) {
    words.emplace_back(option);
    words.push_back(value);
  }
  static std::string escaped(const Words& words) {
    // A dollar sign of a symbol begins no variable.
    std::string text = scenario::quoted_words(words);
    for (std::size_t at = 0; (at = text.find('$', at)) != std::string::npos; at += 2)
      text.insert(at, "$");
    return text;
  }
  void step(const Words& words, const std::string& prefix = {}) {
    ++steps_;
    line("  " + prefix + escaped(words));
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
    const FirmRules usual;
    Words words{"rules", "set"};
    const auto option = [&](const char* name, const auto& value, const auto& plain, const std::string& text) {
      if (value != plain) add(words, name, text);
    };
    option("--margin-multiplier", rules.margin_multiplier_basis_points, usual.margin_multiplier_basis_points,
           format::format_ratio(rules.margin_multiplier_basis_points));
    option("--price-collar", rules.price_collar_basis_points, usual.price_collar_basis_points,
           format::format_percent(rules.price_collar_basis_points));
    option("--day-trading-rule", rules.day_trading_rule, usual.day_trading_rule,
           std::string(name_of(rules.day_trading_rule)));
    option("--pattern-day-trader-equity", rules.pattern_day_trader_equity_min,
           usual.pattern_day_trader_equity_min, format_money(rules.pattern_day_trader_equity_min));
    option("--max-day-trades", rules.day_trades_max, usual.day_trades_max,
           std::to_string(rules.day_trades_max));
    option("--intraday-maintenance", rules.intraday_maintenance_basis_points,
           usual.intraday_maintenance_basis_points,
           format::format_percent(rules.intraday_maintenance_basis_points));
    option("--short-margin", rules.short_margin_basis_points, usual.short_margin_basis_points,
           format::format_percent(rules.short_margin_basis_points));
    option("--short-maintenance", rules.short_maintenance_basis_points, usual.short_maintenance_basis_points,
           format::format_percent(rules.short_maintenance_basis_points));
    option("--short-sale-trigger", rules.short_sale_trigger_basis_points,
           usual.short_sale_trigger_basis_points,
           format::format_percent(rules.short_sale_trigger_basis_points));
    option("--max-position", rules.default_position_max, usual.default_position_max,
           format_quantity(rules.default_position_max));
    option("--max-order-quantity", rules.default_order_quantity_max, usual.default_order_quantity_max,
           format_quantity(rules.default_order_quantity_max));
    option("--max-order-notional", rules.default_order_notional_max, usual.default_order_notional_max,
           format_money(rules.default_order_notional_max));
    if (words.size() > 2) step(words);
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
    if (account.type != AccountType::cash) add(words, "--type", std::string(name_of(account.type)));
    if (account.cash_balance > Money{}) add(words, "--deposit", format_money(account.cash_balance));
    step(words);
    const auto holdings = engine.holdings(id);
    for (const HoldingsRow::Holding& holding :
         holdings ? holdings->holdings : std::vector<HoldingsRow::Holding>{}) {
      if (!concerns(holding.symbol) || holding.quantity <= Quantity{}) continue;
      const ledger::PositionRecord* position = books.position(id, holding.symbol);
      const Price cost = position != nullptr ? average_price(position->cost, holding.quantity) : Price{};
      if (!cost) continue;
      step({"account", "transfer-in", name, books.symbol(holding.symbol)->symbol.string(),
            format_quantity(holding.quantity), "--cost", format_price(cost)});
    }
    Words limits{"account", "limits", name};
    if (account.position_max) add(limits, "--max-position", format_quantity(account.position_max));
    if (account.order_quantity_max)
      add(limits, "--max-order-quantity", format_quantity(account.order_quantity_max));
    if (account.order_notional_max)
      add(limits, "--max-order-notional", format_money(account.order_notional_max));
    if (limits.size() > 3) step(limits);
    if (account.status == AccountStatus::suspended) suspended_.push_back(name);
  }

  void write_open_order(const OrderView& order) {
    PlaceOrder place;
    place.side = order.side;
    place.type = order.type;
    place.time_in_force = order.time_in_force;
    place.quantity = Quantity{order.quantity.shares - order.filled_quantity.shares};
    place.limit_price = order.limit_price;
    place.stop_price = order.stop_price;
    place.instructions = order.instructions;
    place.instructions.post_only.reset();
    step(place_words(place, order.symbol, order.client_order_id),
         variable(order.id) + " = as " + accounts_.of(order.account) + ": ");
    known_.insert(order.id.value);
    if (order.venue.empty() || order.status == OrderStatus::pending) return;
    ++steps_;
    line("  venue " + order.venue + " accepts " + variable(order.id));
  }

  Words place_words(const PlaceOrder& order, const std::string& symbol, const std::string& client_id) {
    Words words{"place", std::string(side_name(order.side, order.instructions.short_sale)),
                format_quantity(order.quantity), symbol};
    if (order.limit_price) add(words, "--limit", format_price(order.limit_price));
    const OrderInstructions& asked = order.instructions;
    if (order.type == OrderType::trailing_stop) {
      add(words, "--trail",
          asked.trail_amount ? format_price(asked.trail_amount)
                             : format::format_percent(asked.trail_basis_points));
    } else if (order.stop_price) {
      add(words, "--stop", format_price(order.stop_price));
    }
    if (order.time_in_force == TimeInForce::gtd) {
      add(words, "--until", format_timestamp(asked.expires_at));
    } else if (order.time_in_force != TimeInForce::day) {
      add(words, "--tif", std::string(name_of(order.time_in_force)));
    }
    if (asked.post_only) add(words, "--post-only", std::string(name_of(*asked.post_only)));
    if (asked.display_quantity) add(words, "--display", format_quantity(asked.display_quantity));
    if (asked.minimum_quantity) add(words, "--min-quantity", format_quantity(asked.minimum_quantity));
    if (asked.all_or_none) words.emplace_back("--all-or-none");
    if (asked.self_trade_prevention)
      add(words, "--self-trade", std::string(name_of(*asked.self_trade_prevention)));
    if (!client_id.empty()) add(words, "--client-id", client_ids_.of(client_id));
    return words;
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
    outcome(time, place_words(body, symbol, std::string(body.client_order_id)), account, reason,
            moment.result.duplicate ? OrderId{} : moment.result.order);
    if (order && reason == RejectReason::none) expect_order(*order);
    return true;
  }

  bool write_body(Timestamp time, const CancelOrder& body, const Moment& moment) {
    return write_about_order(time, {"cancel"}, body.account, moment, false);
  }

  bool write_body(Timestamp time, const ReplaceOrder& body, const Moment& moment) {
    Words words{"replace"};
    if (body.quantity) add(words, "--quantity", format_quantity(*body.quantity));
    if (body.limit_price) add(words, "--limit", format_price(*body.limit_price));
    if (body.stop_price) add(words, "--stop", format_price(*body.stop_price));
    if (!body.new_client_order_id.empty())
      add(words, "--client-id", client_ids_.of(std::string(body.new_client_order_id)));
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
    line("  " + prefix + verb + " " + variable(order->id) + (words.empty() ? "" : " " + escaped(words)));
    if (moment.result.reason == RejectReason::none && changed) expect_order(*order);
    return true;
  }

  bool write_body(Timestamp time, const CancelAllOrders& body, const Moment& moment) {
    Words words{"cancel", "--all"};
    if (body.symbol) add(words, "--symbol", name_of_symbol(moment, body.symbol));
    if (body.side) add(words, "--side", std::string(name_of(*body.side)));
    if (!body.account) words.emplace_back("--every-account");
    outcome(time, words, name_of_account(moment, body.account), moment.result.reason);
    return true;
  }

  bool write_body(Timestamp time, const OpenAccount& body, const Moment& moment) {
    Words words{"account", "open", accounts_.of(body.name.string())};
    if (body.type != AccountType::cash) add(words, "--type", std::string(name_of(body.type)));
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
    Words words{"account", "limits", accounts_.of(name)};
    if (body.position_max) add(words, "--max-position", format_quantity(*body.position_max));
    if (body.order_quantity_max)
      add(words, "--max-order-quantity", format_quantity(*body.order_quantity_max));
    if (body.order_notional_max) add(words, "--max-order-notional", format_money(*body.order_notional_max));
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
    if (body.previous_close) add(words, "--previous-close", format_price(body.previous_close));
    add(words, "--tick", format_price(body.tick));
    add(words, "--lot", format_quantity(body.lot));
    outcome(time, words, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetLocate& body, const Moment& moment) {
    if (!concerns(body.symbol)) return true;
    const std::string account = name_of_account(moment, body.account);
    const std::string symbol = name_of_symbol(moment, body.symbol);
    if (account.empty() || symbol.empty()) return false;
    Words words{"locate", body.quantity ? "grant" : "revoke", accounts_.of(account), symbol};
    if (body.quantity) add(words, "--quantity", format_quantity(body.quantity));
    if (body.expires_at != Timestamp{}) add(words, "--until", format_timestamp(body.expires_at));
    outcome(time, words, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetEasyToBorrow& body, const Moment& moment) {
    if (!concerns(body.symbol)) return true;
    const std::string symbol = name_of_symbol(moment, body.symbol);
    if (symbol.empty()) return false;
    Words words{"symbol", "borrow", symbol, body.on ? "easy" : "locate"};
    if (body.rate_basis_points) add(words, "--rate", format::format_percent(*body.rate_basis_points));
    outcome(time, words, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetSymbolStatus& body, const Moment& moment) {
    if (!concerns(body.symbol)) return true;
    const std::string symbol = name_of_symbol(moment, body.symbol);
    if (symbol.empty()) return false;
    const bool halts = body.status == SymbolStatus::halted;
    Words words{"symbol", halts ? "halt" : "resume", symbol};
    if (halts && !body.reason.empty()) add(words, "--reason", std::string(body.reason));
    outcome(time, words, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const SetSession& body, const Moment& moment) {
    // A new trading day begins by itself, with the clock.
    if (body.phase == phase_ || moment.result.reason != RejectReason::none) return true;
    phase_ = body.phase;
    outcome(time, {"market", body.phase == SessionPhase::open ? "open" : "close"}, {}, RejectReason::none);
    return true;
  }
  bool write_body(Timestamp time, const PrintTrade& body, const Moment& moment) {
    if (!concerns(body.symbol) || moment.result.reason != RejectReason::none) return true;
    move_clock(time);
    ++steps_;
    line("  venue trade " + format_quantity(body.quantity) + " " +
         escaped({name_of_symbol(moment, body.symbol)}) + " at " + format_price(body.price));
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
  bool write_body(Timestamp time, const SetVenueSession& body, const Moment& moment) {
    const std::string venue = name_of_venue(moment, body.venue);
    if (venue.empty()) return false;
    outcome(time, {"venue", venue, body.up ? "up" : "down"}, {}, moment.result.reason);
    return true;
  }
  bool write_body(Timestamp time, const VenueReport& body, const Moment& moment) {
    const auto order = moment.engine.order(body.order);
    const std::string venue = name_of_venue(moment, body.venue);
    if (!order || venue.empty()) return false;
    if (!concerns(moment.engine.find_symbol(order->symbol))) return true;
    if (!known_.contains(body.order.value)) return false;
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

  /// What a venue told, as the words of a step; texts for people are left out.
  static std::string told_words(const VenueReport& body, const std::string& order) {
    using enum VenueReportKind;
    const std::string traded = format_quantity(body.quantity) + " at " + format_price(body.price);
    const std::string as_execution =
        body.execution_id.empty() ? "" : " as " + escaped({std::string(body.execution_id)});
    const std::string as_order =
        body.venue_order_id.empty() ? "" : " as " + escaped({std::string(body.venue_order_id)});
    const std::string leaves = " leaves " + format_quantity(body.leaves);
    switch (body.kind) {
      case accepted:
        return "accepts " + order + as_order;
      case filled:
        return "fills " + traded + " " + order + as_execution + leaves;
      case cancelled:
        return "cancels " + order;
      case expired:
        return "expires " + order;
      case rejected:
        return "rejects " + order;
      case replaced:
        return "replaces " + order + " to " + format_quantity(body.quantity) +
               (body.price ? " at " + format_price(body.price) : "") +
               (body.stop_price ? " stop " + format_price(body.stop_price) : "");
      case cancel_rejected:
        return "refuses cancel " + order;
      case replace_rejected:
        return "refuses replace " + order;
      case busted:
        return "busts " + escaped({std::string(body.reference_execution_id)}) + " of " + order + leaves;
      case corrected:
        return "corrects " + escaped({std::string(body.reference_execution_id)}) + " of " + order + " to " +
               traded + as_execution + leaves;
      case status:
        return "has " + order + " filled " + format_quantity(body.cumulative) +
               (body.average_price ? " at " + format_price(body.average_price) : "") + leaves + as_order;
      case not_known:
        return "has no " + order;
      case unanswered:
        return "ignores " + order;
    }
    return {};
  }
  /// The clock does it.
  bool write_body(Timestamp, const ExpireOrders&, const Moment&) { return true; }
  bool write_body(Timestamp, const SetClock&, const Moment&) { return true; }
  template <class Other>
  bool write_body(Timestamp, const Other&, const Moment&) {
    return false;
  }

 public:
  void set_phase(SessionPhase phase) { phase_ = phase; }
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
  std::set<std::uint64_t> known_;                  ///< orders that have a variable
  std::set<std::string, std::less<>> executions_;  ///< of venues, that are told
  std::vector<std::string> suspended_;
  SessionPhase phase_ = SessionPhase::open;
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
        writer.set_phase(engine.session().phase);
        writer.begin(engine, books, command.timestamp);
        writer.suspend();
      }
      events.clear();
      const ApplyResult result = engine.apply(command, events);
      entries.clear();
      if (Status folded = books.fold(events, entries); !folded) return pass_on(std::move(folded));
      if (within) writer.write(command, {engine, books, result});
    }
  }
  writer.end(engine, books);
  return writer.take();
}

}  // namespace trade::cmd
