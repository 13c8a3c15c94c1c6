#include "model/bars.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace trade {

namespace {

constexpr std::array<std::pair<BarUnit, std::string_view>, 6> suffixes{{{BarUnit::second, "s"},
                                                                        {BarUnit::minute, "m"},
                                                                        {BarUnit::hour, "h"},
                                                                        {BarUnit::day, "d"},
                                                                        {BarUnit::week, "w"},
                                                                        {BarUnit::month, "mo"}}};

}  // namespace

Result<BarSpan> parse_bar_span(std::string_view text) {
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto& [unit, name] : suffixes) {
    if (error == std::errc() && suffix == name && count >= 1 && count <= bar_count_max(unit)) {
      return BarSpan{unit, count};
    }
  }
  return fail(ErrorCode::usage, "no interval of bars: '" + std::string(text.substr(0, 40)) + "'",
              "1s to 59s, 1m to 59m, 1h to 23h, 1d, 1w, 1mo to 12mo");
}

std::string format_bar_span(BarSpan span) {
  for (const auto& [unit, name] : suffixes) {
    if (unit == span.unit) return std::to_string(span.count) + std::string(name);
  }
  return std::to_string(span.count);
}

}  // namespace trade
