// What publications are called. A topic ends with a byte that no symbol contains, because a subscription
// matches by prefix: without it, one to "q:A" would bring all of "q:AAPL" too.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/fixed_string.hpp"

namespace trade::bus {

/// Ends every topic.
constexpr char topic_end = '\0';

/// The longest topic: two characters of kind, a symbol of 15, the end.
constexpr std::size_t topic_bytes_max = 18;

/// Price levels of each side in a published depth; who wants to see more asks feedd when one is published.
constexpr std::size_t published_depth_levels = 10;

using Topic = FixedString<topic_bytes_max>;

/// Subscribed to with these, a subscriber gets the publications of every symbol.
constexpr std::string_view all_quotes = "q:";
constexpr std::string_view all_depths = "d:";
constexpr std::string_view all_tapes = "t:";

namespace detail {
/// `symbol` is cut at 15 bytes, which no symbol exceeds.
constexpr Topic symbol_topic(char kind, std::string_view symbol) {
  char text[topic_bytes_max] = {kind, ':'};
  std::size_t size = 2;
  for (const char character : symbol.substr(0, topic_bytes_max - 3))
    text[size++] = character;
  text[size++] = topic_end;
  return *Topic::make(std::string_view(text, size));
}
}  // namespace detail

/// Published by tradingd for each durable batch: "b".
constexpr Topic batch_topic() {
  return *Topic::make(std::string_view("b\0", 2));
}
/// Published by feedd: "q:SYMBOL", "d:SYMBOL", "t:SYMBOL".
constexpr Topic quote_topic(std::string_view symbol) {
  return detail::symbol_topic('q', symbol);
}
constexpr Topic depth_topic(std::string_view symbol) {
  return detail::symbol_topic('d', symbol);
}
constexpr Topic tape_topic(std::string_view symbol) {
  return detail::symbol_topic('t', symbol);
}

}  // namespace trade::bus
