// Numbers, times, names and targets as people and programs write them; and the symbol directory.
#include <sstream>

#include "base/time.hpp"
#include "fuzz/fuzz.hpp"
#include "http/message.hpp"
#include "model/ids.hpp"
#include "model/numbers.hpp"
#include "symbol_directory.hpp"

namespace {

using namespace trade;

void numbers(std::string_view text) {
  if (const auto price = parse_price(text)) {
    const auto again = parse_price(format_price(*price));
    fuzz::require(again && *again == *price, "a price is read as it is written");
  }
  if (const auto money = parse_money(text)) {
    const auto again = parse_money(format_money(*money));
    fuzz::require(again && *again == *money, "an amount is read as it is written");
  }
  static_cast<void>(parse_quantity(text));
}

void times(std::string_view text) {
  if (const auto time = parse_timestamp(text)) {
    const auto again = parse_timestamp(format_timestamp(*time));
    fuzz::require(again && *again == *time, "a time is read as it is written");
  }
  if (const auto date = parse_date(text)) {
    const auto again = parse_date(format_date(*date));
    fuzz::require(again && *again == *date, "a date is read as it is written");
  }
}

void names(std::string_view text) {
  if (const auto symbol = parse_symbol(text)) {
    const auto again = parse_symbol(symbol->view());
    fuzz::require(again && *again == *symbol, "a symbol is read as it is kept");
  }
  if (const auto name = parse_account_name(text)) {
    const auto again = parse_account_name(name->view());
    fuzz::require(again && *again == *name, "a name is read as it is kept");
  }
  static_cast<void>(parse_order_id(text));
}

void target(std::string_view text) {
  http::Request request;
  if (!http::parse_target(text, request)) return;
  for (const std::string& segment : request.segments)
    fuzz::require(segment != "." && segment != "..", "no path leads out");
}

void directory(std::string_view text) {
  std::istringstream stream{std::string(text)};
  static_cast<void>(cmd::read_symbol_directory(stream, "symbols.txt"));
}

constexpr void (*kinds[])(std::string_view) = {numbers, times, names, target, directory};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  kinds[input.take_byte() % std::size(kinds)](input.text());
  return 0;
}
