#include "fixd/market_listener.hpp"

namespace trade::fixd {

fix::Message business_reject(const fix::Message& message, int id_tag, int reason, const std::string& why) {
  fix::Message reject;
  reject.type = "j";
  reject.add(45, message.text(34)).add(372, message.type);
  if (const std::string* id = message.find(id_tag)) reject.add(379, *id);
  reject.add(380, std::to_string(reason)).add(58, why);
  return reject;
}

}  // namespace trade::fixd
