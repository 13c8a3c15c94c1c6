#include "fix/resend.hpp"

#include <cstdlib>
#include <set>

#include "fix/framer.hpp"

namespace trade {
namespace fix {

namespace {

constexpr char separator = '\001';

/// The value of the first field "\001TAG=".
std::string value_of(const std::string& bytes, const std::string& start) {
  const std::size_t at = bytes.find(start);
  if (at == std::string::npos) return std::string();
  const std::size_t value = at + start.size();
  return bytes.substr(value, bytes.find(separator, value) - value);
}

std::string framed(const std::string& version, const std::string& body) {
  std::string message = "8=" + version + separator + "9=" + std::to_string(body.size()) + separator + body;
  return message + "10=" + checksum_of(message) + separator;
}

bool starts_with(const std::string& text, std::size_t at, const char* start) {
  return text.compare(at, std::char_traits<char>::length(start), start) == 0;
}

}  // namespace

int sequence_of(const std::string& bytes) {
  return std::atoi(value_of(bytes, "\00134=").c_str());
}

std::string type_of(const std::string& bytes) {
  return value_of(bytes, "\00135=");
}

bool is_sent_again(const std::string& type) {
  for (const char* const none : {"0", "1", "2", "3", "4", "5", "A", "W", "X"}) {
    if (type == none) return false;
  }
  return !type.empty();
}

std::string sent_again(const std::string& bytes, const std::string& now) {
  std::string version;
  std::string body;
  bool in_header = true;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t found = bytes.find(separator, at);
    const std::size_t end = found == std::string::npos ? bytes.size() : found + 1;
    const std::string field = bytes.substr(at, end - at);
    if (at == 0) {
      version = value_of(separator + field, "\0018=");
    } else if (starts_with(bytes, at, "9=") && body.empty()) {
      // Reckoned anew.
    } else if (starts_with(bytes, at, "10=") && end == bytes.size()) {
      // So is this.
    } else if (in_header && starts_with(bytes, at, "34=")) {
      body += field + "43=Y" + separator;
    } else if (in_header && starts_with(bytes, at, "52=")) {
      body += "52=" + now + separator + "122=" + field.substr(3);
      in_header = false;
    } else {
      body += field;
    }
    at = end;
  }
  return framed(version, body);
}

std::string without_repeats(const std::string& bytes) {
  std::string version;
  std::string body;
  std::set<std::string> seen;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t found = bytes.find(separator, at);
    const std::size_t end = found == std::string::npos ? bytes.size() : found;
    const std::string field = bytes.substr(at, end - at);
    const std::size_t equals = field.find('=');
    const std::string tag = field.substr(0, equals);
    if (tag == "8" && version.empty()) {
      version = field.substr(2);
    } else if (tag != "8" && tag != "9" && tag != "10" && equals != std::string::npos &&
               equals + 1 < field.size() && seen.insert(tag).second) {
      body += field + separator;
    }
    at = end + 1;
  }
  return framed(version, body);
}

std::string gap_fill(const Route& route, int first, int next, const std::string& now) {
  std::string body;
  const auto add = [&body](const char* tag, const std::string& value) {
    body += std::string(tag) + "=" + value + separator;
  };
  add("35", "4");
  add("34", std::to_string(first));
  add("43", "Y");
  add("49", route.sender);
  add("52", now);
  add("56", route.target);
  add("122", now);
  add("36", std::to_string(next));
  add("123", "Y");
  return framed(route.version, body);
}

}  // namespace fix
}  // namespace trade
