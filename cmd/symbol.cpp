// trade symbol: add, halt and look at symbols. Importing a directory of them is in symbol_import.cpp.
#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"
#include "format/ratio.hpp"
#include "model/auction.hpp"
#include "model/borrow_fee.hpp"
#include "submit.hpp"
#include "symbol_output.hpp"

namespace trade::cmd {

namespace {

/// The most bytes that the reason of a halt has (model/command.hpp).
constexpr std::size_t halt_reason_bytes_max = 64;

struct AddArguments {
  std::string symbol;
  Price previous_close;
  Price tick = Price{100};
  Quantity lot = Quantity{1};
  bool dry_run = false;
};

struct HaltArguments {
  std::string symbol;
  std::string reason;
  bool auction = false;
  bool dry_run = false;
};

struct BandArguments {
  std::string symbol;
  std::optional<std::int64_t> basis_points;
  std::optional<std::uint64_t> pause_seconds;
  std::optional<std::uint64_t> limit_state_seconds;
  std::optional<BandTier> tier;
  std::optional<std::int64_t> leverage_basis_points;
  Price reference;
  bool off = false;
  bool dry_run = false;
};

struct BorrowArguments {
  std::string symbol;
  bool easy = false;
  std::optional<std::int64_t> rate_basis_points;
  bool dry_run = false;
};

Result<bool> parse_borrow_terms(std::string_view text) {
  if (text == "easy") return true;
  if (text == "locate") return false;
  return fail(ErrorCode::usage, "not one of easy|locate: '" + std::string(text.substr(0, 40)) + "'");
}

Result<std::int64_t> parse_borrow_rate(std::string_view text) {
  // What a percentage can be at most is the highest rate.
  static_assert(borrow_rate_basis_points_max == 100'000);
  return format::parse_percent(text);
}

/// As under the plan to address extraordinary market volatility (Limit Up-Limit Down): five minutes.
constexpr std::int64_t usual_pause_seconds = 300;
/// Likewise, of a tier: section VI(B).
constexpr std::int64_t tier_limit_state_seconds = 15;

Result<std::uint64_t> parse_pause(std::string_view text) {
  Result<std::uint64_t> seconds = parse_count(text);
  if (seconds && *seconds > static_cast<std::uint64_t>(pause_seconds_max))
    return fail(ErrorCode::usage, "a pause is at most " + std::to_string(pause_seconds_max) + " seconds");
  return seconds;
}

Result<std::uint64_t> parse_limit_state(std::string_view text) {
  Result<std::uint64_t> seconds = parse_number(text);
  if (seconds && *seconds > static_cast<std::uint64_t>(pause_seconds_max))
    return fail(ErrorCode::usage,
                "a limit state is at most " + std::to_string(pause_seconds_max) + " seconds");
  return seconds;
}

Result<std::int64_t> parse_band(std::string_view text) {
  Result<std::int64_t> basis_points = format::parse_percent(text);
  if (basis_points && (*basis_points == 0 || *basis_points > band_basis_points_max))
    return fail(ErrorCode::usage, "a band is from 0.01% to 99.99%");
  return basis_points;
}

Result<BandTier> parse_tier(std::string_view text) {
  if (text == "1") return BandTier::tier_1;
  if (text == "2") return BandTier::tier_2;
  return fail(ErrorCode::usage, "a tier is 1 or 2");
}

Result<std::int64_t> parse_leverage(std::string_view text) {
  Result<std::int64_t> factor = format::parse_ratio(text);
  if (factor && (*factor < 10'000 || *factor > band_leverage_basis_points_max))
    return fail(ErrorCode::usage, "a fund's leverage is from 1 to 10 times");
  return factor;
}

Result<ExitStatus> set_bands(Context& context, const BandArguments& arguments) {
  if (int{arguments.off} + int{arguments.basis_points.has_value()} + int{arguments.tier.has_value()} != 1)
    return fail(ErrorCode::usage, "give one of --percent, --tier, and --off for no bands");
  if (arguments.off && (arguments.pause_seconds || arguments.limit_state_seconds || arguments.reference))
    return fail(ErrorCode::usage, "--pause, --limit-state and --reference go with --percent or --tier");
  if (arguments.leverage_basis_points && arguments.tier != BandTier::tier_2)
    return fail(ErrorCode::usage, "--leverage goes with --tier 2: there are no leveraged funds in tier 1");
  SetPriceBands bands;
  if (!arguments.off) {
    const std::int64_t usual_limit_state_seconds = arguments.tier ? tier_limit_state_seconds : 0;
    bands.basis_points = arguments.basis_points.value_or(0);
    bands.tier = arguments.tier;
    bands.leverage_basis_points = arguments.leverage_basis_points.value_or(0);
    bands.pause_seconds =
        arguments.pause_seconds ? static_cast<std::int64_t>(*arguments.pause_seconds) : usual_pause_seconds;
    bands.limit_state_seconds = arguments.limit_state_seconds
                                    ? static_cast<std::int64_t>(*arguments.limit_state_seconds)
                                    : usual_limit_state_seconds;
    bands.reference = arguments.reference;
  }
  return change_symbol(context, arguments.symbol, {bands, {}, arguments.symbol},
                       "set the price bands of " + arguments.symbol, arguments.dry_run);
}

Result<std::string> parse_halt_reason(std::string_view text) {
  if (text.empty() || text.size() > halt_reason_bytes_max) {
    return fail(ErrorCode::usage,
                "a reason has from 1 to " + std::to_string(halt_reason_bytes_max) + " bytes");
  }
  return std::string(text);
}

Result<ExitStatus> list_symbols(Context& context) {
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  Result<std::vector<SymbolView>> symbols = (*client)->symbols();
  if (!symbols) return pass_on(std::move(symbols));
  std::vector<format::Json> records;
  for (const SymbolView& symbol : *symbols)
    records.push_back(format::json_of(symbol));
  context.output().list(format::symbol_layout(), records);
  return ExitStatus::done;
}

}  // namespace

Handler define_symbol_add(CLI::App& app) {
  auto arguments = std::make_shared<AddArguments>();
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, "SYMBOL", "The ticker"));
  add_value(app, "--previous-close", arguments->previous_close, parse_price, "PRICE",
            "What it closed at last");
  add_value(app, "--tick", arguments->tick, parse_price, "PRICE", "Prices are multiples of it (0.01)");
  add_value(app, "--lot", arguments->lot, parse_quantity, "N", "Quantities are multiples of it (1)");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) {
    const AddSymbol add{.symbol = *Symbol::make(arguments->symbol),
                        .previous_close = arguments->previous_close,
                        .tick = arguments->tick,
                        .lot = arguments->lot};
    return change_symbol(context, arguments->symbol, {add, {}, arguments->symbol},
                         "add symbol " + arguments->symbol, arguments->dry_run);
  };
}

Handler define_symbol_list(CLI::App&) {
  return list_symbols;
}

Handler define_symbol_show(CLI::App& app) {
  auto symbol = std::make_shared<std::string>();
  required(add_value(app, "symbol", *symbol, parse_symbol_text, symbol_kind, "The symbol"));
  return [symbol](Context& context) { return print_symbol(context, *symbol); };
}

Handler define_symbol_halt(CLI::App& app) {
  auto arguments = std::make_shared<HaltArguments>();
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "The symbol"));
  add_value(app, "--reason", arguments->reason, parse_halt_reason, "TEXT",
            "Why, for people; at most 64 bytes");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) {
    return change_symbol(
        context, arguments->symbol,
        {SetSymbolStatus{.symbol = {}, .status = SymbolStatus::halted, .reason = arguments->reason},
         {},
         arguments->symbol},
        "halt " + arguments->symbol, arguments->dry_run);
  };
}

