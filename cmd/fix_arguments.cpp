#include "fix_arguments.hpp"

#include <utility>

#include "access/fix_session_store.hpp"

namespace trade::cmd {

Result<std::string> parse_fix_version(std::string_view text) {
  if (text == "FIX.4.2" || text == "FIX.4.4") return std::string(text);
  return fail(ErrorCode::usage, "it is FIX.4.2 or FIX.4.4");
}

Result<std::string> parse_comp_id(std::string_view text) {
  if (Status fits = access::check_comp_id(text); !fits) return pass_on(std::move(fits));
  return std::string(text);
}

Result<std::int32_t> parse_reset(std::string_view text) {
  if (text == "never") return -1;
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() == 5 && text[2] == ':' && digit(0) && digit(1) && digit(3) && digit(4)) {
    const int hour = (text[0] - '0') * 10 + text[1] - '0';
    const int minute = (text[3] - '0') * 10 + text[4] - '0';
    if (hour < 24 && minute < 60) return (hour * 60 + minute) * 60;
  }
  return fail(ErrorCode::usage, "it is a time of the day in UTC, HH:MM, or never");
}

std::string reset_text(std::int32_t second) {
  if (second < 0) return "never";
  const std::string hour = std::to_string(second / 3'600);
  const std::string minute = std::to_string(second / 60 % 60);
  return std::string(2 - hour.size(), '0') + hour + ":" + std::string(2 - minute.size(), '0') + minute;
}

}  // namespace trade::cmd
