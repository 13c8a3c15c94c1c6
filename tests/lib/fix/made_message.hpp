// Messages for tests, written with '|' for the separator.
#pragma once

#include <algorithm>
#include <string>

#include "fix/framer.hpp"

namespace trade::fix::test {

inline std::string separated(std::string text) {
  std::ranges::replace(text, '|', '\001');
  return text;
}

/// "35=0|49=A|…|" with head and trailer.
inline std::string framed(const std::string& body, const std::string& version = "FIX.4.4") {
  const std::string text = separated(body);
  const std::string message = separated("8=" + version + "|9=" + std::to_string(text.size()) + "|") + text;
  return message + "10=" + checksum_of(message) + "\001";
}

inline std::string readable(std::string text) {
  std::ranges::replace(text, '\001', '|');
  return text;
}

}  // namespace trade::fix::test