Handler define_symbol_bands(CLI::App& app) {
  auto arguments = std::make_shared<BandArguments>();
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "The symbol"));
  add_value(app, "--percent", arguments->basis_points, parse_band, "PERCENT",
            "How far from the reference price it may trade");
  add_value(app, "--tier", arguments->tier, parse_tier, "1|2",
            "By the Limit Up-Limit Down plan, around the mean of its trades");
  add_value(app, "--leverage", arguments->leverage_basis_points, parse_leverage, "FACTOR",
            "Of a leveraged fund in tier 2: widens its bands so many times");
  add_value(app, "--pause", arguments->pause_seconds, parse_pause, "SECONDS",
            "How long the auction lasts that follows (300)");
  add_value(app, "--limit-state", arguments->limit_state_seconds, parse_limit_state, "SECONDS",
            "How long the best price may stand at a band before the pause (0: none; of a tier: 15)");
  add_value(app, "--reference", arguments->reference, parse_price, "PRICE",
            "Instead of the last price or the previous close");
  add_flag(app, "--off", arguments->off, "No bands any more");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return set_bands(context, *arguments); };
}

Handler define_symbol_borrow(CLI::App& app) {
  auto arguments = std::make_shared<BorrowArguments>();
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "The symbol"));
  required(add_value(app, "terms", arguments->easy, parse_borrow_terms, "easy|locate",
                     "Easy to borrow, or only what is located"));
  add_value(app, "--rate", arguments->rate_basis_points, parse_borrow_rate, "PERCENT",
            "What margin accounts that are short of it pay in a year (as it was)");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) {
    std::string about = (arguments->easy ? "put " : "take ") + arguments->symbol +
                        (arguments->easy ? " on" : " off") + " the easy-to-borrow list";
    if (arguments->rate_basis_points)
      about += " at " + format::format_percent(*arguments->rate_basis_points) + " a year";
    const SetEasyToBorrow terms{
        .symbol = {}, .on = arguments->easy, .rate_basis_points = arguments->rate_basis_points};
    return change_symbol(context, arguments->symbol, {terms, {}, arguments->symbol}, about,
                         arguments->dry_run);
  };
}

Handler define_symbol_resume(CLI::App& app) {
  auto arguments = std::make_shared<HaltArguments>();
  required(add_value(app, "symbol", arguments->symbol, parse_symbol_text, symbol_kind, "The symbol"));
  add_flag(app, "--auction", arguments->auction, "Through an auction, which 'trade market phase' ends");
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) {
    return change_symbol(
        context, arguments->symbol,
        {SetSymbolStatus{
             .symbol = {}, .status = SymbolStatus::trading, .reason = {}, .auction = arguments->auction},
         {},
         arguments->symbol},
        "resume " + arguments->symbol, arguments->dry_run);
  };
}

}  // namespace trade::cmd
