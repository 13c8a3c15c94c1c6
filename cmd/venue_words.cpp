#include "venue_words.hpp"

#include <span>

#include "arguments.hpp"
#include "scenario/value.hpp"

namespace trade::cmd {

namespace {

using Words = std::span<const std::string>;

constexpr const char* forms =
    "fill SYMBOL AMOUNT [at PRICE], reject SYMBOL|any REASON, delay DURATION, lose request|answer, "
    "disconnect [for DURATION], connect, trade QUANTITY SYMBOL at PRICE, normal";

std::unexpected<Error> not_understood(Words words) {
  std::string text;
  for (const std::string& word : words)
    text += " " + word;
  return fail(ErrorCode::usage, "the venue does not understand:" + text.substr(0, 80),
              std::string("one of ") + forms);
}

/// "times N", "always" or "odds P%" at the end of the words, which it takes off.
Result<venue::Occasions> take_occasions(Words& words) {
  venue::Occasions occasions;
  if (!words.empty() && words.back() == "always") {
    occasions.times.reset();
    words = words.first(words.size() - 1);
    return occasions;
  }
  if (words.size() < 2) return occasions;
  const std::string& value = words.back();
  const std::string& name = words[words.size() - 2];
  if (name == "times") {
    Result<std::uint64_t> times = parse_count(value);
    if (!times) return pass_on(std::move(times));
    occasions.times = *times;
  } else if (name == "odds") {
    Result<std::uint64_t> percent = parse_number(value.substr(0, value.find('%')));
    if (!percent || *percent > 100 || !value.ends_with('%'))
      return fail(ErrorCode::usage, "not a percentage: '" + value + "'", "odds 0% to 100%");
    occasions.percent = static_cast<int>(*percent);
    occasions.times.reset();
  } else {
    return occasions;
  }
  words = words.first(words.size() - 2);
  return occasions;
}

/// "40", "40%", "10..90%"
Result<venue::FillOrders> parse_amount_of_fill(std::string text) {
  venue::FillOrders fill;
  fill.in_percent = text.ends_with('%');
  if (fill.in_percent) text.pop_back();
  const std::size_t dots = text.find("..");
  Result<std::uint64_t> low = parse_number(text.substr(0, dots));
  Result<std::uint64_t> high = dots == std::string::npos ? low : parse_number(text.substr(dots + 2));
  constexpr std::uint64_t shares_max = 1'000'000'000;
  if (!low || !high || *low > *high || *high > (fill.in_percent ? 100 : shares_max)) {
    return fail(ErrorCode::usage, "not an amount: '" + text + "'", "shares or percent: 40, 40% or 10..90%");
  }
  fill.amount_min = static_cast<std::int64_t>(*low);
  fill.amount_max = static_cast<std::int64_t>(*high);
  return fill;
}

Result<venue::Behaviour> parse_fill(Words words, const venue::Occasions& occasions) {
  if (words.size() != 2 && (words.size() != 4 || words[2] != "at")) return not_understood(words);
  Result<std::string> symbol = parse_symbol_text(words[0]);
  if (!symbol) return pass_on(std::move(symbol));
  Result<venue::FillOrders> fill = parse_amount_of_fill(words[1]);
  if (!fill) return pass_on(std::move(fill));
  fill->symbol = *std::move(symbol);
  fill->occasions = occasions;
  if (words.size() == 4) {
    Result<Price> price = parse_price(words[3]);
    if (!price) return pass_on(std::move(price));
    fill->price = *price;
  }
  return *std::move(fill);
}

Result<venue::Behaviour> parse_reject(Words words, const venue::Occasions& occasions) {
  if (words.size() != 2) return not_understood(words);
  venue::RejectOrders reject;
  reject.occasions = occasions;
  const std::optional<RejectReason> reason = reject_reason_named(words[1]);
  if (!reason) return fail(ErrorCode::usage, "no reject reason '" + words[1] + "'", "see trade(1)");
  reject.reason = *reason;
  if (words[0] == "any") return reject;
  Result<std::string> symbol = parse_symbol_text(words[0]);
  if (!symbol) return pass_on(std::move(symbol));
  reject.symbol = *std::move(symbol);
  return reject;
}

Result<venue::Behaviour> parse_disconnect(Words words) {
  if (words.empty()) return venue::Disconnect{};
  if (words.size() != 2 || words[0] != "for") return not_understood(words);
  Result<std::int64_t> duration = scenario::parse_duration(words[1]);
  if (!duration) return pass_on(std::move(duration));
  return venue::Disconnect{*duration};
}

Result<venue::Behaviour> parse_trade(Words words) {
  if (words.size() != 4 || words[2] != "at") return not_understood(words);
  Result<Quantity> quantity = parse_quantity(words[0]);
  if (!quantity) return pass_on(std::move(quantity));
  Result<std::string> symbol = parse_symbol_text(words[1]);
  if (!symbol) return pass_on(std::move(symbol));
  Result<Price> price = parse_price(words[3]);
  if (!price) return pass_on(std::move(price));
  return venue::TradeOfOthers{*std::move(symbol), *quantity, *price};
}

}  // namespace

Result<venue::Behaviour> parse_behaviour(const std::vector<std::string>& all) {
  Words words(all);
  Result<venue::Occasions> occasions = take_occasions(words);
  if (!occasions) return pass_on(std::move(occasions));
  if (words.empty()) return not_understood(all);
  const std::string& what = words.front();
  words = words.subspan(1);
  if (what == "fill") return parse_fill(words, *occasions);
  if (what == "reject") return parse_reject(words, *occasions);
  if (what == "trade") return parse_trade(words);
  if (what == "disconnect") return parse_disconnect(words);
  if (what == "connect" && words.empty()) return venue::Connect{};
  if (what == "normal" && words.empty()) return venue::BehaveNormally{};
  if (what == "lose" && words.size() == 1 && (words[0] == "request" || words[0] == "answer"))
    return venue::LoseCommands{words[0] == "answer", *occasions};
  if (what == "delay" && words.size() == 1) {
    Result<std::int64_t> duration = scenario::parse_duration(words[0]);
    if (!duration) return pass_on(std::move(duration));
    return venue::DelayCommands{*duration, *occasions};
  }
  return not_understood(all);
}

}  // namespace trade::cmd
