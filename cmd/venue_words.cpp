#include "venue_words.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "arguments.hpp"
#include "scenario/value.hpp"

namespace trade::cmd {

namespace {

using Words = std::span<const std::string>;

constexpr const char* forms =
    "fill SYMBOL AMOUNT [at PRICE], reject SYMBOL|any REASON, delay DURATION, lose request|answer, "
    "disconnect [for DURATION], connect, trade QUANTITY SYMBOL at PRICE, normal; of one that orders are "
    "routed "
    "to: NAME up|down, NAME accepts|cancels|expires|rejects ORDER, NAME fills QUANTITY at PRICE ORDER, "
    "NAME replaces ORDER to QUANTITY [at PRICE], NAME refuses cancel|replace ORDER, NAME busts ID of ORDER, "
    "NAME corrects ID of ORDER to QUANTITY at PRICE, NAME has ORDER filled QUANTITY [at PRICE], NAME has no "
    "ORDER";

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

/// What a venue that orders are routed to tells, word by word; the first error stands for all.
class VenueTeller {
 public:
  explicit VenueTeller(Words words) : words_(words.subspan(2)), all_(words) {
    told_.venue = words[0];
    verb_ = words[1];
  }

  Result<venue::Behaviour> read() {
    if (verb_ == "up" || verb_ == "down") {
      if (!words_.empty()) return not_understood(all_);
      return venue::TurnSession{told_.venue, verb_ == "up"};
    }
    read_what();
    while (!words_.empty() && !error_)
      read_option(word());
    if (error_) return std::unexpected(*error_);
    return told_;
  }

  /// Whether a venue's name can be followed by this word.
  static bool is_verb(const std::string& word) {
    static constexpr std::array<std::string_view, 12> verbs{"up",      "down",     "accepts", "fills",
                                                            "cancels", "expires",  "rejects", "replaces",
                                                            "refuses", "corrects", "has",     "ignores"};
    return word == "busts" || std::ranges::find(verbs, word) != verbs.end();
  }

 private:
  void read_what() {
    using enum VenueReportKind;
    if (verb_ == "accepts" || verb_ == "cancels" || verb_ == "expires" || verb_ == "rejects") {
      told_.kind = verb_ == "accepts"   ? accepted
                   : verb_ == "cancels" ? cancelled
                   : verb_ == "expires" ? expired
                                        : rejected;
    } else if (verb_ == "fills") {
      told_.kind = filled;
      take(told_.quantity, parse_quantity);
      want("at");
      take(told_.price, parse_price);
    } else if (verb_ == "replaces" || verb_ == "ignores") {
      told_.kind = verb_ == "replaces" ? replaced : unanswered;
    } else if (verb_ == "refuses") {
      const std::string what = word();
      if (what != "cancel" && what != "replace") error_ = not_understood(all_).error();
      told_.kind = what == "cancel" ? cancel_rejected : replace_rejected;
    } else if (verb_ == "busts" || verb_ == "corrects") {
      told_.kind = verb_ == "busts" ? busted : corrected;
      told_.reference_execution_id = word();
      want("of");
    } else if (!words_.empty() && words_.front() == "no") {
      told_.kind = not_known;
      want("no");
    } else {
      told_.kind = status;
    }
    take(told_.order, parse_order_id);
  }

  void read_option(const std::string& name) {
    using enum VenueReportKind;
    if (name == "as") {
      (told_.kind == accepted || told_.kind == status ? told_.venue_order_id : told_.execution_id) = word();
    } else if (name == "to") {
      take(told_.quantity, parse_quantity);
    } else if (name == "at") {
      take(told_.kind == status ? told_.average_price : told_.price, parse_price);
    } else if (name == "stop") {
      take(told_.stop_price, parse_price);
    } else if (name == "leaves") {
      take_count(told_.leaves);
    } else if (name == "filled") {
      take_count(told_.cumulative);
    } else if (name == "because") {
      told_.text = word();
    } else {
      error_ = not_understood(all_).error();
    }
  }

  std::string word() {
    if (words_.empty()) {
      if (!error_) error_ = not_understood(all_).error();
      return {};
    }
    std::string first = words_.front();
    words_ = words_.subspan(1);
    return first;
  }
  void want(std::string_view expected) {
    if (word() != expected && !error_) error_ = not_understood(all_).error();
  }
  template <class T, class Parse>
  void take(T& target, Parse parse) {
    auto value = parse(word());
    if (value) {
      target = *std::move(value);
    } else if (!error_) {
      error_ = value.error();
    }
  }
  /// Zero is a count too.
  void take_count(Quantity& target) {
    std::uint64_t count = 0;
    take(count, parse_number);
    target = Quantity{static_cast<std::int64_t>(std::min<std::uint64_t>(count, order_quantity_max))};
  }

  Words words_;
  Words all_;
  std::string verb_;
  venue::TellOfOrder told_;
  std::optional<Error> error_;
};

}  // namespace

Result<venue::Behaviour> parse_behaviour(const std::vector<std::string>& all) {
  Words words(all);
  if (words.size() >= 2 && VenueTeller::is_verb(words[1])) return VenueTeller(words).read();
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
