#include <cstdlib>
#include <utility>

#include "fix/session.hpp"

namespace trade {
namespace fix {

const std::string* Message::find(int tag) const {
  for (const Field& field : fields) {
    if (field.tag == tag) return &field.value;
  }
  return nullptr;
}

std::string Message::text(int tag) const {
  const std::string* value = find(tag);
  return value == nullptr ? std::string() : *value;
}

Message& Message::add(int tag, std::string value) {
  Field field;
  field.tag = tag;
  field.value = std::move(value);
  fields.push_back(std::move(field));
  return *this;
}

Message parse(const std::string& bytes) {
  Message message;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t equals = bytes.find('=', at);
    if (equals == std::string::npos) break;
    const std::size_t end = std::min(bytes.find('\001', equals), bytes.size());
    message.add(std::atoi(bytes.substr(at, equals - at).c_str()), bytes.substr(equals + 1, end - equals - 1));
    at = end + 1;
  }
  message.type = message.text(35);
  return message;
}

}  // namespace fix
}  // namespace trade
